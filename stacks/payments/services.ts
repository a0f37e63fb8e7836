import type * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../../components/compute/cluster";
import { FargateService, type FargateServiceArgs } from "../../components/compute/fargate-service";
import type { LoadBalancer } from "../../components/compute/load-balancer";
import type { ScalingArgs } from "../../components/compute/service-scaling";
import type { SidecarArgs } from "../../components/compute/sidecars";
import { ContainerImage } from "../../components/delivery/container-image";
import type { Queue } from "../../components/messaging/queue";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import type { Secret } from "../../components/security/secret";
import { release } from "../foundation/release";
import { listenerPort } from "./listener-port";
import type { PaymentsConfig, ServiceConfig, ServiceRole } from "./config";

/** Port on which every service listens, with TLS. */
const SERVICE_PORT = 8443;

/** One service of the platform and how it is reached. */
export interface DeployedService {
  readonly name: string;
  readonly role: ServiceRole;
  readonly service: FargateService;
  readonly image: ContainerImage;
  /** Listener of the load balancer; undefined for workers, which nobody can connect to. */
  readonly listenerPort: number | undefined;
}

export interface ServiceSite {
  readonly prefix: string;
  readonly region: Region;
  readonly vpc: Vpc;
  readonly cluster: Cluster;
  readonly balancer: LoadBalancer;
  readonly key: Key;
  readonly logKey: Key;
  /** Certificate and key that a service shows the load balancer. */
  readonly taskTls: Secret;
  readonly sidecars: SidecarArgs;
  /** What has to stand before any task starts. */
  readonly startAfter: readonly pulumi.Resource[];
  /** Settings that every service gets: where its data and queues are. */
  readonly settings: Readonly<Record<string, pulumi.Input<string>>>;
  /** What each kind of worker drains. */
  readonly workQueues: Readonly<Partial<Record<ServiceRole, Queue>>>;
}

/** The platform's services on Fargate, over all zones, in private subnets. */
export function deployServices(services: PaymentsConfig["services"], site: ServiceSite): DeployedService[] {
  return Object.entries(services).map(([name, config]) => deploy(name, config, site));
}

function deploy(name: string, config: ServiceConfig, site: ServiceSite): DeployedService {
  const { prefix, region, key } = site;
  const here = { parent: region };
  const image = new ContainerImage(`${prefix}-${name}-image`, { key, ...release(config.image) }, here);
  const worker = site.workQueues[config.role];
  const port = worker === undefined ? listenerPort(name) : undefined;
  const entrance: Partial<FargateServiceArgs> =
    port === undefined
      ? { healthCheck: { command: ["CMD", "/app/healthcheck"] } }
      : {
          port: SERVICE_PORT,
          loadBalancer: { loadBalancer: site.balancer, listenerPort: port },
          secrets: {
            TLS_CERTIFICATE: { arn: site.taskTls.arn, jsonKey: "certificate", key },
            TLS_PRIVATE_KEY: { arn: site.taskTls.arn, jsonKey: "privateKey", key },
          },
        };
  const service = new FargateService(
    `${prefix}-${name}`,
    {
      cluster: site.cluster,
      vpc: site.vpc,
      key: site.logKey,
      image,
      cpu: config.size.cpu,
      memory: config.size.memory,
      scaling: scalingOf(config, worker),
      variables: site.settings,
      sidecars: site.sidecars,
      // Also where the stack has no detector of its own: an organisation's may give every task the agent, and this switches nothing on.
      runtimeMonitoring: true,
      startAfter: site.startAfter,
      ...entrance,
    },
    here,
  );
  return { name, role: config.role, service, image, listenerPort: port };
}

function scalingOf({ scaling }: ServiceConfig, queue: Queue | undefined): ScalingArgs {
  const { min, max, cpuPercent, backlogPerTask } = scaling;
  if (queue === undefined || backlogPerTask === undefined) return { min, max, cpuPercent };
  return { min, max, cpuPercent, backlogPerTask: { queue, acceptablePerTask: backlogPerTask } };
}
