import type { Catalogue } from "./catalogue";

const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html";
const CONFIG = "https://docs.aws.amazon.com/config/latest/developerguide";
const FIREWALL_DOCS = "https://docs.aws.amazon.com/network-firewall/latest/developerguide";

/** Ways in and out of a VPC beside security groups and network ACLs. */
export const vpc = {
  "vpc-ec2-endpoint": {
    title: "VPCs in which instances run reach EC2's API through an endpoint of their own.",
    severity: "medium",
    requirements: ["1.3.2", "1.4.4"],
    controls: ["EC2.10"],
    remediation: "Add an interface VpcEndpoint for com.amazonaws.<region>.ec2; Palisade's Vpc takes `endpoints`.",
    url: `${HUB}#ec2-10`,
  },
  "vpc-public-tier": {
    title: "A route to an internet gateway serves only subnets that hold gateways and load balancers.",
    severity: "high",
    requirements: ["1.3.1", "1.4.1", "1.4.4"],
    controls: ["EC2/route-to-igw"],
    remediation:
      "Give workloads and data stores subnets of their own, whose route table leads to a NAT gateway or nowhere; Palisade's Vpc has three tiers.",
    url: `${CONFIG}/no-unrestricted-route-to-igw.html`,
  },
  "igw-own-vpc": {
    title: "Internet gateways stand in VPCs of this program that have a public tier.",
    severity: "high",
    requirements: ["1.2.1", "1.4.1"],
    controls: ["EC2/igw-authorised-vpc"],
    remediation:
      "Remove the gateway, or declare the VPC beside it with a route from its public subnets, as Palisade's Vpc does.",
    url: `${CONFIG}/internet-gateway-authorized-vpc-only.html`,
  },
  "eip-in-use": {
    title: "Every Elastic IP address belongs to something.",
    severity: "low",
    requirements: ["1.2.7"],
    controls: ["EC2.12"],
    remediation: "Release the address, or give it to a NatGateway, a load balancer or a network interface.",
    url: `${HUB}#ec2-12`,
  },
  "transit-gateway-no-auto-accept": {
    title: "Transit gateways do not attach other accounts' VPCs unasked.",
    severity: "high",
    requirements: ["1.2.8", "1.3.1"],
    controls: ["EC2.23"],
    remediation: "Leave autoAcceptSharedAttachments at its default `disable`.",
    url: `${HUB}#ec2-23`,
  },
  "vpn-logs": {
    title: "Both tunnels of a site-to-site VPN log to CloudWatch.",
    severity: "medium",
    requirements: ["10.4.2"],
    controls: ["EC2.171"],
    remediation: "Set logEnabled and logGroupArn in cloudwatchLogOptions of tunnel1LogOptions and tunnel2LogOptions.",
    url: `${HUB}#ec2-171`,
  },
  "client-vpn-logs": {
    title: "Client VPN endpoints log who connects.",
    severity: "low",
    requirements: ["10.2.1"],
    controls: ["EC2.51"],
    remediation: "Set connectionLogOptions with enabled true and cloudwatchLogGroup.",
    url: `${HUB}#ec2-51`,
  },
  "client-vpn-authorization": {
    title: "Client VPN lets named groups into named networks, not everyone everywhere.",
    severity: "high",
    requirements: ["1.3.1", "7.2.1"],
    controls: ["EC2/client-vpn"],
    remediation: "Set accessGroupId in place of authorizeAllGroups, and the range of one network in targetNetworkCidr.",
    url: `${CONFIG}/ec2-client-vpn-not-authorize-all.html`,
  },
  "network-firewall-logs": {
    title: "Network Firewall logs what it sees.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["EC2/network-firewall-logging"],
    remediation: "Add a LoggingConfiguration with the firewall's ARN and a destination for ALERT and FLOW.",
    url: `${FIREWALL_DOCS}/firewall-logging.html`,
  },
  "network-firewall-policy": {
    title: "Network Firewall policies have rule groups, and let no packet pass that none of them names.",
    severity: "high",
    requirements: ["1.2.8", "1.3.1"],
    controls: ["EC2/network-firewall-policy"],
    remediation:
      "Set statelessDefaultActions and statelessFragmentDefaultActions to aws:drop or aws:forward_to_sfe, and refer to a RuleGroup.",
    url: `${FIREWALL_DOCS}/stateless-default-actions.html`,
  },
} as const satisfies Catalogue;
