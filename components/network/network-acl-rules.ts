import type * as aws from "@pulumi/aws";
import type { ArgumentCheck } from "../core";
import type { Tier } from "./cidr";

type AclRule = aws.types.input.ec2.NetworkAclIngress;

export interface TierTraffic {
  /** The VPC's range. */
  readonly cidr: string;
  /** TCP ports on the internet that private subnets may call. */
  readonly outboundPorts: readonly number[];
  /** TCP ports on which load balancers in public subnets answer the internet. */
  readonly publicPorts: readonly number[];
  /** Whether isolated subnets have a route to the gateway endpoints. */
  readonly isolatedGatewayEndpoints: boolean;
}

const ANYWHERE = "0.0.0.0/0";

/** Remote administration, never reachable from the internet (Security Hub EC2.21). */
const ADMIN_PORTS = [22, 3389] as const;

/** Of the 20 rules that a network ACL holds per direction, half are left to the fixed ones and to emergencies. */
const MAX_PORTS = 10;

/**
 * Network ACLs keep no state, so each tier lets in the answers to what it sends out. NAT gateways and load balancers call from ports
 * 1024-65535 (https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports). Port 3389 is
 * left out, as EC2.21 asks of every rule by itself: of the NAT gateway's 64,512 source ports one is never answered.
 */
const EPHEMERAL = [
  [1024, 3388],
  [3390, 65535],
] as const;

/**
 * Inbound and outbound rules of one tier's network ACL. Inside the VPC all may pass: security groups decide there, and the load
 * balancers' health checks need both directions. DNS goes to the VPC resolver, which network ACLs do not see.
 *
 * Each kind of rule has numbers of its own: AWS can only replace an entry whose number changes, and for a moment its traffic would stop.
 */
export function tierRules(tier: Tier, traffic: TierTraffic): { ingress: AclRule[]; egress: AclRule[] } {
  const { publicPorts, outboundPorts } = traffic;
  const within = rule(100, "-1", traffic.cidr, 0, 0);
  const answersIn = EPHEMERAL.map(([from, to], index) => rule(110 + 10 * index, "tcp", ANYWHERE, from, to));
  // "Fragmentation needed": without it path MTU discovery fails, and large packets to the internet vanish.
  const tooBig = { ...rule(130, "icmp", ANYWHERE, 0, 0), icmpType: 3, icmpCode: 4 };
  const answersOut = publicPorts.length > 0 ? [rule(110, "tcp", ANYWHERE, 1024, 65535)] : [];
  switch (tier) {
    case "public":
      return {
        ingress: [within, ...answersIn, tooBig, ...ports(publicPorts)],
        egress: [within, ...answersOut, ...ports(outboundPorts)],
      };
    case "private":
      return { ingress: [within, ...answersIn, tooBig], egress: [within, ...ports(outboundPorts)] };
    case "isolated":
      return traffic.isolatedGatewayEndpoints
        ? { ingress: [within, ...answersIn], egress: [within, ...ports([443])] }
        : { ingress: [within], egress: [within] };
  }
}

const ports = (list: readonly number[]): AclRule[] =>
  list.map((port, index) => rule(200 + 10 * index, "tcp", ANYWHERE, port, port));

const rule = (
  ruleNo: number,
  protocol: "-1" | "icmp" | "tcp",
  cidrBlock: string,
  fromPort: number,
  toPort: number,
): AclRule => ({ ruleNo, action: "allow", protocol, cidrBlock, fromPort, toPort });

/** Fails unless an ACL has rules enough for `ports`. */
export function checkPorts(check: ArgumentCheck, argument: string, ports: readonly number[] = []): void {
  check.that(ports.length <= MAX_PORTS, argument, ports, `Give at most ${MAX_PORTS}: a network ACL holds 20 rules.`);
  check.unique(argument, ports.map(String));
  ports.forEach((port, index) => check.integer(`${argument}[${index}]`, port, 1, 65535));
}

/** Fails unless `ports` may face the internet, too. */
export function checkPublicPorts(check: ArgumentCheck, argument: string, ports: readonly number[] = []): void {
  checkPorts(check, argument, ports);
  for (const port of ADMIN_PORTS) {
    check.that(
      !ports.includes(port),
      argument,
      ports,
      `Port ${port} is for remote administration and must not face the internet (Security Hub EC2.21); use Session Manager or ECS Exec.`,
    );
  }
}
