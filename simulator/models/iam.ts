import type { Facts, Models } from "../model";

const path = (f: Facts): string => f.text("path") || "/";
const uniqueId = (prefix: string, f: Facts): string => prefix + f.hex(17).toUpperCase();

export const iam: Models = {
  "aws:iam/role:Role": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.globalArn("iam", `role${path(f)}${f.name}`),
      createDate: "2026-01-01T00:00:00Z",
      uniqueId: uniqueId("AROA", f),
      path: path(f),
      maxSessionDuration: f.number("maxSessionDuration", 3600),
      managedPolicyArns: f.list("managedPolicyArns"),
      inlinePolicies: f.list("inlinePolicies"),
    }),
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.globalArn("iam", `instance-profile${path(f)}${f.name}`),
      createDate: "2026-01-01T00:00:00Z",
      path: path(f),
      uniqueId: uniqueId("AIPA", f),
    }),
  },
  "aws:iam/policy:Policy": {
    nameProperty: "name",
    id: (f) => f.globalArn("iam", `policy${path(f)}${f.name}`),
    outputs: (f) => ({
      arn: f.globalArn("iam", `policy${path(f)}${f.name}`),
      attachmentCount: 0,
      policyId: uniqueId("ANPA", f),
      path: path(f),
    }),
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    id: (f) => f.globalArn("iam", `oidc-provider/${f.text("url").replace(/^https:\/\//, "")}`),
    outputs: (f) => ({
      arn: f.globalArn("iam", `oidc-provider/${f.text("url").replace(/^https:\/\//, "")}`),
      thumbprintLists: f.list("thumbprintLists"),
    }),
  },
  "aws:iam/rolePolicy:RolePolicy": { nameProperty: "name", id: (f) => `${f.text("role")}:${f.name}` },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": { id: (f) => `${f.text("role")}-${f.hex(26)}` },
  "aws:iam/serviceLinkedRole:ServiceLinkedRole": {
    id: (f) => f.globalArn("iam", `role/aws-service-role/${f.text("awsServiceName")}/${f.hex(8)}`),
    outputs: (f) => ({
      arn: f.globalArn("iam", `role/aws-service-role/${f.text("awsServiceName")}/${f.hex(8)}`),
      createDate: "2026-01-01T00:00:00Z",
      name: `AWSServiceRoleFor${f.hex(8)}`,
      path: `/aws-service-role/${f.text("awsServiceName")}/`,
      uniqueId: uniqueId("AROA", f),
    }),
  },
};
