import { z } from "zod";

/** What stack files of several systems hold: each kind of value has its rule, and what to give instead, in one place. */

/** Lower-case letters, digits and single hyphens, beginning with a letter. */
const KEY = /^[a-z](?:-?[a-z0-9])*$/;

/** A name that becomes part of resources' names. */
export const key = (max: number, what: string) =>
  z
    .string()
    .max(max, `${what} is longer than ${max} characters.`)
    .regex(KEY, `${what} takes lower-case letters, digits and single hyphens, beginning with a letter.`);

/** A managed policy. */
export const boundary = z
  .string()
  .regex(
    /^(?:arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/)?[A-Za-z0-9+=,.@_/-]{1,512}$/,
    "Give the name or the ARN of a managed policy.",
  );

export const roleArn = z
  .string()
  .regex(
    /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/,
    "Give a role's ARN such as arn:aws:iam::123456789012:role/platform-admin.",
  );

/** What a delivery pipeline begins with: a commit, and what tests the images that are made of it. */
export const deliverySource = {
  /** Who hosts the application's code. */
  provider: z.enum(["GitHub", "GitLab", "Bitbucket"]),
  repository: z.string().regex(/^[^\s/]+(\/[^\s/]+)+$/, "Give <owner>/<name>."),
  /** A commit to it is released. */
  branch: z
    .string()
    .regex(/^[^\s*?]{1,255}$/, "Give one branch, not a pattern.")
    .default("main"),
  /** Commands that test the images before they are pushed; `$IMAGE_<NAME>` names each. */
  test: z.array(z.string().min(1)).min(1, "Give at least one command."),
};

export const positive = z.int().min(1);

export const hostname = z
  .string()
  .max(253)
  .regex(
    /^(?=.{1,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/,
    "Give a DNS name such as pay.example.com.",
  );

export const hostLabel = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "Give one DNS label such as www; the domain is added to it.");

export const zoneId = z.string().regex(/^Z[A-Z0-9]{1,31}$/, "Give a hosted zone id such as Z0123456789ABCDEFGHIJ.");

export const cidr = z.cidrv4("Give an IPv4 range such as 10.20.0.0/16.");

export const email = z.email("Give an e-mail address such as oncall@example.com.");

export const url = z
  .string()
  .max(512)
  .regex(
    /^https:\/\/[a-z0-9.-]+(:\d{2,5})?(\/[^\s#?]*)?$/,
    "Give a whole HTTPS URL such as https://login.example.com/token.",
  );

export const regionName = z.string().regex(/^[a-z]{2}(?:-[a-z]+)+-\d$/, "Give an AWS region such as eu-west-1.");

/** A region with a network of its own; {@link regionProblems} holds what the schema can not say. */
export const region = z.strictObject({
  name: regionName,
  zones: z.array(z.string()).min(1, "Give at least one zone."),
  cidr,
});

/**
 * A service is the name of an ECS service, a container, a log group, an ECR repository, and of a target group, whose 32 characters
 * must also hold the hyphen and seven random characters of Pulumi's autonaming.
 */
export const SERVICE_NAME_MAX = 24;

export const image = z
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

/** A Fargate task's size: 1024 units of CPU = one vCPU; MiB. {@link sizeProblems} holds which go together. */
export const size = z.strictObject({ cpu: z.int(), memory: z.int() });

export const scaling = z
  .strictObject({
    min: positive,
    max: positive,
    /** Average CPU that scaling aims at. */
    cpuPercent: z.int().min(10).max(90).optional(),
    /** Messages waiting per task that still meet the latency wanted: acceptable latency / seconds per message. */
    backlogPerTask: positive.optional(),
  })
  .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] });

export const firewall = z.strictObject({
  /** `count` only counts what it would block: for the first days of a new rule set. */
  mode: z.enum(["block", "count"]),
  /** Requests in five minutes from one address before it is blocked; with an API key what the largest client may send, if that is more. */
  requestsPer5Minutes: z.int().min(10).max(2_000_000_000),
});

/** Who hears of what. */
export const alarms = z.strictObject({ critical: z.array(email).min(1), warning: z.array(email).min(1) });

export const objectives = z.strictObject({
  /** Longest time to restore service. */
  rtoMinutes: z.int().min(1).max(10080),
  /** Longest span of data that may be lost, even if an attacker deletes databases: locked backups are taken that often. */
  rpoMinutes: z.int().min(60).max(1440),
});

const presence = z.enum(["create", "existing"]);

/** What an organisation often has already: CloudTrail, Config, GuardDuty, Security Hub, Macie. */
export const baseline = z
  .strictObject({ account: presence, regional: presence })
  .default({ account: "create", regional: "create" });
