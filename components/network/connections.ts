import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type Component } from "../core";

/** A port range of one protocol. */
export interface Port {
  readonly protocol: "tcp" | "udp";
  readonly from: number;
  readonly to: number;
}

/** One TCP port, e.g. `tcp(443)`. */
export const tcp = (port: number): Port => ({ protocol: "tcp", from: port, to: port });

/** A range of TCP ports, both ends included. */
export const tcpRange = (from: number, to: number): Port => ({ protocol: "tcp", from, to });

/** One side of an allowed connection, for whoever must not start before it is open. */
export type SecurityGroupRule = aws.vpc.SecurityGroupIngressRule | aws.vpc.SecurityGroupEgressRule;

/** Anything with a security group of its own. */
export interface Connectable {
  readonly connections: Connections;
}

/**
 * Who may talk to whom. `database.connections.allowFrom(service)` writes both sides: ingress on the database's security group and
 * egress on the service's, as standalone rules (inline and standalone rules would undo each other on every update).
 * Nothing is open by default, outbound included. Each method returns the rules that it made, on whichever side.
 */
export class Connections implements Connectable {
  readonly connections = this;
  /** The owner's identity: it is in the names of its peers' rules, which no alias of the owner reaches. */
  readonly name: string;
  readonly securityGroupId: pulumi.Output<string>;

  /**
   * @param owner component whose security group this is; the parent of its rules.
   * @param securityGroup a group without inline rules.
   * @param defaultPort where the owner listens, when a caller names no port.
   */
  constructor(
    protected readonly owner: Component,
    readonly securityGroup: aws.ec2.SecurityGroup,
    private readonly defaultPort?: Port,
  ) {
    this.name = owner.identity;
    this.securityGroupId = securityGroup.id;
  }

  /** Lets `peer` open connections to the owner on `port` (default: the owner's default port). */
  allowFrom(peer: Connectable, port?: Port): SecurityGroupRule[] {
    const open = this.portOr(port);
    const from = peer.connections;
    return [
      this.ingress(`from-${from.name}`, open, from.name, { connections: from }),
      from.egress(`to-${this.name}`, open, this.name, { connections: this }),
    ];
  }

  /** Lets the owner open connections to `peer` on `port` (default: the peer's default port). */
  allowTo(peer: Connectable, port?: Port): SecurityGroupRule[] {
    return peer.connections.allowFrom(this, port);
  }

  /** Lets members of the owner's own group talk to each other, e.g. brokers of one cluster. */
  allowInternally(port: Port): SecurityGroupRule[] {
    return [
      this.ingress("from-itself", port, this.name, { connections: this }),
      this.egress("to-itself", port, this.name, { connections: this }),
    ];
  }

  /** Lets an address range in. `label` names the range in the rule's name and description, e.g. `vpc`. */
  allowFromCidr(label: string, cidr: pulumi.Input<string>, port?: Port): SecurityGroupRule[] {
    return [this.ingress(`from-${label}`, this.portOr(port), label, { cidrIpv4: cidr })];
  }

  /** Lets the owner reach an address range, e.g. a payment processor's. */
  allowToCidr(label: string, cidr: pulumi.Input<string>, port: Port): SecurityGroupRule[] {
    return [this.egress(`to-${label}`, port, label, { cidrIpv4: cidr })];
  }

  /** Lets the owner reach somebody outside at all of their ranges, with a rule for each. `label` names them in the rules' names. */
  allowToPartner(
    label: string,
    { cidrs, port }: { readonly cidrs: readonly string[]; readonly port: number },
  ): SecurityGroupRule[] {
    return cidrs.flatMap((cidr) => this.allowToCidr(`${label}-${cidr.replace(/[./]/g, "-")}`, cidr, tcp(port)));
  }

  /** Lets the owner reach an AWS service through its gateway endpoint, named by the endpoint's prefix list. */
  allowToPrefixList(label: string, prefixListId: pulumi.Input<string>, port: Port): SecurityGroupRule[] {
    return [this.egress(`to-${label}`, port, label, { prefixListId })];
  }

  /** Lets an AWS-managed or customer prefix list in, e.g. CloudFront's origin-facing addresses. */
  allowFromPrefixList(label: string, prefixListId: pulumi.Input<string>, port?: Port): SecurityGroupRule[] {
    return [this.ingress(`from-${label}`, this.portOr(port), label, { prefixListId })];
  }

  private portOr(port: Port | undefined): Port {
    const open = port ?? this.defaultPort;
    if (open === undefined) {
      throw new ArgumentError(
        `Connections of "${this.name}"`,
        "port",
        port,
        "The owner has no default port; name one, e.g. tcp(443).",
      );
    }
    return open;
  }

  protected ingress(suffix: string, port: Port, peer: string, source: Peer): aws.vpc.SecurityGroupIngressRule {
    return new aws.vpc.SecurityGroupIngressRule(
      this.owner.childName(`${suffix}-${describePort(port)}`),
      {
        securityGroupId: this.securityGroupId,
        description: `${describePort(port)} from ${peer}`,
        ...range(port),
        ...address(source),
      },
      this.owner.childOptions(),
    );
  }

  protected egress(suffix: string, port: Port, peer: string, target: Peer): aws.vpc.SecurityGroupEgressRule {
    return new aws.vpc.SecurityGroupEgressRule(
      this.owner.childName(`${suffix}-${describePort(port)}`),
      {
        securityGroupId: this.securityGroupId,
        description: `${describePort(port)} to ${peer}`,
        ...range(port),
        ...address(target),
      },
      this.owner.childOptions(),
    );
  }
}

/** The other side of a rule. */
export type Peer =
  { connections: Connections } | { cidrIpv4: pulumi.Input<string> } | { prefixListId: pulumi.Input<string> };

const address = (peer: Peer) =>
  "connections" in peer ? { referencedSecurityGroupId: peer.connections.securityGroupId } : peer;

const range = (port: Port) => ({ ipProtocol: port.protocol, fromPort: port.from, toPort: port.to });

/** A port as it stands in names and descriptions, e.g. `tcp-443`. */
export const describePort = (port: Port): string =>
  port.from === port.to ? `${port.protocol}-${port.from}` : `${port.protocol}-${port.from}-${port.to}`;
