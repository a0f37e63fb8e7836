import type * as pulumi from "@pulumi/pulumi";
import type { ContainerDefinition, ContainerLog } from "./container-definitions";
import { type ContainerImageSource, imageUri } from "./image";

export interface OpenTelemetryArgs {
  /** AWS Distro for OpenTelemetry collector, in a repository that the task can reach: copy it to ECR, tasks have no way to public registries. */
  image: ContainerImageSource;
  /** Collector configuration, YAML. It holds no secrets: exporters sign with the task role; grant that role what they call. */
  config: pulumi.Input<string>;
  /** Memory in MiB beyond which it is ended and started again. Default 256. */
  memory?: number;
}

export interface LogRouterArgs {
  /** AWS for Fluent Bit, in a repository that the task can reach. */
  image: ContainerImageSource;
  /**
   * Fluent Bit output for the service's own lines, e.g. `{ Name: "opensearch", Host: endpoint, Port: "443", AWS_Auth: "On", AWS_Region: region,
   * Index: "api", Suppress_Type_Name: "On", tls: "On" }`. It signs with the task role; grant that role what it calls.
   */
  output: Readonly<Record<string, pulumi.Input<string>>>;
  /** Memory in MiB beyond which it is ended, and the task with it. Default 128. */
  memory?: number;
}

export interface SidecarArgs {
  /** Collects metrics and traces from the service over OTLP (gRPC 4317, HTTP 4318, inside the task). Default: none. */
  openTelemetry?: OpenTelemetryArgs;
  /** Sends the service's output elsewhere (FireLens) instead of to its log group. Default: none. */
  logRouter?: LogRouterArgs;
}

/** User of every container that does not have to be root. */
export const NON_ROOT = "10001:10001";

const OPEN_TELEMETRY_MEMORY = 256;
const LOG_ROUTER_MEMORY = 128;

/** MiB that the sidecars may take of their task's memory. */
export function sidecarMemory({ openTelemetry, logRouter }: SidecarArgs = {}): number {
  const collector = openTelemetry ? (openTelemetry.memory ?? OPEN_TELEMETRY_MEMORY) : 0;
  const router = logRouter ? (logRouter.memory ?? LOG_ROUTER_MEMORY) : 0;
  return collector + router;
}

/** Not essential: a collector that fails costs telemetry, not payments. */
export function openTelemetryContainer(args: OpenTelemetryArgs, log: ContainerLog): ContainerDefinition {
  return {
    name: "otel",
    image: imageUri(args.image),
    essential: false,
    restarts: true,
    user: NON_ROOT,
    memory: args.memory ?? OPEN_TELEMETRY_MEMORY,
    // The AWS distribution reads its configuration from this variable.
    environment: { AOT_CONFIG_CONTENT: args.config },
    log,
  };
}

/** Essential: a task whose audit trail is lost must not go on. */
export function logRouterContainer(args: LogRouterArgs, log: ContainerLog): ContainerDefinition {
  return {
    name: "log-router",
    image: imageUri(args.image),
    essential: true,
    // ECS makes the router's socket for root and refuses any other user on a FireLens container; capabilities are dropped all the same.
    user: "0",
    memory: args.memory ?? LOG_ROUTER_MEMORY,
    scratch: { "/tmp": 16 },
    firelens: { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } },
    log,
  };
}
