import type * as pulumi from "@pulumi/pulumi";
import type { FargateService } from "../../components/compute/fargate-service";
import type { SidecarArgs } from "../../components/compute/sidecars";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import { LogSearch } from "../../components/observability/log-search";
import type { Key } from "../../components/security/key";
import type { PaymentsConfig } from "../config/schema";

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
  { observability }: PaymentsConfig,
  { prefix, region, vpc, key }: { prefix: string; region: Region; vpc: Vpc; key: Key },
): Telemetry {
  const here = { parent: region };
  const { logSearch } = observability;
  if (logSearch) {
    const search = new LogSearch(
      `${prefix}-logs`,
      { network: vpc, key, instanceType: logSearch.instanceType as `${string}.search`, volumeSizeGiB: logSearch.volumeGiB },
      here,
    );
    return {
      sidecars: {},
      observe: (service) => search.subscribe(service.name, service.nodes.logGroup),
      outputs: { logSearchUrl: search.dashboardsUrl },
    };
  }
  return { sidecars: {}, observe: () => undefined, outputs: {} };
}
