import type { Facts, Models } from "../model";

const distributionId = (f: Facts): string => `E${f.hex(13).toUpperCase()}`;
const policyArn = (f: Facts, kind: string): string => f.globalArn("cloudfront", `${kind}/${f.uuid()}`);
const etag = (f: Facts): string => `E${f.hex(13).toUpperCase()}`;

export const cloudfront: Models = {
  "aws:cloudfront/distribution:Distribution": {
    id: distributionId,
    outputs: (f) => ({
      arn: f.globalArn("cloudfront", `distribution/${distributionId(f)}`),
      callerReference: f.uuid(),
      domainName: `d${f.hex(13)}.cloudfront.net`,
      etag: etag(f),
      hostedZoneId: "Z2FDTNDATAQYW2",
      inProgressValidationBatches: 0,
      lastModifiedTime: "2026-01-01T00:00:00Z",
      loggingV1Enabled: false,
      status: "Deployed",
      trustedKeyGroups: [{ enabled: false, items: [] }],
      trustedSigners: [{ enabled: false, items: [] }],
    }),
  },
  "aws:cloudfront/originAccessControl:OriginAccessControl": {
    nameProperty: "name",
    id: (f) => `E${f.hex(13).toUpperCase()}`,
    outputs: (f) => ({
      arn: f.globalArn("cloudfront", `origin-access-control/E${f.hex(13).toUpperCase()}`),
      etag: etag(f),
    }),
  },
  "aws:cloudfront/function:Function": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.globalArn("cloudfront", `function/${f.name}`),
      etag: etag(f),
      liveStageEtag: etag(f),
      status: "DEPLOYED",
    }),
  },
  "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": {
    nameProperty: "name",
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: policyArn(f, "response-headers-policy"), etag: etag(f) }),
  },
  "aws:cloudfront/cachePolicy:CachePolicy": {
    nameProperty: "name",
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: policyArn(f, "cache-policy"), etag: etag(f) }),
  },
};
