import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { systemsManagerStatements } from "../compute/vm/machine-role";
import { type Component, policyDocument, serviceTrust, type Statement, type Transform } from "../core";

/** A role and what must stand before it is used. */
export interface ReadyRole {
  readonly role: aws.iam.Role;
  readonly policies: readonly pulumi.Resource[];
}

type RoleTransform = Transform<aws.iam.RoleArgs> | undefined;

/** What EKS does for the cluster. The second policy is for pods with security groups of their own. */
export function controlPlaneRole(
  owner: Component,
  clusterArn: pulumi.Input<string>,
  transform: RoleTransform,
): ReadyRole {
  const trust = serviceTrust("eks.amazonaws.com", owner.account, clusterArn);
  const role = createRole(owner, "control-plane", "What EKS does for the cluster", trust, transform);
  const policies = ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"];
  return { role, policies: attachPolicies(owner, "control-plane", role, policies) };
}

/** What nodes do themselves: pull images, ask for pods' roles, talk to Systems Manager. */
export function nodeRole(owner: Component, transform: RoleTransform): ReadyRole {
  // No condition on the account: EC2 sends none when a machine's role is taken.
  const trust = policyDocument([
    {
      Effect: "Allow",
      Principal: { Service: `ec2.${owner.context.partition.dnsSuffix}` },
      Action: "sts:AssumeRole",
    },
  ]);
  const role = createRole(owner, "nodes", `What the nodes of ${owner.identity} may do`, trust, transform);
  const policies = ["AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"];
  return {
    role,
    policies: [
      ...attachPolicies(owner, "nodes", role, policies),
      inlinePolicy(owner, "nodes", role, systemsManagerStatements(owner)),
    ],
  };
}

function createRole(
  owner: Component,
  suffix: string,
  description: string,
  assumeRolePolicy: pulumi.Output<string>,
  transform: RoleTransform,
): aws.iam.Role {
  return new aws.iam.Role(
    owner.childName(`${suffix}-role`),
    { name: owner.physicalName("iamRole", suffix), description, assumeRolePolicy },
    owner.childOptions({}, transform),
  );
}

/** AWS's own policies: what its software calls changes with that software. */
export function attachPolicies(
  owner: Component,
  suffix: string,
  role: aws.iam.Role,
  policies: readonly string[],
): aws.iam.RolePolicyAttachment[] {
  return policies.map(
    (policy) =>
      new aws.iam.RolePolicyAttachment(
        owner.childName(`${suffix}-${policy}`),
        { role: role.name, policyArn: `arn:${owner.context.partition.id}:iam::aws:policy/${policy}` },
        owner.childOptions(),
      ),
  );
}

export function inlinePolicy(
  owner: Component,
  suffix: string,
  role: aws.iam.Role,
  statements: readonly Statement[],
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(
    owner.childName(`${suffix}-policy`),
    { role: role.name, policy: policyDocument(statements) },
    owner.childOptions(),
  );
}
