import assert from "node:assert/strict";
import { pathFromInternet } from "../../analysis/reachability";
import { pciDss } from "../../policies/pci-dss/rules";
import { type Fixture, graphOf, ref, UNKNOWN, urnOf } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const tags = (dataClass: string) => ({ "palisade:data-class": dataClass });
const subnet = (cidrBlock: string) => ({ type: "aws:ec2/subnet:Subnet", inputs: { vpcId: ref("vpc"), cidrBlock } });
const group = { type: "aws:ec2/securityGroup:SecurityGroup", inputs: { vpcId: ref("vpc") } };
const permission = (of: string, change: Record<string, unknown>, direction = "Ingress") => ({
  type: `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`,
  inputs: { securityGroupId: ref(of), ipProtocol: "tcp", fromPort: 5432, toPort: 5432, ...change },
});

/** A database which every hop but the last is open to: each case closes or opens one. */
const network = {
  vpc: { type: "aws:ec2/vpc:Vpc" },
  isolated: subnet("10.0.0.0/24"),
  front: subnet("10.0.1.0/24"),
  gateway: { type: "aws:ec2/internetGateway:InternetGateway", inputs: { vpcId: ref("vpc") } },
  table: { type: "aws:ec2/routeTable:RouteTable", inputs: { vpcId: ref("vpc") } },
  route: {
    type: "aws:ec2/route:Route",
    inputs: { routeTableId: ref("table"), destinationCidrBlock: "0.0.0.0/0", gatewayId: ref("gateway") },
  },
  link: {
    type: "aws:ec2/routeTableAssociation:RouteTableAssociation",
    inputs: { subnetId: ref("front"), routeTableId: ref("table") },
  },
  acl: {
    type: "aws:ec2/networkAcl:NetworkAcl",
    inputs: {
      subnetIds: [ref("front")],
      ingress: [{ ruleNo: 100, action: "allow", protocol: "-1", fromPort: 0, toPort: 0, cidrBlock: "0.0.0.0/0" }],
    },
  },
  subnets: { type: "aws:rds/subnetGroup:SubnetGroup", inputs: { name: "db", subnetIds: [ref("front")] } },
  around: group,
  client: group,
  world: permission("around", { cidrIpv4: "0.0.0.0/0" }),
  database: {
    type: "aws:rds/instance:Instance",
    inputs: {
      port: 5432,
      publiclyAccessible: true,
      dbSubnetGroupName: ref("subnets", "name"),
      vpcSecurityGroupIds: [ref("around")],
    },
  },
} satisfies Fixture;

const secure = {
  ...network,
  subnets: { ...network.subnets, inputs: { name: "db", subnetIds: [ref("isolated")] } },
  world: permission("around", { referencedSecurityGroupId: ref("client") }),
  database: { ...network.database, inputs: { ...network.database.inputs, publiclyAccessible: false } },
};
const reachable = {
  subnets: { subnetIds: [ref("front")] },
  world: { referencedSecurityGroupId: undefined, cidrIpv4: "0.0.0.0/0" },
  database: { publiclyAccessible: true },
};
const target = { type: "aws:lb/targetGroup:TargetGroup", inputs: { port: 5432, protocol: "TCP", targetType: "ip" } };
const balanced = {
  balancer: { type: "aws:lb/loadBalancer:LoadBalancer", inputs: { loadBalancerType: "network" } },
  listener: {
    type: "aws:lb/listener:Listener",
    inputs: {
      loadBalancerArn: ref("balancer", "arn"),
      defaultActions: [{ type: "forward", targetGroupArn: ref("target", "arn") }],
    },
  },
  target,
  attachment: {
    type: "aws:lb/targetGroupAttachment:TargetGroupAttachment",
    inputs: { targetGroupArn: ref("target", "arn"), targetId: ref("database", "address") },
  },
};

ruleCases(pciDss, {
  "no-internet-path": {
    secure,
    broken: {
      "every hop open": reachable,
      "an address range of a partner": {
        ...reachable,
        world: { referencedSecurityGroupId: undefined, cidrIpv4: "198.51.100.0/24" },
      },
      "AWS's default network ACL": { ...reachable, acl: { subnetIds: undefined } },
      "no network ACL at all": { ...reachable, acl: undefined },
      "an inline rule of the group": {
        ...reachable,
        world: undefined,
        around: { ingress: [{ protocol: "tcp", fromPort: 0, toPort: 65_535, ipv6CidrBlocks: ["::/0"] }] },
      },
      "the default VPC": {
        ...reachable,
        database: { publiclyAccessible: true, dbSubnetGroupName: undefined },
      },
      "a load balancer with the database among its targets": balanced,
      "an OpenSearch domain outside of every VPC": { search: { type: "aws:opensearch/domain:Domain" } },
    },
    alsoSecure: {
      "a database without an address": { ...reachable, database: { publiclyAccessible: false } },
      "subnets without a route": { ...reachable, subnets: { subnetIds: [ref("isolated")] } },
      "a group that names its clients": { ...reachable, world: { referencedSecurityGroupId: ref("client") } },
      "a group that is open on another port": {
        ...reachable,
        world: { referencedSecurityGroupId: undefined, cidrIpv4: "0.0.0.0/0", fromPort: 443, toPort: 443 },
      },
      "private addresses": {
        ...reachable,
        world: { referencedSecurityGroupId: undefined, cidrIpv4: "172.16.0.0/12" },
      },
      "a network ACL that denies": {
        ...reachable,
        acl: {
          ingress: [
            { ruleNo: 100, action: "allow", protocol: "6", fromPort: 443, toPort: 443, cidrBlock: "0.0.0.0/0" },
          ],
        },
      },
      "a default network ACL that lets nothing in": {
        ...reachable,
        acl: undefined,
        closed: {
          type: "aws:ec2/defaultNetworkAcl:DefaultNetworkAcl",
          inputs: { defaultNetworkAclId: "acl-default", subnetIds: [ref("front")] },
        },
      },
      "a region that blocks public access": {
        ...reachable,
        block: {
          type: "aws:ec2/vpcBlockPublicAccessOptions:VpcBlockPublicAccessOptions",
          inputs: { internetGatewayBlockMode: "block-ingress" },
        },
      },
      "an internal load balancer": {
        ...balanced,
        balancer: {
          type: "aws:lb/loadBalancer:LoadBalancer",
          inputs: { loadBalancerType: "network", internal: true },
        },
      },
    },
    notApplicable: { "public data": { ...reachable, database: { tags: tags("public"), publiclyAccessible: true } } },
  },
});

describe("the path from the internet", () => {
  const path = (fixture: Fixture, unknown: readonly string[] = []) => {
    const graph = graphOf(fixture, "update", Object.fromEntries(unknown.map((place) => [place, UNKNOWN])));
    const database = graph.get(urnOf(fixture, "database"));
    assert.ok(database);
    return pathFromInternet(database, graph);
  };

  it("names its hops", () => {
    assert.deepEqual(path(network), {
      kind: "open",
      hops: ["internet", "database's public address", "route", "front", "acl", "around (world)", "database"],
    });
  });

  it("names the one hop that is closed, whatever is unknown beside it", () => {
    const closed = path(secure, ["world.cidrIpv4", "subnets.subnetIds", "link.routeTableId"]);
    assert.deepEqual(closed, {
      kind: "blocked",
      by: "database has no public address; no load balancer has it among its targets",
    });
  });

  for (const input of [
    ...["database.publiclyAccessible", "database.dbSubnetGroupName", "database.vpcSecurityGroupIds"],
    ...["subnets.subnetIds", "link.routeTableId", "route.gatewayId", "acl.ingress", "world.cidrIpv4", "world.fromPort"],
  ]) {
    it(`is not told while ${input} is unknown`, () => {
      assert.equal(path(network, [input]).kind, "undetermined");
    });
  }

  it("is not told where a target's address may be the database's", () => {
    const literal = (address: string) => ({
      ...secure,
      ...balanced,
      attachment: { ...balanced.attachment, inputs: { targetGroupArn: ref("target", "arn"), targetId: address } },
    });
    assert.equal(path(literal("10.0.0.17")).kind, "undetermined");
    assert.equal(path(literal("10.0.1.17")).kind, "blocked");
  });
});

const shop = {
  vpc: { type: "aws:ec2/vpc:Vpc" },
  data: subnet("10.0.0.0/24"),
  apps: subnet("10.0.1.0/24"),
  subnets: { type: "aws:rds/subnetGroup:SubnetGroup", inputs: { name: "db", subnetIds: [ref("data")] } },
  cards: group,
  payments: group,
  blog: group,
  database: {
    type: "aws:rds/instance:Instance",
    inputs: {
      dbSubnetGroupName: ref("subnets", "name"),
      vpcSecurityGroupIds: [ref("cards")],
      tags: tags("cardholder"),
    },
  },
  api: {
    type: "aws:ecs/service:Service",
    inputs: {
      networkConfiguration: { subnets: [ref("apps")], securityGroups: [ref("payments")] },
      tags: tags("cardholder"),
    },
  },
  website: {
    type: "aws:ecs/service:Service",
    inputs: {
      networkConfiguration: { subnets: [ref("apps")], securityGroups: [ref("blog")] },
      tags: tags("public"),
    },
  },
  fromApi: permission("cards", { referencedSecurityGroupId: ref("payments") }),
  fromBlog: permission("payments", { referencedSecurityGroupId: ref("blog"), fromPort: 8443, toPort: 8443 }),
  blogOut: permission("blog", { cidrIpv4: "10.0.0.0/16", fromPort: 0, toPort: 65_535 }, "Egress"),
} satisfies Fixture;

ruleCases(pciDss, {
  "cde-segmentation": {
    secure: shop,
    broken: {
      "an address range for whatever stands there": {
        fromApi: { referencedSecurityGroupId: undefined, cidrIpv4: "10.0.0.0/16" },
      },
      "a group that both sides share": {
        website: { networkConfiguration: { subnets: [ref("apps")], securityGroups: [ref("payments")] } },
      },
      "every port over the border": {
        fromBlog: { ipProtocol: "-1", fromPort: undefined, toPort: undefined },
      },
      "an inline rule by address": {
        fromApi: undefined,
        cards: { ingress: [{ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["10.0.1.0/24"] }] },
      },
      "a way out of the environment by address": {
        blogIn: permission("blog", { cidrIpv4: "10.0.1.0/24" }),
        apiOut: permission("payments", { cidrIpv4: "10.0.0.0/16" }, "Egress"),
      },
    },
    alsoSecure: {
      "an address range of the same side": {
        fromApi: { referencedSecurityGroupId: undefined, cidrIpv4: "10.0.0.0/24" },
      },
      "a range whose strangers can not send": {
        fromApi: { referencedSecurityGroupId: undefined, cidrIpv4: "10.0.0.0/16" },
        blogOut: { cidrIpv4: "203.0.113.0/24" },
      },
      "an address of another network": {
        fromApi: { referencedSecurityGroupId: undefined, cidrIpv4: "192.168.7.0/24" },
      },
    },
    notApplicable: {
      "a program without card data": { database: { tags: tags("internal") }, api: { tags: tags("internal") } },
    },
  },
});
