import { z } from "zod";
import { INSTANCE_CLASS } from "../../components/data/instance-class";
import { KUBERNETES_VERSIONS } from "../../components/kubernetes/kubernetes-version";
import {
  alarms,
  baseline,
  cidr,
  firewall,
  hostLabel,
  hostname,
  image,
  key,
  objectives,
  positive,
  region,
  roleArn,
  size,
  url,
  zoneId,
} from "../config/fields";
import { signIn } from "../config/sign-in";
import { systemSchema } from "../config/system";

/** The containers of the cluster. */
export const SERVICES = ["onboarding", "user-catalogs", "business-rules", "users-domain"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The functions whose code comes as an image; `qr` is this repository's own. */
export const FUNCTIONS = ["scoring", "tracking", "uploads", "identity-check"] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

const service = z.strictObject({
  image,
  /** Requested and allowed: thousandths of a vCPU, MiB. */
  cpuMillis: z.int().min(50).max(16_000),
  memoryMiB: z.int().min(64).max(65_536),
  scaling: z
    .strictObject({ min: positive, max: positive, cpuPercent: z.int().min(10).max(90).default(60) })
    .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] }),
});

/** Of every function. */
const runtime = {
  memoryMiB: z.int().min(128).max(10_240),
  /** Copies that may run at once: its share of the account's, and what it can cost at most. */
  concurrency: positive.max(1000),
  /** Minutes between pings that keep a copy warm. Default: none. */
  warmEveryMinutes: z.int().min(1).max(60).optional(),
  /** A release in steps: the published version that serves the calls which the newest does not get. Default: the newest gets all. */
  canary: z
    .strictObject({
      version: z.string().regex(/^[1-9]\d*$/, "Give a published version such as 7."),
      /** Share of the calls that the newest version gets. */
      weight: z.number().min(0).max(0.99),
    })
    .optional(),
};

const outside = z.strictObject({
  url,
  /** Where it answers: nothing else is open. */
  cidrs: z.array(cidr).min(1, "Give at least one address range."),
  port: z.int().min(1).max(65_535).default(443),
});

const SCHEDULE = /^(\S+ ){4}\S+$/;

/** Every key of a rewards stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const rewardsSchema = systemSchema("rewards", {
  domain: z.strictObject({
    name: hostname,
    /** Host of the API. */
    api: hostLabel.default("api"),
    /** Host of merchants' pictures and catalogs. */
    assets: hostLabel.default("assets"),
    /** Host of Metabase. */
    analytics: hostLabel.default("analytics"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: zoneId.optional(),
  }),
  region,
  kubernetes: z.strictObject({
    /** Kubernetes' own. It goes up by one at a time, and never down. Default: the newest that EKS has. */
    version: z.enum(KUBERNETES_VERSIONS).optional(),
    instanceTypes: z
      .array(
        z
          .string()
          .regex(
            /^[cmr]([6-9]|[1-9]\d)g[a-z]*\.[a-z0-9-]+$/,
            "Give a Graviton type of the c, m or r families such as m7g.large: images are built for arm64, and pods have network interfaces of their own.",
          ),
      )
      .min(1, "Give at least one instance type."),
    nodes: z
      .strictObject({ min: positive, max: positive })
      .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] }),
    /** Who administers it: label -> role. */
    admins: z.record(key(24, "An administrator's label"), roleArn).default({}),
    /** Whose updates make and change what runs in it, and nothing else: label -> role. */
    deployers: z.record(key(24, "A deployer's label"), roleArn).default({}),
    /** Where both call its API from, as the internet does not reach it: label -> range of the VPC. */
    runners: z.record(key(24, "A range's name"), cidr).default({}),
  }),
  services: z.strictObject({
    onboarding: service,
    "user-catalogs": service,
    "business-rules": service,
    "users-domain": service,
  }),
  functions: z.strictObject({
    scoring: z.strictObject({ image, ...runtime }),
    tracking: z.strictObject({ image, ...runtime }),
    uploads: z.strictObject({ image, ...runtime }),
    "identity-check": z.strictObject({ image, ...runtime }),
    qr: z.strictObject(runtime),
  }),
  /** Who says whether an applicant is who they say. */
  idValidator: outside,
  catalogs: z.strictObject({
    /** Certified sources of charities and of families in need, by name. */
    providers: z
      .record(key(24, "A provider's name"), outside)
      .refine((given) => Object.keys(given).length > 0, "Give at least one provider."),
    /** When they are asked: cron, UTC. */
    schedule: z.string().regex(SCHEDULE, "Give five cron fields such as 17 */6 * * *.").default("17 */6 * * *"),
    /** Minutes without a round that succeeded until there is an alarm: two pauses of the schedule and a round, if one may fail. */
    alarmAfterMinutes: z
      .int()
      .min(10)
      .max(1440)
      .multipleOf(5, "Give whole fives: it is counted in steps of 5.")
      .default(780),
  }),
  /** Pages of the web and mobile clients that take the authorization code, and that follow a sign-out. */
  clients: z.strictObject({
    callbackUrls: z.array(url).min(1),
    logoutUrls: z.array(url).min(1),
    /** Sender of codes. Default: Cognito's own, which stops at 50 messages a day. */
    email: z
      .strictObject({
        /** e.g. `Rewards <no-reply@rewards.example.com>`. */
        from: z.string().min(3).max(320),
        /** SES identity, verified and out of the sandbox. */
        identityArn: z
          .string()
          .regex(/^arn:aws[a-z-]*:ses:[a-z0-9-]+:\d{12}:identity\/\S+$/, "Give an SES identity's ARN."),
      })
      .optional(),
  }),
  database: z
    .strictObject({
      /** Give this or `capacity`. */
      instanceClass: z.string().regex(INSTANCE_CLASS, "Give an RDS instance class such as db.r8g.large.").optional(),
      /** Aurora Serverless v2: capacity units of each instance. */
      capacity: z
        .strictObject({ min: z.number().min(0.5).max(256), max: z.number().min(1).max(256) })
        .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] })
        .optional(),
      instances: z.int().min(1).max(15),
      backupRetentionDays: z.int().min(1).max(35).default(35),
    })
    .refine(
      ({ instanceClass, capacity }) => (instanceClass === undefined) !== (capacity === undefined),
      "Give either instanceClass or capacity.",
    ),
  streams: z
    .strictObject({
      /** Hours in which consumers can read a record again. */
      retentionHours: z.int().min(24).max(8760),
    })
    .default({ retentionHours: 168 }),
  archive: z
    .strictObject({
      /** Days until a record moves to S3 Glacier Flexible Retrieval, where Athena reads it no longer, to Deep Archive, and is deleted. */
      glacierDays: z.int().min(90).max(3650),
      deepArchiveDays: z.int().min(180).max(7300),
      expireDays: z.int().min(365).max(36_500),
      /** GiB that one query may read. */
      queryGiB: positive.max(10_240).default(100),
    })
    .refine((given) => given.deepArchiveDays >= given.glacierDays + 90, {
      error: "Glacier bills 90 days at least: give 90 days more than glacierDays.",
      path: ["deepArchiveDays"],
    })
    .refine((given) => given.expireDays >= given.deepArchiveDays + 180, {
      error: "Deep Archive bills 180 days at least: give 180 days more than deepArchiveDays.",
      path: ["expireDays"],
    }),
  analytics: z.strictObject({
    image,
    size,
    /** Who may connect to Metabase, before anyone signs in: label -> range of offices. */
    openTo: z
      .record(key(24, "A range's name"), cidr)
      .refine((given) => Object.keys(given).length > 0, "Give at least one range."),
    signIn,
    database: z.strictObject({
      instanceClass: z.string().regex(INSTANCE_CLASS, "Give an RDS instance class such as db.t4g.medium."),
      storageGiB: z.int().min(20).max(65_536).default(20),
    }),
  }),
  firewall,
  alarms,
  objectives,
  baseline,
});

/** A valid rewards configuration, defaults filled in. */
export type RewardsConfig = z.output<typeof rewardsSchema>;
