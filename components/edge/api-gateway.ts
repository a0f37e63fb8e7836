import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Transform } from "../core";
import { type RouteAuth, type Routes, type Throttle, checkThrottle } from "./api-routes";
import type { Cors } from "./openapi";
import {
  CACHE_SIZES,
  type CacheSize,
  DEFAULT_STAGE,
  RestApi,
  type RestApiArgs,
  type RestApiNodes,
  type RestApiTransform,
  SECURITY_POLICIES,
} from "./rest-api";

/** An external client: its own API key, with limits of its own. */
export interface ApiClient extends Throttle {
  /** Requests in a period. Default: no quota. */
  quota?: { limit: number; period: "DAY" | "WEEK" | "MONTH" };
  /**
   * Value of its key, 20 to 128 letters and digits. Give the same one to an API that answers under the same name in another
   * region: a key that AWS makes is known to its own region alone, and refused where latency records lead the client next.
   * Default: AWS makes one.
   */
  keyValue?: pulumi.Input<string>;
}

export interface ApiGatewayArgs extends RestApiArgs {
  /**
   * Names under which the API is reached; then the default `execute-api` name answers 403. Default: none, and the default name
   * stays open, which is meant for development.
   */
  domain?: {
    /** e.g. `api.example.com`: the same in every region, told apart by latency records. */
    name: string;
    /** A name of this region alone, e.g. `eu-west-1.api.example.com`: what a health check has to ask. Default: none. */
    regionalName?: string;
    /** ACM certificate of this region that covers both names. */
    certificateArn: pulumi.Input<string>;
  };
  /** External clients by name; each gets a usage plan and a key, which `api-key` routes ask for. Default: none. */
  clients?: Readonly<Record<string, ApiClient>>;
  /**
   * Adds a public `GET <path>` that leads to the back end, for Route 53's health checks. Default path `/health`; default: no
   * such route.
   */
  healthCheck?: { to: string; path?: string };
  /**
   * A cache cluster of so many gigabytes, encrypted, used by routes with `cache`. From 14.60 USD a month (0.5). Default: none.
   */
  cache?: { size: CacheSize };
  /** Answers browsers' preflight requests. Default: none, for callers that are not web pages. */
  cors?: Cors;
  /**
   * Bytes from which answers are compressed, 0-10485760. Default: never, as compressing secrets beside a caller's own input
   * gives them away by their length (BREACH).
   */
  minimumCompressionBytes?: number;
  /**
   * Addresses that may call at all, in CIDR notation, e.g. partners'. Default: any; the firewall decides. Health checks are
   * then refused too.
   */
  allowedCidrs?: readonly string[];
  transform?: RestApiTransform & { domain?: Transform<aws.apigateway.DomainNameArgs> };
}

const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const CIDR = /^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$|^[0-9a-f:]+\/\d{1,3}$/;
/** Health checkers ask once or twice a second; the rest of this limit is room for people. */
const HEALTH_THROTTLE: Throttle = { rateLimit: 50, burstLimit: 50 };

/**
 * A public, regional REST API in front of services in a network and of functions: routes as data, TLS 1.2 or 1.3 from the caller and TLS 1.2
 * onwards (API Gateway speaks no later one), through a VPC link and a load balancer's TLS listener, access logs, tracing,
 * throttling, an encrypted cache, API keys with usage plans, alarms.
 *
 *     const link = new VpcLink("api-link", { network: vpc });
 *     const api = new ApiGateway("api", {
 *       backends: { payments: link.backend(loadBalancer, { host: "internal.eu-west-1.example.com" }) },
 *       routes: { "/payments": { to: "payments", below: true, auth: ["cognito", "api-key"] } },
 *       clients: { acme: { rateLimit: 100, burstLimit: 50, quota: { limit: 1_000_000, period: "MONTH" } } },
 *       cognitoUserPoolArns: [pool.arn],
 *       domain: { name: "api.example.com", regionalName: "eu-west-1.api.example.com", certificateArn: certificate.certificateArn },
 *       healthCheck: { to: "payments" },
 *       key, gatewayAccount,
 *     });
 *     firewall.associate("api", api.stageArn);
 *     dns.latencyRecord("api-euw1", "api.example.com", { region: "eu-west-1", ...api.aliasTarget("api.example.com") });
 *
 * A function (`backends: { qr: qr.backend() }`) is called by its alias, with the request as it came (Lambda proxy integration), and only by
 * this stage for the methods and paths that lead to it; headers for browsers it gives itself.
 *
 * A client's key is made by AWS, unless `keyValue` gives it, and is in no output. It is fetched by whoever hands it over:
 * `aws apigateway get-api-key --api-key <apiKeyIds.acme> --include-value --query value --output text`. The state holds it as a
 * secret.
 *
 * Mutual TLS is not offered: AWS has no domain with both a client truststore and a TLS policy of 2025. A JWT of another issuer
 * than Cognito needs `authorizer`.
 *
 * Cost: 3.50 USD per million requests, the logs, and from 14.60 USD a month for a cache. It holds no data but logs and cached
 * answers; a new stage has new metrics and an empty cache, a deleted client key can not be had again.
 */
export class ApiGateway extends RestApi {
  /** `https://<domain>`, or the stage's default URL without one. */
  readonly url: pulumi.Output<string>;
  readonly apiId: pulumi.Output<string>;
  /** For the firewall's association. */
  readonly stageArn: pulumi.Output<string>;
  readonly stageName: string;
  /** `arn:aws:execute-api:<region>:<account>:<api>`. */
  readonly executionArn: pulumi.Output<string>;
  /** Target of `domain.name`'s alias record; undefined without a domain. */
  readonly regionalDomainName: pulumi.Output<string> | undefined;
  /** Hosted zone of {@link regionalDomainName}. */
  readonly regionalZoneId: pulumi.Output<string> | undefined;
  /** What a health check asks for, on `domain.regionalName`; undefined without `healthCheck`. */
  readonly healthCheckPath: string | undefined;
  /** By client. */
  readonly apiKeyIds: Readonly<Record<string, pulumi.Output<string>>>;
  readonly accessLogGroupName: pulumi.Output<string>;
  readonly nodes: RestApiNodes & {
    /** By domain name. */
    readonly domains: Readonly<Record<string, aws.apigateway.DomainName>>;
    /** By client. */
    readonly usagePlans: Readonly<Record<string, aws.apigateway.UsagePlan>>;
    readonly apiKeys: Readonly<Record<string, aws.apigateway.ApiKey>>;
  };

  constructor(name: string, args: ApiGatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:edge:ApiGateway", name, args, opts);
    this.validate(args);
    this.healthCheckPath = args.healthCheck && (args.healthCheck.path ?? "/health");
    const routes = this.withHealthCheck(args);
    const further: RouteAuth[] = Object.keys(args.clients ?? {}).length > 0 ? ["api-key"] : [];
    const operations = this.plan(
      { ...args, routes },
      { further, hasCache: args.cache !== undefined, hasPolicy: args.allowedCidrs !== undefined },
    );

    const published = this.publish({ ...args, routes }, operations, {
      type: "REGIONAL",
      accessMode: "STRICT",
      disableDefaultEndpoint: args.domain !== undefined,
      denyUnless: args.allowedCidrs && { NotIpAddress: { "aws:SourceIp": [...args.allowedCidrs] } },
      cacheSize: args.cache?.size,
      cors: args.cors,
      minimumCompressionBytes: args.minimumCompressionBytes,
      transform: args.transform,
    });
    const domains = this.createDomains(args, published);
    const { usagePlans, apiKeys } = this.createClients(args.clients ?? {}, published);

    const main = args.domain && domains[args.domain.name];
    this.url = args.domain ? pulumi.output(`https://${args.domain.name}`) : published.stage.invokeUrl;
    this.apiId = published.api.id;
    this.stageArn = published.stage.arn;
    this.stageName = args.stageName ?? DEFAULT_STAGE;
    this.executionArn = published.api.executionArn;
    this.regionalDomainName = main?.regionalDomainName;
    this.regionalZoneId = main?.regionalZoneId;
    this.apiKeyIds = Object.fromEntries(Object.entries(apiKeys).map(([client, key]) => [client, key.id]));
    this.accessLogGroupName = published.accessLog.name;
    this.nodes = { ...published, domains, usagePlans, apiKeys };
    this.registerOutputs({ url: this.url, apiId: this.apiId, stageArn: this.stageArn, apiKeyIds: this.apiKeyIds });
  }

  /** Where an alias or latency record of one of the API's domain names has to point. */
  aliasTarget(domainName: string): { dnsName: pulumi.Output<string>; zoneId: pulumi.Output<string> } {
    const domain = this.nodes.domains[domainName];
    this.check.that(
      domain !== undefined,
      "domainName",
      domainName,
      `Use one of: ${Object.keys(this.nodes.domains).join(", ") || "none, as the API has no domain"}.`,
    );
    return { dnsName: domain.regionalDomainName, zoneId: domain.regionalZoneId };
  }

  private validate(args: ApiGatewayArgs): void {
    for (const [argument, domain] of [
      ["domain.name", args.domain?.name],
      ["domain.regionalName", args.domain?.regionalName],
    ] as const) {
      if (domain !== undefined)
        this.check.matches(argument, domain, DOMAIN, "Give a lower-case domain name such as api.example.com.");
    }
    if (args.domain)
      this.check.unique("domain", [
        args.domain.name,
        ...(args.domain.regionalName === undefined ? [] : [args.domain.regionalName]),
      ]);
    if (args.cache) this.check.oneOf("cache.size", args.cache.size, CACHE_SIZES);
    if (args.minimumCompressionBytes !== undefined)
      this.check.integer("minimumCompressionBytes", args.minimumCompressionBytes, 0, 10_485_760, "of bytes");
    if (args.allowedCidrs) this.check.atLeast("allowedCidrs", args.allowedCidrs, 1, "address range");
    for (const cidr of args.allowedCidrs ?? [])
      this.check.matches("allowedCidrs", cidr, CIDR, "Give CIDR ranges such as 203.0.113.0/24.");
    if (args.cors) {
      this.check.matches(
        "cors.origin",
        args.cors.origin,
        /^https:\/\/[a-z0-9.-]+(:\d+)?$/,
        "Give one origin over HTTPS, without a path, e.g. https://pay.example.com.",
      );
      this.check.integer("cors.maxAgeSeconds", args.cors.maxAgeSeconds ?? 600, 0, 86400, "of seconds");
    }
    for (const [client, limits] of Object.entries(args.clients ?? {})) {
      this.check.matches("clients", client, /^[A-Za-z0-9-]+$/, "Name clients with letters, digits and hyphens.");
      checkThrottle(this.check, `clients.${client}`, limits);
      if (limits.quota === undefined) continue;
      this.check.integer(`clients.${client}.quota.limit`, limits.quota.limit, 1, 2_147_483_647, "of requests");
      this.check.oneOf(`clients.${client}.quota.period`, limits.quota.period, ["DAY", "WEEK", "MONTH"]);
    }
  }

  private withHealthCheck(args: ApiGatewayArgs): Routes {
    if (args.healthCheck === undefined || this.healthCheckPath === undefined) return args.routes;
    this.check.that(
      !(this.healthCheckPath in args.routes),
      "healthCheck.path",
      this.healthCheckPath,
      "`routes` has this path already: drop one of them.",
    );
    return {
      ...args.routes,
      [this.healthCheckPath]: {
        to: args.healthCheck.to,
        methods: ["GET"],
        auth: "none",
        throttle: HEALTH_THROTTLE,
      },
    };
  }

  private createDomains(args: ApiGatewayArgs, published: RestApiNodes): Record<string, aws.apigateway.DomainName> {
    if (args.domain === undefined) return {};
    const { certificateArn, name, regionalName } = args.domain;
    const create = (suffix: string, domainName: string) => {
      const domain = new aws.apigateway.DomainName(
        this.childName(suffix),
        {
          domainName,
          regionalCertificateArn: certificateArn,
          endpointConfiguration: { types: "REGIONAL" },
          securityPolicy: args.securityPolicy ?? SECURITY_POLICIES[3],
          endpointAccessMode: "STRICT",
        },
        this.childOptions({}, args.transform?.domain),
      );
      new aws.apigateway.BasePathMapping(
        this.childName(`${suffix}-mapping`),
        { domainName: domain.domainName, restApi: published.api.id, stageName: published.stage.stageName },
        this.childOptions(),
      );
      return domain;
    };
    return {
      [name]: create("domain", name),
      ...(regionalName === undefined ? {} : { [regionalName]: create("regional-domain", regionalName) }),
    };
  }

  private createClients(
    clients: Readonly<Record<string, ApiClient>>,
    published: RestApiNodes,
  ): {
    usagePlans: Record<string, aws.apigateway.UsagePlan>;
    apiKeys: Record<string, aws.apigateway.ApiKey>;
  } {
    const usagePlans: Record<string, aws.apigateway.UsagePlan> = {};
    const apiKeys: Record<string, aws.apigateway.ApiKey> = {};
    for (const [client, { rateLimit, burstLimit, quota, keyValue }] of Object.entries(clients)) {
      const plan = new aws.apigateway.UsagePlan(
        this.childName(`plan-${client}`),
        {
          name: this.physicalName("usagePlan", client),
          description: `Limits of ${client}`,
          apiStages: [{ apiId: published.api.id, stage: published.stage.stageName }],
          throttleSettings: { rateLimit, burstLimit },
          ...(quota ? { quotaSettings: { limit: quota.limit, period: quota.period } } : {}),
        },
        this.childOptions(),
      );
      const key = new aws.apigateway.ApiKey(
        this.childName(`key-${client}`),
        {
          name: this.physicalName("apiKey", client),
          description: `Key of ${client}`,
          ...(keyValue === undefined ? {} : { value: pulumi.secret(keyValue) }),
        },
        this.childOptions(),
      );
      new aws.apigateway.UsagePlanKey(
        this.childName(`plan-key-${client}`),
        { usagePlanId: plan.id, keyId: key.id, keyType: "API_KEY" },
        // The provider reads the key's value back here as well, and does not mark it as a secret.
        this.childOptions({ additionalSecretOutputs: ["value"] }),
      );
      usagePlans[client] = plan;
      apiKeys[client] = key;
    }
    return { usagePlans, apiKeys };
  }
}
