import { z } from "zod";
import { PYTHON_BRANCHES } from "../../components/compute/beanstalk";
import { INSTANCE_CLASS } from "../../components/data/instance-class";
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
  size,
  zoneId,
} from "../config/fields";
import { signIn } from "../config/sign-in";
import { systemSchema } from "../config/system";

const name = z
  .string()
  .regex(/^[a-z_][a-z0-9_]{0,62}(\.[a-z_][a-z0-9_]{0,62})?$/, "Give a view in lower case such as due_tasks.");

const ui = z.strictObject({
  /** Branch of the Python platform. */
  python: z.enum(PYTHON_BRANCHES).default(PYTHON_BRANCHES[0]),
  instanceTypes: z
    .array(z.string().regex(/^[a-z0-9-]+\.[a-z0-9-]+$/, "Give an instance type such as t4g.small."))
    .min(1),
  architecture: z.enum(["arm64", "x86_64"]).default("arm64"),
  scaling: z
    .strictObject({
      min: positive,
      max: positive,
      upperCpuPercent: z.int().min(2).max(100).default(60),
      lowerCpuPercent: z.int().min(1).max(99).default(25),
    })
    .refine((given) => given.min <= given.max, { error: "min is larger than max.", path: ["min"] })
    .refine((given) => given.lowerCpuPercent < given.upperCpuPercent, {
      error: "lowerCpuPercent is not below upperCpuPercent.",
      path: ["lowerCpuPercent"],
    }),
  /** Weekly start, UTC, of the two hours in which AWS brings the platform up to date. */
  updateWindow: z
    .string()
    .regex(/^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d$/, "Give day and time such as Sun:03:00.")
    .default("Sun:03:00"),
});

const orchestrator = z.strictObject({
  image,
  size,
  /** View that is asked for work. */
  view: name,
  /** Seconds between two questions. */
  pollSeconds: z.int().min(1).max(3600),
  /** Where it relays tasks to: the only addresses outside of the VPC that it may call. */
  downstream: z
    .record(
      key(24, "A downstream's name"),
      z.strictObject({
        cidrs: z.array(cidr).min(1, "Give at least one address range."),
        port: z.int().min(1).max(65_535).default(443),
      }),
    )
    .default({}),
});

/** Every key of a UI service's stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const uiServiceSchema = systemSchema("ui-service", {
  domain: z.strictObject({
    name: hostname,
    /** Host of the UI, under `name`. */
    ui: hostLabel.default("ui"),
    /** Id of a hosted zone that exists already. Default: the stack makes one. */
    zoneId: zoneId.optional(),
  }),
  region,
  /** Who may connect to the load balancer, before anyone signs in: everyone, or label -> range of clients and offices. */
  openTo: z.union([
    z.literal("internet"),
    z
      .record(key(24, "A range's name"), cidr)
      .refine((given) => Object.keys(given).length > 0, "Give at least one range, or internet."),
  ]),
  signIn,
  ui,
  orchestrator,
  database: z.strictObject({
    /** `cluster`: a writer and two readable standbys in three zones. `instance`: one DB instance, in production with a standby. */
    deployment: z.enum(["cluster", "instance"]),
    instanceClass: z.string().regex(INSTANCE_CLASS, "Give an RDS instance class such as db.r8gd.large."),
    storageGiB: z.int().min(20).max(65_536),
    backupRetentionDays: z.int().min(1).max(35).default(35),
  }),
  /** Keeps answers that many ask for. Default: none. */
  cache: z
    .strictObject({
      nodeType: z.string().regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, "Give a node type such as cache.r7g.large."),
      replicas: z.int().min(0).max(5),
    })
    .optional(),
  firewall,
  alarms,
  objectives,
  baseline,
});

/** A valid configuration, defaults filled in. */
export type UiServiceConfig = z.output<typeof uiServiceSchema>;
