import type { Facts, Models } from "../model";

const prometheusId = (f: Facts): string => `ws-${f.uuid()}`;
const grafanaId = (f: Facts): string => `g-${f.hex(10)}`;
const ofWorkspace = { id: (f: Facts) => f.text("workspaceId") };

/** Managed Prometheus and managed Grafana. */
export const grafana: Models = {
  "aws:amp/workspace:Workspace": {
    id: prometheusId,
    outputs: (f) => ({
      arn: f.arn("aps", `workspace/${prometheusId(f)}`),
      prometheusEndpoint: `https://aps-workspaces.${f.region}.amazonaws.com/workspaces/${prometheusId(f)}/`,
    }),
  },
  "aws:amp/workspaceConfiguration:WorkspaceConfiguration": {
    ...ofWorkspace,
    outputs: (f) => ({ retentionPeriodInDays: f.number("retentionPeriodInDays", 150) }),
  },
  "aws:amp/alertManagerDefinition:AlertManagerDefinition": ofWorkspace,
  "aws:grafana/workspace:Workspace": {
    nameProperty: "name",
    id: grafanaId,
    outputs: (f) => ({
      arn: f.arn("grafana", `/workspaces/${grafanaId(f)}`),
      configuration: f.text("configuration") || "{}",
      endpoint: `${grafanaId(f)}.grafana-workspace.${f.region}.amazonaws.com`,
      grafanaVersion: f.text("grafanaVersion") || "12.4",
      kmsKeyId: f.text("kmsKeyId"),
      samlConfigurationStatus: f.list("authenticationProviders").includes("SAML") ? "CONFIGURED" : "",
    }),
  },
  "aws:grafana/workspaceSamlConfiguration:WorkspaceSamlConfiguration": {
    ...ofWorkspace,
    outputs: (f) => ({ loginValidityDuration: f.number("loginValidityDuration", 60), status: "CONFIGURED" }),
  },
  "aws:grafana/roleAssociation:RoleAssociation": { id: (f) => `${f.text("workspaceId")}/${f.text("role")}` },
};
