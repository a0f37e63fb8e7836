import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTopics,
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  serviceTrust,
  type Transform,
} from "../core";
import { Connections } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { logGroup } from "./log-group";

/** Sign-in through IAM Identity Center. Users without a role can not sign in. */
export interface IdentityCenterSignIn {
  /** Ids of Identity Center groups that administer Grafana. Default: none. */
  adminGroupIds?: readonly string[];
  /** Groups that edit dashboards. Default: none. */
  editorGroupIds?: readonly string[];
  /** Groups that only look. Default: none. */
  viewerGroupIds?: readonly string[];
}

/** Sign-in through a SAML 2.0 identity provider. */
export interface SamlSignIn {
  /** `https://...` address of the provider's metadata. */
  idpMetadataUrl: string;
  /** Attribute of the assertion that holds the user's role. */
  roleAttribute: string;
  /** Values of that attribute that make an administrator; at least one. */
  adminRoles: readonly string[];
  /** Values that make an editor. Default: none; everybody else is a viewer. */
  editorRoles?: readonly string[];
  /** Minutes until a user signs in again, 1-1440. Default 480. */
  sessionMinutes?: number;
}

export interface ManagedMetricsArgs extends ComponentArgs {
  /** Customer key of both workspaces and the log, in their region. Its policy must name the `logs` service. It cannot be changed later. */
  key: Key;
  /** Who signs in to Grafana, and how. Default: `{ identityCenter: {} }`, with no group let in yet. */
  signIn?: { identityCenter: IdentityCenterSignIn } | { saml: SamlSignIn };
  /** Days that metrics stay, 1-1095. Default: AWS's own, 150. */
  retentionInDays?: number;
  /**
   * Sends Prometheus alerts to the alarm topics, by their label `severity` (anything but `critical` is a warning). The topics must let
   * `prometheus` publish. Default false.
   */
  alertManager?: boolean;
  /**
   * Puts Grafana's requests into this network's private subnets; they then reach what `connections` lets them, and AWS through the interface
   * endpoints (`aps-workspaces`, `monitoring`, `sts`). Default: AWS's own network.
   */
  network?: NetworkLike;
  /** From where Grafana's pages may be opened: prefix lists and Grafana VPC endpoints. Default: anywhere, with sign-in. */
  access?: { prefixListIds?: readonly pulumi.Input<string>[]; vpcEndpointIds?: readonly pulumi.Input<string>[] };
  /** e.g. `10.4`. Default: the newest when the workspace is made; AWS never changes it by itself. */
  grafanaVersion?: string;
  transform?: { prometheus?: Transform<aws.amp.WorkspaceArgs>; grafana?: Transform<aws.grafana.WorkspaceArgs> };
}

const QUERY_ACTIONS = ["aps:GetLabels", "aps:GetMetricMetadata", "aps:GetSeries", "aps:QueryMetrics"];
const GRAFANA_ROLES = { adminGroupIds: "ADMIN", editorGroupIds: "EDITOR", viewerGroupIds: "VIEWER" } as const;

/**
 * Metrics of collectors in a managed Prometheus workspace, and a managed Grafana workspace that may read it and CloudWatch. Both are encrypted with
 * the customer key; Grafana has a role of its own that reads metrics and alarms, and no logs.
 *
 *     const metrics = new ManagedMetrics("metrics", { key, signIn: { identityCenter: { adminGroupIds: [sre] } } });
 *     metrics.grantRemoteWrite(service);   // its collector sends to metrics.remoteWriteUrl
 *
 * Data sources live inside Grafana, where AWS has no API: an administrator adds both once, under Apps > AWS Data Sources.
 *
 * Cost: 0.90 USD per 10 million samples, and 9 USD a month for each Grafana editor, 5 for each viewer; nothing when nobody sends or looks. Data
 * loss: deleting the Prometheus workspace deletes its metrics, deleting Grafana its dashboards; in production both are protected.
 */
export class ManagedMetrics extends Component {
  readonly workspaceArn: pulumi.Output<string>;
  /** Where collectors send to, signed by SigV4 for the service `aps`. */
  readonly remoteWriteUrl: pulumi.Output<string>;
  readonly queryUrl: pulumi.Output<string>;
  readonly grafanaUrl: pulumi.Output<string>;
  /** Grafana's way into the network; only with `network`. */
  readonly connections: Connections | undefined;
  readonly nodes: {
    readonly prometheus: aws.amp.Workspace;
    readonly grafana: aws.grafana.Workspace;
    readonly grafanaRole: aws.iam.Role;
  };

  constructor(name: string, args: ManagedMetricsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:observability:ManagedMetrics", name, args, opts);
    const signIn = args.signIn ?? { identityCenter: {} };
    this.validate(args, signIn);

    const prometheus = this.createPrometheus(args);
    if (args.alertManager && this.context.alarmTopics) this.createAlertManager(prometheus, this.context.alarmTopics);
    const grafanaRole = this.createGrafanaRole(prometheus);
    this.connections = args.network && this.createConnections(args.network);
    const grafana = this.createGrafana(args, signIn, grafanaRole);
    if ("saml" in signIn) this.configureSaml(grafana, signIn.saml);
    else this.associateRoles(grafana, signIn.identityCenter);

    this.workspaceArn = prometheus.arn;
    // The endpoint ends with a slash.
    this.remoteWriteUrl = pulumi.interpolate`${prometheus.prometheusEndpoint}api/v1/remote_write`;
    this.queryUrl = pulumi.interpolate`${prometheus.prometheusEndpoint}api/v1/query`;
    this.grafanaUrl = pulumi.interpolate`https://${grafana.endpoint}`;
    this.nodes = { prometheus, grafana, grafanaRole };
    this.registerOutputs({
      workspaceArn: this.workspaceArn,
      remoteWriteUrl: this.remoteWriteUrl,
      queryUrl: this.queryUrl,
      grafanaUrl: this.grafanaUrl,
    });
  }

  /** Lets `grantee`'s collector send metrics. */
  grantRemoteWrite(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "remote-write", grantee, [
      { Effect: "Allow", Action: "aps:RemoteWrite", Resource: this.workspaceArn },
    ]);
  }

  /** Lets `grantee` query metrics, e.g. a service that scales by them. */
  grantQuery(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "query", grantee, [
      { Effect: "Allow", Action: QUERY_ACTIONS, Resource: this.workspaceArn },
    ]);
  }

  private validate(args: ManagedMetricsArgs, signIn: NonNullable<ManagedMetricsArgs["signIn"]>): void {
    if (args.retentionInDays !== undefined)
      this.check.integer("retentionInDays", args.retentionInDays, 1, 1095, "of days");
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    this.check.that(
      !args.alertManager || this.context.alarmTopics !== undefined,
      "alertManager",
      args.alertManager,
      "There are no topics to send alerts to. Give `alarmTopics`, or place the component under one that has them.",
    );
    if (args.grafanaVersion !== undefined)
      this.check.matches("grafanaVersion", args.grafanaVersion, /^\d{1,2}\.\d{1,2}$/, "Give a version such as 10.4.");
    if ("saml" in signIn) {
      const { idpMetadataUrl, adminRoles, sessionMinutes } = signIn.saml;
      this.check.matches("signIn.saml.idpMetadataUrl", idpMetadataUrl, /^https:\/\/\S+$/, "Give an https:// address.");
      this.check.atLeast("signIn.saml.adminRoles", adminRoles, 1, "role of administrators");
      this.check.integer("signIn.saml.sessionMinutes", sessionMinutes ?? 480, 1, 1440, "of minutes");
    }
  }

  private createPrometheus(args: ManagedMetricsArgs): aws.amp.Workspace {
    // AWS lets its log delivery write to every group with this prefix, by one policy per account; a policy each would soon reach the limit of ten.
    const logs = logGroup(this, "prometheus-logs", {
      name: `/aws/vendedlogs/prometheus/${this.physicalName("logGroup")}`,
      keyArn: args.key.arn,
    });
    const workspace = new aws.amp.Workspace(
      this.childName("prometheus"),
      {
        alias: this.physicalName("prometheusAlias"),
        kmsKeyArn: args.key.arn,
        loggingConfiguration: { logGroupArn: this.arnOf("logs", pulumi.interpolate`log-group:${logs.name}:*`) },
      },
      this.statefulOptions({}, args.transform?.prometheus),
    );
    if (args.retentionInDays !== undefined) {
      new aws.amp.WorkspaceConfiguration(
        this.childName("prometheus-retention"),
        { workspaceId: workspace.id, retentionPeriodInDays: args.retentionInDays },
        this.childOptions(),
      );
    }
    return workspace;
  }

  /** https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-alertmanager-receiver-config.html */
  private createAlertManager(workspace: aws.amp.Workspace, topics: AlarmTopics): void {
    const receiver = (severity: keyof AlarmTopics) => pulumi.interpolate`    - name: ${severity}
      sns_configs:
        - topic_arn: ${topics[severity]}
          sigv4:
            region: ${this.context.region}
          subject: '{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}'
`;
    new aws.amp.AlertManagerDefinition(
      this.childName("alert-manager"),
      {
        workspaceId: workspace.id,
        definition: pulumi.interpolate`alertmanager_config: |
  route:
    receiver: warning
    group_by: ['alertname']
    routes:
      - receiver: critical
        matchers: ['severity="critical"']
  receivers:
${receiver("critical")}${receiver("warning")}`,
      },
      this.childOptions(),
    );
    this.alarm("notifications", {
      severity: "critical",
      description:
        "Prometheus alerts do not get through to their topic. See whether the topic's and its key's policies let aps.amazonaws.com publish.",
      metric: {
        namespace: "AWS/Prometheus",
        name: "AlertManagerNotificationsFailed",
        dimensions: { Workspace: workspace.id },
        statistic: "Sum",
        period: 300,
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });
  }

  private createGrafanaRole(prometheus: aws.amp.Workspace): aws.iam.Role {
    const role = new aws.iam.Role(
      this.childName("grafana-role"),
      {
        name: this.physicalName("iamRole", "grafana"),
        description: `Lets Grafana workspace ${this.name} read metrics`,
        assumeRolePolicy: serviceTrust("grafana.amazonaws.com", this.account, this.arnOf("grafana", "/workspaces/*")),
      },
      this.childOptions(),
    );
    new aws.iam.RolePolicy(
      this.childName("grafana-policy"),
      {
        role: role.name,
        policy: policyDocument([
          { Effect: "Allow", Action: [...QUERY_ACTIONS, "aps:DescribeWorkspace"], Resource: prometheus.arn },
          {
            Effect: "Allow",
            Action: [
              "cloudwatch:DescribeAlarmHistory",
              "cloudwatch:DescribeAlarms",
              "cloudwatch:DescribeAlarmsForMetric",
            ],
            Resource: this.arnOf("cloudwatch", "alarm:*"),
          },
          // None of these supports a resource.
          {
            Effect: "Allow",
            Action: [
              "aps:ListWorkspaces",
              "cloudwatch:GetMetricData",
              "cloudwatch:GetMetricStatistics",
              "cloudwatch:ListMetrics",
            ],
            Resource: "*",
          },
        ]),
      },
      this.childOptions(),
    );
    return role;
  }

  private createConnections(network: NetworkLike): Connections {
    const group = new aws.ec2.SecurityGroup(
      this.childName("grafana-group"),
      { vpcId: network.vpcId, description: `Grafana workspace ${this.identity}` },
      this.childOptions(),
    );
    const connections = new Connections(this, group);
    connections.allowTo(network.endpointConnections);
    return connections;
  }

  private createGrafana(
    { key, network, access, grafanaVersion, transform }: ManagedMetricsArgs,
    signIn: NonNullable<ManagedMetricsArgs["signIn"]>,
    role: aws.iam.Role,
  ): aws.grafana.Workspace {
    return new aws.grafana.Workspace(
      this.childName("grafana"),
      {
        name: this.physicalName("grafanaWorkspace"),
        description: `Metrics of ${this.name}`,
        accountAccessType: "CURRENT_ACCOUNT",
        authenticationProviders: ["saml" in signIn ? "SAML" : "AWS_SSO"],
        // By the API, AWS makes no role for a workspace.
        permissionType: "CUSTOMER_MANAGED",
        roleArn: role.arn,
        dataSources: ["CLOUDWATCH", "PROMETHEUS"],
        kmsKeyId: key.arn,
        grafanaVersion,
        configuration: JSON.stringify({
          plugins: { pluginAdminEnabled: false },
          unifiedAlerting: { enabled: true },
        }),
        ...(network &&
          this.connections && {
            vpcConfiguration: {
              subnetIds: [...network.privateSubnetIds],
              securityGroupIds: [this.connections.securityGroupId],
            },
          }),
        ...(access && {
          networkAccessControl: {
            prefixListIds: [...(access.prefixListIds ?? [])],
            vpceIds: [...(access.vpcEndpointIds ?? [])],
          },
        }),
      },
      this.statefulOptions({}, transform?.grafana),
    );
  }

  private configureSaml(grafana: aws.grafana.Workspace, saml: SamlSignIn): void {
    new aws.grafana.WorkspaceSamlConfiguration(
      this.childName("saml"),
      {
        workspaceId: grafana.id,
        idpMetadataUrl: saml.idpMetadataUrl,
        roleAssertion: saml.roleAttribute,
        adminRoleValues: [...saml.adminRoles],
        editorRoleValues: [...(saml.editorRoles ?? [])],
        loginValidityDuration: saml.sessionMinutes ?? 480,
      },
      this.childOptions(),
    );
  }

  private associateRoles(grafana: aws.grafana.Workspace, groups: IdentityCenterSignIn): void {
    for (const [argument, role] of Object.entries(GRAFANA_ROLES)) {
      const groupIds = groups[argument as keyof typeof GRAFANA_ROLES];
      if (groupIds === undefined || groupIds.length === 0) continue;
      new aws.grafana.RoleAssociation(
        this.childName(role.toLowerCase()),
        { workspaceId: grafana.id, role, groupIds: [...groupIds] },
        this.childOptions(),
      );
    }
  }
}
