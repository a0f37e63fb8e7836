import type { Facts, Models } from "../model";

/** CloudWatch's and the ARN's name for a load balancer; listeners carry it too. */
const balancer = (f: Facts): string => {
  const kinds: Record<string, string> = { network: "net", gateway: "gwy" };
  return `${kinds[f.text("loadBalancerType")] ?? "app"}/${f.name}/${f.hex(16)}`;
};

const loadBalancerArn = (f: Facts): string => f.arn("elasticloadbalancing", `loadbalancer/${balancer(f)}`);
const targetGroup = (f: Facts): string => `targetgroup/${f.name}/${f.hex(16)}`;
const listenerArn = (f: Facts): string =>
  `${f.text("loadBalancerArn").replace(":loadbalancer/", ":listener/")}/${f.hex(16)}`;

const ruleArn = (f: Facts): string => `${f.text("listenerArn").replace(":listener/", ":listener-rule/")}/${f.hex(16)}`;

/** Hosted zones of network load balancers (https://docs.aws.amazon.com/general/latest/gr/elb.html). */
const NLB_ZONES: Readonly<Record<string, string>> = {
  "us-east-1": "Z26RNL4JYFTOTI",
  "us-east-2": "ZLMOA37VPKANP",
  "us-west-2": "Z18D5FSROUN65G",
  "eu-central-1": "Z3F0SRJ5LGBH90",
  "eu-west-1": "Z2IFOLAFXWLO4F",
};

/** Hosted zones of application load balancers (same source). */
const ALB_ZONES: Readonly<Record<string, string>> = {
  "us-east-1": "Z35SXDOTRQ7X7K",
  "us-east-2": "Z3AADJGX6KTTL2",
  "us-west-2": "Z1H1FL5HABSF5",
  "eu-central-1": "Z215JYRZR1TBD5",
  "eu-west-1": "Z32O12XQLNTSW2",
};

const zoneOf = (f: Facts): string =>
  f.text("loadBalancerType") === "network"
    ? (NLB_ZONES[f.region] ?? "Z2IFOLAFXWLO4F")
    : (ALB_ZONES[f.region] ?? "Z32O12XQLNTSW2");

export const lb: Models = {
  "aws:lb/loadBalancer:LoadBalancer": {
    nameProperty: "name",
    id: loadBalancerArn,
    outputs: (f) => ({
      arn: loadBalancerArn(f),
      arnSuffix: balancer(f),
      dnsName: `${f.name}-${f.hex(16)}.elb.${f.region}.amazonaws.com`,
      vpcId: `vpc-${f.hex(17)}`,
      zoneId: zoneOf(f),
      ipAddressType: f.text("ipAddressType") || "ipv4",
      securityGroups: f.list("securityGroups"),
      subnets: f.list("subnets"),
      internal: f.inputs.internal === true,
      enforceSecurityGroupInboundRulesOnPrivateLinkTraffic:
        f.text("enforceSecurityGroupInboundRulesOnPrivateLinkTraffic") || "on",
    }),
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    id: (f) => `${f.text("targetGroupArn")}-${f.text("targetId")}-${f.number("port", 0)}`,
  },
  "aws:lb/targetGroup:TargetGroup": {
    nameProperty: "name",
    id: (f) => f.arn("elasticloadbalancing", targetGroup(f)),
    outputs: (f) => ({
      arn: f.arn("elasticloadbalancing", targetGroup(f)),
      arnSuffix: targetGroup(f),
      loadBalancerArns: [],
      ipAddressType: f.text("ipAddressType") || "ipv4",
    }),
  },
  "aws:lb/listener:Listener": {
    id: listenerArn,
    outputs: (f) => ({
      arn: listenerArn(f),
      sslPolicy: f.text("sslPolicy"),
      protocol: f.text("protocol"),
    }),
  },
  "aws:lb/listenerRule:ListenerRule": {
    id: ruleArn,
    outputs: (f) => ({ arn: ruleArn(f), priority: f.number("priority", 1) }),
  },
};
