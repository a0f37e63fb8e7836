import { Cluster } from "../components/compute/cluster";
import { LoadBalancer } from "../components/compute/load-balancer";
import type { ContainerImage } from "../components/delivery/container-image";
import { ApiGateway } from "../components/edge/api-gateway";
import { ApiGatewayAccount } from "../components/edge/api-gateway-account";
import { Certificate } from "../components/edge/certificate";
import { Dns } from "../components/edge/dns";
import { Firewall } from "../components/edge/firewall";
import { VpcLink } from "../components/edge/vpc-link";
import { KubernetesCluster } from "../components/kubernetes/kubernetes-cluster";
import { Tracker } from "../components/messaging/tracker";
import { Region } from "../components/network/region";
import { Vpc } from "../components/network/vpc";
import { Dashboard } from "../components/observability/dashboard";
import type { System } from "./config/system";
import { globalFoundation } from "./foundation/global";
import { regionalFoundation } from "./foundation/regional";
import { signInAtBalancer } from "./foundation/sign-in";
import { analytics } from "./rewards/analytics";
import { assets } from "./rewards/assets";
import { API_FUNCTIONS, ENTRANCES, routes } from "./rewards/api";
import { crossChecks } from "./rewards/checks";
import { type RewardsConfig, rewardsSchema } from "./rewards/config";
import { deployFunctions } from "./rewards/functions";
import { identity } from "./rewards/identity";
import { metabaseImage, metabaseSettings } from "./rewards/metabase";
import type { Repository, RewardsOutputs } from "./rewards/outputs";
import { deployServices } from "./rewards/services";
import { stores as createStores } from "./rewards/stores";
import { connectByStreams } from "./rewards/streams";
import { connect, outboundPorts } from "./rewards/wiring";

/**
 * Rewards for encounters between police officers and civilians.
 *
 *     clients -> Cognito (ID validator asked first)
 *     clients -> WAF -> API gateway -> Lambda: scoring, tracking, QR codes, uploads
 *                                   -> VPC link -> NLB -> EKS: onboarding, business rules, users domain (user catalogs for other services alone)
 *     positions -> Location: tracker, geofences -> EventBridge -> tracking -> phones
 *     onboarding, scoring -> Kinesis: users, transactions -> users domain -> Aurora PostgreSQL
 *                                                         -> Firehose -> S3 (Parquet), Glacier -> Athena <- Metabase on Fargate
 *     merchants -> S3 by signed requests -> CloudFront
 */
export const rewards: System<typeof rewardsSchema> = { schema: rewardsSchema, crossChecks, build };

function build(config: RewardsConfig): RewardsOutputs {
  const { domain, environment, owner, permissionsBoundary } = config;
  const apiHost = `${domain.api}.${domain.name}`;
  const assetsHost = `${domain.assets}.${domain.name}`;
  const analyticsHost = `${domain.analytics}.${domain.name}`;
  // Resolves in the VPC alone. API gateway finds the balancer by its ARN, asks for the name and checks the certificate for it.
  const balancerHost = `nlb.${apiHost}`;

  const {
    site,
    key: globalKey,
    dns,
    account,
  } = globalFoundation("rewards", config, {
    description: "Rewards: assets, DNS query logs and alarms",
    services: ["cloudfront", "log-delivery"],
    buckets: true,
  });
  const region = new Region("rewards", { region: config.region.name, environment, owner, permissionsBoundary });
  const here = { parent: region };

  // Keys, alarms and what watches the account.
  const { key, logKey, baseline } = regionalFoundation("rewards", region, config, {
    account,
    title: "Rewards",
    description: "Rewards: tables, streams, archives, database, cluster, images, secrets",
    services: ["logs", "fargate", "backup", "autoscaling", "events"],
  });

  // Network: load balancers and NAT gateways in public subnets, everything that runs in private ones.
  const vpc = new Vpc(
    "rewards-vpc",
    {
      cidr: config.region.cidr,
      zones: config.region.zones,
      key: logKey,
      endpoints: [
        "ecr",
        "eks",
        "ssm",
        "kinesis-streams",
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "sts",
        "athena",
      ],
      outboundPorts: outboundPorts(config),
      publicPorts: [443],
      internetFacing: true,
    },
    here,
  );

  // What is kept, and what is told: tables and the users' database, two streams with their archives.
  const stores = createStores(config, { region, vpc, key });
  const streams = connectByStreams(config, { region, key, logKey, backups: stores.tableBackups });
  const tracker = new Tracker("rewards-tracker", { key }, here);
  const content = assets(config, { site, dns, key: globalKey, host: assetsHost });

  // The cluster, and the way into it.
  const cluster = new KubernetesCluster(
    "rewards-cluster",
    {
      vpc,
      key,
      logKey,
      version: config.kubernetes.version,
      nodes: { services: { instanceTypes: config.kubernetes.instanceTypes, ...config.kubernetes.nodes } },
      admins: config.kubernetes.admins,
      deployers: config.kubernetes.deployers,
      runtimeMonitoring: true,
    },
    here,
  );
  for (const [name, range] of Object.entries(config.kubernetes.runners)) {
    cluster.controlPlane.connections.allowFromCidr(name, range);
  }
  const { certificateArn } = new Certificate(
    "rewards-certificate",
    { domainName: apiHost, subjectAlternativeNames: [balancerHost, analyticsHost], zone: dns },
    here,
  );
  const balancer = new LoadBalancer("rewards-nlb", { vpc, certificateArn, key: logKey }, here);
  new Dns(
    "rewards-internal-dns",
    { domain: balancerHost, privateTo: [{ vpcId: vpc.vpcId, region: config.region.name }] },
    { parent: site },
  ).alias("balancer", balancerHost, balancer);

  // What runs: containers in the cluster, functions beside it.
  const services = deployServices(config, { region, vpc, cluster, balancer, key, stores, streams });
  const functions = deployFunctions(config, {
    region,
    vpc,
    key,
    logKey,
    stores,
    streams,
    tracker,
    content,
    rulesUrl: `https://${balancerHost}:${ENTRANCES["business-rules"].listenerPort}`,
  });
  connect(config, services, functions, { vpc, balancer, stores, streams, tracker, content });

  // The way in, for users who are signed in.
  const users = identity(config, { region, logKey, identityCheck: functions.functions["identity-check"] });
  const firewall = new Firewall(
    "rewards-firewall",
    {
      scope: "REGIONAL",
      key: logKey,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
    },
    here,
  );
  const link = new VpcLink("rewards-link", { network: vpc }, here);
  const api = new ApiGateway(
    "rewards-api",
    {
      backends: {
        ...Object.fromEntries(
          Object.entries(ENTRANCES).map(([name, { listenerPort }]) => [
            name,
            link.backend(balancer, { host: balancerHost, port: listenerPort }),
          ]),
        ),
        ...Object.fromEntries(API_FUNCTIONS.map((name) => [name, functions.functions[name].backend()])),
      },
      routes,
      cognitoUserPoolArns: [users.arn],
      domain: { name: apiHost, certificateArn },
      key: logKey,
      gatewayAccount: new ApiGatewayAccount("rewards-api-account", {}, here),
    },
    here,
  );
  firewall.associate("api", api.stageArn);

  // What the archives say: Metabase, for who is signed in at the company's directory.
  const metabaseRepository = metabaseImage(config, { region, key });
  const metabase = analytics(
    {
      name: "rewards-analytics",
      region,
      vpc,
      cluster: new Cluster("rewards-analytics-cluster", { key }, here),
      key,
      logKey,
      archives: Object.values(streams.archives),
      workgroup: streams.workgroup,
      host: analyticsHost,
      certificateArn,
      firewall,
      signIn: signInAtBalancer(
        { signIn: config.analytics.signIn, firewall: config.firewall },
        { prefix: "rewards-analytics", region, key: logKey, host: analyticsHost },
      ),
      openTo: config.analytics.openTo,
      owner,
      backups: stores.databaseBackups,
      startAfter: baseline?.nodes.runtimeMonitoring ? [baseline.nodes.runtimeMonitoring] : [],
    },
    metabaseSettings(config, metabaseRepository),
  );

  dns.alias("api", apiHost, api.aliasTarget(apiHost));
  dns.alias("analytics", analyticsHost, metabase.balancer);
  const dashboard = new Dashboard("rewards-dashboard", { components: [region], title: "Rewards" }, here);
  region.markReady([...Object.values(services.services), api]);

  return {
    apiUrl: `https://${apiHost}`,
    assetsUrl: content.url,
    analyticsUrl: `https://${analyticsHost}`,
    signIn: { url: users.url, userPoolId: users.userPoolId, clientId: users.clientId },
    cluster: { name: cluster.clusterName, endpoint: cluster.endpoint },
    streams: { users: streams.streams.users.streamName, transactions: streams.streams.transactions.streamName },
    archives: {
      users: { database: streams.archives.users.database, table: streams.archives.users.table },
      transactions: { database: streams.archives.transactions.database, table: streams.archives.transactions.table },
    },
    analytics: {
      ...metabase.connection,
      database: { endpoint: metabase.database.endpoint, secretArn: metabase.database.secretArn },
    },
    tables: {
      catalogs: stores.catalogs.tableName,
      balances: stores.balances.tableName,
      rules: stores.rules.tableName,
      devices: stores.devices.tableName,
    },
    database: { endpoint: stores.users.writerEndpoint, secretArn: stores.users.secretArn },
    secretArns: {
      push: stores.pushCredentials.arn,
      validator: stores.validatorCredentials.arn,
      serviceTls: stores.serviceTls.arn,
    },
    repositories: repositoriesOf({ ...services.images, ...functions.images, metabase: metabaseRepository }),
    natAddresses: vpc.natAddresses,
    nameServers: dns.nameServers,
    dashboardUrl: dashboard.url,
  };
}

function repositoriesOf(images: Readonly<Record<Repository, ContainerImage>>): RewardsOutputs["repositories"] {
  const repository = (name: Repository) => images[name].repositoryUrl;
  return {
    onboarding: repository("onboarding"),
    "user-catalogs": repository("user-catalogs"),
    "business-rules": repository("business-rules"),
    "users-domain": repository("users-domain"),
    scoring: repository("scoring"),
    tracking: repository("tracking"),
    uploads: repository("uploads"),
    "identity-check": repository("identity-check"),
    metabase: repository("metabase"),
  };
}
