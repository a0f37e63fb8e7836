import { z } from "zod";
import { key, regionName, roleArn } from "../config/fields";
import { systemSchema } from "../config/system";

/** Segments that may also carry GitHub's numeric ids, as tokens with immutable subjects do: `example@1234/shop@5678`. */
const project = z
  .string()
  .regex(
    /^[\w.-]+(?:@\d+)?(?:\/[\w.-]+(?:@\d+)?)+$/,
    "Give the path of the repository such as example-org/infrastructure.",
  );

const branch = z.string().regex(/^[\w./-]+$/, "Give a branch such as main.");

const ci = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("github"),
    /** `owner/repository`. */
    repository: project,
    identityProvider: z.enum(["create", "existing"]).default("create"),
  }),
  z.strictObject({
    kind: z.literal("gitlab"),
    /** `group/project`. */
    repository: project,
    /** Where GitLab runs. */
    issuer: z
      .string()
      .regex(/^https:\/\/[a-z0-9.-]+$/, "Give an origin such as https://gitlab.com.")
      .default("https://gitlab.com"),
    identityProvider: z.enum(["create", "existing"]).default("create"),
  }),
]);

const deployment = z.strictObject({
  /** System of that stack; what Pulumi names begins with it. */
  system: key(24, "A system's name"),
  regions: z.array(regionName).min(1, "Give the stack's regions."),
  /** GitHub: the environment whose rules a deployment passes, its approvals above all. */
  environment: z
    .string()
    .regex(/^[\w.-]+$/, "Give the name of a GitHub environment such as production.")
    .optional(),
  /** The branch that deploys. */
  branch: branch.optional(),
  /** Roles of this account that deploy in place of the CI's jobs: the stages of a pipeline that another of these stacks has, or this one itself. */
  roles: z.array(roleArn).min(1, "Give at least one role.").optional(),
});

/** Every key of a bootstrap stack file, without its `palisade:` prefix; what each means stands in docs/configuration.md. */
export const bootstrapSchema = systemSchema("bootstrap", {
  /** Roles that administer the state's keys; who deploys this stack has one of them. */
  administrators: z.array(roleArn).min(1, "Give at least one role."),
  ci,
  /** Stack -> who may deploy it. */
  deployments: z
    .record(key(24, "A stack's name"), deployment)
    .refine((given) => Object.keys(given).length > 0, "Give at least one stack."),
});

/** A valid bootstrap configuration, defaults filled in. */
export type BootstrapConfig = z.output<typeof bootstrapSchema>;
export type DeploymentConfig = BootstrapConfig["deployments"][string];
