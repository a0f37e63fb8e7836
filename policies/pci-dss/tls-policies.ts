/**
 * Names of AWS's TLS policies that accept TLS 1.2 and 1.3 with forward secrecy or, for the older ones, strong ciphers only. Patterns and not lists,
 * because AWS adds dated variants every year; what a name promises (lowest version, restricted, FIPS, post-quantum) does not change.
 */

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/describe-ssl-policies.html; the `Ext` variants bring weak ciphers back. */
export const isStrongElbPolicy = (name: string): boolean =>
  /^ELBSecurityPolicy-(TLS13-1-[23]|TLS-1-2|FS-1-2)(-Res)?(-FIPS)?(-PQ)?-\d{4}-\d{2}$/.test(name);

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html */
export const isStrongCloudFrontPolicy = (name: string): boolean => /^TLSv1\.[23]_20(2[1-9]|[3-9]\d)$/.test(name);

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies.html */
export const isStrongApiGatewayPolicy = (name: string): boolean =>
  name === "TLS_1_2" || /^SecurityPolicy_TLS1[23]_/.test(name);
