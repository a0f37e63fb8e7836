import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { jsonOf } from "../../analysis/policy-document";
import { tablesOf, zoneOf } from "../../analysis/subnets";
import { andThen, atLeast, joined, on, when } from "../checks";
import { all, any, fail, notApplicable, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { availability } from "../catalogue/availability";

const SUBNET = "aws:ec2/subnet:Subnet";
const NAT = "aws:ec2/natGateway:NatGateway";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const AUTOSCALER = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler";
const QUEUE = "aws:sqs/queue:Queue";

/** The subnets must lie in two zones at least. Of subnets made elsewhere only their number is known. */
function inTwoZones(references: Property, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(references, SUBNET), (subnets) => {
    if (subnets.length === 0)
      return references.items.length > 1 ? PASS : fail("It stands in one subnet, and so in one zone.", references);
    const zones = new Set<unknown>();
    for (const subnet of subnets) {
      const zone = zoneOf(subnet);
      const fact = zone.fact;
      if (!fact.known) return undetermined(zone);
      // Without a zone AWS picks one, which may be the same for all.
      if (fact.value !== undefined) zones.add(fact.value);
    }
    return zones.size > 1 ? PASS : fail("All its subnets lie in one zone.", references);
  });
}

/** NAT gateways that the subnet's routes lead to must stand in its own zone. */
function ownZoneNat(subnet: ResourceNode, graph: ResourceGraph): Outcome {
  const tables = tablesOf(subnet, graph);
  if ("because" in tables) return undetermined(tables.because);
  const gateways = tables.nodes.flatMap((table) => [
    ...table.property("routes").items.map((route) => route.at("natGatewayId")),
    ...graph
      .referring("aws:ec2/route:Route", "routeTableId", table)
      .nodes.map((route) => route.property("natGatewayId")),
  ]);
  const given = gateways.filter((gateway) => !gateway.absent);
  if (given.length === 0) return notApplicable("It has no route to a NAT gateway.");
  return all(
    ...given.map((gateway) =>
      joined(graph.resolve(gateway, NAT), ([nat]) => {
        if (nat === undefined) return notApplicable("The NAT gateway is not part of this program.");
        return when(nat.property("availabilityMode"), (mode) =>
          mode === "regional" ? PASS : sameZone(subnet, nat, graph),
        );
      }),
    ),
  );
}

function sameZone(subnet: ResourceNode, nat: ResourceNode, graph: ResourceGraph): Outcome {
  return joined(graph.resolve(nat.property("subnetId"), SUBNET), ([place]) => {
    if (place === undefined) return notApplicable("The NAT gateway's subnet is not part of this program.");
    return when(zoneOf(subnet), (own) =>
      when(zoneOf(place), (other) =>
        own !== undefined && own === other
          ? PASS
          : fail(`Its way out, ${nat.name}, stands in another zone.`, "availabilityZone"),
      ),
    );
  });
}

/** Where EventBridge sets aside what it can not deliver, and Lambda the calls and records that failed for good. */
const SET_ASIDE: Readonly<Record<string, string>> = {
  "aws:cloudwatch/eventBus:EventBus": "deadLetterConfig.arn",
  "aws:cloudwatch/eventTarget:EventTarget": "deadLetterConfig.arn",
  "aws:lambda/eventSourceMapping:EventSourceMapping": "destinationConfig.onFailure.destinationArn",
  "aws:lambda/function:Function": "deadLetterConfig.targetArn",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "destinationConfig.onFailure.destination",
};

/** Names of the queues that others use as their dead-letter queue, and the queues that policies not known yet are made from. */
function deadLetterTargets(graph: ResourceGraph): { names: ReadonlySet<string>; makers: ReadonlySet<string> } {
  return graph.once("dead-letter targets", () => {
    const policies = [QUEUE, "aws:sqs/redrivePolicy:RedrivePolicy"]
      .flatMap((type) => graph.ofType(type))
      .map((node) => node.property("redrivePolicy"));
    const names = new Set<string>();
    const makers = new Set<string>();
    for (const policy of policies) {
      const json = jsonOf(policy);
      if (json.known)
        names.add(
          String(Reflect.get(Object(json.value), "deadLetterTargetArn"))
            .split(":")
            .at(-1) ?? "",
        );
      else json.producers.forEach((urn) => makers.add(urn));
    }
    for (const [type, at] of Object.entries(SET_ASIDE)) {
      for (const node of graph.ofType(type)) {
        const { fact } = node.property(at);
        if (!fact.known) fact.producers.forEach((urn) => makers.add(urn));
        else if (typeof fact.value === "string") names.add(fact.value.split(":").at(-1) ?? "");
      }
    }
    return { names, makers };
  });
}

function isDeadLetterQueue(queue: ResourceNode, graph: ResourceGraph): boolean {
  const { names, makers } = deadLetterTargets(graph);
  const name: unknown = queue.outputs.name;
  if (makers.has(queue.urn) || (typeof name === "string" && names.has(name))) return true;
  const allows = [
    queue,
    ...graph.referring("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "queueUrl", queue).nodes,
  ].map((node) => jsonOf(node.property("redriveAllowPolicy")));
  return allows.some((policy) => policy.known && Reflect.get(Object(policy.value), "redrivePermission") === "byQueue");
}

/** A service that stops its one task before it starts the next must never have two: ECS starts it anew in another zone when one is lost. */
function runsOneAtATime(service: ResourceNode): boolean {
  const is = (property: string, wanted: number) => {
    const value = service.read(property);
    return value.known && value.value === wanted;
  };
  return is("desiredCount", 1) && is("deploymentMinimumHealthyPercent", 0) && is("deploymentMaximumPercent", 100);
}

export const availabilityRules: readonly Rule[] = implement(availability, {
  "rds-multi-az": {
    types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
    check(node, graph) {
      if (node.type === "aws:rds/instance:Instance") {
        if (!node.property("replicateSourceDb").absent) return notApplicable("A replica is itself the second copy.");
        return on(node.property("multiAz"), "The database stands in one zone.");
      }
      if (!node.property("dbClusterInstanceClass").absent) return PASS;
      return joined(
        graph.referring("aws:rds/clusterInstance:ClusterInstance", "clusterIdentifier", node),
        (instances) => (instances.length > 1 ? PASS : fail("The cluster has less than two instances.")),
      );
    },
  },
  "elasticache-multi-az": {
    types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
    check(node) {
      const few = "The cache has no replica.";
      return all(
        on(node.property("automaticFailoverEnabled"), "The cache does not fail over."),
        on(node.property("multiAzEnabled"), "All nodes may stand in one zone."),
        any(
          [
            atLeast(node.property("numCacheClusters"), 2, few),
            atLeast(node.property("replicasPerNodeGroup"), 1, few),
            given(node.property("globalReplicationGroupId")),
          ],
          fail(few, "replicasPerNodeGroup"),
        ),
      );
    },
  },
  "opensearch-multi-az": {
    types: ["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"],
    check(node) {
      return all(
        any(
          [
            on(node.property("clusterConfig.zoneAwarenessEnabled"), "All nodes stand in one zone."),
            on(node.property("clusterConfig.multiAzWithStandbyEnabled"), "All nodes stand in one zone."),
          ],
          fail("All nodes stand in one zone.", "clusterConfig.zoneAwarenessEnabled"),
        ),
        atLeast(node.property("clusterConfig.instanceCount"), 3, "It has less than three data nodes.", 1),
      );
    },
  },
  "msk-multi-az": {
    types: ["aws:msk/cluster:Cluster"],
    check(node, graph) {
      return inTwoZones(node.property("brokerNodeGroupInfo.clientSubnets"), graph);
    },
  },
  "lb-multi-az": {
    types: ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"],
    check(node) {
      // AWS takes one subnet for each zone.
      const lists = [node.property("subnetMappings"), node.property("subnets")];
      const hole = lists.find((list) => list.unknown);
      if (hole !== undefined) return undetermined(hole);
      return lists.some((list) => list.items.length > 1) ? PASS : fail("It stands in one zone.", "subnets");
    },
  },
  "ecs-service-multi-az": {
    types: ["aws:ecs/service:Service"],
    check(node, graph) {
      return when(node.property("schedulingStrategy"), (strategy) =>
        all(
          strategy === "DAEMON" || runsOneAtATime(node)
            ? PASS
            : atLeast(node.property("desiredCount"), 2, "It runs less than two tasks.", 1),
          inTwoZones(node.property("networkConfiguration.subnets"), graph),
        ),
      );
    },
  },
  "ecs-deployment-rollback": {
    types: ["aws:ecs/service:Service"],
    check(node) {
      return when(node.property("deploymentController.type"), (controller) => {
        if ((controller ?? "ECS") !== "ECS") return notApplicable(`${String(controller)} rolls back.`);
        const broken = "A deployment that never becomes healthy goes on for ever.";
        const byBreaker = all(
          on(node.property("deploymentCircuitBreaker.enable"), broken),
          on(node.property("deploymentCircuitBreaker.rollback"), broken),
        );
        const byAlarm = all(on(node.property("alarms.enable"), broken), on(node.property("alarms.rollback"), broken));
        return any([byBreaker, byAlarm], fail(broken, "deploymentCircuitBreaker"));
      });
    },
  },
  "nat-gateway-per-zone": { types: [SUBNET], check: ownZoneNat },
  "sqs-dead-letter-queue": {
    types: [QUEUE],
    check(queue, graph) {
      if (isDeadLetterQueue(queue, graph)) return notApplicable("It is a dead-letter queue itself.");
      if (!queue.property("redrivePolicy").absent) return PASS;
      return joined(graph.referring("aws:sqs/redrivePolicy:RedrivePolicy", "queueUrl", queue), (policies) =>
        policies.length > 0 ? PASS : fail("A message that fails comes back until it expires.", "redrivePolicy"),
      );
    },
  },
  "ecs-scaling-multi-az": {
    types: ["aws:appautoscaling/target:Target"],
    check(target) {
      return when(target.property("scalableDimension"), (dimension) =>
        dimension === "ecs:service:DesiredCount"
          ? atLeast(target.property("minCapacity"), 2, "It may shrink to one task, in one zone.")
          : notApplicable("It scales no ECS service."),
      );
    },
  },
  "opensearch-dedicated-masters": {
    types: ["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"],
    check(domain) {
      return andThen(
        on(domain.property("clusterConfig.dedicatedMasterEnabled"), "Data nodes manage the cluster as well."),
        () =>
          atLeast(domain.property("clusterConfig.dedicatedMasterCount"), 3, "It has less than three manager nodes."),
      );
    },
  },
  "eks-nodes-multi-az": {
    types: ["aws:eks/nodeGroup:NodeGroup"],
    check(group, graph) {
      return all(
        atLeast(group.property("scalingConfig.minSize"), 2, "It may shrink to one node, in one zone."),
        inTwoZones(group.property("subnetIds"), graph),
      );
    },
  },
  "k8s-replicas": {
    types: [DEPLOYMENT, AUTOSCALER],
    check(node, graph) {
      const message = "It may shrink to one pod, which goes with its node.";
      if (node.type === AUTOSCALER) return atLeast(node.property("spec.minReplicas"), 2, message, 1);
      return when(node.property("spec.strategy.type"), (strategy) => {
        if (strategy === "Recreate") return notApplicable("Its pods can not run beside each other.");
        const name = node.property("metadata.name");
        const scaled = graph
          .ofType(AUTOSCALER)
          .map((scaler) =>
            when(scaler.property("spec.scaleTargetRef"), (target) =>
              when(name, (own) =>
                own !== undefined && Reflect.get(Object(target), "name") === own ? PASS : fail(message),
              ),
            ),
          );
        return any([...scaled, atLeast(node.property("spec.replicas"), 2, message, 1)], fail(message, "spec.replicas"));
      });
    },
  },
});

function given(property: Property): Outcome {
  return property.absent ? fail("It is not given.", property) : PASS;
}
