import { z } from "zod";
import {
  alarms,
  baseline,
  cidr,
  deliverySource,
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
  zoneId,
} from "../config/fields";
import { systemSchema } from "../config/system";

/** The five services, in the order in which a request meets them. */
export const SERVICES = ["api-request", "bank-request", "calculation", "store", "api-response"] as const;
export type ServiceName = (typeof SERVICES)[number];

const service = z.strictObject({
  image,
  /** Which build runs: what the pipeline writes (`bin/set-digests.mjs`) before it deploys QA, and the same again before production. Default: whatever has the tag. */
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/, "Give a digest such as sha256:9f86d081..., 64 hexadecimal digits.")
    .optional(),
  /** Image repository of this account and region that another stack has: the one whose pipeline builds the image for this one too. Default: one of its own. */
  repository: z
    .string()
    .regex(/^[a-z0-9]+(?:[._/-][a-z0-9]+)*$/, "Give the name of an ECR repository.")
    .max(256)
    .optional(),
  size,
});

/** A folder within a repository, in characters that no shell reads anything into. */
const folder = z
  .string()
  .regex(/^(?!\/)(?!.*\.\.)[\w./-]+$/, "Give a folder of the repository, such as infrastructure.");
const commands = z.array(z.string().min(1)).min(1, "Give at least one command.");

/** From a commit to production: the pipeline stands in production's stack and deploys QA's first. */
const delivery = z.strictObject({
  ...deliverySource,
  /** Folder of the services' sources: each has one of its own there, by its name, with a Dockerfile. */
  services: folder.default("services"),
  /** Folder of this project. */
  project: folder.default("."),
  /** Where the state of both stacks lies: what a bootstrap stack puts out as `backendUrl`. */
  backendUrl: z
    .string()
    .regex(/^s3:\/\/[\w.-]+(?:[/?][\w./?=&-]*)?$/, "Give a bucket's URL such as s3://bucket?region=eu-west-1."),
  qa: z.strictObject({
    stack: key(24, "A stack's name"),
    /** What a bootstrap stack puts out for that stack. */
    deployRoleArn: roleArn,
    /** Commands that test QA as one system; `$TEST_CLIENT_SECRET` names the secret with the API key that they use. */
    integrationTests: commands,
  }),
  production: z.strictObject({
    deployRoleArn: roleArn,
    /** What the person is asked who approves. */
    approval: z
      .string()
      .min(1)
      .max(1000)
      .default("QA has passed the integration tests. Deploy these images to production?"),
  }),
});

const url = z
  .string()
  .max(512)
  .regex(
    /^https:\/\/[a-z0-9.-]+(:\d{2,5})?(\/[A-Za-z0-9._~/-]*)?$/,
    "Give a URL such as https://hooks.example.com/scores.",
  );

/** Somebody outside whom services call, and where: nothing else is open. */
const outside = {
  cidrs: z.array(cidr).min(1, "Give at least one address range."),
  port: z.int().min(1).max(65_535).default(443),
};

const bank = z.strictObject({
  /** Where the bank's API and its OAuth endpoints are. */
  api: url,
  authorize: url,
  token: url,
  ...outside,
});

const client = z.strictObject({
  /** What its API key lets it send, in the long run and at once. */
  requestsPerSecond: positive,
  burst: positive,
  /** Where its scores are sent. */
  webhook: z.strictObject({ url, ...outside }),
});

/** Every key of a credit-score stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const creditScoreSchema = systemSchema("credit-score", {
  domain: z.strictObject({
    name: hostname,
    /** Host of the API gateway: asynchronous requests, authorizations. */
    api: hostLabel.default("api"),
    /** Host of the load balancer: clients that wait for the answer. */
    direct: hostLabel.default("direct"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: zoneId.optional(),
  }),
  region,
  /** Everything that is sized is computed from this. */
  throughput: z.strictObject({
    /** Credit scores a second, all day long. */
    requestsPerSecond: z.number().positive().max(1000),
    /** The load that scaling still follows, in times of it. */
    headroom: z.number().min(1).max(10).default(2),
    /** Mean seconds of a bank's answer, and of a calculation. */
    bankSeconds: z.number().min(0.1).max(60).default(10),
    calculationSeconds: z.number().min(0.1).max(60).default(10),
  }),
  services: z.strictObject({
    "api-request": service,
    "bank-request": service,
    calculation: service,
    store: service,
    "api-response": service,
  }),
  banks: z
    .record(key(24, "A bank's name"), bank)
    .refine((given) => Object.keys(given).length > 0, "Give at least one bank."),
  clients: z
    .record(key(24, "A client's name"), client)
    .refine((given) => Object.keys(given).length > 0, "Every caller needs a key: give at least one client."),
  /** Minutes for which a user's authorization is kept, encrypted; then nobody finds it any more. */
  authorizationMinutes: z.int().min(1).max(60).default(15),
  /** Default: none. Whoever else builds and deploys does it with what the stack puts out. */
  delivery: delivery.optional(),
  firewall,
  alarms,
  objectives,
  baseline,
});

/** A valid credit-score configuration, defaults filled in. */
export type CreditScoreConfig = z.output<typeof creditScoreSchema>;
