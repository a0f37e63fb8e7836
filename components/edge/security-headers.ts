import type * as aws from "@pulumi/aws";

/** Headers of S3 that tell viewers about the account: key ARN, object versions, software. */
const REVEALING = [
  "Server",
  "x-amz-server-side-encryption",
  "x-amz-server-side-encryption-aws-kms-key-id",
  "x-amz-server-side-encryption-bucket-key-enabled",
  "x-amz-version-id",
];

const CUSTOM: Readonly<Record<string, string>> = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(self), usb=()",
};

/** A content security policy that allows nothing but the site itself, and calls to the origins in `connectTo`. */
export function defaultContentPolicy(connectTo: readonly string[]): string {
  return [
    "default-src 'self'",
    `connect-src ${["'self'", ...connectTo].join(" ")}`,
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "upgrade-insecure-requests",
  ].join("; ");
}

/** The response headers of a site that handles payments (OWASP Secure Headers; PCI DSS 6.4.3 for scripts). They win over the origin's own. */
export function securityHeaders(
  contentSecurityPolicy: string,
): Pick<
  aws.cloudfront.ResponseHeadersPolicyArgs,
  "securityHeadersConfig" | "customHeadersConfig" | "removeHeadersConfig"
> {
  return {
    securityHeadersConfig: {
      contentSecurityPolicy: { contentSecurityPolicy, override: true },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: "DENY", override: true },
      referrerPolicy: { referrerPolicy: "strict-origin-when-cross-origin", override: true },
      strictTransportSecurity: {
        // Two years; browsers' preload lists ask for one at least (https://hstspreload.org).
        accessControlMaxAgeSec: 63072000,
        includeSubdomains: true,
        preload: true,
        override: true,
      },
    },
    customHeadersConfig: {
      items: Object.entries(CUSTOM).map(([header, value]) => ({ header, value, override: true })),
    },
    removeHeadersConfig: { items: REVEALING.map((header) => ({ header })) },
  };
}
