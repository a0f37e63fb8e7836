import * as pulumi from "@pulumi/pulumi";
import { ApplicationLoadBalancer } from "../components/compute/application-load-balancer";
import { Cluster } from "../components/compute/cluster";
import { LoadBalancer } from "../components/compute/load-balancer";
import { ApiGateway } from "../components/edge/api-gateway";
import { ApiGatewayAccount } from "../components/edge/api-gateway-account";
import { Certificate } from "../components/edge/certificate";
import { Firewall } from "../components/edge/firewall";
import { VpcLink } from "../components/edge/vpc-link";
import { Region } from "../components/network/region";
import { Vpc } from "../components/network/vpc";
import { Dashboard } from "../components/observability/dashboard";
import type { System } from "./config/system";
import { regionalFoundation } from "./foundation/regional";
import { clientsOf, requestsPer5Minutes, routes, throttleOf } from "./credit-score/api";
import { crossChecks } from "./credit-score/checks";
import { type CreditScoreConfig, creditScoreSchema } from "./credit-score/config";
import { type Delivery, delivery } from "./credit-score/delivery";
import { messaging as connectByEvents } from "./credit-score/messaging";
import type { CreditScoreOutputs } from "./credit-score/outputs";
import { all, deployServices, GATEWAY_PORT } from "./credit-score/services";
import { sizesOf } from "./credit-score/sizes";
import { stores as createStores } from "./credit-score/stores";
import { timeoutsOf } from "./credit-score/timeouts";
import { connectServices, outboundPorts } from "./credit-score/wiring";
import { world } from "./credit-score/world";

/**
 * Credit scores from users' bank data.
 *
 *     clients -> WAF -> API gateway -> VPC link -> NLB -> api-request      asynchronous: answered at once, the score by webhook
 *     clients -> WAF -> ALB ------------------------------> api-request      synchronous: the connection stays open until the score is there
 *     users   -> WAF -> ALB ------------------------------> api-request      back from their bank, with an authorization
 *       -> event bus -> bank-request -> NAT -> banks
 *       -> event bus -> calculation
 *       -> event bus -> store -> DynamoDB (anonymous)
 *       -> event bus -> api-response -> NAT -> clients' webhooks
 *
 *     a commit -> five images, tests -> QA -> integration tests -> a person -> production
 *
 * Every consumer has a queue of its own. All sizes follow from `throughput.requestsPerSecond`.
 */
export const creditScore: System<typeof creditScoreSchema> = { schema: creditScoreSchema, crossChecks, build };

function build(config: CreditScoreConfig): CreditScoreOutputs {
  const { domain, environment, owner, permissionsBoundary } = config;
  const global = world(config);
  const sizes = sizesOf(config);
  const timeouts = timeoutsOf(config.throughput);
  const region = new Region("credit-score", { region: config.region.name, environment, owner, permissionsBoundary });
  const here = { parent: region };

  // Keys, alarms and what watches the account.
  const { key, logKey, baseline } = regionalFoundation("credit-score", region, config, {
    account: global.account,
    title: "Credit scores",
    description: "Credit scores: events, queues, tables, images, secrets",
    services: ["logs", "fargate", "backup", "events"],
  });

  // Network: load balancer and NAT gateways in public subnets, services in private ones.
  const vpc = new Vpc(
    "credit-score-vpc",
    {
      cidr: config.region.cidr,
      zones: config.region.zones,
      key: logKey,
      endpoints: ["ecr", "events", "kms", "logs", "secretsmanager", "sqs", "sts"],
      outboundPorts: outboundPorts(config),
      publicPorts: [443],
      internetFacing: true,
    },
    here,
  );

  // What is kept, and what the services tell each other.
  const stores = createStores(config, region, key);
  const messaging = connectByEvents(region, key, sizes);

  // The ways in, behind one web ACL: an API gateway for who does not wait, a load balancer for who does.
  const apiHost = `${domain.api}.${domain.name}`;
  const directHost = `${domain.direct}.${domain.name}`;
  // No record has this name: the VPC link knows the balancer by its ARN, and API gateway asks for the name and checks the certificate for it.
  const balancerHost = `nlb.${apiHost}`;
  const { certificateArn } = new Certificate(
    "credit-score-certificate",
    { domainName: apiHost, subjectAlternativeNames: [directHost, balancerHost], zone: global.dns },
    here,
  );
  const firewall = new Firewall(
    "credit-score-firewall",
    {
      scope: "REGIONAL",
      key: logKey,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
      rateLimitWithHeader: { header: "x-api-key", requestsPer5Minutes: requestsPer5Minutes(config) },
    },
    here,
  );
  const direct = new ApplicationLoadBalancer(
    "credit-score-direct",
    {
      vpc,
      certificateArn,
      internal: false,
      openTo: "internet",
      firewall,
      redirectHttp: false,
      idleTimeoutSeconds: timeouts.balancerIdle,
    },
    here,
  );
  const balancer = new LoadBalancer("credit-score-nlb", { vpc, certificateArn, key: logKey }, here);
  const link = new VpcLink("credit-score-link", { network: vpc }, here);
  const api = new ApiGateway(
    "credit-score-api",
    {
      backends: { "api-request": link.backend(balancer, { host: balancerHost, port: GATEWAY_PORT }) },
      routes: routes(timeouts),
      clients: clientsOf(config, global.clientKeys),
      throttle: throttleOf(config),
      domain: { name: apiHost, certificateArn },
      key: logKey,
      gatewayAccount: new ApiGatewayAccount("credit-score-api-account", {}, here),
    },
    here,
  );
  firewall.associate("api", api.stageArn);

  // The services, over all zones.
  const cluster = new Cluster("credit-score-cluster", { key }, here);
  const services = deployServices(config, {
    region,
    vpc,
    cluster,
    balancer,
    direct,
    directHost,
    key,
    logKey,
    stores,
    messaging,
    sizes,
    timeouts,
    startAfter: baseline?.nodes.runtimeMonitoring ? [baseline.nodes.runtimeMonitoring] : [],
  });
  connectServices(config, services, { vpc, messaging, stores, timeouts });

  const delivered =
    config.delivery &&
    delivery(config.delivery, owner, { region, key, logKey, images: imagesOf(services) }, pulumi.getStack());

  global.dns.alias("api", apiHost, api.aliasTarget(apiHost));
  global.dns.alias("direct", directHost, { dnsName: direct.dnsName, zoneId: direct.zoneId });

  const dashboard = new Dashboard("credit-score-dashboard", { components: [region], title: "Credit scores" }, here);
  region.markReady([...all(services).map(({ service }) => service), api, direct]);

  return {
    apiUrl: `https://${apiHost}`,
    directUrl: `https://${directHost}`,
    natAddresses: vpc.natAddresses,
    eventBus: {
      name: messaging.bus.busName,
      arn: messaging.bus.arn,
      registry: messaging.bus.registryName,
      undeliveredUrl: messaging.bus.undeliveredUrl,
    },
    queues: Object.fromEntries(
      Object.entries(messaging.queues).map(([name, { url, dlqUrl }]) => [name, { url, dlqUrl }]),
    ),
    tables: { scores: stores.scores.tableName, tokens: stores.tokens.tableName },
    secretArns: {
      banks: stores.bankCredentials.arn,
      clients: stores.clientCredentials.arn,
      taskTls: stores.taskTls.arn,
    },
    clusterName: cluster.clusterName,
    releases: {
      "api-request": release(services["api-request"]),
      "bank-request": release(services["bank-request"]),
      calculation: release(services.calculation),
      store: release(services.store),
      "api-response": release(services["api-response"]),
    },
    ...(delivered && { pipeline: pipelineOutputs(delivered) }),
    nameServers: global.dns.nameServers,
    dashboardUrl: dashboard.url,
  };
}

const release = ({ image, service }: ReturnType<typeof all>[number]) => ({
  repositoryUrl: image.repositoryUrl,
  serviceArn: service.arn,
  taskDefinitionArn: service.taskDefinitionArn,
});

const imagesOf = (services: ReturnType<typeof deployServices>) => ({
  "api-request": services["api-request"].image,
  "bank-request": services["bank-request"].image,
  calculation: services.calculation.image,
  store: services.store.image,
  "api-response": services["api-response"].image,
});

const pipelineOutputs = ({ pipeline, testClient }: Delivery) => ({
  name: pipeline.pipelineName,
  connectionArn: pipeline.connectionArn,
  roleArns: pipeline.roleArns,
  testClientArn: testClient.arn,
});
