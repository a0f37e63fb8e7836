import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationLoadBalancer } from "../../components/compute/application-load-balancer";
import { workerScaling } from "../../components/compute/capacity";
import type { Cluster } from "../../components/compute/cluster";
import { FargateService, type FargateServiceArgs } from "../../components/compute/fargate-service";
import type { LoadBalancer } from "../../components/compute/load-balancer";
import { ContainerImage } from "../../components/delivery/container-image";
import type { Region } from "../../components/network/region";
import type { Vpc } from "../../components/network/vpc";
import type { LogDataIdentifier } from "../../components/observability/log-group";
import type { Key } from "../../components/security/key";
import { release } from "../foundation/release";
import { DIRECT } from "./api";
import { type CreditScoreConfig, SERVICES, type ServiceName } from "./config";
import type { Listener, Messaging } from "./messaging";
import type { sizesOf } from "./sizes";
import type { Stores } from "./stores";
import { type Timeouts, WEBHOOK_RETRY_SECONDS } from "./timeouts";

/** Port on which api-request listens, with TLS. */
const SERVICE_PORT = 8443;
/** Port of the load balancer behind the API gateway. */
export const GATEWAY_PORT = 443;

/** What a log must not show of anybody, whatever a library writes into an error. */
export const MASKED: readonly LogDataIdentifier[] = [
  "Address",
  "BankAccountNumber-DE",
  "BankAccountNumber-ES",
  "BankAccountNumber-FR",
  "BankAccountNumber-GB",
  "BankAccountNumber-IT",
  "BankAccountNumber-US",
  "CreditCardNumber",
  "EmailAddress",
  "Name",
];

export interface DeployedService {
  readonly service: FargateService;
  readonly image: ContainerImage;
}

export interface ServiceSite {
  readonly region: Region;
  readonly vpc: Vpc;
  readonly cluster: Cluster;
  /** Behind the API gateway. */
  readonly balancer: LoadBalancer;
  /** For clients that wait. */
  readonly direct: ApplicationLoadBalancer;
  readonly directHost: string;
  readonly key: Key;
  readonly logKey: Key;
  readonly stores: Stores;
  readonly messaging: Messaging;
  readonly sizes: ReturnType<typeof sizesOf>;
  readonly timeouts: Timeouts;
  /** What has to stand before any task starts. */
  readonly startAfter: readonly pulumi.Resource[];
}

/** The five services on Fargate, over all zones, in private subnets. */
export function deployServices(config: CreditScoreConfig, site: ServiceSite): Record<ServiceName, DeployedService> {
  const deploy = (name: ServiceName) => deployService(name, config, site);
  return {
    "api-request": deploy("api-request"),
    "bank-request": deploy("bank-request"),
    calculation: deploy("calculation"),
    store: deploy("store"),
    "api-response": deploy("api-response"),
  };
}

function deployService(name: ServiceName, config: CreditScoreConfig, site: ServiceSite): DeployedService {
  const here = { parent: site.region };
  const { image: given, digest, repository, size } = config.services[name];
  const image = new ContainerImage(
    `credit-score-${name}-image`,
    {
      key: site.key,
      ...release(given),
      digest,
      repository,
    },
    here,
  );
  const service = new FargateService(
    `credit-score-${name}`,
    {
      cluster: site.cluster,
      vpc: site.vpc,
      key: site.logKey,
      image,
      cpu: size.cpu,
      memory: size.memory,
      variables: { ...commonSettings(site), ...ownSettings(name, config, site) },
      maskedInLogs: MASKED,
      // Long enough for what the service has begun.
      stopTimeoutSeconds: site.timeouts.stop,
      // Also where the stack has no detector of its own: an organisation's may give every task the agent, and this switches nothing on.
      runtimeMonitoring: true,
      startAfter: site.startAfter,
      ...(name === "api-request" ? entrance(site) : worker(name, site)),
    },
    here,
  );
  return { service, image };
}

/** api-request stands behind the API gateway's load balancer, and behind the one for clients that wait. */
function entrance({
  balancer,
  direct,
  directHost,
  key,
  sizes,
  stores,
  timeouts,
}: ServiceSite): Partial<FargateServiceArgs> {
  const { min, max } = sizes["api-request"];
  const deregistrationDelaySeconds = timeouts.deregistration;
  return {
    port: SERVICE_PORT,
    scaling: { min, max },
    loadBalancer: { loadBalancer: balancer, listenerPort: GATEWAY_PORT },
    alsoBehind: [
      {
        applicationLoadBalancer: direct,
        rule: { priority: 100, when: { hosts: [directHost], ...DIRECT } },
        deregistrationDelaySeconds,
        alarms: { p95Seconds: timeouts.synchronousAnswer / 2 },
      },
    ],
    secrets: {
      TLS_CERTIFICATE: { arn: stores.taskTls.arn, jsonKey: "certificate", key },
      TLS_PRIVATE_KEY: { arn: stores.taskTls.arn, jsonKey: "privateKey", key },
    },
  };
}

/** Everybody else works off a queue; nobody can connect to them. */
function worker(name: Listener, { messaging, sizes }: ServiceSite): Partial<FargateServiceArgs> {
  return {
    scaling: workerScaling(sizes[name], messaging.queues[name], name === "calculation" ? "cpu" : "io"),
    healthCheck: { command: ["CMD", "/app/healthcheck"] },
  };
}

function commonSettings({ messaging }: ServiceSite): Record<string, pulumi.Input<string>> {
  return {
    EVENT_BUS: messaging.bus.busName,
    EVENT_SOURCE: messaging.bus.source,
    SCHEMA_REGISTRY: messaging.bus.registryName,
  };
}

/** What one service has to know. A service gets nothing that it has no grant for. */
function ownSettings(
  name: ServiceName,
  config: CreditScoreConfig,
  { messaging, stores, timeouts }: ServiceSite,
): Record<string, pulumi.Input<string>> {
  const banks = Object.fromEntries(
    Object.entries(config.banks).map(([bank, { api, authorize, token }]) => [bank, { api, authorize, token }]),
  );
  const webhooks = Object.fromEntries(
    Object.entries(config.clients).map(([client, { webhook }]) => [client, webhook.url]),
  );
  switch (name) {
    case "api-request":
      return {
        BANKS: JSON.stringify(banks),
        BANK_CREDENTIALS_ARN: stores.bankCredentials.arn,
        CLIENT_CREDENTIALS_ARN: stores.clientCredentials.arn,
        TOKEN_TABLE: stores.tokens.tableName,
        TOKEN_KEY_ARN: stores.tokenKey.arn,
        TOKEN_SECONDS: String(config.authorizationMinutes * 60),
        SCORE_TABLE: stores.scores.tableName,
        ANSWER_TIMEOUT_SECONDS: String(timeouts.synchronousAnswer),
        KEEP_ALIVE_SECONDS: String(timeouts.taskKeepAlive),
      };
    case "bank-request":
      return {
        QUEUE_URL: messaging.queues["bank-request"].url,
        BANKS: JSON.stringify(banks),
        TOKEN_TABLE: stores.tokens.tableName,
        BANK_DATA_KEY_ARN: stores.bankDataKey.arn,
        CALL_TIMEOUT_SECONDS: String(timeouts.bankCall),
      };
    case "calculation":
      return {
        QUEUE_URL: messaging.queues.calculation.url,
        CALCULATION_TIMEOUT_SECONDS: String(timeouts.calculation),
      };
    case "store":
      return { QUEUE_URL: messaging.queues.store.url, SCORE_TABLE: stores.scores.tableName };
    case "api-response":
      return {
        QUEUE_URL: messaging.queues["api-response"].url,
        WEBHOOKS: JSON.stringify(webhooks),
        WEBHOOK_TIMEOUT_SECONDS: String(timeouts.webhookCall),
        WEBHOOK_RETRY_SECONDS: WEBHOOK_RETRY_SECONDS.join(","),
        CLIENT_CREDENTIALS_ARN: stores.clientCredentials.arn,
      };
  }
}

export const all = (services: Record<ServiceName, DeployedService>): DeployedService[] =>
  SERVICES.map((name) => services[name]);
