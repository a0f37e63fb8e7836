import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Statement } from "../core";
import type { Key } from "../security/key";
import type { Secret } from "../security/secret";
import type { ContainerDefinition, ContainerHealthCheck, ContainerLog } from "./container-definitions";
import { checkImage, type ContainerImageSource, imageUri } from "./image";
import { logRouterContainer, NON_ROOT, openTelemetryContainer, type SidecarArgs, sidecarMemory } from "./sidecars";

/** A secret by its ARN; a `Secret` is one, and means its whole value. */
export interface SecretByArn {
  readonly arn: pulumi.Input<string>;
  /** Key within a secret that holds a JSON object. Default: the whole value. */
  readonly jsonKey?: string;
  /** Customer key that encrypts it. Left out: Secrets Manager's own key, which needs no permission. */
  readonly key?: Key;
}

/** One field of a `Secret`; an unknown one is an error. */
export interface SecretField {
  readonly secret: Secret;
  readonly field: string;
}

export type SecretReference = SecretByArn | SecretField;

/** What runs in a task. */
export interface TaskContainerArgs {
  /** Image with a digest or an immutable tag. One from ECR is pulled with rights on exactly its repository. */
  image: ContainerImageSource;
  /** MiB for the whole task. */
  memory: number;
  /** Port on which the service listens with TLS, 1024-65535. Left out: a worker, which nobody can connect to. */
  port?: number;
  /** Replaces the image's entry point, and with it its command; `command` follows it. Default: the image's. */
  entryPoint?: readonly string[];
  /** Replaces the image's command. */
  command?: readonly string[];
  /** Environment variables with plain settings. A Pulumi secret among them is an error: anyone may read a task definition. */
  variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variable -> secret, which ECS reads when a task starts; after a rotation, tasks must be replaced to see it. */
  secrets?: Readonly<Record<string, SecretReference>>;
  /** OpenTelemetry collector and log router beside the service. Their memory counts within `memory`. Default: none. */
  sidecars?: SidecarArgs;
  /** `uid` or `uid:gid`, not 0. Default `10001:10001`. */
  user?: string;
  /** What ECS runs in the container to see that it works. Give one to a worker: no load balancer looks after it. Default: none. */
  healthCheck?: ContainerHealthCheck;
  /** Writable paths -> MiB. They live in memory, count within `memory`, and run no programs. Default `{ "/tmp": 64 }`. */
  scratch?: Readonly<Record<string, number>>;
  /** Seconds from SIGTERM to SIGKILL, 2-120. Default 30. */
  stopTimeoutSeconds?: number;
  /**
   * Lets operators open a shell in its tasks, where the cluster has exec on. Default false. AWS does not support it on a read-only root: the
   * three folders that its agent writes to are mounted as volumes, which is known to work.
   */
  exec?: boolean;
}

/** Where a task runs, as far as its containers need to know. */
export interface TaskSite {
  readonly service: string;
  readonly region: string;
  readonly logGroupName: string;
  readonly check: ArgumentCheck;
}

/** Name of the service's own container. */
export const CONTAINER = "app";

/** Volumes for the folders that ECS Exec's agent writes to (https://github.com/aws/containers-roadmap/issues/1359). */
export const EXEC_MOUNTS = {
  "exec-agents": "/managed-agents",
  "exec-lib": "/var/lib/amazon/ssm",
  "exec-log": "/var/log/amazon/ssm",
} as const;

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

export function checkTaskContainers(check: ArgumentCheck, args: TaskContainerArgs): void {
  const { openTelemetry, logRouter } = args.sidecars ?? {};
  checkImage(check, "image", args.image);
  if (openTelemetry) checkImage(check, "sidecars.openTelemetry.image", openTelemetry.image);
  if (logRouter) checkImage(check, "sidecars.logRouter.image", logRouter.image);
  // A user other than root may not bind a lower port.
  if (args.port !== undefined) check.integer("port", args.port, 1024, 65_535);
  check.matches(
    "user",
    args.user ?? NON_ROOT,
    /^[1-9]\d*(:[1-9]\d*)?$/,
    "Give a numeric uid, or uid:gid, above 0, e.g. 10001:10001.",
  );
  const names = [...Object.keys(args.variables ?? {}), ...Object.keys(args.secrets ?? {})];
  for (const name of names) {
    check.matches("variables", name, VARIABLE, "Use letters, digits and underscores, not beginning with a digit.");
  }
  check.unique("variables and secrets", names);
  check.integer("stopTimeoutSeconds", args.stopTimeoutSeconds ?? 30, 2, 120, "of seconds");
  for (const [path, size] of Object.entries(args.scratch ?? {})) {
    check.matches("scratch", path, /^\/\S+$/, "Give absolute paths, e.g. /tmp.");
    check.integer(`scratch["${path}"]`, size, 1, args.memory, "of MiB");
  }
  const beside = sidecarMemory(args.sidecars);
  check.that(
    beside < args.memory,
    "memory",
    args.memory,
    `The sidecars may take ${beside} MiB, and nothing is left for the service. Give the task more.`,
  );
}

/** The service's own container and its sidecars. */
export function taskContainers(site: TaskSite, args: TaskContainerArgs): ContainerDefinition[] {
  const { openTelemetry, logRouter } = args.sidecars ?? {};
  const log = awsLog(site);
  const sidecars = [
    ...(openTelemetry ? [openTelemetryContainer(openTelemetry, log)] : []),
    ...(logRouter ? [logRouterContainer(logRouter, log)] : []),
  ];
  const telemetry: Record<string, string> = openTelemetry
    ? { OTEL_EXPORTER_OTLP_ENDPOINT: "http://localhost:4317", OTEL_SERVICE_NAME: site.service }
    : {};
  const app: ContainerDefinition = {
    name: CONTAINER,
    image: imageUri(args.image),
    essential: true,
    user: args.user ?? NON_ROOT,
    entryPoint: args.entryPoint,
    command: args.command,
    port: args.port,
    environment: { ...telemetry, ...plainVariables(site.check, args.variables ?? {}) },
    secrets: Object.fromEntries(Object.entries(args.secrets ?? {}).map(([name, ref]) => [name, valueFrom(ref)])),
    healthCheck: args.healthCheck,
    log: logRouter ? { logDriver: "awsfirelens", options: logRouter.output } : log,
    startsAfter: sidecars.map((sidecar) => sidecar.name),
    scratch: args.scratch ?? { "/tmp": 64 },
    mounts: args.exec ? EXEC_MOUNTS : undefined,
    stopTimeout: args.stopTimeoutSeconds,
    openFiles: 65_535,
  };
  return [app, ...sidecars];
}

/** What an execution role needs to hand `secrets` to a container: the secrets by name, and their keys through Secrets Manager only. */
export function secretStatements(secrets: Readonly<Record<string, SecretReference>> = {}): Statement[] {
  const references = Object.values(secrets).map((reference) => ("secret" in reference ? reference.secret : reference));
  if (references.length === 0) return [];
  const arns = [...new Set(references.map((secret) => secret.arn))];
  const keys = new Set(references.map((secret) => secret.key).filter((key) => key !== undefined));
  return [
    { Sid: "ReadSecrets", Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: arns },
    ...[...keys].map((key) => key.decryptStatement("secretsmanager")),
  ];
}

/** The variables as given; a Pulumi secret among them fails the task definition. */
export function plainVariables(
  check: ArgumentCheck,
  variables: Readonly<Record<string, pulumi.Input<string>>>,
): Record<string, pulumi.Input<string>> {
  const plain = ([name, value]: [string, pulumi.Input<string>]): [string, pulumi.Input<string>] => {
    if (typeof value === "string") return [name, value];
    const output = pulumi.output(value);
    const checked = pulumi.all([output, pulumi.isSecret(output)]).apply(([text, secret]) => {
      check.that(
        !secret,
        `variables.${name}`,
        "[secret]",
        "Put it into Secrets Manager and name that secret under `secrets`.",
      );
      return text;
    });
    return [name, checked];
  };
  return Object.fromEntries(Object.entries(variables).map(plain));
}

/** Lines are dropped rather than the service blocked when CloudWatch Logs does not keep up. */
function awsLog(site: TaskSite): ContainerLog {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": site.logGroupName,
      "awslogs-region": site.region,
      "awslogs-stream-prefix": "task",
      "max-buffer-size": "25m",
      mode: "non-blocking",
    },
  };
}

function valueFrom(reference: SecretReference): pulumi.Input<string> {
  if ("secret" in reference) return reference.secret.valueFrom(reference.field);
  return reference.jsonKey === undefined ? reference.arn : pulumi.interpolate`${reference.arn}:${reference.jsonKey}::`;
}
