import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, type Transform } from "../core";
import type { PodSubject } from "./cluster-like";

/**
 * A role that the pods of one service account of one cluster take by EKS Pod Identity, which says in tags of the session whom it takes the role for
 * (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html, https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html).
 */
export function podRole(
  owner: Component,
  key: string,
  clusterArn: pulumi.Input<string>,
  { namespace, serviceAccount }: PodSubject,
  transform?: Transform<aws.iam.RoleArgs>,
): aws.iam.Role {
  return new aws.iam.Role(
    owner.childName(`${key}-role`),
    {
      name: owner.physicalName("iamRole", key),
      description: `Pods of ${namespace}/${serviceAccount} in ${owner.identity}`,
      assumeRolePolicy: policyDocument([
        {
          Effect: "Allow",
          Principal: { Service: "pods.eks.amazonaws.com" },
          Action: ["sts:AssumeRole", "sts:TagSession"],
          Condition: {
            StringEquals: {
              "aws:SourceAccount": owner.account,
              "aws:RequestTag/eks-cluster-arn": clusterArn,
              "aws:RequestTag/kubernetes-namespace": namespace,
              "aws:RequestTag/kubernetes-service-account": serviceAccount,
            },
          },
        },
      ]),
    },
    owner.childOptions({}, transform),
  );
}

export function podIdentityAssociation(
  owner: Component,
  key: string,
  cluster: aws.eks.Cluster,
  { namespace, serviceAccount }: PodSubject,
  role: aws.iam.Role,
): aws.eks.PodIdentityAssociation {
  return new aws.eks.PodIdentityAssociation(
    owner.childName(`${key}-identity`),
    { clusterName: cluster.name, namespace, serviceAccount, roleArn: role.arn },
    owner.childOptions(),
  );
}
