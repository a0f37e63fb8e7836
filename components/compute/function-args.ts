import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, ComponentArgs, Statement, Transform } from "../core";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { type Entry, findEntry, type FunctionCode } from "./function-code";
import { checkImage, isRepositoryImage } from "./image";

/** A release that only some calls get. */
export interface Canary {
  /** The published version that serves the others, e.g. `7`: the one that served before the release. */
  version: string;
  /** Share of the calls that the newest version gets, from 0 (none: everything stays on `version`) to 0.99. */
  weight: number;
}

export interface FunctionArgs extends ComponentArgs {
  /** What it does, in one sentence of at most 256 characters. */
  description: string;
  /** `bundle("stacks/rewards/qr/handler.ts")`, or `imageCode(image)`. */
  code: FunctionCode;
  /** Customer key of the variables and of the dead letters, in the function's own region. */
  key: Key;
  /** Customer key of the log; its policy must name the `logs` service. Default: `key`. */
  logKey?: Key;
  /** MiB, 128-10240; CPU comes in proportion, one vCPU at 1769. Default 256. */
  memoryMiB?: number;
  /** Seconds that one call may take, 1-900. Default 10. */
  timeoutSeconds?: number;
  /** Default `arm64`, which costs a fifth less. The code must be built for it. */
  architecture?: "arm64" | "x86_64";
  /**
   * Calls at once that are the function's own: no other can take them from it, and it takes no more, 1-1000. They go off the account's
   * quota, of which 100 have to stay free (https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html). Default: it shares
   * the account's with every other function.
   */
  reservedConcurrency?: number;
  /** Environment variables, encrypted with `key`. Never a secret: give the secret's ARN, and `secret.grantRead(fn)`. Default: none. */
  variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Puts it into a network, for what can be reached nowhere else: a database, a service behind an internal load balancer. Then it reaches
   * AWS's services through the network's endpoints only, each allowed by `connections`. Default: no network; it reaches AWS's API and the
   * internet.
   */
  network?: { vpc: NetworkLike; /** Default `private`. */ subnets?: "private" | "isolated" };
  /** A release in steps; see the class. Default: a new version takes all calls at once. */
  canary?: Canary;
  /** Calls it every so often, so that one instance of it stays loaded; see `isWarmUp`. Default: never, and a first call takes longer. */
  warmEvery?: `${number} minutes`;
  /** Calls that nobody waits for (events, schedules) and that fail. */
  asynchronous?: {
    /** Times that a failed call is tried again, 0-2. Default 2. */
    maximumRetries?: number;
    /** Seconds after which a call that found no room is given up, 60-21600. Default 21600. */
    maximumAgeSeconds?: number;
  };
  /** False leaves out the queue of dead letters, for a function that is only ever called by who waits for its answer. Default true. */
  deadLetters?: boolean;
  /** Permissions that no component grants. Default: none beside its own log, variables and traces. */
  statements?: readonly Statement[];
  /** When alarms go off. Defaults: any failed call in five minutes, a call that took 80 % of the time limit, a stream read 60 s late. */
  alarmThresholds?: { errors?: number; durationPercent?: number; iteratorAgeSeconds?: number };
  /** Days that the log is kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  transform?: {
    function?: Transform<aws.lambda.FunctionArgs>;
    alias?: Transform<aws.lambda.AliasArgs>;
    deadLetters?: Transform<aws.sqs.QueueArgs>;
  };
}

/** A function as a back end of an API. */
export interface FunctionBackend {
  /** What an integration calls: the alias, by API Gateway's address of it. */
  readonly invokeArn: pulumi.Output<string>;
  readonly timeoutSeconds: number;
  /** Lets a service of AWS call the function for one source. */
  permit(key: string, principal: string, sourceArn: pulumi.Input<string>): aws.lambda.Permission;
}

const MINUTES = /^([1-9]|[1-5]\d|60) minutes$/;
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const VARIABLE = /^(?!AWS_|LAMBDA_|_)[A-Za-z][A-Za-z0-9_]+$/;

/** Fails on the first thing that Lambda would refuse or that would not do what it says; finds the file of a bundle. */
export function checkFunction(check: ArgumentCheck, args: FunctionArgs, region: string): Entry | undefined {
  check.that(
    args.description.length > 0 && args.description.length <= 256,
    "description",
    args.description,
    "Say in 1 to 256 characters what the function does.",
  );
  args.key.requireFor(check, region);
  (args.logKey ?? args.key).requireFor(check, region, ["logs"], args.logKey ? "logKey" : "key");
  check.integer("memoryMiB", args.memoryMiB ?? 256, 128, 10_240, "of MiB");
  check.integer("timeoutSeconds", args.timeoutSeconds ?? 10, 1, 900, "of seconds");
  check.oneOf("architecture", args.architecture ?? "arm64", ["arm64", "x86_64"]);
  if (args.reservedConcurrency !== undefined)
    check.integer("reservedConcurrency", args.reservedConcurrency, 1, 1000, "of calls");
  for (const variable of Object.keys(args.variables ?? {}))
    check.matches(
      "variables",
      variable,
      VARIABLE,
      "Name variables with two or more letters, digits and underscores; AWS_ and LAMBDA_ are Lambda's own.",
    );
  if (args.canary) {
    check.matches("canary.version", args.canary.version, /^[1-9]\d*$/, "Give the number of a published version.");
    check.that(
      args.canary.weight >= 0 && args.canary.weight <= 0.99,
      "canary.weight",
      args.canary.weight,
      "Give a share from 0 to 0.99; where the newest version takes everything, leave `canary` out.",
    );
  }
  if (args.warmEvery !== undefined)
    check.matches("warmEvery", args.warmEvery, MINUTES, 'Give 1 to 60 minutes, e.g. "5 minutes".');
  check.integer("asynchronous.maximumRetries", args.asynchronous?.maximumRetries ?? 2, 0, 2);
  check.integer(
    "asynchronous.maximumAgeSeconds",
    args.asynchronous?.maximumAgeSeconds ?? 21_600,
    60,
    21_600,
    "of seconds",
  );
  check.integer("alarmThresholds.errors", args.alarmThresholds?.errors ?? 0, 0, 1_000_000);
  check.integer("alarmThresholds.durationPercent", args.alarmThresholds?.durationPercent ?? 80, 1, 100);
  check.integer("alarmThresholds.iteratorAgeSeconds", args.alarmThresholds?.iteratorAgeSeconds ?? 60, 1, 604_800);
  return checkCode(check, args);
}

function checkCode(check: ArgumentCheck, { code, architecture }: FunctionArgs): Entry | undefined {
  if (code.kind === "image") {
    checkImage(check, "code.image", code.image);
    const platform = isRepositoryImage(code.image) ? code.image.platform : undefined;
    const wanted = architecture === "x86_64" ? "linux/amd64" : "linux/arm64";
    check.that(
      platform === undefined || platform === wanted,
      "code.image",
      platform,
      `The function runs ${wanted}: build the image for it, or give \`architecture\`.`,
    );
    return undefined;
  }
  const found = findEntry(code.entry);
  check.that(
    found !== undefined,
    "code.entry",
    code.entry,
    "There is no such file: give a path from the project's folder, or an absolute one.",
  );
  return found;
}
