import { createHash } from "node:crypto";
import type { Facts, Models } from "../model";

/** The day that time stands still at. */
const MADE = "2026-11-21T00:00:00Z";

const cluster = (f: Facts): string => f.text("clusterName");
/** The last part of an ARN. */
const tail = (arn: string): string => arn.slice(arn.lastIndexOf("/") + 1);
/** A certificate's text would be longer, and is no more use here. */
const authority = (f: Facts): string =>
  Buffer.from(`-----BEGIN CERTIFICATE-----\n${f.hex(64)}\n-----END CERTIFICATE-----\n`).toString("base64");

/** EKS names the Auto Scaling group of nodes after theirs. */
const autoScalingGroup = (f: Facts): string => `eks-${f.name}-${f.uuid()}`;

export const eks: Models = {
  "aws:eks/cluster:Cluster": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => {
      const issuer = `https://oidc.eks.${f.region}.amazonaws.com/id/${f.hex(32).toUpperCase()}`;
      return {
        arn: f.arn("eks", `cluster/${f.name}`),
        certificateAuthority: { data: authority(f) },
        clusterId: "",
        createdAt: MADE,
        endpoint: `https://${f.hex(32).toUpperCase()}.gr7.${f.region}.eks.amazonaws.com`,
        identities: [{ oidcs: [{ issuer }] }],
        platformVersion: "eks.1",
        status: "ACTIVE",
        vpcConfig: {
          ...(f.inputs.vpcConfig as object | undefined),
          clusterSecurityGroupId: `sg-${f.hex(17)}`,
          vpcId: `vpc-${f.hex(17)}`,
        },
      };
    },
  },
  "aws:eks/nodeGroup:NodeGroup": {
    nameProperty: "nodeGroupName",
    id: (f) => `${cluster(f)}:${f.name}`,
    outputs: (f) => ({
      arn: f.arn("eks", `nodegroup/${cluster(f)}/${f.name}/${f.uuid()}`),
      resources: [{ autoscalingGroups: [{ name: autoScalingGroup(f) }], remoteAccessSecurityGroupId: "" }],
      status: "ACTIVE",
      releaseVersion: f.text("releaseVersion") || "1.58.0-0a1b2c3d",
    }),
  },
  "aws:eks/addon:Addon": {
    id: (f) => `${cluster(f)}:${f.text("addonName")}`,
    outputs: (f) => ({
      arn: f.arn("eks", `addon/${cluster(f)}/${f.text("addonName")}/${f.uuid()}`),
      createdAt: MADE,
      modifiedAt: MADE,
    }),
  },
  "aws:eks/accessEntry:AccessEntry": {
    id: (f) => `${cluster(f)}:${f.text("principalArn")}`,
    outputs: (f) => ({
      accessEntryArn: f.arn(
        "eks",
        `access-entry/${cluster(f)}/role/${f.account}/${tail(f.text("principalArn"))}/${f.uuid()}`,
      ),
      createdAt: MADE,
      modifiedAt: MADE,
      userName: f.text("userName") || f.text("principalArn"),
    }),
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    id: (f) => `${cluster(f)}#${f.text("principalArn")}#${f.text("policyArn")}`,
    outputs: () => ({ associatedAt: MADE, modifiedAt: MADE }),
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    id: (f) => `${cluster(f)},${associationId(f)}`,
    outputs: (f) => ({
      associationArn: f.arn("eks", `podidentityassociation/${cluster(f)}/${associationId(f)}`),
      associationId: associationId(f),
      externalId: f.uuid(),
    }),
  },
  "aws:autoscaling/policy:Policy": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn(
        "autoscaling",
        `scalingPolicy:${f.uuid()}:autoScalingGroupName/${f.text("autoscalingGroupName")}:policyName/${f.name}`,
      ),
    }),
  },
};

/** AWS's are of letters and digits, and begin with `a-`. */
function associationId(f: Facts): string {
  const digest = createHash("sha256").update(f.hex(64)).digest("hex");
  return `a-${BigInt(`0x${digest}`).toString(36).slice(0, 17)}`;
}
