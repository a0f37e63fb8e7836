import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { ManagedMetrics, type ManagedMetricsArgs } from "../../../components/observability/managed-metrics";
import { Notifications } from "../../../components/observability/notifications";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};

const metrics = (
  name: string,
  args: Partial<ManagedMetricsArgs> = {},
  opts: pulumi.ComponentResourceOptions = {},
): ManagedMetrics =>
  new ManagedMetrics(
    name,
    { key: args.key ?? new Key(`${name}-key`, { description: "Metrics", services: ["logs"] }, opts), ...args },
    opts,
  );

const saml = { idpMetadataUrl: "https://idp.example.com/metadata", roleAttribute: "role", adminRoles: ["sre"] };

describe("ManagedMetrics", () => {
  componentContract("observability", "ManagedMetrics", {
    minimal: (name, opts) => metrics(name, {}, opts),
    complete: (name, opts) =>
      metrics(
        name,
        {
          signIn: {
            identityCenter: {
              adminGroupIds: ["93a4c872-a061-7002-6b4e-1d0e3b4c5d6e"],
              editorGroupIds: ["a3a4c872-a061-7002-6b4e-1d0e3b4c5d6e"],
              viewerGroupIds: ["b3a4c872-a061-7002-6b4e-1d0e3b4c5d6e"],
            },
          },
          retentionInDays: 365,
          alertManager: true,
          alarmTopics: TOPICS,
          network: new TestNetwork(`${name}-network`, opts),
          access: { prefixListIds: ["pl-0123456789abcdef0"], vpcEndpointIds: ["vpce-0123456789abcdef0"] },
          grafanaVersion: "10.4",
          environment: "development",
          transform: { prometheus: { alias: "metrics" }, grafana: (args) => void (args.description = "Payments") },
        },
        opts,
      ),
    errors: {
      "a retention out of range": {
        build: (name) => metrics(name, { retentionInDays: 0 }),
        message: /ManagedMetrics "one": retentionInDays = 0 .* from 1 to 1095/,
      },
      ...keyErrors(`ManagedMetrics "one"`, (name, key) => metrics(name, { key }), ["logs"]),
      "an alert manager without topics": {
        build: (name) => metrics(name, { alertManager: true }),
        message: /alertManager = true .* Give `alarmTopics`/,
      },
      "a Grafana version that is none": {
        build: (name) => metrics(name, { grafanaVersion: "latest" }),
        message: /grafanaVersion = "latest" .* 10\.4/,
      },
      "SAML metadata without TLS": {
        build: (name) => metrics(name, { signIn: { saml: { ...saml, idpMetadataUrl: "http://idp" } } }),
        message: /signIn\.saml\.idpMetadataUrl = "http:\/\/idp"/,
      },
      "SAML without an administrator": {
        build: (name) => metrics(name, { signIn: { saml: { ...saml, adminRoles: [] } } }),
        message: /at least 1 role of administrators/,
      },
      "a SAML session out of range": {
        build: (name) => metrics(name, { signIn: { saml: { ...saml, sessionMinutes: 0 } } }),
        message: /sessionMinutes = 0 .* from 1 to 1440/,
      },
    },
  });

  it("lets a collector write to this workspace, at an address that resolves", async () => {
    let url: string | undefined;
    const recording = await recordProgram(() => {
      const role = new aws.iam.Role("service", { assumeRolePolicy: "{}" });
      const component = metrics("m");
      component.grantRemoteWrite({ grantName: "service", role });
      component.grantQuery({ grantName: "service", role });
      component.remoteWriteUrl.apply((value) => (url = value));
    });
    const workspace = named(recording, "m-prometheus");
    assert.deepEqual(statements(named(recording, "m-remote-write-service").inputs.policy), [
      { Effect: "Allow", Action: "aps:RemoteWrite", Resource: workspace.outputs.arn },
    ]);
    const [query] = statements(named(recording, "m-query-service").inputs.policy);
    assert.equal(query?.Resource, workspace.outputs.arn);
    assert.equal(url, `https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/${workspace.id}/api/v1/remote_write`);
  });

  it("encrypts both workspaces with the customer key, and logs where AWS may write", async () => {
    const recording = await recordProgram(() => void metrics("m"));
    const { arn } = named(recording, "m-key-key").outputs;
    const prometheus = named(recording, "m-prometheus");
    const grafana = named(recording, "m-grafana");
    assert.equal(prometheus.inputs.kmsKeyArn, arn);
    assert.equal(grafana.inputs.kmsKeyId, arn);
    assert.deepEqual(prometheus.inputs.loggingConfiguration, {
      logGroupArn: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/prometheus/test-m:*",
    });
    assert.deepEqual([prometheus.protect, grafana.protect], [true, true]);
  });

  it("gives Grafana a role that reads this workspace's metrics, and no logs", async () => {
    const recording = await recordProgram(() => void metrics("m"));
    const role = named(recording, "m-grafana-role");
    const grafana = named(recording, "m-grafana").inputs;
    assert.equal(grafana.roleArn, role.outputs.arn);
    assert.equal(grafana.permissionType, "CUSTOMER_MANAGED");
    const [trust] = statements(role.inputs.assumeRolePolicy);
    assert.deepEqual(trust?.Condition, {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:grafana:eu-west-1:123456789012:/workspaces/*" },
    });
    const policy = statements(named(recording, "m-grafana-policy").inputs.policy);
    assert.equal(policy[0]?.Resource, named(recording, "m-prometheus").outputs.arn);
    const actions = policy.flatMap((statement) => statement.Action as string[]);
    assert.ok(
      actions.every((action) => /^(aps|cloudwatch):(Describe|Get|List|Query)/.test(action)),
      actions.join(),
    );
  });

  it("signs users in by SAML where it is asked to", async () => {
    const recording = await recordProgram(() => void metrics("m", { signIn: { saml } }));
    assert.deepEqual(named(recording, "m-grafana").inputs.authenticationProviders, ["SAML"]);
    assert.deepEqual(named(recording, "m-saml").inputs, {
      region: "eu-west-1",
      workspaceId: named(recording, "m-grafana").id,
      idpMetadataUrl: saml.idpMetadataUrl,
      roleAssertion: "role",
      adminRoleValues: ["sre"],
      editorRoleValues: [],
      loginValidityDuration: 480,
    });
    ofType(recording, "aws:grafana/roleAssociation:RoleAssociation", 0).forEach((r) => assert.fail(r.name));
  });

  it("sends alerts to the topic of their severity, in a form that the alert manager reads", async () => {
    const recording = await recordProgram(() => {
      const key = new Key("topics-key", { description: "x", services: ["cloudwatch", "prometheus"] });
      const topics = new Notifications("oncall", { key, publishers: ["cloudwatch", "prometheus"] }).topics;
      metrics("m", { alertManager: true, alarmTopics: topics });
    });
    const outer = parse(String(named(recording, "m-alert-manager").inputs.definition)) as {
      alertmanager_config: string;
    };
    assert.deepEqual(parse(outer.alertmanager_config), {
      route: {
        receiver: "warning",
        group_by: ["alertname"],
        routes: [{ receiver: "critical", matchers: ['severity="critical"'] }],
      },
      receivers: ["critical", "warning"].map((severity) => ({
        name: severity,
        sns_configs: [
          {
            topic_arn: `arn:aws:sns:eu-west-1:123456789012:test-oncall-${severity}`,
            sigv4: { region: "eu-west-1" },
            subject: "{{ .Status | toUpper }}: {{ .CommonLabels.alertname }}",
          },
        ],
      })),
    });
    assert.deepEqual(named(recording, "m-notifications").inputs.dimensions, {
      Workspace: named(recording, "m-prometheus").id,
    });
    const [, , prometheus] = statements(named(recording, "oncall-critical-policy").inputs.policy);
    assert.deepEqual(prometheus?.Principal, { Service: "aps.amazonaws.com" });
  });

  it("lets Grafana in the network out to the interface endpoints alone", async () => {
    const recording = await recordProgram(() => void metrics("m", { network: new TestNetwork("net") }));
    const group = named(recording, "m-grafana-group").id;
    const egress = ofType(recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule");
    assert.deepEqual(
      egress.map((rule) => [rule.inputs.securityGroupId, rule.inputs.referencedSecurityGroupId, rule.inputs.toPort]),
      [[group, named(recording, "net-endpoints").id, 443]],
    );
    assert.deepEqual(named(recording, "m-grafana").inputs.vpcConfiguration, {
      subnetIds: ["subnet-0a0000000000000a2", "subnet-0a0000000000000b2", "subnet-0a0000000000000c2"],
      securityGroupIds: [group],
    });
  });
});
