import { Cluster } from "../../components/compute/cluster";
import { LoadBalancer } from "../../components/compute/load-balancer";
import { shortRegion } from "../../components/core";
import type { AuroraGlobal } from "../../components/data/aurora-global";
import { Cache } from "../../components/data/cache";
import { ApiGateway } from "../../components/edge/api-gateway";
import { ApiGatewayAccount } from "../../components/edge/api-gateway-account";
import { Certificate } from "../../components/edge/certificate";
import { Firewall } from "../../components/edge/firewall";
import { PrivateApi } from "../../components/edge/private-api";
import { VpcLink } from "../../components/edge/vpc-link";
import { Queue } from "../../components/messaging/queue";
import { Region } from "../../components/network/region";
import { Vpc } from "../../components/network/vpc";
import { Dashboard } from "../../components/observability/dashboard";
import { Secret } from "../../components/security/secret";
import type { PaymentsConfig, RegionConfig } from "./config";
import { regionalFoundation } from "../foundation/regional";
import { paymentsDatabase } from "./database";
import { eventLog } from "./event-log";
import { listenerPort } from "./listener-port";
import type { RegionOutputs } from "./outputs";
import { deployServices } from "./services";
import { signIn } from "./sign-in";
import { telemetry } from "./telemetry";
import { clientRequestsPer5Minutes, clientsOf, connectServices, planApis } from "./wiring";
import type { World } from "./world";

export interface RegionalPayments {
  readonly region: Region;
  /** The database that all regions share, where the configuration picks one. */
  readonly globalDatabase?: AuroraGlobal;
  readonly outputs: RegionOutputs;
}

/**
 * One region of the payments platform. It shares nothing with the others but the DNS zone and, where the configuration says so, one global
 * database; it starts only when the region before it is up and healthy.
 *
 *     clients -> WAF -> API gateway -> VPC link -> NLB -> services -> queues -> workers -> shards, processors
 */
export function paymentsRegion(
  config: PaymentsConfig,
  site: RegionConfig,
  world: World,
  previous: RegionalPayments | undefined,
): RegionalPayments {
  const prefix = `payments-${shortRegion(site.name)}`;
  const region = new Region(prefix, {
    region: site.name,
    after: previous?.region,
    environment: config.environment,
    owner: config.owner,
    permissionsBoundary: config.permissionsBoundary,
    dataClass: "cardholder",
  });
  const here = { parent: region };
  // What an account has once is made with the first region, wherever that is.
  const first = previous === undefined;

  // Keys, alarms and what watches the account.
  const { key, logKey, baseline } = regionalFoundation(prefix, region, config, {
    account: world.account,
    title: "Payments",
    description: "Payments: cardholder data",
    services: ["logs", "fargate", "backup"],
    first,
  });

  const processors = Object.fromEntries(
    Object.entries(config.processors).filter(([name]) => site.processors?.includes(name) ?? true),
  );

  // Network: three tiers over all zones; one NAT gateway with an address of its own per zone.
  const vpc = new Vpc(
    `${prefix}-vpc`,
    {
      cidr: site.cidr,
      zones: site.zones,
      key: logKey,
      endpoints: [
        // Of Systems Manager, services read a parameter: where the shards are. Nobody opens sessions.
        ...(["ecr", "logs", "secretsmanager", "kms", "sqs", "sts", "ssm-parameters"] as const),
        ...(config.observability.metrics ? (["aps-workspaces"] as const) : []),
      ],
      outboundPorts: [...new Set(Object.values(processors).map(({ port }) => port))],
    },
    here,
  );

  // The way in: certificate, load balancer, VPC link.
  const apiHost = `${config.domain.api}.${config.domain.name}`;
  const regionalHost = `${shortRegion(site.name)}.${apiHost}`;
  // No record has this name: the VPC link knows the balancer by its ARN, and API gateway asks for the name and checks the certificate for it.
  const balancerHost = `nlb.${regionalHost}`;
  const certificate = new Certificate(
    `${prefix}-certificate`,
    { domainName: apiHost, subjectAlternativeNames: [regionalHost, balancerHost], zone: world.dns },
    here,
  );
  const balancer = new LoadBalancer(
    `${prefix}-nlb`,
    { vpc, certificateArn: certificate.certificateArn, key: logKey },
    here,
  );
  const link = new VpcLink(`${prefix}-link`, { network: vpc }, here);

  // What services exchange: payments to make, and writes on their way to the databases.
  const payments = new Queue(`${prefix}-payments`, { key }, here);
  const writeBuffer = new Queue(`${prefix}-write-buffer`, { key }, here);
  const events = eventLog(config, { prefix, region, vpc, key });

  // Where data lives: shards with readers, a cache in front of them, secrets.
  const database = paymentsDatabase(config, { prefix, region, vpc, key }, previous?.globalDatabase);
  const cache = new Cache(
    `${prefix}-cache`,
    { vpc, key, engine: config.cache.engine, nodeType: config.cache.nodeType, replicas: config.cache.replicas },
    here,
  );
  const taskTls = new Secret(
    `${prefix}-task-tls`,
    {
      key,
      description: "Certificate that services show the load balancer",
      fields: ["certificate", "privateKey"],
      rotatedBy: { who: config.owner, days: 365 },
    },
    here,
  );
  const processorCredentials = new Secret(
    `${prefix}-processors`,
    {
      key,
      description: "Credentials at the payment processors",
      fields: Object.keys(processors),
      // The processors give them out: no function can change them.
      rotatedBy: { who: config.owner, days: 90 },
    },
    here,
  );

  // The APIs: public behind a web ACL, for users who have signed in and clients with a key; private for callers inside.
  const users = signIn(config, { prefix, region, key: logKey });
  const gatewayAccount = new ApiGatewayAccount(`${prefix}-api-account`, {}, here);
  const { publicRoutes, privateRoutes, servers, healthCheck } = planApis(config);
  const backends = Object.fromEntries(
    servers.map((name) => [name, link.backend(balancer, { host: balancerHost, port: listenerPort(name) })]),
  );
  const api = new ApiGateway(
    `${prefix}-api`,
    {
      backends,
      routes: publicRoutes,
      cognitoUserPoolArns: users.userPoolArns,
      clients: clientsOf(config, world.clientKeys),
      cors: { origin: `https://${config.domain.web}.${config.domain.name}` },
      throttle: { rateLimit: config.apiThrottle.requestsPerSecond, burstLimit: config.apiThrottle.burst },
      cache: config.apiCache && { size: config.apiCache.sizeGB },
      domain: { name: apiHost, regionalName: regionalHost, certificateArn: certificate.certificateArn },
      healthCheck: { to: healthCheck },
      key: logKey,
      gatewayAccount,
    },
    here,
  );
  const privateApi = new PrivateApi(
    `${prefix}-private-api`,
    { endpoint: vpc, backends, routes: privateRoutes, key: logKey, gatewayAccount },
    here,
  );
  const firewall = new Firewall(
    `${prefix}-firewall`,
    {
      scope: "REGIONAL",
      key: logKey,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
      rateLimitWithHeader: { header: "x-api-key", requestsPer5Minutes: clientRequestsPer5Minutes(config) },
    },
    here,
  );
  firewall.associate("api", api.stageArn);

  // The services, over all zones.
  const cluster = new Cluster(`${prefix}-cluster`, { key }, here);
  const watch = telemetry(config, { prefix, region, vpc, key: logKey, first });
  const services = deployServices(config.services, {
    prefix,
    region,
    vpc,
    cluster,
    balancer,
    key,
    logKey,
    taskTls,
    sidecars: watch.sidecars,
    startAfter: baseline?.nodes.runtimeMonitoring ? [baseline.nodes.runtimeMonitoring] : [],
    workQueues: { "processor-integration": payments, "ledger-writer": writeBuffer },
    settings: {
      PAYMENTS_QUEUE_URL: payments.url,
      WRITE_BUFFER_QUEUE_URL: writeBuffer.url,
      CACHE_ENDPOINT: cache.primaryEndpoint,
      CACHE_READER_ENDPOINT: cache.readerEndpoint,
      CACHE_NAME: cache.cacheName,
      CACHE_USER: cache.userName(),
      PRIVATE_API_URL: privateApi.url,
      PROCESSOR_CREDENTIALS_ARN: processorCredentials.arn,
      ...database.settings,
      ...events.settings,
    },
  });
  for (const { service } of services) watch.observe(service);

  connectServices(services, {
    payments,
    writeBuffer,
    events,
    database,
    cache,
    privateApi,
    processorCredentials,
    processors,
  });

  // The region's share of the world: its answer for the API's name, while it is healthy.
  const record = `api-${shortRegion(site.name)}`;
  world.dns.latencyRecord(record, apiHost, {
    region: site.name,
    ...api.aliasTarget(apiHost),
    healthCheck: { host: regionalHost, path: api.healthCheckPath, intervalInSeconds: 10 },
  });
  world.dns.alias(`${record}-own`, regionalHost, api.aliasTarget(regionalHost));

  const dashboard = new Dashboard(
    `${prefix}-dashboard`,
    { components: [region], title: `Payments, ${site.name}` },
    here,
  );
  region.markReady([...services.map(({ service }) => service), api, privateApi]);

  return {
    region,
    globalDatabase: database.global,
    outputs: {
      apiUrl: `https://${regionalHost}`,
      signIn: users.pool && { userPoolId: users.pool.userPoolId, clientId: users.pool.clientId, url: users.pool.url },
      privateApiUrl: privateApi.url,
      natAddresses: vpc.natAddresses,
      queues: {
        payments: { url: payments.url, arn: payments.arn },
        writeBuffer: { url: writeBuffer.url, arn: writeBuffer.arn },
      },
      ...events.outputs,
      database: database.outputs,
      cache: { primary: cache.primaryEndpoint, reader: cache.readerEndpoint, port: cache.port },
      secretArns: { taskTls: taskTls.arn, processors: processorCredentials.arn },
      imageRepositories: Object.fromEntries(services.map(({ name, image }) => [name, image.repositoryUrl])),
      dashboardUrl: dashboard.url,
      ...watch.outputs,
    },
  };
}
