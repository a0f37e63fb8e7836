import * as pulumi from "@pulumi/pulumi";
import type { FargateService } from "../../components/compute/fargate-service";
import type { SidecarArgs } from "../../components/compute/sidecars";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import { LogSearch } from "../../components/observability/log-search";
import { ManagedMetrics } from "../../components/observability/managed-metrics";
import type { Key } from "../../components/security/key";
import type { PaymentsConfig } from "./config";

/** Where services' logs and metrics go beside CloudWatch. */
export interface Telemetry {
  /** Containers that run beside every service. */
  readonly sidecars: SidecarArgs;
  /** Takes up one service's logs or metrics. */
  observe(service: FargateService): void;
  readonly outputs: { readonly logSearchUrl?: pulumi.Output<string>; readonly grafanaUrl?: pulumi.Output<string> };
}

/** OpenSearch, or managed Prometheus and Grafana with collector sidecars, or neither: as the configuration says. */
export function telemetry(
  { baseline, observability }: PaymentsConfig,
  { prefix, region, vpc, key, first }: { prefix: string; region: Region; vpc: Vpc; key: Key; first: boolean },
): Telemetry {
  const here = { parent: region };
  const { logSearch, metrics } = observability;
  if (logSearch) {
    const search = new LogSearch(
      `${prefix}-logs`,
      {
        network: vpc,
        key,
        instanceType: logSearch.instanceType as `${string}.search`,
        volumeSizeGiB: logSearch.volumeGiB,
        // An account that this stack sets up has none yet; it is one for all regions.
        createServiceLinkedRole: first && (logSearch.createServiceLinkedRole ?? baseline.account === "create"),
      },
      here,
    );
    return {
      sidecars: {},
      observe: (service) => search.subscribe(service.name, service.nodes.logGroup),
      outputs: { logSearchUrl: search.dashboardsUrl },
    };
  }
  if (metrics) {
    const workspace = new ManagedMetrics(`${prefix}-metrics`, { key }, here);
    return {
      sidecars: {
        openTelemetry: {
          image: metrics.collectorImage,
          config: collectorConfig(region.region, workspace.remoteWriteUrl),
        },
      },
      observe: (service) => void workspace.grantRemoteWrite(service),
      outputs: { grafanaUrl: workspace.grafanaUrl },
    };
  }
  return { sidecars: {}, observe: () => undefined, outputs: {} };
}

/** What a collector does: takes OTLP from its own task and writes metrics to Prometheus, signed with the task's role. */
function collectorConfig(region: string, remoteWriteUrl: pulumi.Output<string>): pulumi.Output<string> {
  return pulumi.interpolate`receivers:
  otlp:
    protocols:
      grpc: { endpoint: 127.0.0.1:4317 }
      http: { endpoint: 127.0.0.1:4318 }
processors:
  memory_limiter: { check_interval: 1s, limit_percentage: 80, spike_limit_percentage: 20 }
  resourcedetection: { detectors: [env, ecs] }
  batch: {}
exporters:
  prometheusremotewrite:
    endpoint: ${remoteWriteUrl}
    auth: { authenticator: sigv4auth }
    resource_to_telemetry_conversion: { enabled: true }
extensions:
  sigv4auth: { region: ${region}, service: aps }
service:
  extensions: [sigv4auth]
  pipelines:
    metrics:
      receivers: [otlp]
      processors: [memory_limiter, resourcedetection, batch]
      exporters: [prometheusremotewrite]
`;
}
