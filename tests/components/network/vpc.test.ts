import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { contains, overlaps } from "../../../components/network/cidr";
import { Vpc, type VpcArgs } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import type { RecordedResource, Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const SUBNET = "aws:ec2/subnet:Subnet";
const NACL = "aws:ec2/networkAcl:NetworkAcl";
const ROUTE = "aws:ec2/route:Route";
const ASSOCIATION = "aws:ec2/routeTableAssociation:RouteTableAssociation";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const NAT = "aws:ec2/natGateway:NatGateway";

/** The region that the contract's parents set, so that zones fit whichever parent it is. */
function regionOf(opts: pulumi.ComponentResourceOptions): string {
  const parent: unknown = opts.parent;
  const context: unknown = typeof parent === "object" && parent !== null ? Reflect.get(parent, "context") : undefined;
  return typeof context === "object" && context !== null ? String(Reflect.get(context, "region")) : "eu-west-1";
}

function vpc(name: string, args: Partial<VpcArgs> = {}, opts: pulumi.ComponentResourceOptions = {}): Vpc {
  const region = args.region ?? regionOf(opts);
  const key = new Key(`${name}-key`, { description: "Logs", services: ["logs"], region }, opts);
  return new Vpc(name, { cidr: "10.20.0.0/16", zones: [`${region}a`, `${region}b`], key, ...args }, opts);
}

describe("Vpc", () => {
  componentContract("network", "Vpc", {
    minimal: (name, opts) => vpc(name, {}, opts),
    complete: (name, opts) => {
      const region = regionOf(opts);
      return vpc(
        name,
        {
          zones: ["c", "a", "b"].map((letter) => `${region}${letter}`),
          environment: "development",
          natGateways: "single",
          natAllocationIds: { [`${region}a`]: "eipalloc-0a1b2c3d4e5f60718" },
          natDroppedPackets: 5000,
          endpoints: [
            "aps-workspaces",
            "athena",
            "ecr",
            "ecs",
            "events",
            "kinesis-firehose",
            "kinesis-streams",
            "kms",
            "logs",
            "monitoring",
            "secretsmanager",
            "sns",
            "sqs",
            "ssm",
            "sts",
            "xray",
          ],
          endpointActions: {
            kms: ["kms:ListAliases"],
            s3: ["s3:DeleteObjectVersion"],
            dynamodb: ["dynamodb:PartiQLSelect"],
          },
          readableBuckets: [`al2023-repos-${region}-de612dc2`],
          writableBuckets: [`cloudformation-waitcondition-${region}`],
          isolatedGatewayEndpoints: true,
          outboundPorts: [8443],
          publicPorts: [443],
          internetFacing: true,
          flowLogRetentionInDays: 90,
          transform: {
            vpc: { instanceTenancy: "default" },
            publicSubnet: (args, opts) => {
              args.mapPublicIpOnLaunch = false;
              opts.ignoreChanges = ["tags"];
            },
            privateSubnet: { privateDnsHostnameTypeOnLaunch: "resource-name" },
            isolatedSubnet: { privateDnsHostnameTypeOnLaunch: "ip-name" },
            publicNetworkAcl: { tags: { acl: "public" } },
            privateNetworkAcl: { tags: { acl: "private" } },
            isolatedNetworkAcl: { tags: { acl: "isolated" } },
            eip: { tags: { partner: "acquirer" } },
            natGateway: { tags: { partner: "acquirer" } },
            gatewayEndpoint: { tags: { kind: "gateway" } },
            interfaceEndpoint: { ipAddressType: "ipv4" },
            endpointSecurityGroup: { tags: { kind: "endpoints" } },
            flowLog: (args) => void (args.maxAggregationInterval = 600),
            flowLogGroup: { skipDestroy: true },
          },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(`Vpc "one"`, (name, key) => vpc(name, { key }), ["logs"]),
      "a range that is none": {
        build: (name) => vpc(name, { cidr: "10.20/16" }),
        message: /Vpc "one": cidr = "10.20\/16" .* such as 10\.20\.0\.0\/16/,
      },
      "a range with host bits": {
        build: (name) => vpc(name, { cidr: "10.20.1.0/16" }),
        message: /holds it is 10\.20\.0\.0\/16/,
      },
      "a range too small for eight zones": {
        build: (name) => vpc(name, { cidr: "10.20.0.0/24" }),
        message: /from \/16 to \/20/,
      },
      "a public range": { build: (name) => vpc(name, { cidr: "52.1.0.0/16" }), message: /private range/ },
      "one zone in production": {
        build: (name) => vpc(name, { zones: ["eu-west-1a"] }),
        message: /zones = \["eu-west-1a"\] .* at least 2 zones/,
      },
      "no zone at all": {
        build: (name) => vpc(name, { zones: [], environment: "development" }),
        message: /at least 1 zone, e\.g\. eu-west-1a/,
      },
      "a zone twice": {
        build: (name) => vpc(name, { zones: ["eu-west-1a", "eu-west-1a"] }),
        message: /"eu-west-1a" stands twice/,
      },
      "a zone of another region": {
        build: (name) => vpc(name, { zones: ["eu-west-1a", "us-east-1b"] }),
        message: /zones\[1\] = "us-east-1b" .* eu-west-1a to eu-west-1h/,
      },
      "a local zone": {
        build: (name) => vpc(name, { zones: ["us-east-1a", "us-east-1-bos-1a"], region: "us-east-1" }),
        message: /zones\[1\] = "us-east-1-bos-1a"/,
      },
      "a bundle named twice": {
        build: (name) => vpc(name, { endpoints: ["kms", "kms"] }),
        message: /"kms" stands twice/,
      },
      "a bundle that does not exist": {
        // As a JavaScript caller or a configuration file would.
        build: (name) => vpc(name, { endpoints: [JSON.parse('"s3"')] }),
        message: /endpoints = "s3" .* Use some of: aps-workspaces, athena, beanstalk, ec2, ecr/,
      },
      "one endpoint under two names": {
        build: (name) => vpc(name, { endpoints: ["ssm", "ssm-parameters"] }),
        message: /endpoints = \["ssm","ssm-parameters"\] .* leave out ssm-parameters/,
      },
      "two bundles with the endpoint ec2": {
        build: (name) => vpc(name, { endpoints: ["eks", "ec2"] }),
        message: /endpoints = \["eks","ec2"\] .* leave out ec2/,
      },
      "interface endpoints in China": {
        build: (name) => vpc(name, { region: "cn-north-1", zones: ["cn-north-1a", "cn-north-1b"] }),
        message: /In China AWS names interface endpoints differently/,
      },
      "a NAT mode that does not exist": {
        build: (name) => vpc(name, { natGateways: JSON.parse('"none"') }),
        message: /natGateways = "none" .* per-zone, single/,
      },
      "a single NAT gateway in production": {
        build: (name) => vpc(name, { natGateways: "single" }),
        message: /natGateways = "single" .* set environment "development"/,
      },
      "an address for a zone without NAT gateway": {
        build: (name) => vpc(name, { natAllocationIds: { "eu-west-1c": "eipalloc-0a1b2c3d4e5f60718" } }),
        message: /natAllocationIds = "eu-west-1c" .* stand in: eu-west-1a, eu-west-1b/,
      },
      "a negative alarm threshold": {
        build: (name) => vpc(name, { natDroppedPackets: -1 }),
        message: /natDroppedPackets = -1/,
      },
      "an outbound port out of range": {
        build: (name) => vpc(name, { outboundPorts: [443, 65536] }),
        message: /outboundPorts\[1\] = 65536 .* from 1 to 65535/,
      },
      "a port named twice": {
        build: (name) => vpc(name, { outboundPorts: [443, 443] }),
        message: /outboundPorts .* "443" stands twice/,
      },
      "more ports than a network ACL holds": {
        build: (name) => vpc(name, { publicPorts: Array.from({ length: 11 }, (_, i) => 8000 + i) }),
        message: /publicPorts .* at most 10/,
      },
      "remote administration from the internet": {
        build: (name) => vpc(name, { publicPorts: [443, 22] }),
        message: /publicPorts = \[443,22\] .* Port 22 .* EC2\.21/,
      },
      "a retention that CloudWatch does not have": {
        build: (name) => vpc(name, { flowLogRetentionInDays: 100 }),
        message: /flowLogRetentionInDays = 100 .* Use one of: 1, 3/,
      },
    },
  });

  describe("growth", () => {
    /** What AWS replaces in place when a zone is added: the lists of all zones' subnets and route tables. */
    const LISTS = ["subnetIds", "routeTableIds"];

    const build = (letters: string) => () =>
      void vpc("net", { zones: [...letters].map((letter) => `eu-west-1${letter}`) });

    for (const [before, after] of [
      ["ab", "abc"],
      ["ab", "cab"],
      ["ac", "abc"],
    ] as const) {
      it(`from zones ${before} to ${after} leaves every resource as it was`, async () => {
        const first = await recordProgram(build(before));
        const second = await recordProgram(build(after));
        const grown = new Map(second.resources.map((resource) => [resource.urn, resource]));
        let compared = 0;
        for (const old of first.resources) {
          const now = grown.get(old.urn);
          assert.ok(now, `${old.urn} is gone`);
          for (const [property, value] of Object.entries(old.inputs)) {
            if (!LISTS.includes(property)) {
              assert.deepEqual(now.inputs[property], value, `${old.urn} ${property}`);
              continue;
            }
            assert.ok(Array.isArray(value) && Array.isArray(now.inputs[property]));
            const grownList: readonly unknown[] = now.inputs[property];
            for (const id of value) assert.ok(grownList.includes(id), `${old.urn} lost ${String(id)}`);
          }
          assert.deepEqual(Object.keys(now.inputs), Object.keys(old.inputs));
          assert.equal(now.id, old.id);
          compared += 1;
        }
        assert.ok(compared > 50, `only ${compared} resources compared`);
        assert.ok(second.resources.length > first.resources.length);
      });
    }

    it("keeps the single NAT gateway of development when a later zone is added", async () => {
      const single = (letters: string) => () =>
        void vpc("net", {
          zones: [...letters].map((letter) => `eu-west-1${letter}`),
          environment: "development",
          natGateways: "single",
        });
      const first = await recordProgram(single("a"));
      const second = await recordProgram(single("ba"));
      assert.deepEqual(
        ofType(first, NAT).map(({ urn }) => urn),
        ofType(second, NAT).map(({ urn }) => urn),
      );
      const targets = ofType(second, ROUTE)
        .filter(({ name }) => name.startsWith("net-private"))
        .map(({ inputs }) => inputs.natGatewayId);
      assert.equal(targets.length, 2);
      assert.equal(new Set(targets).size, 1);
    });
  });

  describe("subnets and routes", () => {
    let recording: Recording;
    before(async () => {
      recording = await recordProgram(() => void vpc("net", { zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }));
    });

    it("has three tiers in every zone, none of which gives out public addresses", () => {
      const subnets = ofType(recording, SUBNET);
      assert.equal(subnets.length, 9);
      for (const subnet of subnets) {
        assert.equal(subnet.inputs.mapPublicIpOnLaunch, false);
        assert.ok(contains("10.20.0.0/16", String(subnet.inputs.cidrBlock)));
        const letter = subnet.name.slice(-1);
        assert.equal(subnet.inputs.availabilityZone, `eu-west-1${letter}`);
      }
      const ranges = subnets.map(({ inputs }) => String(inputs.cidrBlock));
      ranges.forEach((one, i) => ranges.slice(i + 1).forEach((other) => assert.ok(!overlaps(one, other))));
    });

    it("sends each zone's private subnet through its own NAT gateway and address", () => {
      for (const letter of ["a", "b", "c"]) {
        const nat = named(recording, `net-nat-${letter}`, NAT);
        const eip = named(recording, `net-nat-${letter}`, "aws:ec2/eip:Eip");
        const table = named(recording, `net-private-${letter}`, "aws:ec2/routeTable:RouteTable");
        const route = named(recording, `net-private-${letter}-internet`, ROUTE);
        const association = named(recording, `net-private-${letter}`, ASSOCIATION);
        assert.equal(nat.inputs.allocationId, eip.id);
        assert.equal(nat.inputs.subnetId, named(recording, `net-public-${letter}`, SUBNET).id);
        assert.equal(nat.outputs.publicIp, eip.outputs.publicIp);
        assert.ok(eip.protect);
        assert.equal(route.inputs.natGatewayId, nat.id);
        assert.equal(route.inputs.routeTableId, table.id);
        assert.equal(association.inputs.routeTableId, table.id);
        assert.equal(association.inputs.subnetId, named(recording, `net-private-${letter}`, SUBNET).id);
      }
    });

    it("gives the isolated tier no route to the internet and no gateway endpoint", () => {
      const isolated = named(recording, "net-isolated", "aws:ec2/routeTable:RouteTable").id;
      assert.equal(ofType(recording, ROUTE).filter(({ inputs }) => inputs.routeTableId === isolated).length, 0);
      for (const endpoint of ofType(recording, ENDPOINT)) {
        assert.ok(!(endpoint.inputs.routeTableIds as unknown[] | undefined)?.includes(isolated), endpoint.name);
      }
    });

    it("makes whoever takes a subnet's id wait for routes, network ACL and endpoints", () => {
      const association = named(recording, "net-private-a", ASSOCIATION);
      const waitsFor = new Set(association.dependencies);
      for (const resource of [
        named(recording, "net-private-a-internet"),
        named(recording, "net-private", NACL),
        ...ofType(recording, ENDPOINT),
      ]) {
        assert.ok(waitsFor.has(resource.urn), resource.urn);
      }
    });

    it("hands that wait on with the subnet's id", async () => {
      const used = await recordProgram(() => {
        const net = vpc("net");
        new aws.ec2.NatGateway("user", { subnetId: net.privateSubnetIds[0]!, connectivityType: "private" });
      });
      const user = named(used, "user");
      assert.equal(user.inputs.subnetId, named(used, "net-private-a", SUBNET).id);
      assert.deepEqual(
        [...(user.propertyDependencies.subnetId ?? [])].sort(),
        [named(used, "net-private-a", SUBNET).urn, named(used, "net-private-a", ASSOCIATION).urn].sort(),
      );
    });

    it("locks what a forgetful caller would get by default", () => {
      for (const type of [
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
      ]) {
        const resource = named(recording, "net-default", type);
        assert.deepEqual([resource.inputs.ingress, resource.inputs.egress], [[], []]);
      }
    });
  });

  it("says subnet ids and addresses by zone, in the order of the zones", async () => {
    const recording = await recordProgram(() => {
      const net = vpc("net", { zones: ["eu-west-1b", "eu-west-1a"] });
      return { private: net.privateSubnetIds, isolated: net.isolatedSubnetIds, addresses: net.natAddresses };
    });
    // The outputs of a component are those it registered.
    const component = named(recording, "net");
    assert.deepEqual(component.outputs.privateSubnetIds, [
      named(recording, "net-private-b", SUBNET).id,
      named(recording, "net-private-a", SUBNET).id,
    ]);
    assert.deepEqual(component.outputs.natAddresses, {
      "eu-west-1b": named(recording, "net-nat-b", NAT).outputs.publicIp,
      "eu-west-1a": named(recording, "net-nat-a", NAT).outputs.publicIp,
    });
  });

  describe("network ACLs", () => {
    type Packet = { protocol: "tcp" | "udp" | "icmp"; port: number; cidr: string };

    /** AWS's evaluation: the lowest numbered rule that matches decides; none means deny. */
    function passes(acl: RecordedResource, direction: "ingress" | "egress", packet: Packet): boolean {
      const rules = [...(acl.inputs[direction] as Array<Record<string, unknown>>)].sort(
        (a, b) => Number(a.ruleNo) - Number(b.ruleNo),
      );
      for (const rule of rules) {
        if (!contains(String(rule.cidrBlock), packet.cidr)) continue;
        if (rule.protocol !== "-1" && rule.protocol !== packet.protocol) continue;
        const ported = packet.protocol !== "icmp" && rule.protocol !== "-1";
        if (ported && (packet.port < Number(rule.fromPort) || packet.port > Number(rule.toPort))) continue;
        return rule.action === "allow";
      }
      return false;
    }

    const INTERNET = "203.0.113.7/32";
    const INSIDE = "10.20.33.7/32";
    const tcp = (port: number, cidr: string): Packet => ({ protocol: "tcp", port, cidr });

    let acls: Record<"public" | "private" | "isolated", RecordedResource>;
    const load = async (args: Partial<VpcArgs> = {}) => {
      const recording = await recordProgram(() => void vpc("net", args));
      acls = {
        public: named(recording, "net-public", NACL),
        private: named(recording, "net-private", NACL),
        isolated: named(recording, "net-isolated", NACL),
      };
    };

    it("lets a private host call a processor over the NAT gateway and get its answer", async () => {
      await load();
      const hostPort = 40001;
      const natPort = 1024;
      // Out of the private subnet, into the public one, out to the internet.
      assert.ok(passes(acls.private, "egress", tcp(443, INTERNET)));
      assert.ok(passes(acls.public, "ingress", tcp(443, INSIDE)));
      assert.ok(passes(acls.public, "egress", tcp(443, INTERNET)));
      // The answer's way back.
      assert.ok(passes(acls.public, "ingress", tcp(natPort, INTERNET)));
      assert.ok(passes(acls.public, "ingress", tcp(65535, INTERNET)));
      assert.ok(passes(acls.public, "egress", tcp(hostPort, INSIDE)));
      assert.ok(passes(acls.private, "ingress", tcp(hostPort, INTERNET)));
    });

    it("lets path MTU discovery through", async () => {
      await load();
      for (const acl of [acls.public, acls.private]) {
        const rule = (acl.inputs.ingress as Array<Record<string, unknown>>).find(({ protocol }) => protocol === "icmp");
        assert.deepEqual([rule?.icmpType, rule?.icmpCode], [3, 4]);
      }
    });

    it("keeps remote administration and every listening port from the internet out of every tier", async () => {
      await load();
      for (const acl of Object.values(acls)) {
        for (const port of [22, 80, 443, 1023, 3389]) {
          assert.ok(!passes(acl, "ingress", tcp(port, INTERNET)), `${acl.name} ${port}`);
        }
        assert.ok(!passes(acl, "ingress", { protocol: "udp", port: 40000, cidr: INTERNET }));
        // EC2.21 judges each rule by itself.
        for (const rule of acl.inputs.ingress as Array<Record<string, unknown>>) {
          if (rule.cidrBlock !== "0.0.0.0/0" || rule.protocol === "icmp") continue;
          for (const port of [22, 3389]) {
            assert.ok(port < Number(rule.fromPort) || port > Number(rule.toPort), JSON.stringify(rule));
          }
        }
      }
    });

    it("lets the VPC talk within itself, health checks and their answers included", async () => {
      await load();
      for (const acl of Object.values(acls)) {
        for (const direction of ["ingress", "egress"] as const) {
          for (const port of [443, 5432, 8443, 40000]) assert.ok(passes(acl, direction, tcp(port, INSIDE)));
        }
      }
    });

    it("keeps the isolated tier to the VPC", async () => {
      await load();
      for (const direction of ["ingress", "egress"] as const) {
        const rules = acls.isolated.inputs[direction] as Array<Record<string, unknown>>;
        assert.deepEqual(
          rules.map(({ cidrBlock }) => cidrBlock),
          ["10.20.0.0/16"],
        );
      }
    });

    it("lets nothing but the named ports out", async () => {
      await load({ outboundPorts: [8443] });
      // 443 stays: image layers come from S3 by the gateway endpoint.
      for (const port of [443, 8443]) assert.ok(passes(acls.private, "egress", tcp(port, INTERNET)));
      for (const acl of Object.values(acls)) {
        for (const port of [22, 25, 53, 80, 3389]) assert.ok(!passes(acl, "egress", tcp(port, INTERNET)), `${port}`);
      }
    });

    it("opens the public tier for a public load balancer when told to, both directions", async () => {
      await load({ publicPorts: [443] });
      assert.ok(passes(acls.public, "ingress", tcp(443, INTERNET)));
      assert.ok(passes(acls.public, "egress", tcp(50000, INTERNET)));
      assert.ok(!passes(acls.private, "ingress", tcp(443, INTERNET)));
    });

    it("opens the isolated tier for the gateway endpoints when told to, and attaches them", async () => {
      await load({ isolatedGatewayEndpoints: true });
      assert.ok(passes(acls.isolated, "egress", tcp(443, INTERNET)));
      assert.ok(passes(acls.isolated, "ingress", tcp(40000, INTERNET)));
      const recording = await recordProgram(() => void vpc("net", { isolatedGatewayEndpoints: true }));
      const isolated = named(recording, "net-isolated", "aws:ec2/routeTable:RouteTable").id;
      for (const service of ["s3", "dynamodb"]) {
        assert.ok((named(recording, `net-endpoint-${service}`).inputs.routeTableIds as unknown[]).includes(isolated));
      }
    });

    it("keeps the number of each kind of rule when ports are added", async () => {
      await load();
      const rule = (list: unknown, port: number) =>
        (list as Array<Record<string, unknown>>).find(({ fromPort }) => fromPort === port)?.ruleNo;
      const numbers = [rule(acls.public.inputs.egress, 443), rule(acls.public.inputs.ingress, 1024)];
      await load({ outboundPorts: [8443], publicPorts: [443] });
      assert.deepEqual([rule(acls.public.inputs.egress, 443), rule(acls.public.inputs.ingress, 1024)], numbers);
    });
  });

  describe("endpoints", () => {
    const ACCOUNT = "123456789012";
    let recording: Recording;
    before(async () => {
      recording = await recordProgram(() => void vpc("net", { endpoints: ["ecr", "ecs", "ssm", "kms", "sts"] }));
    });
    const policy = (name: string) => statements(named(recording, name).inputs.policy);

    it("spells bundles out", () => {
      assert.deepEqual(
        ofType(recording, ENDPOINT)
          .map(({ inputs }) => String(inputs.serviceName).replace("com.amazonaws.eu-west-1.", ""))
          .sort(),
        [
          "dynamodb",
          "ec2messages",
          "ecr.api",
          "ecr.dkr",
          "ecs",
          "ecs-agent",
          "ecs-telemetry",
          "kms",
          "s3",
          "ssm",
          "ssmmessages",
          "sts",
        ],
      );
    });

    it("puts interface endpoints into the private subnets, with private DNS and a security group that calls nobody", () => {
      const subnets = ["a", "b"].map((letter) => named(recording, `net-private-${letter}`, SUBNET).id);
      const group = named(recording, "net-endpoints", "aws:ec2/securityGroup:SecurityGroup");
      const interfaces = ofType(recording, ENDPOINT).filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
      assert.equal(interfaces.length, 10);
      for (const endpoint of interfaces) {
        assert.deepEqual(endpoint.inputs.subnetIds, subnets);
        assert.equal(endpoint.inputs.privateDnsEnabled, true);
        assert.deepEqual(endpoint.inputs.securityGroupIds, [group.id]);
      }
      assert.equal(group.inputs.egress, undefined);
      assert.equal(recording.resources.filter(({ type }) => type.includes("SecurityGroupEgressRule")).length, 0);
    });

    it("makes one endpoint of Systems Manager for reading parameters, and nothing else through it", async () => {
      const parameters = await recordProgram(() => void vpc("net", { endpoints: ["ssm-parameters"] }));
      const [endpoint, ...more] = ofType(parameters, ENDPOINT).filter(
        ({ inputs }) => inputs.vpcEndpointType === "Interface",
      );
      assert.deepEqual([endpoint?.inputs.serviceName, more], ["com.amazonaws.eu-west-1.ssm", []]);
      assert.deepEqual(
        statements(endpoint?.inputs.policy).map(({ Action }) => Action),
        [["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"]],
      );
    });

    it("lets Kubernetes' network plugin make interfaces, and pods ask for their roles, where there is a cluster", async () => {
      const eks = await recordProgram(() => void vpc("net", { endpoints: ["eks"] }));
      const interfaces = ofType(eks, ENDPOINT).filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
      assert.deepEqual(interfaces.map(({ inputs }) => inputs.serviceName).sort(), [
        "com.amazonaws.eu-west-1.ec2",
        "com.amazonaws.eu-west-1.eks-auth",
      ]);
      const [allowed] = statements(named(eks, "net-endpoint-ec2").inputs.policy);
      for (const action of ["ec2:CreateNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:DescribeInstances"])
        assert.ok((allowed?.Action as string[]).includes(action), action);
      assert.ok(!(allowed?.Action as string[]).includes("ec2:RunInstances"));
    });

    it("lets another account's image through ECR's endpoints for this account's principals, as GuardDuty's agent is", () => {
      for (const name of ["net-endpoint-ecr-api", "net-endpoint-ecr-dkr"]) {
        const [pull, ...more] = policy(name);
        assert.deepEqual([pull?.Resource, more], ["*", []], name);
        assert.deepEqual(pull?.Condition, { StringEquals: { "aws:PrincipalAccount": ACCOUNT } });
      }
    });

    it("holds every policy to this account and to named actions", () => {
      let seen = 0;
      for (const endpoint of ofType(recording, ENDPOINT)) {
        if (endpoint.inputs.policy === undefined) {
          assert.match(endpoint.name, /ecs-(agent|telemetry)$/);
          continue;
        }
        for (const statement of statements(endpoint.inputs.policy)) {
          for (const action of [statement.Action].flat()) assert.match(String(action), /^[a-z0-9]+:[A-Za-z]+$/);
          if (statement.Sid !== "ThisAccount") continue;
          const condition = statement.Condition as { StringEquals: Record<string, string> };
          assert.equal(condition.StringEquals["aws:PrincipalAccount"], ACCOUNT);
          seen += 1;
        }
      }
      assert.equal(seen, 10);
    });

    it("lets ECR's image layers through the S3 endpoint, and nothing else that is not this account's", () => {
      const [own, layers, ...more] = policy("net-endpoint-s3");
      assert.deepEqual(more, []);
      assert.deepEqual(own?.Condition, {
        StringEquals: { "aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT },
      });
      assert.deepEqual(layers, {
        Sid: "ReadableBuckets",
        Effect: "Allow",
        Principal: "*",
        Action: "s3:GetObject",
        Resource: ["arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"],
      });
    });

    it("reaches this account's tables only, and lets a token be exchanged for this account's roles only", () => {
      assert.equal(policy("net-endpoint-dynamodb")[0]?.Resource, `arn:aws:dynamodb:eu-west-1:${ACCOUNT}:table/*`);
      const web = policy("net-endpoint-sts").find(({ Action }) => Action === "sts:AssumeRoleWithWebIdentity");
      assert.equal(web?.Resource, `arn:aws:iam::${ACCOUNT}:role/*`);
    });

    it("takes none at all in China, where the gateway endpoints still stand", async () => {
      const china = await recordProgram(
        () => void vpc("net", { region: "cn-north-1", zones: ["cn-north-1a", "cn-north-1b"], endpoints: [] }),
      );
      assert.equal(ofType(china, ENDPOINT).length, 2);
      const layers = statements(named(china, "net-endpoint-s3").inputs.policy)[1];
      assert.deepEqual(layers?.Resource, ["arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*"]);
    });
  });

  it("records all traffic every minute in an encrypted log group that its role alone can write", async () => {
    const recording = await recordProgram(() => void vpc("net"));
    const [log] = ofType(recording, "aws:ec2/flowLog:FlowLog");
    const group = named(recording, "net-flow-logs", "aws:cloudwatch/logGroup:LogGroup");
    const role = named(recording, "net-flow-logs", "aws:iam/role:Role");
    assert.equal(log?.inputs.trafficType, "ALL");
    assert.equal(log?.inputs.maxAggregationInterval, 60);
    assert.equal(log?.inputs.logDestination, group.outputs.arn);
    assert.match(String(log?.inputs.logFormat), /^(\$\{[a-z-]+\} ?)+$/);
    for (const field of ["srcaddr", "dstaddr", "dstport", "action", "flow-direction", "pkt-srcaddr", "tcp-flags"]) {
      assert.ok(String(log?.inputs.logFormat).includes(`\${${field}}`), field);
    }
    assert.equal(group.inputs.retentionInDays, 365);
    assert.equal(group.inputs.kmsKeyId, named(recording, "net-key-key").outputs.arn);
    assert.deepEqual(statements(role.inputs.assumeRolePolicy)[0]?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-west-1:123456789012:vpc-flow-log/*" },
    });
    assert.deepEqual(
      statements(named(recording, "net-flow-logs", "aws:iam/rolePolicy:RolePolicy").inputs.policy)[0]?.Resource,
      "arn:aws:logs:eu-west-1:123456789012:log-group:/test-net-flow-logs:*",
    );
  });

  it("alarms on each NAT gateway's lost ports and packets", async () => {
    const recording = await recordProgram(() => {
      const net = vpc("net", {
        alarmTopics: {
          critical: "arn:aws:sns:eu-west-1:123456789012:page",
          warning: "arn:aws:sns:eu-west-1:123456789012:mail",
        },
      });
      assert.equal(net.alarms.length, 4);
    });
    const ports = named(recording, "net-nat-b-port-allocation");
    const drops = named(recording, "net-nat-b-packets-dropped");
    const nat = named(recording, "net-nat-b", NAT).id;
    for (const alarm of [ports, drops]) {
      assert.equal(alarm.inputs.namespace, "AWS/NATGateway");
      assert.deepEqual(alarm.inputs.dimensions, { NatGatewayId: nat });
    }
    assert.deepEqual([ports.inputs.metricName, ports.inputs.threshold], ["ErrorPortAllocation", 0]);
    assert.deepEqual(ports.inputs.alarmActions, ["arn:aws:sns:eu-west-1:123456789012:page"]);
    assert.deepEqual([drops.inputs.metricName, drops.inputs.threshold], ["PacketsDropCount", 100]);
    assert.deepEqual(drops.inputs.alarmActions, ["arn:aws:sns:eu-west-1:123456789012:mail"]);
  });

  it("relaxes protection, never encryption, in development", async () => {
    const recording = await recordProgram(() => void vpc("net", { environment: "development" }));
    for (const eip of ofType(recording, "aws:ec2/eip:Eip")) assert.equal(eip.protect, false);
    const group = named(recording, "net-flow-logs", "aws:cloudwatch/logGroup:LogGroup");
    assert.equal(group.inputs.retentionInDays, 30);
    assert.ok(group.inputs.kmsKeyId);
  });
});
