const GLOBAL_SERVICES = new Set(["cloudfront", "globalaccelerator", "iam", "route53", "shield"]);
const GLOBAL_TYPES = new Set(["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"]);

/** Types that stand in no region: the provider's classes of these take no `region`. */
export function isGlobal(type: string): boolean {
  return GLOBAL_TYPES.has(type) || GLOBAL_SERVICES.has(type.slice("aws:".length, type.indexOf("/")));
}

/** The partition that a region belongs to, by AWS's region prefixes. */
export function partitionOf(region: string): "aws" | "aws-cn" | "aws-us-gov" {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
