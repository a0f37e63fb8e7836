/** An AWS partition: its ARN prefix and the DNS suffix of its service endpoints. */
export interface Partition {
  readonly id: "aws" | "aws-cn" | "aws-us-gov";
  readonly dnsSuffix: "amazonaws.com" | "amazonaws.com.cn";
}

/** The partition of a region, by AWS's region prefixes (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html). */
export function partitionOf(region: string): Partition {
  if (region.startsWith("cn-")) return { id: "aws-cn", dnsSuffix: "amazonaws.com.cn" };
  if (region.startsWith("us-gov-")) return { id: "aws-us-gov", dnsSuffix: "amazonaws.com" };
  return { id: "aws", dnsSuffix: "amazonaws.com" };
}

const DIRECTIONS: Readonly<Record<string, string>> = {
  north: "n",
  south: "s",
  east: "e",
  west: "w",
  central: "c",
  northeast: "ne",
  northwest: "nw",
  southeast: "se",
  southwest: "sw",
};

/** AWS's usual short code of a region for use in names: `us-east-1` -> `use1`, `ap-southeast-2` -> `apse2`. */
export function shortRegion(region: string): string {
  const parts = region.split("-");
  return parts.map((part) => DIRECTIONS[part] ?? part).join("");
}
