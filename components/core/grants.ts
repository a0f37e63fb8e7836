import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policyDocument, type Statement } from "./iam";

/** Whoever can be given permissions: anything that runs under an IAM role of its own. */
export interface Grantee {
  /** Identity of the grantee (a rename by an alias keeps it); it becomes part of the grant's name. */
  readonly grantName: string;
  /** The role that receives the permission. */
  readonly role: aws.iam.Role;
}

/**
 * Gives `grantee` exactly `statements`, as an inline policy of its own: `<owner>-<access>-<grantee>`. One child resource per
 * grant, so that adding or removing one touches no other, and so that no dependency cycle can arise.
 */
export function grant(
  owner: pulumi.ComponentResource,
  ownerName: string,
  access: string,
  grantee: Grantee,
  statements: readonly Statement[],
): aws.iam.RolePolicy {
  return new aws.iam.RolePolicy(
    `${ownerName}-${access}-${grantee.grantName}`,
    { role: grantee.role.name, policy: policyDocument(statements) },
    { parent: owner },
  );
}
