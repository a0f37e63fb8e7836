import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/vpc/latest/userguide";

export const network = {
  "sg-no-open-administration": {
    title: "Security groups do not let the internet reach SSH or RDP.",
    severity: "critical",
    requirements: ["1.3.1"],
    controls: ["EC2.13", "EC2.14", "EC2.53", "EC2.54"],
    remediation: "Remove the rule: use ECS Exec or Session Manager, which need no open port.",
    url: `${DOCS}/security-group-rules.html`,
  },
  "sg-no-open-high-risk-ports": {
    title: "Security groups do not let the internet reach databases, caches, brokers and old protocols.",
    severity: "critical",
    requirements: ["1.3.1", "1.4.4"],
    controls: ["EC2.19"],
    remediation: "Refer to the client's security group instead of an address range; Palisade's Connections do.",
    url: `${DOCS}/security-group-rules.html`,
  },
  "sg-web-ports-only": {
    title: "Security groups let the internet reach ports 80 and 443 at most.",
    severity: "high",
    requirements: ["1.2.5", "1.3.1"],
    controls: ["EC2.18"],
    remediation: "Refer to a security group or an address range of your own; put public services behind an edge.",
    url: `${DOCS}/security-group-rules.html`,
  },
  "sg-egress-restricted": {
    title: "Security groups let out named traffic only.",
    severity: "medium",
    requirements: ["1.3.2"],
    controls: ["EC2/egress-restricted"],
    remediation: "Name the port, and the peer's security group, prefix list or address range.",
    url: `${DOCS}/security-group-rules.html`,
  },
  "sg-one-kind-of-rules": {
    title:
      "A security group has its rules in one form: inline, as SecurityGroupRule, or as SecurityGroupIngressRule and -EgressRule.",
    severity: "high",
    requirements: ["1.2.1"],
    controls: [],
    remediation: "Move the inline rules into SecurityGroupIngressRule and SecurityGroupEgressRule resources.",
    url: "https://www.pulumi.com/registry/packages/aws/api-docs/ec2/securitygroup/",
  },
  "vpc-default-sg-closed": {
    title: "The default security group of every VPC lets nothing in or out.",
    severity: "high",
    requirements: ["1.3.1", "2.2.2"],
    controls: ["EC2.2"],
    remediation: "Adopt it with a DefaultSecurityGroup without rules; Palisade's Vpc does.",
    url: `${DOCS}/default-security-group.html`,
  },
  "vpc-flow-logs": {
    title: "Every VPC logs its traffic.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["EC2.6"],
    remediation: "Add a FlowLog with the VPC's id and trafficType ALL.",
    url: `${DOCS}/flow-logs.html`,
  },
  "subnet-no-public-addresses": {
    title: "Subnets give no public address to what starts in them.",
    severity: "medium",
    requirements: ["1.4.4"],
    controls: ["EC2.15"],
    remediation: "Leave mapPublicIpOnLaunch at its default false.",
    url: `${DOCS}/subnet-public-ip.html`,
  },
  "nacl-no-open-administration": {
    title: "Network ACLs do not let the internet reach SSH or RDP.",
    severity: "medium",
    requirements: ["1.3.1"],
    controls: ["EC2.21"],
    remediation: "Deny port 22 and 3389 from 0.0.0.0/0 and ::/0 before the entries that let return traffic in.",
    url: `${DOCS}/nacl-rules.html`,
  },
  "nacl-not-open": {
    title: "Network ACLs do not let everything in.",
    severity: "medium",
    requirements: ["1.3.1"],
    controls: ["EC2/nacl-all-ports"],
    remediation: "Name the ports: those of the subnet's services, and 1024-65535 for answers.",
    url: `${DOCS}/nacl-rules.html`,
  },
  "nacl-in-use": {
    title: "Every network ACL is some subnet's.",
    severity: "low",
    requirements: ["1.2.7"],
    controls: ["EC2.16"],
    remediation:
      "Give it subnetIds or a NetworkAclAssociation, or remove it: Palisade's Vpc makes one for each tier of subnets.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-16",
  },
  "sg-cardholder-egress": {
    title: "What holds cardholder data sends to named peers only.",
    severity: "high",
    requirements: ["1.3.2", "1.4.4"],
    controls: [],
    remediation:
      "Name a security group, a prefix list or the peer's addresses, or go by a VPC endpoint; Palisade's connections.allowTo names both sides.",
    url: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
  },
} as const satisfies Catalogue;
