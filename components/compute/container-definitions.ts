import type * as pulumi from "@pulumi/pulumi";
import { jsonDocument } from "../core";

export interface ContainerHealthCheck {
  /** `["CMD", "/app/health"]`, or `["CMD-SHELL", "..."]` where the image has a shell. Exit code 0 means healthy. */
  command: readonly [form: "CMD" | "CMD-SHELL", ...command: string[]];
  /** Seconds between checks, 5-300. Default 30. */
  interval?: number;
  /** Seconds for one check, 2-60. Default 5. */
  timeout?: number;
  /** Failures in a row that make it unhealthy, 1-10. Default 3. */
  retries?: number;
  /** Seconds after the start in which failures do not count, 0-300. Default 60. */
  startPeriod?: number;
}

/** Where a container's output goes. */
export interface ContainerLog {
  logDriver: "awslogs" | "awsfirelens";
  options: Readonly<Record<string, pulumi.Input<string>>>;
}

/** A container as components describe it; what ECS fills in by itself is added by {@link containerDefinitionsJson}. */
export interface ContainerDefinition {
  name: string;
  image: pulumi.Input<string>;
  /** True: the task ends with it. */
  essential: boolean;
  /** `uid:gid`. */
  user: string;
  /** Replaces the image's entry point, and with it the command. */
  entryPoint?: readonly string[];
  command?: readonly string[];
  /** TCP port on which it listens. */
  port?: number;
  environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Environment variable -> ARN that ECS resolves when the task starts. */
  secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  healthCheck?: ContainerHealthCheck;
  log: ContainerLog;
  /** Containers that must have started before it. */
  startsAfter?: readonly string[];
  /** Hard limit in MiB; without one it may use all of the task's. */
  memory?: number;
  /** Started again by itself when it ends, without the task. */
  restarts?: boolean;
  /** Writable paths in memory -> size in MiB; everything else is read-only. */
  scratch?: Readonly<Record<string, number>>;
  /** Volume name -> path. */
  mounts?: Readonly<Record<string, string>>;
  stopTimeout?: number;
  /** Most open files; Fargate lets no other limit be changed. */
  openFiles?: number;
  firelens?: { type: "fluentbit"; options: Readonly<Record<string, string>> };
}

/**
 * The JSON of a task definition's containers in the form in which ECS gives it back: containers by name, variables by name, defaults
 * filled in. In any other form every preview after the first one shows a change
 * (https://github.com/pulumi/pulumi-awsx/issues/617, https://github.com/pulumi/pulumi-aws/issues/1738).
 */
export function containerDefinitionsJson(containers: readonly ContainerDefinition[]): pulumi.Output<string> {
  return jsonDocument([...containers].sort((a, b) => byText(a.name, b.name)).map(canonical));
}

/** Keys in alphabetical order; absent ones are left out by JSON. */
function canonical(container: ContainerDefinition) {
  const { firelens, healthCheck, port } = container;
  return {
    command: container.command,
    cpu: 0,
    dependsOn:
      container.startsAfter &&
      [...container.startsAfter].sort(byText).map((containerName) => ({ condition: "START", containerName })),
    entryPoint: container.entryPoint,
    environment: entries(container.environment).map(([name, value]) => ({ name, value })),
    essential: container.essential,
    firelensConfiguration: firelens && { options: Object.fromEntries(entries(firelens.options)), type: firelens.type },
    healthCheck: healthCheck && {
      command: healthCheck.command,
      interval: healthCheck.interval ?? 30,
      retries: healthCheck.retries ?? 3,
      startPeriod: healthCheck.startPeriod ?? 60,
      timeout: healthCheck.timeout ?? 5,
    },
    image: container.image,
    linuxParameters: {
      capabilities: { add: [], drop: ["ALL"] },
      initProcessEnabled: true,
      tmpfs: entries(container.scratch).map(([containerPath, size]) => ({
        containerPath,
        // The kernel gives a tmpfs the mode 1777, so that a user other than root may write to it.
        mountOptions: ["rw", "noexec", "nosuid", "nodev"],
        size,
      })),
    },
    logConfiguration: {
      logDriver: container.log.logDriver,
      options: Object.fromEntries(entries(container.log.options)),
    },
    memory: container.memory,
    mountPoints: entries(container.mounts).map(([sourceVolume, containerPath]) => ({
      containerPath,
      readOnly: false,
      sourceVolume,
    })),
    name: container.name,
    portMappings: port === undefined ? [] : [{ containerPort: port, hostPort: port, protocol: "tcp" }],
    readonlyRootFilesystem: true,
    restartPolicy: container.restarts ? { enabled: true, ignoredExitCodes: [], restartAttemptPeriod: 60 } : undefined,
    secrets: entries(container.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    stopTimeout: container.stopTimeout ?? 30,
    systemControls: [],
    ulimits:
      container.openFiles === undefined
        ? []
        : [{ hardLimit: container.openFiles, name: "nofile", softLimit: container.openFiles }],
    user: container.user,
    volumesFrom: [],
  };
}

/** By code unit and not by locale, so that the order is the same on every machine. */
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function entries<T>(record: Readonly<Record<string, T>> | undefined): Array<[string, T]> {
  return Object.entries(record ?? {}).sort(([a], [b]) => byText(a, b));
}
