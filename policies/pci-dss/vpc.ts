import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { occupants, SUBNET, subnetsOf } from "../../analysis/placement";
import { exposureOf, INTERNET_GATEWAY, ROUTE_TABLES, subnetsWith, wayOut } from "../../analysis/subnets";
import { vpc } from "../catalogue/vpc";
import { joined, notEmpty, off, on, oneOf, when } from "../checks";
import {
  all,
  any,
  fail,
  implement,
  notApplicable,
  type Outcome,
  PASS,
  type Rule,
  undetermined,
  type Verdict,
} from "../rule";

const VPC = "aws:ec2/vpc:Vpc";
const EIP = "aws:ec2/eip:Eip";
const LOAD_BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];

/** What runs on instances, whose agents and tools call EC2's API. */
const INSTANCES = ["aws:ec2/instance:Instance", "aws:autoscaling/group:Group", "aws:eks/nodeGroup:NodeGroup"];

/** VPCs in which instances run, and what hides where others run. */
function vpcsWithInstances(graph: ResourceGraph): { nodes: ReadonlySet<ResourceNode>; uncertain: readonly Property[] } {
  return graph.once("VPCs with instances", () => {
    const nodes = new Set<ResourceNode>();
    const uncertain: Property[] = [];
    for (const instance of graph.ofType(...INSTANCES)) {
      const subnets = subnetsOf(instance, graph);
      uncertain.push(...subnets.unseen.filter(({ unknown }) => unknown));
      for (const subnet of subnets.nodes) {
        const home = graph.resolve(subnet.property("vpcId"), VPC);
        home.nodes.forEach((own) => nodes.add(own));
        uncertain.push(...home.uncertain);
      }
    }
    return { nodes, uncertain };
  });
}

/** Properties that give an Elastic IP address to something: the address's own, and those of other resources. */
const ADDRESS_USES: readonly (readonly [type: string, properties: readonly string[], inEach?: string])[] = [
  ["aws:ec2/eipAssociation:EipAssociation", ["allocationId", "publicIp"]],
  ["aws:ec2/natGateway:NatGateway", ["allocationId", "secondaryAllocationIds"]],
  ["aws:ec2/natGateway:NatGateway", ["availabilityZoneAddresses"], "allocationIds"],
  ["aws:ec2/natGatewayEipAssociation:NatGatewayEipAssociation", ["allocationId"]],
  ["aws:transfer/server:Server", ["endpointDetails.addressAllocationIds"]],
  ...LOAD_BALANCERS.map((type) => [type, ["subnetMappings"], "allocationId"] as const),
];

function usedAddresses(graph: ResourceGraph): { nodes: ReadonlySet<ResourceNode>; uncertain: readonly Property[] } {
  return graph.once("Elastic IP addresses in use", () => {
    const nodes = new Set<ResourceNode>();
    const uncertain: Property[] = [];
    for (const [type, properties, inEach] of ADDRESS_USES) {
      for (const user of graph.ofType(type)) {
        for (const property of properties.map((path) => user.property(path))) {
          const places = inEach === undefined ? [property] : property.items.map((item) => item.at(inEach));
          for (const place of places) {
            const join = graph.resolve(place, EIP);
            // Of several addresses in one property Pulumi tells all of them, not which is where.
            const makers = place.unknown ? place.producers.flatMap((urn) => graph.get(urn) ?? []) : [];
            [...join.nodes, ...makers.filter((maker) => maker.type === EIP)].forEach((own) => nodes.add(own));
            if (makers.every((maker) => maker.type !== EIP)) uncertain.push(...join.uncertain);
          }
        }
      }
    }
    return { nodes, uncertain };
  });
}

/** A default action of a firewall policy: drop, or hand over to the stateful engine; an action of one's own may stand beside. */
function dropsOrForwards(actions: Property, packets: string): Outcome {
  return when(actions, (list) => {
    const given = Array.isArray(list) ? list.map(String) : [];
    if (given.includes("aws:pass")) return fail(`${packets} that match no rule pass.`, actions);
    return given.some((action) => action === "aws:drop" || action === "aws:forward_to_sfe")
      ? PASS
      : fail(`Nothing says what happens to ${packets.toLowerCase()} that match no rule.`, actions);
  });
}

export const vpcRules: readonly Rule[] = implement(vpc, {
  "vpc-ec2-endpoint": {
    types: [VPC],
    check(node, graph) {
      const { nodes, uncertain } = vpcsWithInstances(graph);
      if (!nodes.has(node) && uncertain.length === 0)
        return notApplicable("No instance runs in it, so nothing in it calls EC2's API.");
      const missing = "Instances reach EC2's API over the internet.";
      return joined(graph.referring("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcId", node), (endpoints) => {
        const has = any(
          endpoints.map((endpoint) =>
            when(endpoint.property("serviceName"), (service) =>
              String(service).endsWith(".ec2") ? PASS : fail(missing),
            ),
          ),
          fail(missing),
        );
        const doubt = nodes.has(node) ? undefined : uncertain[0];
        return doubt !== undefined && all(has).some(({ kind }) => kind === "fail") ? undetermined(doubt) : has;
      });
    },
  },
  "vpc-public-tier": {
    types: ROUTE_TABLES,
    check(table, graph) {
      const out = wayOut(table, graph);
      if (out.kind === "private") return notApplicable("It does not lead to an internet gateway.");
      const { bySubnet, hidden } = occupants(graph);
      const { nodes, uncertain } = subnetsWith(table, graph);
      const workloads = nodes.flatMap((subnet) => (bySubnet.get(subnet) ?? []).map((node) => ({ subnet, node })));
      const first = workloads[0];
      if (out.kind === "undetermined") return first === undefined ? PASS : undetermined(out.because);
      if (first !== undefined)
        return fail(`${first.node.name} stands in ${first.subnet.name}, which ${out.via.name} joins to the internet.`);
      const doubt = hidden[0]?.because ?? uncertain[0];
      return doubt === undefined ? PASS : undetermined(doubt);
    },
  },
  "igw-own-vpc": {
    types: [INTERNET_GATEWAY],
    check(gateway, graph) {
      const attachments = graph.referring(
        "aws:ec2/internetGatewayAttachment:InternetGatewayAttachment",
        "internetGatewayId",
        gateway,
      );
      const homes = [gateway, ...attachments.nodes].map((node) => node.property("vpcId")).filter((p) => !p.absent);
      if (homes.length === 0) {
        const doubt = attachments.uncertain[0];
        return doubt === undefined ? notApplicable("It is attached to no VPC.") : undetermined(doubt);
      }
      return all(...homes.map((home) => inOwnVpc(home, graph)));
    },
  },
  "eip-in-use": {
    types: [EIP],
    check(address, graph) {
      if (!address.property("instance").absent || !address.property("networkInterface").absent) return PASS;
      const { nodes, uncertain } = usedAddresses(graph);
      if (nodes.has(address)) return PASS;
      return uncertain[0] === undefined ? fail("Nothing uses the address.") : undetermined(uncertain[0]);
    },
  },
  "transit-gateway-no-auto-accept": {
    types: ["aws:ec2transitgateway/transitGateway:TransitGateway"],
    check(node) {
      return oneOf(
        node.property("autoAcceptSharedAttachments"),
        ["disable"],
        "Whoever it is shared with may attach a VPC.",
        { byDefault: "disable" },
      );
    },
  },
  "vpn-logs": {
    types: ["aws:ec2/vpnConnection:VpnConnection"],
    check(node) {
      return all(
        ...["tunnel1LogOptions", "tunnel2LogOptions"].map((tunnel) =>
          on(node.property(`${tunnel}.cloudwatchLogOptions.logEnabled`), "The tunnel keeps no log."),
        ),
      );
    },
  },
  "client-vpn-logs": {
    types: ["aws:ec2clientvpn/endpoint:Endpoint"],
    check(node) {
      return on(node.property("connectionLogOptions.enabled"), "Nobody sees who connected.");
    },
  },
  "client-vpn-authorization": {
    types: ["aws:ec2clientvpn/authorizationRule:AuthorizationRule"],
    check(node) {
      const range = node.property("targetNetworkCidr");
      return all(
        off(node.property("authorizeAllGroups"), "Every client is let in."),
        when(range, (cidr) => (/\/0$/.test(String(cidr)) ? fail("Clients are let into every network.", range) : PASS)),
      );
    },
  },
  "network-firewall-logs": {
    types: ["aws:networkfirewall/firewall:Firewall"],
    check(node, graph) {
      return joined(
        graph.referring("aws:networkfirewall/loggingConfiguration:LoggingConfiguration", "firewallArn", node),
        (configurations) =>
          any(
            configurations.map((own) =>
              notEmpty(own.property("loggingConfiguration.logDestinationConfigs"), "The log goes nowhere."),
            ),
            fail("The firewall keeps no log."),
          ),
      );
    },
  },
  "network-firewall-policy": {
    types: ["aws:networkfirewall/firewallPolicy:FirewallPolicy"],
    check(node) {
      const policy = node.property("firewallPolicy");
      return all(
        dropsOrForwards(policy.at("statelessDefaultActions"), "Packets"),
        dropsOrForwards(policy.at("statelessFragmentDefaultActions"), "Fragments"),
        any(
          ["statefulRuleGroupReferences", "statelessRuleGroupReferences"].map((kind) =>
            notEmpty(policy.at(kind), "It refers to no rule group."),
          ),
          fail("It refers to no rule group.", policy),
        ),
      );
    },
  },
});

/** The VPC must be this program's, and have a subnet whose routes lead to the gateway. */
function inOwnVpc(home: Property, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(home, VPC), ([own]): Outcome => {
    if (own === undefined) return fail("It opens a VPC that this program does not declare.", home);
    return joined(graph.referring(SUBNET, "vpcId", own), (subnets) =>
      any(
        subnets.map((subnet): Verdict => {
          const exposure = exposureOf(subnet, graph);
          if (exposure.kind === "undetermined") return undetermined(exposure.because);
          return exposure.kind === "public" ? PASS : fail(`${subnet.name} is private.`);
        }),
        fail(`No subnet of ${own.name} is public, so the gateway only waits for a route.`, home),
      ),
    );
  });
}
