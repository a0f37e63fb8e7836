import { tcp } from "../../components/network/connections";
import type { Vpc } from "../../components/network/vpc";
import type { CreditScoreConfig, ServiceName } from "./config";
import { LISTENS, type Listener, type Messaging, PUBLISHES } from "./messaging";
import type { DeployedService } from "./services";
import type { Stores } from "./stores";
import type { Timeouts } from "./timeouts";

export interface Wiring {
  readonly vpc: Vpc;
  readonly messaging: Messaging;
  readonly stores: Stores;
  readonly timeouts: Timeouts;
}

/** Who may do what. What is not here is closed. */
export function connectServices(
  config: CreditScoreConfig,
  services: Readonly<Record<ServiceName, DeployedService>>,
  { vpc, messaging, stores, timeouts }: Wiring,
): void {
  const { service: apiRequest } = services["api-request"];
  const { service: bankRequest } = services["bank-request"];
  const { service: calculation } = services.calculation;
  const { service: store } = services.store;
  const { service: apiResponse } = services["api-response"];

  for (const [name, events] of Object.entries(PUBLISHES)) {
    messaging.bus.grantPublish(services[name as keyof typeof PUBLISHES].service, events);
  }
  const longest: Record<Listener, number> = {
    "bank-request": timeouts.bankCall,
    calculation: timeouts.calculation,
    store: 5,
    "api-response": timeouts.webhookCall,
  };
  for (const name of Object.keys(LISTENS) as Listener[]) {
    messaging.queues[name].grantConsume(services[name].service, { longestProcessingSeconds: longest[name] });
  }

  // The way to the tables: their gateway endpoint.
  for (const service of [apiRequest, bankRequest, store]) {
    service.connections.allowToPrefixList("dynamodb", vpc.dynamodbPrefixListId, tcp(443));
  }

  // Authorizations: api-request writes what it can not read back, bank-request reads each once.
  stores.tokens.grantPut(apiRequest);
  stores.tokenKey.grantEncrypt(apiRequest);
  stores.tokens.grantTake(bankRequest);
  stores.tokenKey.grantDecrypt(bankRequest);
  stores.bankCredentials.grantRead(apiRequest);

  // Bank data: bank-request writes what it can not read back; the calculation reads it, and store, which makes it anonymous.
  stores.bankDataKey.grantEncrypt(bankRequest);
  stores.bankDataKey.grantDecrypt(calculation);
  stores.bankDataKey.grantDecrypt(store);

  // Scores: only store writes them; api-request answers with them.
  stores.scores.grantWrite(store);
  stores.scores.grantRead(apiRequest);

  // Clients: who calls is known by a key, and what is sent is signed.
  stores.clientCredentials.grantRead(apiRequest);
  stores.clientCredentials.grantRead(apiResponse);

  // The ways out: to the banks for a token and for data, to the clients with a score.
  for (const [bank, outside] of Object.entries(config.banks)) {
    apiRequest.connections.allowToPartner(bank, outside);
    bankRequest.connections.allowToPartner(bank, outside);
  }
  for (const [client, { webhook }] of Object.entries(config.clients))
    apiResponse.connections.allowToPartner(client, webhook);
}

/** Ports that are called outside. */
export function outboundPorts({ banks, clients }: CreditScoreConfig): number[] {
  const called = [...Object.values(banks), ...Object.values(clients).map(({ webhook }) => webhook)];
  return [...new Set(called.map(({ port }) => port))];
}
