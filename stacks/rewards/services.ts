import type * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer } from "../../components/compute/load-balancer";
import { ContainerImage } from "../../components/delivery/container-image";
import type { KubernetesCluster } from "../../components/kubernetes/kubernetes-cluster";
import { Microservice } from "../../components/kubernetes/microservice";
import { Namespace, type NamespaceQuota } from "../../components/kubernetes/namespace";
import { PollingJob } from "../../components/kubernetes/polling-job";
import { tcp } from "../../components/network/connections";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { Key } from "../../components/security/key";
import { release } from "../foundation/release";
import { ENTRANCES, type Entrance } from "./api";
import { type RewardsConfig, type ServiceName } from "./config";
import { DATABASE_USER, type Stores } from "./stores";
import { type Streams, type Topic, TOPICS } from "./streams";

/** Port on which every container listens, with TLS. */
const PORT = 8443;
/** What the polling job logs at the end of a round that succeeded. */
const POLLED = "catalogs polled";

export interface ServiceSite {
  readonly region: Region;
  readonly vpc: Vpc;
  readonly cluster: KubernetesCluster;
  /** Behind the API gateway, and in front of business rules for who runs outside of the cluster. */
  readonly balancer: LoadBalancer;
  readonly key: Key;
  readonly stores: Stores;
  readonly streams: Streams;
}

export interface Services {
  readonly services: Readonly<Record<ServiceName, Microservice>>;
  readonly images: Readonly<Record<ServiceName, ContainerImage>>;
  /** Asks the catalogs' sources. */
  readonly catalogPolling: PollingJob;
}

/** The containers: four FastAPI services in one namespace where nothing may talk to anything that is not named, and the job that brings catalogs up to date. */
export function deployServices(config: RewardsConfig, site: ServiceSite): Services {
  const { cluster, region, vpc } = site;
  const here = { parent: region };
  const namespace = new Namespace("rewards-services", { cluster, quota: quotaOf(config) }, here);
  const image = (name: ServiceName) => imageOf(name, config, site);
  const images = {
    onboarding: image("onboarding"),
    "user-catalogs": image("user-catalogs"),
    "business-rules": image("business-rules"),
    "users-domain": image("users-domain"),
  };
  const deploy = (name: ServiceName, variables: Record<string, pulumi.Input<string>>) => {
    const { cpuMillis, memoryMiB, scaling } = config.services[name];
    return new Microservice(
      `rewards-${name}`,
      {
        cluster,
        vpc,
        namespace,
        image: images[name],
        port: PORT,
        cpuMillis,
        memoryMiB,
        replicas: scaling,
        variables: { ...variables, AWS_REGION: region.region },
        tls: site.stores.serviceTls,
        nodePort: isEntrance(name) ? ENTRANCES[name].nodePort : undefined,
      },
      here,
    );
  };
  const { stores, streams } = site;
  const userCatalogs = deploy("user-catalogs", { CATALOG_TABLE: stores.catalogs.tableName });
  const services = {
    onboarding: deploy("onboarding", {
      USER_STREAM: streams.streams.users.streamName,
      USER_CATALOGS_URL: userCatalogs.internalUrl,
    }),
    "user-catalogs": userCatalogs,
    "business-rules": deploy("business-rules", { RULE_TABLE: stores.rules.tableName }),
    "users-domain": deploy("users-domain", {
      DATABASE_HOST: stores.users.primary.address,
      DATABASE_READER_HOST: stores.users.primary.readerAddress,
      DATABASE_PORT: String(stores.users.port),
      DATABASE_NAME: stores.users.databaseName,
      DATABASE_USER,
      ...Object.assign({}, ...TOPICS.map((topic) => subscription(topic, streams))),
    }),
  };
  for (const [name, { listenerPort, nodePort }] of Object.entries(ENTRANCES)) {
    openEntrance(name, site, listenerPort, nodePort);
  }
  const { alarmAfterMinutes, providers, schedule } = config.catalogs;
  const catalogPolling = new PollingJob(
    "rewards-catalog-polling",
    {
      cluster,
      vpc,
      namespace,
      image: images["user-catalogs"],
      schedule,
      command: ["python", "-m", "user_catalogs.poll"],
      heartbeat: { logLine: POLLED, withinMinutes: alarmAfterMinutes },
      variables: {
        AWS_REGION: region.region,
        CATALOG_TABLE: stores.catalogs.tableName,
        PROVIDERS: JSON.stringify(Object.fromEntries(Object.entries(providers).map(([name, { url }]) => [name, url]))),
      },
    },
    here,
  );
  return { services, images, catalogPolling };
}

/** Room for all services at their largest, twice, as a release makes new pods before the old ones go, and for the job. */
function quotaOf({ services }: RewardsConfig): Required<NamespaceQuota> {
  const sum = (of: (service: RewardsConfig["services"][ServiceName]) => number) =>
    Object.values(services).reduce((total, service) => total + service.scaling.max * of(service), 0);
  return {
    pods: 2 * sum(() => 1) + 10,
    cpu: Math.ceil((2 * sum(({ cpuMillis }) => cpuMillis)) / 1000) + 1,
    memoryGiB: Math.ceil((2 * sum(({ memoryMiB }) => memoryMiB)) / 1024) + 1,
  };
}

/** What the Kinesis Client Library is told of a stream: `USERS_STREAM`, `USERS_CONSUMER_ARN`, `USERS_LEASE_TABLE`. */
function subscription(topic: Topic, { streams, readers, leases }: Streams): Record<string, pulumi.Input<string>> {
  const prefix = topic.toUpperCase();
  return {
    [`${prefix}_STREAM`]: streams[topic].streamName,
    [`${prefix}_CONSUMER_ARN`]: readers[topic].arn,
    [`${prefix}_LEASE_TABLE`]: leases[topic].tableName,
  };
}

const isEntrance = (name: ServiceName): name is Entrance => name in ENTRANCES;

/** From the load balancer to a port of every node, from which Kubernetes goes on to a pod. TLS ends at the balancer and begins anew up to the pod. */
function openEntrance(name: string, { balancer, cluster }: ServiceSite, port: number, nodePort: number): void {
  const { targetGroup } = balancer.addListener(name, { port, target: { kind: "instance", port: nodePort } });
  cluster.attachNodes(name, targetGroup.arn);
  cluster.connections.allowFrom(balancer, tcp(nodePort));
}

function imageOf(name: ServiceName, config: RewardsConfig, { key, region }: ServiceSite): ContainerImage {
  return new ContainerImage(
    `rewards-${name}-image`,
    { key, ...release(config.services[name].image) },
    { parent: region },
  );
}
