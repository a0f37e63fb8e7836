import type { Property, ResourceNode } from "../../analysis/graph";
import { documentOf } from "../../analysis/policy-document";
import { customerKey, each, isTrue, joined, off, on, oneOf, when } from "../checks";
import { holdsNoPlainSecret } from "../plain-secrets";
import { all, fail, implement, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { ecs } from "../catalogue/ecs";

const SERVICE = "aws:ecs/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const CLUSTER = "aws:ecs/cluster:Cluster";

/** Judges each container of a task definition; they stand in one JSON text. */
function containers(task: ResourceNode, judge: (container: Property) => Outcome): Outcome {
  const list = documentOf(task.property("containerDefinitions"));
  const isList = list.unknown || list.items.length > 0;
  return isList ? each(list, judge) : fail("The container definitions are not a JSON list.", "containerDefinitions");
}

function nameOf(container: Property): string {
  const name = container.at("name").fact;
  return `Container ${String((name.known && name.value) || "?")}`;
}

export const ecsRules: readonly Rule[] = implement(ecs, {
  "ecs-no-public-address": {
    types: [SERVICE, "aws:ecs/taskSet:TaskSet"],
    check(node) {
      return off(node.property("networkConfiguration.assignPublicIp"), "Tasks have public addresses.");
    },
  },
  "ecs-latest-platform": {
    types: [SERVICE],
    check(node) {
      return oneOf(node.property("platformVersion"), ["LATEST", "1.4.0"], "An older platform is pinned.", {
        byDefault: "LATEST",
      });
    },
  },
  "ecs-isolated-tasks": {
    types: [TASK],
    check(node) {
      const pid = node.property("pidMode");
      return all(
        oneOf(node.property("networkMode"), ["awsvpc"], "The task shares its host's network."),
        when(pid, (mode) => (mode === "host" ? fail("The task sees its host's processes.", pid) : PASS)),
      );
    },
  },
  "ecs-unprivileged": {
    types: [TASK],
    check(node) {
      return containers(node, (container) => off(container.at("privileged"), `${nameOf(container)} is privileged.`));
    },
  },
  "ecs-read-only-root": {
    types: [TASK],
    check(node) {
      return containers(node, (container) =>
        on(container.at("readonlyRootFilesystem"), `${nameOf(container)} may write to its root file system.`),
      );
    },
  },
  "ecs-non-root": {
    types: [TASK],
    check(node) {
      return containers(node, (container) => {
        // ECS makes the socket of a FireLens log router for root, and refuses any other user there.
        if (!container.at("firelensConfiguration").absent) return PASS;
        const user = container.at("user");
        return when(user, (name) =>
          /^((root|0)(:|$)|$)/.test(String(name ?? "")) ? fail(`${nameOf(container)} runs as root.`, user) : PASS,
        );
      });
    },
  },
  "ecs-no-secrets-in-environment": {
    types: [TASK],
    check(node, graph) {
      return containers(node, (container) => holdsNoPlainSecret(container.at("environment"), nameOf(container), graph));
    },
  },
  "ecs-logs": {
    types: [TASK],
    check(node) {
      return containers(node, (container) => {
        const driver = container.at("logConfiguration.logDriver");
        return when(driver, (name) =>
          typeof name === "string" && name !== "" ? PASS : fail(`${nameOf(container)} logs nothing.`, driver),
        );
      });
    },
  },
  "ecs-efs-tls": {
    types: [TASK],
    check(node) {
      return each(node.property("volumes"), (volume) => {
        const efs = volume.at("efsVolumeConfiguration");
        return efs.absent ? PASS : oneOf(efs.at("transitEncryption"), ["ENABLED"], "Traffic to EFS is not encrypted.");
      });
    },
  },
  "ecs-two-roles": {
    types: [TASK],
    check(node, graph) {
      const task = node.property("taskRoleArn");
      const execution = node.property("executionRoleArn");
      if (task.absent || execution.absent) return PASS;
      return joined(graph.resolve(task, "aws:iam/role:Role"), ([role]) =>
        joined(graph.resolve(execution, "aws:iam/role:Role"), ([starter]) => {
          if (role !== undefined && starter !== undefined)
            return role === starter ? fail("Task and execution role are one.", task) : PASS;
          return when(task, (one) =>
            when(execution, (other) => (one === other ? fail("Task and execution role are one.", task) : PASS)),
          );
        }),
      );
    },
  },
  "ecs-exec-audited": {
    types: [SERVICE],
    check(service, graph) {
      return when(service.property("enableExecuteCommand"), (enabled) => {
        if (!isTrue(enabled)) return PASS;
        return joined(graph.resolve(service.property("cluster"), CLUSTER), ([cluster]) => {
          // What a cluster of another program logs can not be seen here.
          if (cluster === undefined) return undetermined(service.property("cluster"));
          const exec = cluster.property("configuration.executeCommandConfiguration");
          const log = exec.at("logConfiguration");
          return all(
            customerKey(exec.at("kmsKeyId"), graph, "Sessions are not encrypted with a customer key."),
            oneOf(exec.at("logging"), ["OVERRIDE"], "Sessions are not logged in a place of your choice."),
            log.at("cloudWatchLogGroupName").absent && log.at("s3BucketName").absent
              ? fail("Sessions are logged nowhere.", log)
              : PASS,
          );
        });
      });
    },
  },
  "ecs-ephemeral-storage-key": {
    types: ["aws:ecs/cluster:Cluster"],
    check(cluster, graph) {
      return customerKey(
        cluster.property("configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId"),
        graph,
        "Fargate's disks are not encrypted with a customer key.",
      );
    },
  },
});
