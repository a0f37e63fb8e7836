import type { LoadBalancer } from "../../components/compute/load-balancer";
import type { ContentStore } from "../../components/edge/content-store";
import type { Tracker } from "../../components/messaging/tracker";
import { tcp } from "../../components/network/connections";
import type { Vpc } from "../../components/network/vpc";
import { ENTRANCES } from "./api";
import type { RewardsConfig } from "./config";
import type { Functions } from "./functions";
import type { Services } from "./services";
import { DATABASE_USER, type Stores } from "./stores";
import { type Streams, TOPICS } from "./streams";

export interface Wiring {
  readonly vpc: Vpc;
  readonly balancer: LoadBalancer;
  readonly stores: Stores;
  readonly streams: Streams;
  readonly tracker: Tracker;
  readonly content: ContentStore;
}

/** Who may do what. What is not here is closed. */
export function connect(
  config: RewardsConfig,
  { services, catalogPolling }: Services,
  { functions }: Functions,
  { vpc, balancer, stores, streams, tracker, content }: Wiring,
): void {
  const { onboarding, "user-catalogs": userCatalogs, "business-rules": businessRules } = services;
  const usersDomain = services["users-domain"];
  const { scoring, tracking, uploads, "identity-check": identityCheck } = functions;

  // The way to the tables: their gateway endpoint.
  for (const client of [userCatalogs, businessRules, usersDomain, catalogPolling, scoring]) {
    client.connections.allowToPrefixList("dynamodb", vpc.dynamodbPrefixListId, tcp(443));
  }
  // To streams and secrets: the interface endpoints. Containers have it of themselves.
  for (const client of [scoring, identityCheck]) client.connections.allowTo(vpc.endpointConnections);

  // Onboarding checks an applicant against the catalogs, and tells of every new user.
  userCatalogs.allowFrom(onboarding);
  streams.streams.users.grantWrite(onboarding);

  // Catalogs: the job brings them, the service answers from them.
  stores.catalogs.grantReadWrite(catalogPolling);
  stores.catalogs.grantReadWrite(userCatalogs);
  for (const [name, provider] of Object.entries(config.catalogs.providers)) {
    catalogPolling.connections.allowToPartner(name, provider);
  }

  // Rules: their service keeps them, scoring asks for them.
  stores.rules.grantReadWrite(businessRules);
  balancer.connections.allowFrom(scoring, tcp(ENTRANCES["business-rules"].listenerPort));

  // Points: only scoring counts them, and tells of every transaction.
  stores.balances.grantReadWrite(scoring);
  streams.streams.transactions.grantWrite(scoring);

  // Users: only their domain reaches the database, and brings it up to date with both streams.
  stores.users.primary.connections.allowFrom(usersDomain);
  stores.users.primary.grantConnect(usersDomain, DATABASE_USER);
  for (const topic of TOPICS) {
    streams.readers[topic].grantRead(usersDomain);
    streams.leases[topic].grantLeases(usersDomain);
  }

  // Where people are: the tracker says who came near, the function whom to tell.
  tracker.grantUpdatePositions(tracking);
  tracker.grantPutGeofences(tracking);
  tracker.onProximity("nearby", tracking);
  stores.devices.grantReadWrite(tracking);
  stores.pushCredentials.grantRead(tracking);

  // Merchants' pictures: written by forms alone that the function signs.
  content.grantUpload(uploads);

  // Applicants: the ID validator says who they are.
  identityCheck.connections.allowToPartner("validator", config.idValidator);
  stores.validatorCredentials.grantRead(identityCheck);
}

/** Ports that are called outside. */
export function outboundPorts({ catalogs, idValidator }: RewardsConfig): number[] {
  return [...new Set([idValidator.port, ...Object.values(catalogs.providers).map(({ port }) => port)])];
}
