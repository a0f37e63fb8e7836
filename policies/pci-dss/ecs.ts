import type { ResourceNode } from "../../analysis/graph";
import { jsonOf } from "../../analysis/policy-document";
import { customerKey, each, isTrue, joined, off, oneOf, when } from "../checks";
import { all, fail, notApplicable, type Outcome, PASS, type Rule } from "../rule";

const SERVICE = "aws:ecs/service:Service";
const TASK = "aws:ecs/taskDefinition:TaskDefinition";
const CLUSTER = "aws:ecs/cluster:Cluster";
const DOCS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide";
const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html";

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

export const ecsRules: readonly Rule[] = [
  {
    id: "ecs-no-public-address",
    title: "ECS services and task sets give their tasks no public address.",
    severity: "high",
    requirements: ["1.4.4"],
    controls: ["ECS.2", "ECS.16"],
    types: [SERVICE, "aws:ecs/taskSet:TaskSet"],
    remediation: "Leave networkConfiguration.assignPublicIp at its default false.",
    url: `${HUB}#ecs-2`,
    check(node) {
      return off(node.property("networkConfiguration.assignPublicIp"), "Tasks have public addresses.");
    },
  },
  {
    id: "ecs-latest-platform",
    title: "ECS services run on the latest Fargate platform.",
    severity: "medium",
    requirements: ["6.3.3"],
    controls: ["ECS.10"],
    types: [SERVICE],
    remediation: "Leave platformVersion at LATEST.",
    url: `${HUB}#ecs-10`,
    check(node) {
      return oneOf(node.property("platformVersion"), ["LATEST", "1.4.0"], "An older platform is pinned.", {
        byDefault: "LATEST",
      });
    },
  },
  {
    id: "ecs-isolated-tasks",
    title: "ECS tasks have a network and processes of their own.",
    severity: "high",
    requirements: ["1.4.5", "7.2.1"],
    controls: ["ECS.3", "ECS.17"],
    types: [TASK],
    remediation: "Set networkMode to awsvpc and leave pidMode out.",
    url: `${HUB}#ecs-17`,
    check(node) {
      const pid = node.property("pidMode");
      return all(
        oneOf(node.property("networkMode"), ["awsvpc"], "The task shares its host's network."),
        when(pid, (mode) => (mode === "host" ? fail("The task sees its host's processes.", pid) : PASS)),
      );
    },
  },
  {
    id: "ecs-unprivileged",
    title: "ECS containers run without the host's privileges.",
    severity: "high",
    requirements: ["7.2.1", "7.2.2"],
    controls: ["ECS.4"],
    types: [TASK],
    remediation: "Leave `privileged` out of the container definition; Fargate refuses it.",
    url: `${HUB}#ecs-4`,
    check(node) {
      return containers(node, (container, at) =>
        isTrue(container.privileged) ? fail(`${nameOf(container)} is privileged.`, `${at}.privileged`) : PASS,
      );
    },
  },
  {
    id: "ecs-read-only-root",
    title: "ECS containers can not write to their root file system.",
    severity: "high",
    requirements: ["7.2.1", "10.3.2"],
    controls: ["ECS.5"],
    types: [TASK],
    remediation: "Set readonlyRootFilesystem to true, and mount a volume where the container must write.",
    url: `${HUB}#ecs-5`,
    check(node) {
      return containers(node, (container, at) =>
        isTrue(container.readonlyRootFilesystem)
          ? PASS
          : fail(`${nameOf(container)} may write to its root file system.`, `${at}.readonlyRootFilesystem`),
      );
    },
  },
  {
    id: "ecs-non-root",
    title: "ECS containers run as a user other than root.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: ["ECS.20"],
    types: [TASK],
    remediation: "Set `user` to a number other than 0, e.g. 10001:10001.",
    url: `${HUB}#ecs-20`,
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
  {
    id: "ecs-no-secrets-in-environment",
    title: "ECS containers get secrets by reference, not as plain environment variables.",
    severity: "high",
    requirements: ["8.6.2"],
    controls: ["ECS.8"],
    types: [TASK],
    remediation: "Move the value to Secrets Manager and name it in `secrets` by its ARN.",
    url: `${HUB}#ecs-8`,
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
  {
    id: "ecs-logs",
    title: "ECS containers send their output to a log.",
    severity: "high",
    requirements: ["10.2.1"],
    controls: ["ECS.9"],
    types: [TASK],
    remediation: "Set logConfiguration, with awslogs or awsfirelens as the driver.",
    url: `${HUB}#ecs-9`,
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
  {
    id: "ecs-efs-tls",
    title: "ECS tasks speak TLS to EFS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["ECS.18"],
    types: [TASK],
    remediation: "Set transitEncryption to ENABLED in efsVolumeConfiguration.",
    url: `${HUB}#ecs-18`,
    check(node) {
      return each(node.property("volumes"), (volume) => {
        const efs = volume.at("efsVolumeConfiguration");
        return efs.absent ? PASS : oneOf(efs.at("transitEncryption"), ["ENABLED"], "Traffic to EFS is not encrypted.");
      });
    },
  },
  {
    id: "ecs-two-roles",
    title: "The role that starts a task is not the role that the task has.",
    severity: "medium",
    requirements: ["7.2.5"],
    controls: [],
    types: [TASK],
    remediation:
      "Give taskRoleArn a role of its own: the execution role reads every secret that the task definition names.",
    url: `${DOCS}/task-iam-roles.html`,
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
  {
    id: "ecs-exec-audited",
    title: "What is typed in ECS Exec sessions is encrypted and logged, or ECS Exec is off.",
    severity: "medium",
    requirements: ["10.2.1", "3.5.1"],
    controls: [],
    types: [SERVICE],
    remediation:
      "Leave enableExecuteCommand out, or give the cluster an executeCommandConfiguration with your key and a log group.",
    url: `${DOCS}/ecs-exec.html`,
    check(service, graph) {
      return when(service.property("enableExecuteCommand"), (enabled) => {
        if (!isTrue(enabled)) return PASS;
        return joined(graph.resolve(service.property("cluster"), CLUSTER), ([cluster]) => {
          if (cluster === undefined) return notApplicable("Its cluster is not part of this program.");
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
];
