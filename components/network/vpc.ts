import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import type { Key } from "../security/key";
import { AdoptedNetwork, type AdoptedNetworkArgs } from "./adopted-network";
import { type Tier, vpcCidrProblem, type ZoneLetter, zoneSubnets } from "./cidr";
import { Connections, tcp } from "./connections";
import { type EndpointService, type GatewayService, INTERFACE_ENDPOINTS } from "./endpoints";
import { type FlowLogNodes, flowLogs } from "./flow-logs";
import { createNatGateways, natAlarms, type NatGateways, natGatewayOf, natZones } from "./nat-gateways";
import { checkPorts, checkPublicPorts, tierRules } from "./network-acl-rules";
import type { NetworkLike } from "./network-like";
import { exposeSubnets } from "./public-access";
import { associateTier, createRouteTables, type RouteTables, routeToInternet } from "./routes";
import { createGatewayEndpoints, createInterfaceEndpoints, type EndpointActions } from "./vpc-endpoints";
import { type ByZone, checkZones, inZone, zoneLetters } from "./zones";

export interface VpcArgs extends ComponentArgs {
  /** Private IPv4 range, /16 to /20, e.g. `10.20.0.0/16`. Changing it replaces the VPC and all that is in it. */
  cidr: string;
  /** Full zone names of this region with letters a to h, e.g. `["eu-west-1a", "eu-west-1b"]`; two or more in production. */
  zones: readonly string[];
  /** Encrypts the flow logs; it must name the service `logs`. */
  key: Key;
  /**
   * AWS services reached inside the VPC by private DNS instead of over the NAT gateways. Default: what containers need,
   * `["ecr", "kms", "logs", "secretsmanager", "sqs", "sts"]`.
   */
  endpoints?: readonly EndpointService[];
  /** Actions that endpoint policies let through beside what a workload normally does (`endpoints.ts`), by service. Default: none. */
  endpointActions?: EndpointActions;
  /** Names of other owners' buckets that anyone in the VPC may read, e.g. an operating system's packages. Default: none. */
  readableBuckets?: readonly string[];
  /** Names of other owners' buckets that anyone in the VPC may write to, e.g. CloudFormation's, by links that it signs. Default: none. */
  writableBuckets?: readonly string[];
  /**
   * Attaches the S3 and DynamoDB gateway endpoints to the isolated subnets as well and opens their network ACL for them, for databases that
   * import from or export to S3 themselves. Default false: isolated subnets talk to the VPC only.
   */
  isolatedGatewayEndpoints?: boolean;
  /** `per-zone` (default) survives the loss of a zone; `single` is one gateway for all zones, in development only. */
  natGateways?: "per-zone" | "single";
  /** Elastic IP allocations that exist already, by zone, e.g. addresses that partners have on their lists. Default: new ones. */
  natAllocationIds?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Dropped packets per minute above which a NAT gateway's alarm goes off. Default 100; AWS advises 0.01 % of the traffic. */
  natDroppedPackets?: number;
  /**
   * TCP ports on the internet that private subnets may call beside 443 (which the gateway endpoints need), at most ten; security
   * groups narrow it further. Default: none.
   */
  outboundPorts?: readonly number[];
  /**
   * TCP ports on which load balancers in public subnets answer the internet, at most ten. Their targets must see the load balancer's
   * address, not the client's (no client IP preservation). Default: none, only NAT gateways stand there.
   */
  publicPorts?: readonly number[];
  /**
   * True: the internet may open connections into the public subnets although the account blocks public access to VPCs (`RegionalBaseline`), for a
   * public load balancer. Default false.
   */
  internetFacing?: boolean;
  /** Days that flow logs are kept. Default 365 (PCI DSS 10.5.1 asks for twelve months); in development 30. */
  flowLogRetentionInDays?: number;
  transform?: {
    vpc?: Transform<aws.ec2.VpcArgs>;
    publicSubnet?: Transform<aws.ec2.SubnetArgs>;
    privateSubnet?: Transform<aws.ec2.SubnetArgs>;
    isolatedSubnet?: Transform<aws.ec2.SubnetArgs>;
    publicNetworkAcl?: Transform<aws.ec2.NetworkAclArgs>;
    privateNetworkAcl?: Transform<aws.ec2.NetworkAclArgs>;
    isolatedNetworkAcl?: Transform<aws.ec2.NetworkAclArgs>;
    eip?: Transform<aws.ec2.EipArgs>;
    natGateway?: Transform<aws.ec2.NatGatewayArgs>;
    gatewayEndpoint?: Transform<aws.ec2.VpcEndpointArgs>;
    interfaceEndpoint?: Transform<aws.ec2.VpcEndpointArgs>;
    endpointSecurityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    flowLog?: Transform<aws.ec2.FlowLogArgs>;
    flowLogGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

export interface VpcNodes {
  readonly vpc: aws.ec2.Vpc;
  readonly internetGateway: aws.ec2.InternetGateway;
  readonly subnets: Readonly<Record<Tier, ByZone<aws.ec2.Subnet>>>;
  readonly networkAcls: Readonly<Record<Tier, aws.ec2.NetworkAcl>>;
  readonly routeTables: RouteTables;
  readonly natGateways: ByZone<aws.ec2.NatGateway>;
  /** Addresses made here; none for a zone of `natAllocationIds`. */
  readonly eips: ByZone<aws.ec2.Eip>;
  readonly gatewayEndpoints: Readonly<Record<GatewayService, aws.ec2.VpcEndpoint>>;
  /** By the service's name, e.g. `ecr.api`. */
  readonly interfaceEndpoints: Readonly<Record<string, aws.ec2.VpcEndpoint>>;
  readonly endpointSecurityGroup: aws.ec2.SecurityGroup;
  readonly flowLogs: FlowLogNodes;
}

const TIERS: readonly Tier[] = ["public", "private", "isolated"];
const DEFAULT_ENDPOINTS: readonly EndpointService[] = ["ecr", "kms", "logs", "secretsmanager", "sqs", "sts"];
/** Periods that CloudWatch Logs takes (PutRetentionPolicy), in days. */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/**
 * A VPC with three tiers in every zone: public (NAT gateways, public load balancers), private (services, way out through the
 * zone's own NAT gateway and Elastic IP) and isolated (databases and caches, no way out).
 *
 *     const network = new Vpc("network", { cidr: "10.20.0.0/16", zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"], key });
 *
 * Beside subnets and routes: a network ACL per tier, a locked default security group and default network ACL, flow logs of all traffic,
 * gateway endpoints for S3 and DynamoDB, interface endpoints with policies that let only this account's principals through.
 * A zone's addresses depend on its letter alone (`zoneSubnets`): adding one moves nothing.
 *
 * Cost: about 36 USD a month per NAT gateway with its address and 7.30 USD per interface endpoint and zone, both plus traffic: with three zones
 * and the default endpoints some 265 USD in us-east-1, plus 0.50 USD per GB of flow logs. Data loss: none, but a released Elastic IP
 * does not come back, so in production they are protected: partners have them on their lists.
 */
export class Vpc extends Component implements NetworkLike {
  readonly vpcId: pulumi.Output<string>;
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly isolatedSubnetIds: readonly pulumi.Output<string>[];
  /** Public addresses that calls to the internet come from, by zone name: for partners to whitelist. */
  readonly natAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  readonly endpointConnections: Connections;
  readonly s3PrefixListId: pulumi.Output<string>;
  readonly dynamodbPrefixListId: pulumi.Output<string>;
  readonly nodes: VpcNodes;

  private readonly args: VpcArgs;
  /** In the order of `zones`. */
  private readonly letters: readonly ZoneLetter[];
  private readonly vpc: aws.ec2.Vpc;

  constructor(name: string, args: VpcArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:network:Vpc", name, args, opts);
    this.args = args;
    this.letters = zoneLetters(args.zones, this.context.region);
    this.validate();

    this.vpc = this.createVpc();
    const subnets = this.createSubnets();
    const networkAcls = this.createNetworkAcls(subnets);
    const internetGateway = this.createInternetGateway();
    const { natGateways, eips } = this.createNatGateways(subnets.public, internetGateway);
    const routeTables = createRouteTables(this, this.vpc.id, this.letters);
    const endpointSecurityGroup = this.createEndpointSecurityGroup();
    const { gatewayEndpoints, interfaceEndpoints } = this.createEndpoints(
      routeTables,
      this.perZone(subnets.private),
      endpointSecurityGroup,
    );
    const flowLogNodes = flowLogs(this, this.vpc.id, {
      key: args.key,
      retentionInDays: args.flowLogRetentionInDays,
      transform: { flowLog: args.transform?.flowLog, logGroup: args.transform?.flowLogGroup },
    });
    const ready = this.associateSubnets(
      { internetGateway, natGateways, routeTables, networkAcls, gatewayEndpoints, interfaceEndpoints },
      subnets,
    );

    if (args.internetFacing) exposeSubnets(this, subnets.public);

    this.vpcId = this.vpc.id;
    this.cidr = args.cidr;
    this.zones = [...args.zones];
    this.publicSubnetIds = this.subnetIds(subnets.public, ready.public);
    this.privateSubnetIds = this.subnetIds(subnets.private, ready.private);
    this.isolatedSubnetIds = this.subnetIds(subnets.isolated, ready.isolated);
    this.natAddresses = Object.fromEntries(
      this.natZones.map((letter) => [this.zoneName(letter), inZone(natGateways, letter).publicIp]),
    );
    this.endpointConnections = new Connections(this, endpointSecurityGroup, tcp(443));
    this.s3PrefixListId = gatewayEndpoints.s3.prefixListId;
    this.dynamodbPrefixListId = gatewayEndpoints.dynamodb.prefixListId;
    this.nodes = {
      vpc: this.vpc,
      internetGateway,
      subnets,
      networkAcls,
      routeTables,
      natGateways,
      eips,
      gatewayEndpoints,
      interfaceEndpoints,
      endpointSecurityGroup,
      flowLogs: flowLogNodes,
    };
    this.registerOutputs({
      vpcId: this.vpcId,
      cidr: this.cidr,
      zones: this.zones,
      publicSubnetIds: this.publicSubnetIds,
      privateSubnetIds: this.privateSubnetIds,
      isolatedSubnetIds: this.isolatedSubnetIds,
      natAddresses: this.natAddresses,
    });
  }

  /** A VPC that exists already, for components that stand in one; nothing of it is managed here. */
  static adopt(name: string, args: AdoptedNetworkArgs, opts?: pulumi.ComponentResourceOptions): NetworkLike {
    return new AdoptedNetwork(name, args, opts);
  }

  private validate(): void {
    const { args } = this;
    const cidrProblem = vpcCidrProblem(args.cidr);
    this.check.that(cidrProblem === undefined, "cidr", args.cidr, cidrProblem ?? "");
    checkZones(this.check, args.zones, this.context.region, this.production ? 2 : 1);
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.unique("endpoints", args.endpoints ?? []);
    for (const service of args.endpoints ?? []) {
      this.check.that(
        service in INTERFACE_ENDPOINTS,
        "endpoints",
        service,
        `Use some of: ${Object.keys(INTERFACE_ENDPOINTS).join(", ")}.`,
      );
    }
    this.check.that(
      !(args.endpoints?.includes("ssm") && args.endpoints.includes("ssm-parameters")),
      "endpoints",
      args.endpoints,
      "Both make the endpoint ssm; leave out ssm-parameters, which ssm includes.",
    );
    this.check.that(
      !(args.endpoints?.includes("eks") && args.endpoints.includes("ec2")),
      "endpoints",
      args.endpoints,
      "Both make the endpoint ec2; leave out ec2, which eks includes.",
    );
    this.check.that(
      this.context.partition.id !== "aws-cn" || args.endpoints?.length === 0,
      "endpoints",
      args.endpoints ?? DEFAULT_ENDPOINTS,
      "In China AWS names interface endpoints differently from service to service: give [] and create them beside the VPC.",
    );
    this.check.oneOf("natGateways", args.natGateways ?? "per-zone", ["per-zone", "single"]);
    this.check.that(
      !this.production || args.natGateways !== "single",
      "natGateways",
      args.natGateways,
      'With one gateway the loss of its zone cuts every zone off; leave it out, or set environment "development".',
    );
    const natZones = this.natZones.map((letter) => this.zoneName(letter));
    for (const zone of Object.keys(args.natAllocationIds ?? {})) {
      this.check.that(
        natZones.includes(zone),
        "natAllocationIds",
        zone,
        `NAT gateways stand in: ${natZones.join(", ")}.`,
      );
    }
    this.check.integer("natDroppedPackets", args.natDroppedPackets ?? 100, 0, Number.MAX_SAFE_INTEGER, "of packets");
    checkPorts(this.check, "outboundPorts", args.outboundPorts);
    checkPublicPorts(this.check, "publicPorts", args.publicPorts);
    if (args.flowLogRetentionInDays !== undefined) {
      this.check.oneOf("flowLogRetentionInDays", args.flowLogRetentionInDays, RETENTION_DAYS);
    }
  }

  private get natZones(): ZoneLetter[] {
    return natZones(this.letters, this.args.natGateways);
  }

  private zoneName(letter: ZoneLetter): string {
    return `${this.context.region}${letter}`;
  }

  private perZone<T>(byZone: ByZone<T>): T[] {
    return this.letters.map((letter) => inZone(byZone, letter));
  }

  private createVpc(): aws.ec2.Vpc {
    const vpc = new aws.ec2.Vpc(
      this.childName("vpc"),
      // Interface endpoints answer by private DNS names, which need both.
      { cidrBlock: this.args.cidr, enableDnsSupport: true, enableDnsHostnames: true },
      this.childOptions({}, this.args.transform?.vpc),
    );
    // Whatever forgets to name a security group or a network ACL gets these: nothing passes.
    new aws.ec2.DefaultSecurityGroup(
      this.childName("default"),
      { vpcId: vpc.id, ingress: [], egress: [] },
      this.childOptions(),
    );
    new aws.ec2.DefaultNetworkAcl(
      this.childName("default"),
      { defaultNetworkAclId: vpc.defaultNetworkAclId, ingress: [], egress: [] },
      // AWS puts every new subnet here first; where it belongs is the tiers' affair.
      this.childOptions({ ignoreChanges: ["subnetIds"] }),
    );
    return vpc;
  }

  private createSubnets(): Record<Tier, ByZone<aws.ec2.Subnet>> {
    const { transform } = this.args;
    const transforms = {
      public: transform?.publicSubnet,
      private: transform?.privateSubnet,
      isolated: transform?.isolatedSubnet,
    };
    const subnets: Record<Tier, ByZone<aws.ec2.Subnet>> = { public: {}, private: {}, isolated: {} };
    for (const letter of this.letters) {
      const ranges = zoneSubnets(this.args.cidr, letter);
      for (const tier of TIERS) {
        subnets[tier][letter] = new aws.ec2.Subnet(
          this.childName(`${tier}-${letter}`),
          {
            vpcId: this.vpc.id,
            availabilityZone: this.zoneName(letter),
            cidrBlock: ranges[tier],
            mapPublicIpOnLaunch: false,
            tags: { "palisade:tier": tier },
          },
          this.childOptions({}, transforms[tier]),
        );
      }
    }
    return subnets;
  }

  private createNetworkAcls(subnets: Record<Tier, ByZone<aws.ec2.Subnet>>): Record<Tier, aws.ec2.NetworkAcl> {
    const { args } = this;
    const traffic = {
      cidr: args.cidr,
      outboundPorts: [443, ...(args.outboundPorts ?? []).filter((port) => port !== 443)],
      publicPorts: args.publicPorts ?? [],
      isolatedGatewayEndpoints: args.isolatedGatewayEndpoints ?? false,
    };
    const create = (tier: Tier, transform: Transform<aws.ec2.NetworkAclArgs> | undefined) =>
      new aws.ec2.NetworkAcl(
        this.childName(tier),
        {
          vpcId: this.vpc.id,
          subnetIds: this.perZone(subnets[tier]).map((subnet) => subnet.id),
          ...tierRules(tier, traffic),
        },
        this.childOptions({}, transform),
      );
    return {
      public: create("public", args.transform?.publicNetworkAcl),
      private: create("private", args.transform?.privateNetworkAcl),
      isolated: create("isolated", args.transform?.isolatedNetworkAcl),
    };
  }

  private createInternetGateway(): aws.ec2.InternetGateway {
    return new aws.ec2.InternetGateway(this.childName("internet"), { vpcId: this.vpc.id }, this.childOptions());
  }

  private createNatGateways(
    publicSubnets: ByZone<aws.ec2.Subnet>,
    internetGateway: aws.ec2.InternetGateway,
  ): NatGateways {
    const { natAllocationIds, natDroppedPackets = 100, transform } = this.args;
    const allocationIds: ByZone<pulumi.Input<string>> = Object.fromEntries(
      this.natZones.map((letter) => [letter, natAllocationIds?.[this.zoneName(letter)]]),
    );
    const made = createNatGateways(this, this.natZones, publicSubnets, { internetGateway, allocationIds, transform });
    for (const letter of this.natZones) {
      const rules = natAlarms(this.zoneName(letter), inZone(made.natGateways, letter), natDroppedPackets);
      for (const [suffix, rule] of Object.entries(rules)) this.alarm(`nat-${letter}-${suffix}`, rule);
    }
    return made;
  }

  private createEndpointSecurityGroup(): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("endpoints"),
      { vpcId: this.vpc.id, description: `Interface endpoints of ${this.identity}` },
      this.childOptions({}, this.args.transform?.endpointSecurityGroup),
    );
  }

  private createEndpoints(
    routeTables: RouteTables,
    privateSubnets: readonly aws.ec2.Subnet[],
    securityGroup: aws.ec2.SecurityGroup,
  ): Pick<VpcNodes, "gatewayEndpoints" | "interfaceEndpoints"> {
    const { args } = this;
    const options = { vpcId: this.vpc.id, actions: args.endpointActions ?? {} };
    const buckets = { readable: args.readableBuckets ?? [], writable: args.writableBuckets ?? [] };
    const tables = [
      ...this.perZone(routeTables.private),
      ...(args.isolatedGatewayEndpoints ? [routeTables.isolated] : []),
    ];
    return {
      gatewayEndpoints: createGatewayEndpoints(this, tables, buckets, {
        ...options,
        transform: args.transform?.gatewayEndpoint,
      }),
      interfaceEndpoints: createInterfaceEndpoints(
        this,
        args.endpoints ?? DEFAULT_ENDPOINTS,
        privateSubnets,
        securityGroup,
        { ...options, transform: args.transform?.interfaceEndpoint },
      ),
    };
  }

  /** Routes, and route table associations that wait for all that makes a subnet usable. */
  private associateSubnets(
    nodes: Omit<VpcNodes, "vpc" | "subnets" | "eips" | "endpointSecurityGroup" | "flowLogs">,
    subnets: VpcNodes["subnets"],
  ): Record<Tier, ByZone<aws.ec2.RouteTableAssociation>> {
    const { routeTables, networkAcls, natGateways } = nodes;
    const endpoints = [...Object.values(nodes.gatewayEndpoints), ...Object.values(nodes.interfaceEndpoints)];
    const publicRoute = routeToInternet(this, "public", routeTables.public, { gatewayId: nodes.internetGateway.id });
    const privateRoutes: ByZone<aws.ec2.Route> = {};
    for (const letter of this.letters) {
      privateRoutes[letter] = routeToInternet(this, `private-${letter}`, inZone(routeTables.private, letter), {
        natGatewayId: natGatewayOf(natGateways, letter).id,
      });
    }
    return {
      public: associateTier(
        this,
        "public",
        subnets.public,
        () => routeTables.public,
        () => [publicRoute, networkAcls.public],
      ),
      private: associateTier(
        this,
        "private",
        subnets.private,
        (letter) => inZone(routeTables.private, letter),
        (letter) => [inZone(privateRoutes, letter), networkAcls.private, ...endpoints],
      ),
      isolated: associateTier(
        this,
        "isolated",
        subnets.isolated,
        () => routeTables.isolated,
        () => [networkAcls.isolated],
      ),
    };
  }

  /**
   * A subnet is of use once its network ACL (until then it has the locked one), routes and endpoints stand, so whoever takes its id waits for its
   * association. By the association's URN, which a preview knows, where its id would make the subnet's unknown too.
   */
  private subnetIds(
    subnets: ByZone<aws.ec2.Subnet>,
    associations: ByZone<aws.ec2.RouteTableAssociation>,
  ): pulumi.Output<string>[] {
    return this.letters.map((letter) =>
      pulumi.all([inZone(subnets, letter).id, inZone(associations, letter).urn]).apply(([id]) => id),
    );
  }
}
