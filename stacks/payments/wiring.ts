import type { Cache } from "../../components/data/cache";
import type { ApiClient } from "../../components/edge/api-gateway";
import type { Route, Routes } from "../../components/edge/api-routes";
import type { PrivateApi } from "../../components/edge/private-api";
import type { Queue } from "../../components/messaging/queue";
import type { Secret } from "../../components/security/secret";
import { isWorker, type PaymentsConfig, SERVICE_ROLES, type ServiceRole } from "./config";
import type { PaymentsDatabase } from "./database";
import type { EventLog } from "./event-log";
import type { DeployedService } from "./services";
import type { World } from "./world";

export interface Wiring {
  readonly payments: Queue;
  readonly writeBuffer: Queue;
  readonly events: EventLog;
  readonly database: PaymentsDatabase;
  readonly cache: Cache;
  readonly privateApi: PrivateApi;
  readonly processorCredentials: Secret;
  readonly processors: PaymentsConfig["processors"];
}

/** Who talks to whom, role by role. What is not here is closed. */
export function connectServices(services: readonly DeployedService[], wiring: Wiring): void {
  const { payments, writeBuffer, events, database, cache, privateApi, processorCredentials, processors } = wiring;
  const callInternalApi = ({ service }: DeployedService) => {
    privateApi.connections.allowFrom(service);
    for (const { name } of services.filter(({ role }) => role === "internal-api")) {
      privateApi.grantInvoke(service, "ANY", `/${name}/{proxy+}`);
    }
  };
  const readThroughCache = ({ service }: DeployedService) => {
    cache.connections.allowFrom(service);
    cache.grantConnect(service);
    database.grant(service, "reader");
  };
  const takePayments = ({ service }: DeployedService) => {
    payments.grantSend(service);
    writeBuffer.grantSend(service);
  };

  const byRole: Record<ServiceRole, (deployed: DeployedService) => void> = {
    "web-server": (deployed) => {
      callInternalApi(deployed);
    },
    "external-api": (deployed) => {
      readThroughCache(deployed);
      takePayments(deployed);
    },
    "internal-api": (deployed) => {
      readThroughCache(deployed);
      takePayments(deployed);
    },
    "processor-integration": ({ service }) => {
      payments.grantConsume(service);
      writeBuffer.grantSend(service);
      processorCredentials.grantRead(service);
      for (const [name, processor] of Object.entries(processors)) service.connections.allowToPartner(name, processor);
    },
    "ledger-writer": ({ service }) => {
      writeBuffer.grantConsume(service);
      database.grant(service, "writer");
      cache.connections.allowFrom(service);
      cache.grantConnect(service);
      events.grantProduce(service);
    },
  };
  for (const deployed of services) byRole[deployed.role](deployed);
}

export interface ApiPlan {
  readonly publicRoutes: Routes;
  readonly privateRoutes: Routes;
  /** Services that the APIs lead to. */
  readonly servers: readonly string[];
  /** Service that answers for the region's health. */
  readonly healthCheck: string;
}

/** Web servers are there for whoever has signed in, the external API for clients with a key; the internal API is private. */
export function planApis({ services, apiCache }: PaymentsConfig): ApiPlan {
  const named = (role: ServiceRole) => Object.keys(services).filter((name) => services[name]?.role === role);
  const routes = (role: ServiceRole, auth: "cognito" | "api-key" | "iam"): Routes =>
    Object.fromEntries(named(role).map((to) => [`/${to}`, { to, below: true, auth }]));
  const cached = Object.entries(apiCache?.paths ?? {}).map(([path, { seconds, queryStrings }]) => {
    const route: Route = { to: path.split("/")[1] ?? "", auth: "api-key" };
    return [path, [{ ...route, methods: ["GET"], cache: { ttlSeconds: seconds, queryStrings } }, route]] as const;
  });
  const [healthCheck] = named("external-api");
  if (healthCheck === undefined) throw new Error("The configuration has made sure of an external-api.");
  return {
    publicRoutes: {
      ...routes("web-server", "cognito"),
      ...routes("external-api", "api-key"),
      ...Object.fromEntries(cached),
    },
    privateRoutes: routes("internal-api", "iam"),
    servers: SERVICE_ROLES.filter((role) => !isWorker(role)).flatMap(named),
    healthCheck,
  };
}

/** External clients with their limits; a burst is what a client may send at once. */
export function clientsOf({ clients }: PaymentsConfig, keys: World["clientKeys"]): Record<string, ApiClient> {
  return Object.fromEntries(
    Object.entries(clients).map(([name, { requestsPerSecond, burst, requestsPerDay }]) => [
      name,
      {
        rateLimit: requestsPerSecond,
        burstLimit: burst,
        quota: requestsPerDay === undefined ? undefined : { limit: requestsPerDay, period: "DAY" },
        keyValue: keys[name],
      },
    ]),
  );
}

/**
 * What the firewall lets one address send with an API key: all that the largest client may, as a client's servers often share one address. A key that
 * is none goes no further than the API, which refuses it.
 */
export function clientRequestsPer5Minutes({ clients, firewall }: PaymentsConfig): number {
  const contracts = Object.values(clients).map(({ requestsPerSecond, burst }) =>
    Math.ceil(300 * requestsPerSecond + burst),
  );
  return Math.max(firewall.requestsPer5Minutes, ...contracts);
}
