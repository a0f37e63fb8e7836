import * as pulumi from "@pulumi/pulumi";
import { CiAccess, ciRoleNames, deployRoleName } from "../components/delivery/ci-access";
import { OidcProvider } from "../components/delivery/oidc-provider";
import { StateBackend } from "../components/delivery/state-backend";
import { Region } from "../components/network/region";
import { crossChecks } from "./bootstrap/checks";
import { type BootstrapConfig, bootstrapSchema } from "./bootstrap/config";
import { pipelinesOf } from "./bootstrap/pipelines";
import { subjectsOf } from "./bootstrap/subjects";
import type { System } from "./config/system";

/**
 * What an account has before its first stack: where state lies, and who deploys.
 *
 *     administrators -> this stack, once
 *     CI job -> token -> OIDC provider -> preview role (pull request) | deploy role (approved)
 *     a pipeline's stage (approved there) -> deploy role of the stack that it deploys
 *       -> state: S3 bucket, KMS key for secrets
 *       -> the stack's resources, every role of them bounded
 *
 * People with one of `administrators` deploy it; no CI role may touch it.
 */
export const bootstrap: System<typeof bootstrapSchema> = { schema: bootstrapSchema, crossChecks, build };

interface DeploymentOutputs {
  /** For `role-to-assume` of the job that previews. */
  readonly previewRoleArn: pulumi.Output<string>;
  /** For `role-to-assume` of the job that deploys. */
  readonly deployRoleArn: pulumi.Output<string>;
  /** For `palisade:permissionsBoundary` in the stack's file. */
  readonly permissionsBoundary: pulumi.Output<string>;
  /** For `pulumi stack init --secrets-provider`. */
  readonly secretsProvider: pulumi.Output<string>;
}

interface BootstrapOutputs {
  /** For `pulumi login`. */
  readonly backendUrl: pulumi.Output<string>;
  readonly deployments: Record<string, DeploymentOutputs>;
}

function build(config: BootstrapConfig): BootstrapOutputs {
  const { administrators, ci, deployments, environment, owner, permissionsBoundary } = config;
  const region = pulumi.runtime.getConfig("aws:region") ?? "";
  const site = new Region("delivery", { region, environment, owner, permissionsBoundary });
  const here = { parent: site };
  const stacks = Object.entries(deployments).map(([stack, deployment]) => ({
    stack,
    deployment,
    subjects: subjectsOf(ci, deployment),
  }));

  const pipelines = pipelinesOf(deployments, { stack: pulumi.getStack(), system: "delivery" });

  const provider = new OidcProvider(
    "delivery-ci",
    { issuer: stacks[0]?.subjects.issuer ?? "", presence: ci.identityProvider },
    here,
  );
  const state = new StateBackend(
    "delivery-state",
    {
      administrators,
      // By name: the keys' policies come before the roles, which name the keys.
      users: stacks.flatMap(({ stack }) =>
        ciRoleNames(`delivery-${stack}`).map((role) => site.arnOf("iam", `role/${role}`, "")),
      ),
      project: pulumi.getProject(),
    },
    here,
  );
  const outputs = stacks.map(({ stack, deployment, subjects }): [string, DeploymentOutputs] => {
    const { system, regions, roles } = deployment;
    const { otherStacks, delivers, deliveredBy } = pipelines(stack);
    const access = new CiAccess(
      `delivery-${stack}`,
      {
        stack,
        system,
        regions,
        provider,
        previewSubjects: subjects.preview,
        deploySubjects: subjects.deploy,
        deployRoles: roles,
        otherStacks,
        takenRoles: delivers.map((other) => deployRoleName(`delivery-${other}`)),
        pulledFrom: deliveredBy,
        state,
      },
      here,
    );
    return [
      stack,
      {
        previewRoleArn: access.previewRoleArn,
        deployRoleArn: access.deployRoleArn,
        permissionsBoundary: access.boundaryArn,
        secretsProvider: state.secretsProvider(stack),
      },
    ];
  });
  return { backendUrl: state.url, deployments: Object.fromEntries(outputs) };
}
