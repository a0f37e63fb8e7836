import { isWholeInternet } from "../../analysis/address-range";
import type { Join, Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { DEFAULT_SECURITY_GROUP, groupsOf, SECURITY_GROUP, SUBNET } from "../../analysis/placement";
import { addressesOf, allPermissionsOf } from "../../analysis/security-group-rules";
import { instances } from "../catalogue/instances";
import { each, given, isGiven, isTrue, joined, notEmpty, off, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { withOptions } from "./beanstalk";

const INSTANCES = ["aws:ec2/instance:Instance", "aws:ec2/spotInstanceRequest:SpotInstanceRequest"];
const TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate";
const GROUP = "aws:autoscaling/group:Group";
const CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration";
const VOLUME = "aws:ebs/volume:Volume";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const EIP = "aws:ec2/eip:Eip";
const EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";
const DEFAULT_SUBNET = "aws:ec2/defaultSubnet:DefaultSubnet";
const KEY_PAIR = "aws:ec2/keyPair:KeyPair";
const NODE_GROUP = "aws:eks/nodeGroup:NodeGroup";
const BEANSTALK = "aws:elasticbeanstalk/environment:Environment";

const isTemplate = ({ type }: ResourceNode) => type === TEMPLATE;

/** Nobody gave it. Once an instance exists, AWS answers "" for what it has not. */
function isMissing(property: Property): boolean {
  const fact = property.absent ? undefined : property.fact;
  return fact === undefined || (fact.known && (fact.value === "" || isEmpty(fact.value)));
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** A setting of an instance, or of the launch template that it is made from; a template has only its own. */
function setting(
  node: ResourceNode,
  graph: ResourceGraph,
  [own, inTemplate]: readonly [own: string, inTemplate: string],
  judge: (property: Property) => Outcome,
): Outcome {
  if (isTemplate(node)) return judge(node.property(inTemplate));
  const property = node.property(own);
  const template = node.property("launchTemplate");
  if (!isMissing(property) || template.absent) return judge(property);
  const reference = [template.at("id"), template.at("name")].find((name) => !isMissing(name)) ?? template;
  return joined(graph.resolve(reference, TEMPLATE), ([found]) =>
    // A template of another program may hold anything.
    found === undefined ? undetermined(reference) : judge(found.property(inTemplate)),
  );
}

const inRegion = (type: string, { region }: ResourceNode, graph: ResourceGraph): readonly ResourceNode[] =>
  graph.ofType(type).filter((node) => node.region === region);

function asksForTokens(node: ResourceNode, graph: ResourceGraph): Outcome {
  const message = "Whoever can make its programs call an address of his choice reads the role's credentials.";
  const tokens = setting(node, graph, ["metadataOptions.httpTokens", "metadataOptions.httpTokens"], (property) => {
    if (!isMissing(property)) return oneOf(property, ["required"], message);
    // What the program says of the Region holds for each instance that says nothing itself.
    const defaults = inRegion("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults", node, graph);
    return any(
      defaults.map((own) => oneOf(own.property("httpTokens"), ["required"], message)),
      fail(message, property),
    );
  });
  const isOff = setting(node, graph, ["metadataOptions.httpEndpoint", "metadataOptions.httpEndpoint"], (property) =>
    oneOf(property, ["disabled"], message),
  );
  const failed = all(tokens).find(({ kind }) => kind === "fail");
  return any([tokens, isOff], failed ?? fail(message));
}

/** Elastic IP addresses of an instance or a network interface. */
function hasNoElasticAddress(node: ResourceNode, graph: ResourceGraph): Outcome {
  const [inAddress, inAssociation] =
    node.type === INTERFACE ? ["networkInterface", "networkInterfaceId"] : ["instance", "instanceId"];
  const joins: readonly Join[] = [
    graph.referring(EIP, inAddress, node),
    graph.referring(EIP_ASSOCIATION, inAssociation, node),
  ];
  return all(
    ...joins.map((join) =>
      joined(join, ([address]) => (address === undefined ? PASS : fail(`${node.name} has ${address.name}.`))),
    ),
  );
}

function hasNoPublicAddress(node: ResourceNode, graph: ResourceGraph): Outcome {
  const message = "It gets a public address.";
  if (isTemplate(node))
    return each(node.property("networkInterfaces"), (own) => off(own.at("associatePublicIpAddress"), message));
  const ready = interfacesOf(node);
  const automatic =
    ready.length > 0
      ? // AWS gives no address to an interface that is there before the instance.
        all(
          ...ready.map((id) =>
            joined(graph.resolve(id, INTERFACE), (nodes) =>
              all(PASS, ...nodes.map((own) => hasNoElasticAddress(own, graph))),
            ),
          ),
        )
      : setting(
          node,
          graph,
          ["associatePublicIpAddress", "networkInterfaces[0].associatePublicIpAddress"],
          (property) => (isMissing(property) ? asTheSubnetSays(node, graph) : off(property, message)),
        );
  return all(automatic, hasNoElasticAddress(node, graph));
}

function interfacesOf(node: ResourceNode): readonly Property[] {
  const list = node.property("networkInterfaces");
  const primary = node.property("primaryNetworkInterface");
  return [
    ...(list.unknown ? [list] : list.items.map((item) => item.at("networkInterfaceId"))),
    ...(isGiven(primary) ? [primary.at("networkInterfaceId")] : []),
  ];
}

function asTheSubnetSays(node: ResourceNode, graph: ResourceGraph): Outcome {
  return setting(node, graph, ["subnetId", "networkInterfaces[0].subnetId"], (id) => {
    if (isMissing(id)) return fail("The default VPC's subnets give each instance a public address.", id);
    return joined(graph.resolve(id, SUBNET, DEFAULT_SUBNET), ([subnet]) =>
      // What a subnet of another program does is not seen here: the instance itself can say.
      subnet === undefined
        ? undetermined(id)
        : off(
            subnet.property("mapPublicIpOnLaunch"),
            `${subnet.name} gives each instance a public address.`,
            subnet.type === DEFAULT_SUBNET,
          ),
    );
  });
}

/** Does the program encrypt every new volume of the Region? */
function isEncryptedByDefault(node: ResourceNode, graph: ResourceGraph): boolean {
  return inRegion("aws:ebs/encryptionByDefault:EncryptionByDefault", node, graph).some((own) => {
    const enabled = own.read("enabled");
    return enabled.known && (enabled.value === undefined || isTrue(enabled.value));
  });
}

function encrypted(node: ResourceNode, graph: ResourceGraph): Outcome {
  const message = "The volume is not encrypted.";
  if (node.type === VOLUME) return on(node.property("encrypted"), message);
  if (node.type === NODE_GROUP)
    return node.property("launchTemplate").absent
      ? fail("EKS makes its nodes' volumes without encryption unless a launch template says otherwise.")
      : notApplicable("Its launch template tells.");
  const devices = isTemplate(node)
    ? PASS
    : each(node.property("ebsBlockDevices"), (device) => on(device.at("encrypted"), message));
  const root = setting(node, graph, ["rootBlockDevice", "blockDeviceMappings"], (device) => {
    if (device.unknown) return undetermined(device);
    // Unless a mapping says more of it, the root volume is as the image has it, and AWS's images are not encrypted.
    if (isMissing(device)) return fail("Its root volume is encrypted only if its image is.", device);
    if (device.node.type !== TEMPLATE) return on(device.at("encrypted"), message);
    return each(device, (mapping) => {
      const volume = mapping.at("ebs");
      return volume.absent ? PASS : on(volume.at("encrypted"), message);
    });
  });
  return all(root, devices);
}

function isClosed(node: ResourceNode, graph: ResourceGraph): Outcome {
  const named = groupsOf(node, graph);
  const ofInterfaces = isTemplate(node)
    ? node
        .property("networkInterfaces")
        .items.map((own) => graph.resolve(own.at("securityGroups"), SECURITY_GROUP, DEFAULT_SECURITY_GROUP))
    : [];
  const groups = new Set([...named.nodes, ...ofInterfaces.flatMap(({ nodes }) => nodes)]);
  const unseen = [...named.unseen, ...ofInterfaces.flatMap(({ uncertain }) => uncertain)];
  return all(
    PASS,
    ...unseen.map(undetermined),
    ...[...groups].map((group) => {
      const { permissions, unseen: hidden } = allPermissionsOf(group, "ingress", graph);
      return all(
        ...hidden.map(undetermined),
        ...permissions.flatMap((permission) =>
          addressesOf(permission, graph).map((address) =>
            when(address, (cidr) => (isWholeInternet(cidr) ? fail(`${group.name} lets the internet in.`) : PASS)),
          ),
        ),
      );
    }),
  );
}

/** Is the group behind a load balancer? Undefined where it is not. */
function balanced(group: ResourceNode, graph: ResourceGraph): Property | ResourceNode | undefined {
  const own = ["targetGroupArns", "loadBalancers", "trafficSources"].map((name) => group.property(name));
  const attachments = [
    "aws:autoscaling/attachment:Attachment",
    "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment",
  ].map((type) => graph.referring(type, "autoscalingGroupName", group));
  return (
    own.find((list) => list.items.length > 0) ??
    attachments.flatMap(({ nodes }) => nodes)[0] ??
    own.find((list) => list.unknown) ??
    attachments.flatMap(({ uncertain }) => uncertain)[0]
  );
}

export const instanceRules: readonly Rule[] = implement(instances, {
  "ec2-imdsv2": {
    types: [...INSTANCES, TEMPLATE],
    check: asksForTokens,
  },
  "ec2-metadata-hops": {
    types: [...INSTANCES, TEMPLATE],
    check(node, graph) {
      const path = "metadataOptions.httpPutResponseHopLimit";
      return setting(node, graph, [path, path], (hops) =>
        when(hops, (limit) => (Number(limit ?? 1) <= 2 ? PASS : fail("A forwarded answer reaches other hosts.", hops))),
      );
    },
  },
  "ec2-no-public-address": {
    types: [...INSTANCES, TEMPLATE],
    check: hasNoPublicAddress,
  },
  "ec2-encrypted-volumes": {
    types: [...INSTANCES, TEMPLATE, VOLUME, NODE_GROUP],
    check(node, graph) {
      // https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html: it can not be turned off for one volume.
      return isEncryptedByDefault(node, graph) ? PASS : encrypted(node, graph);
    },
  },
  "ec2-instance-profile": {
    types: [...INSTANCES, TEMPLATE],
    check(node, graph) {
      if (isTemplate(node) && graph.referring(NODE_GROUP, "launchTemplate.id", node).nodes.length > 0)
        return notApplicable("EKS gives its nodes the node group's role, and takes no other.");
      return setting(node, graph, ["iamInstanceProfile", "iamInstanceProfile"], (profile) =>
        given(profile, "It has no role, so its programs bring credentials along."),
      );
    },
  },
  "ec2-own-vpc": {
    types: [...INSTANCES, GROUP],
    check(node, graph) {
      const message = "It stands in the default VPC.";
      if (node.type === GROUP) return notEmpty(node.property("vpcZoneIdentifiers"), message);
      if (interfacesOf(node).length > 0) return PASS;
      return setting(node, graph, ["subnetId", "networkInterfaces[0].subnetId"], (id) => {
        if (isMissing(id)) return fail(message, id);
        const makers = graph.resolve(id, DEFAULT_SUBNET).nodes;
        return makers.length > 0 ? fail(message, id) : PASS;
      });
    },
  },
  "ec2-detailed-monitoring": {
    types: [...INSTANCES, TEMPLATE],
    check(node, graph) {
      return setting(node, graph, ["monitoring", "monitoring.enabled"], (property) =>
        on(property, "It reports every five minutes."),
      );
    },
  },
  "ec2-no-key-pair": {
    types: [...INSTANCES, TEMPLATE, KEY_PAIR, NODE_GROUP, BEANSTALK],
    check(node, graph) {
      const message = "Whoever holds the key logs in, and no record tells who.";
      const none = (name: Property) => when(name, (value) => (value ? fail(message, name) : PASS));
      switch (node.type) {
        case KEY_PAIR:
          return fail(message);
        case NODE_GROUP:
          return none(node.property("remoteAccess.ec2SshKey"));
        case BEANSTALK:
          return withOptions(node, graph, (options) =>
            options.judge("aws:autoscaling:launchconfiguration", "EC2KeyName", "", (name) =>
              name === "" ? PASS : fail(message, "settings"),
            ),
          );
        default:
          return setting(node, graph, ["keyName", "keyName"], none);
      }
    },
  },
  "ec2-enclave-host": {
    types: [...INSTANCES, TEMPLATE],
    check(node, graph) {
      return setting(node, graph, ["enclaveOptions.enabled", "enclaveOptions.enabled"], (enabled) =>
        when(enabled, (is) =>
          isTrue(is)
            ? all(asksForTokens(node, graph), hasNoPublicAddress(node, graph), isClosed(node, graph))
            : notApplicable("It hosts no enclave."),
        ),
      );
    },
  },
  "autoscaling-health-check": {
    types: [GROUP],
    check(node, graph) {
      const kind = node.property("healthCheckType");
      return when(kind, (value) => {
        if (/(^|,)\s*(ELB|VPC_LATTICE)\s*(,|$)/.test(String(value ?? ""))) return PASS;
        const balancer = balanced(node, graph);
        if (balancer === undefined) return notApplicable("It stands behind no load balancer.");
        if ("unknown" in balancer && balancer.unknown) return undetermined(balancer);
        return fail("Instances that no longer answer stay.", kind);
      });
    },
  },
  "no-launch-configurations": {
    types: [CONFIGURATION, GROUP],
    check(node) {
      if (node.type === CONFIGURATION) return fail("AWS adds nothing to launch configurations any more.");
      const name = node.property("launchConfiguration");
      return isMissing(name) ? PASS : fail("It launches from a launch configuration.", name);
    },
  },
});
