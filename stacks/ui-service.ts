import type * as pulumi from "@pulumi/pulumi";
import { ApplicationLoadBalancer } from "../components/compute/application-load-balancer";
import { Beanstalk } from "../components/compute/beanstalk";
import { Cluster } from "../components/compute/cluster";
import { Daemon } from "../components/compute/daemon";
import { shortRegion } from "../components/core";
import { Bucket } from "../components/data/bucket";
import { Cache } from "../components/data/cache";
import { ContainerImage } from "../components/delivery/container-image";
import { Certificate } from "../components/edge/certificate";
import { Firewall } from "../components/edge/firewall";
import { beanstalkBuckets } from "../components/network/endpoints";
import { Region } from "../components/network/region";
import { Vpc } from "../components/network/vpc";
import { Dashboard } from "../components/observability/dashboard";
import { Secret } from "../components/security/secret";
import type { System } from "./config/system";
import { globalFoundation } from "./foundation/global";
import { regionalFoundation } from "./foundation/regional";
import { release } from "./foundation/release";
import { signInAtBalancer } from "./foundation/sign-in";
import { crossChecks } from "./ui-service/checks";
import { type UiServiceConfig, uiServiceSchema } from "./ui-service/config";
import { DATABASE_USERS, uiDatabase } from "./ui-service/database";

/** Where the UI and its data are found. Nothing in it is secret. */
export interface UiServiceOutputs {
  readonly url: string;
  readonly nameServers: pulumi.Output<string[]> | undefined;
  /** Bucket that a pipeline puts bundles into, and the application and environment that it deploys them to. */
  readonly releases: {
    readonly bucket: pulumi.Output<string>;
    readonly application: string;
    readonly environment: string;
  };
  readonly imageRepository: pulumi.Output<string>;
  readonly database: { readonly endpoint: pulumi.Output<string>; readonly secretArn: pulumi.Output<string> };
  readonly lockKey: string;
  readonly natAddresses: Record<string, pulumi.Output<string>>;
  readonly dashboardUrl: pulumi.Output<string>;
}

/**
 * The UI service: summaries from the database for clients and staff, and the daemon that relays its events.
 *
 *     users -> Route 53 -> WAF -> load balancer (TLS, sign-in at the authorization manager)
 *       -> Elastic Beanstalk: Flask on private instances, over all zones -> cache (optional)
 *          -> RDS PostgreSQL, in subnets without a way out <- orchestrator: one daemon that polls a view, and nobody reaches
 */
export const uiService: System<typeof uiServiceSchema> = { schema: uiServiceSchema, crossChecks, build };

function build(config: UiServiceConfig): UiServiceOutputs {
  const { environment, owner, permissionsBoundary } = config;
  const { dns, account } = globalFoundation("ui-service", config, {
    description: "UI service: DNS query logs and alarms",
  });
  const prefix = `ui-service-${shortRegion(config.region.name)}`;
  const host = `${config.domain.ui}.${config.domain.name}`;
  const region = new Region(prefix, {
    region: config.region.name,
    environment,
    owner,
    permissionsBoundary,
    // Summaries of accounts and who owns them; no card number passes here.
    dataClass: "confidential",
  });
  const here = { parent: region };

  // Keys, alarms and what watches the account.
  const { key, logKey, baseline } = regionalFoundation(prefix, region, config, {
    account,
    title: "UI service",
    description: "UI service: accounts",
    services: ["logs", "fargate", "backup"],
  });

  // Network: three tiers over all zones. Only the load balancer stands where the internet is.
  const downstream = Object.entries(config.orchestrator.downstream);
  const awsBuckets = beanstalkBuckets(config.region.name);
  const vpc = new Vpc(
    `${prefix}-vpc`,
    {
      cidr: config.region.cidr,
      zones: config.region.zones,
      key: logKey,
      endpoints: ["beanstalk", "ecr", "kms", "logs", "secretsmanager", "sts"],
      readableBuckets: awsBuckets.readable,
      writableBuckets: awsBuckets.writable,
      publicPorts: [443, 80],
      internetFacing: true,
      outboundPorts: [...new Set(downstream.map(([, { port }]) => port))],
    },
    here,
  );

  // The way in: whoever passes the web ACL signs in at the authorization manager before a request goes further.
  const certificate = new Certificate(`${prefix}-certificate`, { domainName: host, zone: dns }, here);
  const firewall = new Firewall(
    `${prefix}-firewall`,
    {
      scope: "REGIONAL",
      key: logKey,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
      // The authorization code comes back in it.
      redactQueryString: true,
    },
    here,
  );
  const balancer = new ApplicationLoadBalancer(
    `${prefix}-alb`,
    {
      vpc,
      certificateArn: certificate.certificateArn,
      internal: false,
      openTo: config.openTo,
      firewall,
      signIn: signInAtBalancer(config, { prefix, region, key: logKey, host }),
    },
    here,
  );

  // Where data lives: the database, and in front of it, where it pays, a cache.
  const database = uiDatabase(config, { prefix, region, vpc, key });
  const cache = config.cache && new Cache(`${prefix}-cache`, { vpc, key, engine: "valkey", ...config.cache }, here);
  const sessionKey = new Secret(
    `${prefix}-session-key`,
    {
      key,
      description: "Key by which the UI signs its forms",
      initialValue: "random",
      rotatedBy: { who: owner, days: 90 },
    },
    here,
  );
  const databaseSettings = (user: string) => ({
    DATABASE_HOST: database.address,
    DATABASE_PORT: String(database.port),
    DATABASE_NAME: database.databaseName,
    DATABASE_USER: user,
    DATABASE_REGION: config.region.name,
  });

  // The UI, over all zones: a proxy to the database's stored procedures.
  const releases = new Bucket(`${prefix}-releases`, { key, dataClass: "internal" }, here);
  const ui = new Beanstalk(
    `${prefix}-ui`,
    {
      vpc,
      key: logKey,
      balancer,
      certificateArn: certificate.certificateArn,
      rule: { priority: 100, when: { hosts: [host] } },
      ...config.ui,
      variables: {
        ...databaseSettings(DATABASE_USERS.ui),
        PUBLIC_HOST: host,
        // The application takes identities from no other signer.
        SIGN_IN_BALANCER_ARN: balancer.arn,
        ...(cache && {
          CACHE_ENDPOINT: cache.primaryEndpoint,
          CACHE_NAME: cache.cacheName,
          CACHE_USER: cache.userName(),
        }),
      },
      secrets: { SESSION_KEY: sessionKey },
    },
    here,
  );

  // The orchestrator: nobody reaches it, and it reaches what is named here.
  const cluster = new Cluster(`${prefix}-cluster`, { key }, here);
  const image = new ContainerImage(
    `${prefix}-orchestrator-image`,
    { key, ...release(config.orchestrator.image) },
    here,
  );
  const orchestrator = new Daemon(
    `${prefix}-orchestrator`,
    {
      cluster,
      vpc,
      key: logKey,
      image,
      ...config.orchestrator.size,
      view: config.orchestrator.view,
      pollSeconds: config.orchestrator.pollSeconds,
      healthCheck: { command: ["CMD", "/app/healthcheck"] },
      variables: databaseSettings(DATABASE_USERS.orchestrator),
      // Also where the stack has no detector of its own: an organisation's may give every task the agent.
      runtimeMonitoring: true,
      startAfter: baseline?.nodes.runtimeMonitoring ? [baseline.nodes.runtimeMonitoring] : [],
    },
    here,
  );

  // Who talks to whom. What is not here is closed: the database is for these two alone.
  database.connections.allowFrom(ui);
  database.connections.allowFrom(orchestrator);
  database.grantConnect(ui, DATABASE_USERS.ui);
  database.grantConnect(orchestrator, DATABASE_USERS.orchestrator);
  if (cache) {
    cache.connections.allowFrom(ui);
    cache.grantConnect(ui);
  }
  for (const [name, partner] of downstream) orchestrator.connections.allowToPartner(name, partner);

  dns.alias("ui", host, { dnsName: balancer.dnsName, zoneId: balancer.zoneId, evaluateTargetHealth: true });
  const dashboard = new Dashboard(`${prefix}-dashboard`, { components: [region], title: "UI service" }, here);
  return {
    url: `https://${host}`,
    nameServers: dns.nameServers,
    releases: { bucket: releases.bucketName, application: ui.applicationName, environment: ui.environmentName },
    imageRepository: image.repositoryUrl,
    database: { endpoint: database.endpoint, secretArn: database.secretArn },
    lockKey: orchestrator.lockKey,
    natAddresses: vpc.natAddresses,
    dashboardUrl: dashboard.url,
  };
}
