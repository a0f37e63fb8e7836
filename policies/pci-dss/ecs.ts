import type { ResourceNode } from "../../analysis/graph";
import { jsonOf } from "../../analysis/policy-document";
import { customerKey, each, isTrue, joined, off, oneOf, when } from "../checks";
import { all, fail, implement, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { ecs } from "../catalogue/ecs";

const SERVICE = "aws:ecs/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const CLUSTER = "aws:ecs/cluster:Cluster";

type Container = Readonly<Record<string, unknown>>;

/** Judges each container of a task definition; they stand in one JSON text. */
function containers(task: ResourceNode, judge: (container: Container, at: string) => Outcome): Outcome {
  return when(jsonOf(task.property("containerDefinitions")), (list) => {
    if (!Array.isArray(list)) return fail("The container definitions are not a JSON list.", "containerDefinitions");
    return all(
      ...list.map((container: unknown, index) =>
        judge(
          typeof container === "object" && container !== null ? (container as Container) : {},
          `containerDefinitions[${index}]`,
        ),
      ),
    );
  });
}

const nameOf = (container: Container) => `Container ${String(container.name ?? "?")}`;

/** Names of environment variables that hold secrets, as far as a name tells; `..._ARN`, `..._NAME` and the like only point at one. */
const SECRET_NAME = /(password|passwd|passphrase|secret|token|api_?key|private_?key|access_?key|credential)s?$/i;
/** AWS access key ids and private keys, whatever the variable is called. */
const SECRET_VALUE = /\b(AKIA|ASIA)[A-Z0-9]{16}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----/;

function isSecretVariable(variable: unknown): boolean {
  if (typeof variable !== "object" || variable === null) return false;
  const name = String(Reflect.get(variable, "name") ?? "");
  const value = String(Reflect.get(variable, "value") ?? "");
  if (SECRET_VALUE.test(value)) return true;
  // A value that is an ARN points at the secret, which the program reads by its own role.
  return SECRET_NAME.test(name) && value !== "" && !value.startsWith("arn:");
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
      return containers(node, (container, at) =>
        isTrue(container.privileged) ? fail(`${nameOf(container)} is privileged.`, `${at}.privileged`) : PASS,
      );
    },
  },
  "ecs-read-only-root": {
    types: [TASK],
    check(node) {
      return containers(node, (container, at) =>
        isTrue(container.readonlyRootFilesystem)
          ? PASS
          : fail(`${nameOf(container)} may write to its root file system.`, `${at}.readonlyRootFilesystem`),
      );
    },
  },
  "ecs-non-root": {
    types: [TASK],
    check(node) {
      return containers(node, (container, at) => {
        // ECS makes the socket of a FireLens log router for root, and refuses any other user there.
        if (container.firelensConfiguration !== undefined) return PASS;
        const user = String(container.user ?? "");
        const isRoot = user === "" || /^(root|0)(:|$)/.test(user);
        return isRoot ? fail(`${nameOf(container)} runs as root.`, `${at}.user`) : PASS;
      });
    },
  },
  "ecs-no-secrets-in-environment": {
    types: [TASK],
    check(node) {
      return containers(node, (container, at) => {
        const variables: unknown[] = Array.isArray(container.environment) ? container.environment : [];
        return all(
          PASS,
          ...variables.flatMap((variable, index) =>
            isSecretVariable(variable)
              ? [fail(`${nameOf(container)} has a secret in plain text.`, `${at}.environment[${index}]`)]
              : [],
          ),
        );
      });
    },
  },
  "ecs-logs": {
    types: [TASK],
    check(node) {
      return containers(node, (container, at) => {
        const log = container.logConfiguration;
        const driver: unknown = typeof log === "object" && log !== null ? Reflect.get(log, "logDriver") : undefined;
        return typeof driver === "string" && driver !== ""
          ? PASS
          : fail(`${nameOf(container)} logs nothing.`, `${at}.logConfiguration`);
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
});
