import { z } from "zod";
import { KAFKA_INSTANCE_TYPES } from "../../components/messaging/kafka-cluster";
import { CACHE_SIZES } from "../../components/edge/rest-api";
import { INSTANCE_CLASS } from "../../components/data/instance-class";
import { SHARD_BUCKETS } from "../../components/data/shard-directory";
import {
  alarms,
  baseline,
  cidr,
  email,
  firewall,
  hostLabel,
  hostname,
  image,
  key,
  objectives,
  positive,
  region,
  scaling,
  SERVICE_NAME_MAX,
  size,
  zoneId,
} from "../config/fields";
import { systemSchema } from "../config/system";

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
  size,
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

/** Every key of a payments stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const paymentsSchema = systemSchema("payments", {
  domain: z.strictObject({
    name: hostname,
    /** Host of the web front, under `name`. */
    web: hostLabel.default("www"),
    /** Host of the API, under `name`. */
    api: hostLabel.default("api"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: zoneId.optional(),
  }),
  regions: z
    .array(
      region.extend({
        /** Which of `processors` this region works with. Default: all. */
        processors: z.array(z.string()).min(1, "Give at least one processor.").optional(),
      }),
    )
    .min(1, "Give at least one region."),
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
  firewall,
  /** Shield Advanced (3,000 USD a month and organisation). */
  shieldAdvanced: z.boolean().default(false),
  alarms,
  objectives,
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
  baseline,
});

/** A valid payments configuration, defaults filled in. */
export type PaymentsConfig = z.output<typeof paymentsSchema>;
export type RegionConfig = PaymentsConfig["regions"][number];
export type ServiceConfig = PaymentsConfig["services"][string];
export type ServiceRole = ServiceConfig["role"];
