import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, physicalName, policyDocument, type Statement, type Transform } from "../core";
import { namesOf, type NamedStack } from "./deploy-resources";
import { ceilingStatements, deployStatements, type DeployScope, type Mode, POLICIES } from "./deploy-statements";
import type { OidcProvider } from "./oidc-provider";
import type { StateBackend } from "./state-backend";
import { workloadStatements } from "./workload-statements";

export interface CiAccessArgs extends ComponentArgs {
  /** Stack that the roles are for: what it names itself begins with it. */
  stack: string;
  /** System of that stack: what Pulumi names begins with it. */
  system: string;
  /** Regions of the stack. us-east-1, where AWS keeps what is global, and the state's own region are added. */
  regions: readonly string[];
  /** Who vouches for the jobs. */
  provider: OidcProvider;
  /** Tokens' subjects that may preview, e.g. `repo:example/shop:pull_request`. */
  previewSubjects: readonly string[];
  /** Tokens' subjects that may deploy, e.g. `repo:example/shop:environment:prod`, whose approvals the CI asks for. None where `deployRoles` do. */
  deploySubjects: readonly string[];
  /**
   * Roles of this account that deploy in place of the CI's jobs, by ARN: those of a pipeline's stages. They need not exist yet. Default: none.
   */
  deployRoles?: readonly string[];
  /** The account's other stacks, this component's own among them: names that begin alike are told apart. Default: none. */
  otherStacks?: readonly NamedStack[];
  /** Names of the roles that the stack's own pipeline takes, e.g. `bootstrap-delivery-qa-deploy`. Default: none. */
  takenRoles?: readonly string[];
  /** What the names of other stacks' image repositories begin with, where this stack's services pull from them. Default: none. */
  pulledFrom?: readonly string[];
  /** Where the stack's state lies. */
  state: StateBackend;
  transform?: { role?: Transform<aws.iam.RoleArgs> };
}

/** IAM's limit for a managed policy, without white space (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html). */
export const POLICY_CHARACTERS = 6144;
const GLOBAL_REGION = "us-east-1";
const SESSION_SECONDS: Readonly<Record<Mode, number>> = { read: 3600, write: 4 * 3600 };
const ROLE_NAMES: Readonly<Record<Mode, string>> = { read: "preview", write: "deploy" };

/** Physical name of the deploy role of the {@link CiAccess} called `name`. */
export function deployRoleName(name: string): string {
  return physicalName("iamRole", `${name}-${ROLE_NAMES.write}`);
}

/** Physical names of the roles of the {@link CiAccess} called `name`: other policies may name them before they exist. */
export function ciRoleNames(name: string): string[] {
  return Object.values(ROLE_NAMES).map((role) => physicalName("iamRole", `${name}-${role}`));
}

/**
 * Lets a CI system preview and deploy one stack without a key that could leak: a *preview* role that reads what the stack is and opens no secret of it,
 * and a *deploy* role that changes it. What each may do is derived from the resource types that the stacks use (`resource-actions.ts`): exact actions, on
 * what carries the stack's name.
 *
 *     new CiAccess("prod", { stack: "prod", system: "payments", regions, provider, previewSubjects, deploySubjects, state });
 *
 * Where a pipeline of AWS deploys the stack, its stages' roles take the deploy role in place of the CI's jobs: `deployRoles`, exactly those.
 *
 * Two boundaries. *Workloads* bounds every role that the deployment makes: IAM lets the deploy role make or change none without it, so it can not give
 * more than a service of the stack needs. *Ceiling* bounds the two CI roles themselves, whatever is attached to them later: no IAM beyond the stack's
 * own roles, no other region. Neither role can change its own permissions, the boundaries, or the state's bucket and keys: their names do not begin with
 * the stack's.
 *
 * Free. Data loss: none.
 */
export class CiAccess extends Component {
  readonly previewRoleArn: pulumi.Output<string>;
  readonly deployRoleArn: pulumi.Output<string>;
  /** For `palisade:permissionsBoundary` of the stack. */
  readonly boundaryArn: pulumi.Output<string>;
  readonly nodes: {
    readonly preview: aws.iam.Role;
    readonly deploy: aws.iam.Role;
    readonly workloads: aws.iam.Policy;
    readonly ceiling: aws.iam.Policy;
  };

  private readonly names: string;

  constructor(
    name: string,
    private readonly args: CiAccessArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:delivery:CiAccess", name, args, opts);
    this.names = this.validate();
    const workloads = this.policy("workloads", "Bounds the roles of the stack", workloadStatements);
    const ceiling = this.policy("ceiling", "Bounds the CI roles of the stack", ceilingStatements);
    const preview = this.createRole("read", args.provider.trust(args.previewSubjects), ceiling);
    const { deployRoles = [] } = args;
    const trusted = deployRoles.length > 0 ? this.trustRoles(deployRoles) : args.provider.trust(args.deploySubjects);
    const deploy = this.createRole("write", trusted, ceiling);
    args.state.grantRead({ grantName: this.childName(ROLE_NAMES.read), role: preview }, args.stack);
    args.state.grantWrite({ grantName: this.childName(ROLE_NAMES.write), role: deploy }, args.stack);

    this.previewRoleArn = preview.arn;
    this.deployRoleArn = deploy.arn;
    this.boundaryArn = workloads.arn;
    this.nodes = { preview, deploy, workloads, ceiling };
    this.registerOutputs({
      previewRoleArn: this.previewRoleArn,
      deployRoleArn: this.deployRoleArn,
      boundaryArn: this.boundaryArn,
    });
  }

  /** What the stack's names begin with. */
  private validate(): string {
    const { stack, system, regions, deploySubjects, deployRoles = [], otherStacks = [] } = this.args;
    this.check.matches("stack", stack, /^[a-z0-9][a-z0-9-]{0,23}$/, "Give the stack's name, up to 24 characters.");
    this.check.matches("system", system, /^[a-z][a-z0-9-]{0,23}$/, "Give the system's name, up to 24 characters.");
    this.check.atLeast("regions", regions, 1, "region");
    this.check.unique("regions", regions);
    this.check.that(
      deploySubjects.length === 0 || deployRoles.length === 0,
      "deployRoles",
      deployRoles,
      "Give either the jobs that deploy, or the roles.",
    );
    for (const role of deployRoles)
      this.check.matches("deployRoles", role, /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/, "Give ARNs of roles.");
    const told = namesOf({ stack, system }, otherStacks);
    this.check.that(
      told !== undefined,
      "stack",
      stack,
      "Everything that another stack names begins with what this one's names do. Rename one of them.",
    );
    const names = told ?? `${stack}-`;
    this.check.that(
      !this.physicalName("iamRole").startsWith(names),
      "stack",
      stack,
      `The names of the stack ${pulumi.getStack()} begin with it: the deploy role could change itself. Rename one of them.`,
    );
    return names;
  }

  /** A role that does not exist can be no principal: the account is, and of its roles these. */
  private trustRoles(roles: readonly string[]): pulumi.Output<string> {
    return policyDocument([
      {
        Effect: "Allow",
        Principal: { AWS: pulumi.interpolate`arn:${this.context.partition.id}:iam::${this.account}:root` },
        Action: "sts:AssumeRole",
        Condition: { ArnEquals: { "aws:PrincipalArn": [...roles] } },
      },
    ]);
  }

  private createRole(mode: Mode, trust: pulumi.Input<string>, ceiling: aws.iam.Policy): aws.iam.Role {
    const { provider, stack } = this.args;
    const kind = ROLE_NAMES[mode];
    const role = new aws.iam.Role(
      this.childName(kind),
      {
        name: this.physicalName("iamRole", kind),
        description: mode === "read" ? `Previews ${stack}; changes nothing` : `Deploys ${stack}`,
        assumeRolePolicy: trust,
        permissionsBoundary: ceiling.arn,
        maxSessionDuration: SESSION_SECONDS[mode],
      },
      this.childOptions({ dependsOn: [provider] }, this.args.transform?.role),
    );
    for (const key of Object.keys(POLICIES)) {
      const suffix = `${kind}-${key}`;
      const policy = this.policy(suffix, `${kind} ${stack}: ${key}`, (scope) => deployStatements(key, scope, mode));
      new aws.iam.RolePolicyAttachment(
        this.childName(`${suffix}-attached`),
        { role: role.name, policyArn: policy.arn },
        this.childOptions(),
      );
    }
    return role;
  }

  private policy(suffix: string, description: string, build: (scope: DeployScope) => Statement[]): aws.iam.Policy {
    const render = (account: string) =>
      JSON.stringify({ Version: "2012-10-17", Statement: build(this.scope(account)) });
    // Every account's id has as many digits.
    const { length } = render("000000000000");
    this.check.that(
      length <= POLICY_CHARACTERS,
      `policy ${suffix}`,
      length,
      `IAM takes ${POLICY_CHARACTERS} characters; give the stack a shorter name, or move a service to another policy in deploy-statements.ts.`,
    );
    return new aws.iam.Policy(
      this.childName(suffix),
      { name: this.physicalName("iamPolicy", suffix), description, policy: this.account.apply(render) },
      this.childOptions(),
    );
  }

  private scope(account: string): DeployScope {
    const { stack, system, regions, state, takenRoles = [], pulledFrom = [] } = this.args;
    const partition = this.context.partition.id;
    const policies = `arn:${partition}:iam::${account}:policy`;
    return {
      partition,
      account,
      stack,
      names: this.names,
      taken: takenRoles,
      pulledFrom,
      system,
      regions: [...new Set([...regions, GLOBAL_REGION, state.context.region])],
      boundary: `${policies}/${this.physicalName("iamPolicy", "workloads")}`,
    };
  }
}
