import type { Catalogue } from "./catalogue";

/** What holds of the network as a whole, proved over routes, network ACLs, security groups and load balancers. */
export const reachability = {
  "no-internet-path": {
    title: "No path leads from the internet to a data store, directly or through a load balancer.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["Network/internet-path"],
    remediation:
      "Close any one hop: no public address, subnets without a route to an internet gateway, a security group that names its clients' groups. Palisade's data components stand in isolated subnets.",
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/infrastructure-security.html",
  },
  "cde-segmentation": {
    title: "Only flows that name their sender cross the border of the cardholder data environment.",
    severity: "high",
    requirements: ["1.3.1", "1.3.2"],
    controls: ["Network/segmentation"],
    remediation:
      "Give each side security groups of its own, and let in the other's group on its port in place of an address range; Palisade's `connections.allowFrom` does. What handles card data is told by the tag palisade:data-class.",
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  },
} as const satisfies Catalogue;
