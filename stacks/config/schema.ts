import { z } from "zod";
import { KAFKA_INSTANCE_TYPES } from "../../components/messaging/kafka-cluster";
import { CACHE_SIZES } from "../../components/edge/rest-api";
import { INSTANCE_CLASS } from "../../components/data/instance-class";
import { SHARD_BUCKETS } from "../../components/data/shard-directory";

/** Lower-case letters, digits and single hyphens, beginning with a letter. */
const KEY = /^[a-z](?:-?[a-z0-9])*$/;

/**
 * A service is the name of an ECS service, a container, a log group, an ECR repository, and of a target group, whose 32 characters
 * must also hold the hyphen and seven random characters of Pulumi's autonaming.
 */
export const SERVICE_NAME_MAX = 24;

const key = (max: number, what: string) =>
  z
    .string()
    .max(max, `${what} is longer than ${max} characters.`)
    .regex(KEY, `${what} takes lower-case letters, digits and single hyphens, beginning with a letter.`);

const positive = z.int().min(1);

const hostname = z
  .string()
  .max(253)
  .regex(
    /^(?=.{1,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "Give a DNS name such as pay.example.com.",
  );

const hostLabel = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "Give one DNS label such as www; the domain is added to it.");

const cidr = z.cidrv4("Give an IPv4 range such as 10.20.0.0/16.");

const email = z.email("Give an e-mail address such as oncall@example.com.");

const regionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "Give an AWS region such as eu-west-1.");

const region = z.strictObject({
  name: regionName,
  zones: z.array(z.string()).min(1, "Give at least one zone."),
  cidr,
  /** Which of `processors` this region works with. Default: all. */
  processors: z.array(z.string()).min(1, "Give at least one processor.").optional(),
});

const image = z
  .strictObject({
    /** Tag in the service's own repository; tags are immutable, so a new image is a new tag. */
    tag: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/, "Give an image tag such as 1.4.2.")
      .optional(),
    /** Folder with a Dockerfile, from the project's root: built and pushed by `pulumi up`. */
    context: z.string().min(1).optional(),
  })
  .refine((given) => (given.tag === undefined) !== (given.context === undefined), "Give either tag or context.");

const scaling = z
  .strictObject({
    min: positive,
    max: positive,
    /** Average CPU that scaling aims at. */
    cpuPercent: z.int().min(10).max(90).optional(),
    /** Messages waiting per task that still meet the latency wanted: acceptable latency / seconds per message. */
    backlogPerTask: positive.optional(),
  })
  .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] });

export const SERVICE_ROLES = [
  "web-server",
  "external-api",
  "internal-api",
  "processor-integration",
  "ledger-writer",
] as const;

/** Workers drain a queue; nobody can connect to them. */
export function isWorker(role: (typeof SERVICE_ROLES)[number]): boolean {
  return role === "processor-integration" || role === "ledger-writer";
}

const service = z.strictObject({
  /** Its place in the architecture: decides routes, queues, databases and the way out. */
  role: z.enum(SERVICE_ROLES),
  image,
  /** Fargate's units: 1024 = one vCPU; MiB. */
  size: z.strictObject({ cpu: z.int(), memory: z.int() }),
  scaling,
});

const processor = z.strictObject({
  cidrs: z.array(cidr).min(1, "Give at least one address range."),
  port: z.int().min(1).max(65535).default(443),
});

const client = z.strictObject({
  requestsPerSecond: positive,
  burst: positive,
  requestsPerDay: positive.optional(),
});

const cachedPath = z.strictObject({
  /** Age at which the service is asked again. */
  seconds: z.int().min(1).max(3600),
  /** Query strings that change the answer; others do not matter to the cache. */
  queryStrings: z.array(z.string().regex(/^[A-Za-z0-9._$-]+$/, "Use letters, digits and . _ $ -.")).default([]),
});

const signIn = z.strictObject({
  /** User pools that stand already; the APIs of all regions take the tokens of each. Default: every region makes one. */
  userPoolArns: z
    .array(
      z
        .string()
        .regex(
          /^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool\/[\w-]+_[0-9a-zA-Z]+$/,
          "Give the ARN of a user pool such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab1Cd2Ef3.",
        ),
    )
    .min(1, "Give at least one pool, or leave it out.")
    .optional(),
  /** Origin of those pools' sign-in pages, which the web front may call. */
  origin: z
    .string()
    .regex(/^https:\/\/[a-z0-9.-]+$/, "Give an origin such as https://sign-in.example.com.")
    .optional(),
  /** Who invites users and sends them codes, where the regions make the pools. Default: Cognito, 50 messages a day. */
  email: z
    .strictObject({
      /** e.g. `no-reply@pay.example.com`. */
      from: email,
      /** SES identity that is verified in every region: the address or its domain. */
      identity: z.union([email, hostname]),
    })
    .optional(),
});

const bucket = z
  .int()
  .min(0)
  .max(SHARD_BUCKETS - 1);

const shard = z.strictObject({
  /** Ranges of the virtual buckets that client ids hash to, first and last included; a new shard begins with none. */
  buckets: z.array(z.tuple([bucket, bucket])),
  /** Read replicas, where `deployment` is `instance`. */
  readReplicas: z.int().min(0).max(15).default(0),
  /** Default: the database's. */
  instanceClass: z.string().optional(),
});

const instanceClass = z.string().regex(INSTANCE_CLASS, "Give an RDS instance class such as db.r8gd.xlarge.");

const backups = { backupRetentionDays: z.int().min(1).max(35).default(35) };

const database = z.discriminatedUnion("engine", [
  z.strictObject({
    /** RDS PostgreSQL, sharded by client id, one database per shard and region. */
    engine: z.literal("rds"),
    /** `cluster`: a writer and two readable standbys in three zones. `instance`: one DB instance, in production with a standby. */
    deployment: z.enum(["cluster", "instance"]),
    instanceClass,
    storageGiB: z.int().min(20).max(65536),
    maxStorageGiB: z.int().min(21).max(65536).optional(),
    ...backups,
    shards: z.record(
      z.string().regex(/^[a-z][a-z0-9]{0,9}$/, "A shard's key has up to 10 lower-case letters and digits."),
      shard,
    ),
  }),
  z.strictObject({
    /** One Aurora PostgreSQL global database: first region writes, the others follow and can take over. */
    engine: z.literal("aurora-global"),
    instanceClass,
    readers: z.int().min(1).max(15).default(1),
    ...backups,
  }),
]);

const cache = z.strictObject({
  engine: z.enum(["valkey", "redis"]).default("valkey"),
  nodeType: z.string().regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "Give a node type such as cache.r7g.large."),
  replicas: z.int().min(0).max(5),
});

const messaging = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("sqs") }),
  z.strictObject({
    /** MSK beside the queues: an event log that several consumers may replay. */
    kind: z.literal("kafka"),
    instanceType: z.enum(KAFKA_INSTANCE_TYPES),
    storageGiB: z.int().min(1).max(16384),
  }),
]);

const presence = z.enum(["create", "existing"]);

/** Every key of a payments stack file, without its `palisade:` prefix. */
export const paymentsSchema = z.strictObject({
  system: z.literal("payments"),
  environment: z.enum(["production", "development"]),
  owner: key(63, "The owner").default("platform"),
  domain: z.strictObject({
    name: hostname,
    /** Host of the web front, under `name`. */
    web: hostLabel.default("www"),
    /** Host of the API, under `name`. */
    api: hostLabel.default("api"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: z
      .string()
      .regex(/^Z[A-Z0-9]{1,31}$/, "Give a hosted zone id such as Z0123456789ABCDEFGHIJ.")
      .optional(),
  }),
  regions: z.array(region).min(1, "Give at least one region."),
  services: z.record(key(SERVICE_NAME_MAX, "A service's name"), service),
  processors: z.record(key(24, "A processor's name"), processor),
  clients: z
    .record(key(24, "A client's name"), client)
    .refine(
      (given) => Object.keys(given).length > 0,
      "The external API asks every caller for a key: give at least one client.",
    ),
  database,
  cache,
  /** Where the people who use the web front sign in. */
  signIn: signIn.default({}),
  /** What each method of each region's API takes; an account's quota over all its APIs of a region is 10,000 a second at first. */
  apiThrottle: z
    .strictObject({ requestsPerSecond: positive, burst: positive })
    .default({ requestsPerSecond: 2000, burst: 1000 }),
  /** Answers that each region's API keeps, for each client apart, and gives without asking the service. */
  apiCache: z
    .strictObject({
      sizeGB: z.enum(CACHE_SIZES),
      /** Path of an external API, such as /external-api/currencies: its answers to GET. */
      paths: z.record(
        z.string().regex(/^(?:\/[A-Za-z0-9._-]+){2,}$/, "Give a path such as /external-api/currencies."),
        cachedPath,
      ),
    })
    .optional(),
  messaging: messaging.default({ kind: "sqs" }),
  firewall: z.strictObject({
    /** `count` only counts what it would block: for the first days of a new rule set. */
    mode: z.enum(["block", "count"]),
    /** Requests in five minutes from one address before it is blocked; with an API key what the largest client may send, if that is more. */
    requestsPer5Minutes: z.int().min(10).max(2_000_000_000),
  }),
  /** Shield Advanced (3,000 USD a month and organisation). */
  shieldAdvanced: z.boolean().default(false),
  alarms: z.strictObject({ critical: z.array(email).min(1), warning: z.array(email).min(1) }),
  objectives: z.strictObject({
    /** Longest time to restore service. */
    rtoMinutes: z.int().min(1).max(10080),
    /** Longest span of data that may be lost, even if an attacker deletes databases: locked backups are taken that often. */
    rpoMinutes: z.int().min(60).max(1440),
  }),
  observability: z
    .strictObject({
      /** OpenSearch, fed with the services' logs. */
      logSearch: z
        .strictObject({
          instanceType: z.string().endsWith(".search"),
          volumeGiB: z.int().min(10).max(3072),
          /** Whether the first region makes the role that OpenSearch has once in an account. Default: as `baseline.account`. */
          createServiceLinkedRole: z.boolean().optional(),
        })
        .optional(),
      /** Managed Prometheus and Grafana, fed by collector sidecars. */
      metrics: z.strictObject({ collectorImage: z.string().min(1) }).optional(),
    })
    .default({}),
  /** What an organisation often has already: CloudTrail, Config, GuardDuty, Security Hub, Macie. */
  baseline: z
    .strictObject({ account: presence, regional: presence })
    .default({ account: "create", regional: "create" }),
});

/** A valid payments configuration, defaults filled in. */
export type PaymentsConfig = z.output<typeof paymentsSchema>;
export type RegionConfig = PaymentsConfig["regions"][number];
export type ServiceConfig = PaymentsConfig["services"][string];
export type ServiceRole = ServiceConfig["role"];
