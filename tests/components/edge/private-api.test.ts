import assert from "node:assert/strict";
import { PrivateApi, type PrivateApiArgs } from "../../../components/edge/private-api";
import { tcp } from "../../../components/network/connections";
import { apiGround, TestCaller } from "../../support/api-fixtures";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ENDPOINT = "vpce-0a1b2c3d4e5f60718";

const privateApi = (name: string, args: Partial<PrivateApiArgs> = {}): PrivateApi => {
  const { key, gatewayAccount, backends, network } = apiGround(name);
  const routes = { "/ledger": { to: "payments", below: true } };
  return new PrivateApi(name, { key, gatewayAccount, backends, routes, endpoint: network, ...args });
};

interface Document {
  servers: unknown;
  "x-amazon-apigateway-policy": { Statement: Array<Record<string, unknown>> };
}

describe("PrivateApi", () => {
  componentContract("edge", "PrivateApi", {
    minimal: (name, opts) => {
      const { key, gatewayAccount, backends, network } = apiGround(name, opts);
      const routes = { "/ledger": { to: "payments" } };
      return new PrivateApi(name, { key, gatewayAccount, backends, routes, endpoint: network }, opts);
    },
    complete: (name, opts) => {
      const { key, gatewayAccount, backends, network } = apiGround(name, opts);
      const caller = new TestCaller(`${name}-caller`, opts);
      const api = new PrivateApi(
        name,
        {
          key,
          gatewayAccount,
          backends,
          routes: {
            "/ledger": { to: "payments", below: true },
            "/health": { to: "payments", methods: ["GET"], auth: "none" },
            "/entries": {
              to: "payments",
              methods: ["POST"],
              throttle: { rateLimit: 10, burstLimit: 5 },
              requestSchema: { type: "object" },
            },
          },
          endpoint: network,
          furtherVpcEndpointIds: [ENDPOINT],
          privateDns: true,
          stageName: "v1",
          throttle: { rateLimit: 300, burstLimit: 150 },
          securityPolicy: "SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09",
          executionLog: "OFF",
          logRetentionInDays: 731,
          detailedMetrics: true,
          alarmThresholds: { latencyP99Milliseconds: 500 },
          environment: "development",
          transform: {
            api: { description: "Ledger" },
            stage: { description: "Ledger v1" },
            vpcEndpoint: (args) => void (args.ipAddressType = "ipv4"),
            securityGroup: { description: "Ledger callers" },
          },
        },
        opts,
      );
      api.connections.allowFrom(caller);
      api.grantInvoke(caller, "POST", "/entries");
      return api;
    },
    errors: {
      ...keyErrors(`PrivateApi "one"`, (name, key) => privateApi(name, { key }), ["logs"]),
      "private DNS for an endpoint that is there": {
        build: (name) => {
          const { network } = apiGround(`${name}-other`);
          const endpoint = { vpcEndpointId: ENDPOINT, connections: network.endpointConnections };
          return privateApi(name, { endpoint, privateDns: true });
        },
        message: /PrivateApi "one": privateDns = true .* drop it here/,
      },
      "API keys": {
        build: (name) => privateApi(name, { routes: { "/ledger": { to: "payments", auth: "api-key" } } }),
        message: /auth = "api-key" .* one of: none, iam/,
      },
      "a public route whose allow takes in one with IAM": {
        build: (name) =>
          privateApi(name, {
            routes: {
              "/v1.0/{id}": { to: "payments", methods: ["GET"], auth: "none" },
              "/v1.0/{id}/secrets": { to: "payments", methods: ["GET"] },
            },
          }),
        message: /routes = "\/v1\.0\/{id}" .* also open \/v1\.0\/{id}\/secrets/,
      },
      "a cached route": {
        build: (name) =>
          privateApi(name, { routes: { "/a": { to: "payments", methods: ["GET"], cache: { ttlSeconds: 1 } } } }),
        message: /The API has no cache/,
      },
    },
  });

  it("refuses whatever does not come through its endpoint, and allows nothing to routes with IAM", async () => {
    const recording = await recordProgram(() => void privateApi("internal"));
    const document: Document = JSON.parse(String(named(recording, "internal-api").inputs.body));
    const endpoint = named(recording, "internal-endpoint").id;
    assert.deepEqual(document["x-amazon-apigateway-policy"].Statement, [
      {
        Sid: "DenyFromElsewhere",
        Effect: "Deny",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: "execute-api:/*",
        Condition: { StringNotEquals: { "aws:SourceVpce": [endpoint] } },
      },
    ]);
    // Left out of the document, an import in overwrite mode would take the association away.
    assert.deepEqual(document.servers, [
      {
        url: "/",
        "x-amazon-apigateway-endpoint-configuration": { disableExecuteApiEndpoint: false, vpcEndpointIds: [endpoint] },
      },
    ]);
    assert.deepEqual(named(recording, "internal-api").inputs.endpointConfiguration, {
      types: "PRIVATE",
      vpcEndpointIds: [endpoint],
    });
  });

  it("allows a public route by name, through the endpoint only", async () => {
    const recording = await recordProgram(
      () =>
        void privateApi("internal", {
          routes: {
            "/ledger": { to: "payments" },
            "/health": { to: "payments", methods: ["GET"], auth: "none" },
          },
        }),
    );
    const document: Document = JSON.parse(String(named(recording, "internal-api").inputs.body));
    const [deny, allow] = document["x-amazon-apigateway-policy"].Statement;
    assert.equal(deny?.Effect, "Deny");
    assert.deepEqual(allow?.Resource, ["execute-api:/live/GET/health"]);
  });

  it("makes an endpoint that leads to this account's APIs alone", async () => {
    const recording = await recordProgram(() => void privateApi("internal"));
    const { inputs } = named(recording, "internal-endpoint");
    assert.equal(inputs.serviceName, "com.amazonaws.eu-west-1.execute-api");
    assert.equal(inputs.vpcEndpointType, "Interface");
    assert.equal(inputs.privateDnsEnabled, false);
    assert.equal((inputs.subnetIds as unknown[]).length, 3);
    assert.deepEqual(inputs.securityGroupIds, [named(recording, "internal-endpoint-security-group").id]);
    assert.deepEqual(statements(inputs.policy), [
      {
        Effect: "Allow",
        Principal: "*",
        Action: "execute-api:Invoke",
        Resource: "arn:aws:execute-api:eu-west-1:123456789012:*",
      },
    ]);
  });

  it("lets a caller in by security group and by role", async () => {
    const recording = await recordProgram(() => {
      const api = privateApi("internal");
      const caller = new TestCaller("svc");
      api.connections.allowFrom(caller);
      api.grantInvoke(caller, "POST", "/ledger/{proxy+}");
    });
    const group = named(recording, "internal-endpoint-security-group").id;
    const ingress = named(recording, "internal-from-svc-tcp-443").inputs;
    assert.deepEqual(
      [ingress.securityGroupId, ingress.referencedSecurityGroupId],
      [group, named(recording, "svc-group").id],
    );
    assert.equal(named(recording, "svc-to-internal-tcp-443").inputs.referencedSecurityGroupId, group);
    const execution = String(named(recording, "internal-api").outputs.executionArn);
    assert.deepEqual(statements(named(recording, "internal-invoke-post-ledger-proxy-svc").inputs.policy), [
      { Effect: "Allow", Action: "execute-api:Invoke", Resource: `${execution}/live/POST/ledger/*` },
    ]);
  });

  it("is reached by a name that works without private DNS", async () => {
    const recording = await recordProgram(() => ({ url: privateApi("internal").url }));
    const api = named(recording, "internal-api").id;
    const endpoint = named(recording, "internal-endpoint").id;
    assert.equal(recording.outputs.url, `https://${api}-${endpoint}.execute-api.eu-west-1.amazonaws.com/live`);
    // AWS answers that name in basic mode only, as it is neither a custom domain nor the endpoint's private DNS name.
    const { endpointAccessMode, body } = named(recording, "internal-api").inputs;
    assert.equal(endpointAccessMode, "BASIC");
    assert.equal(JSON.parse(String(body))["x-amazon-apigateway-endpoint-access-mode"], "BASIC");
  });

  it("uses an endpoint that is there, and its security group", async () => {
    const recording = await recordProgram(() => {
      const { network } = apiGround("shared");
      const endpoint = { vpcEndpointId: ENDPOINT, connections: network.endpointConnections };
      const api = privateApi("internal", { endpoint });
      api.connections.allowFrom(new TestCaller("svc"), tcp(443));
      return { url: api.url };
    });
    assert.equal(recording.resources.filter(({ type }) => type === "aws:ec2/vpcEndpoint:VpcEndpoint").length, 0);
    assert.match(String(recording.outputs.url), new RegExp(`-${ENDPOINT}\\.execute-api`));
    assert.equal(
      named(recording, "shared-network-from-svc-tcp-443").inputs.securityGroupId,
      named(recording, "shared-network-endpoints").id,
    );
  });

  it("logs, traces, limits and watches like the public one", async () => {
    const recording = await recordProgram(() => void privateApi("internal"));
    const stage = named(recording, "internal-stage").inputs;
    assert.equal(stage.xrayTracingEnabled, true);
    assert.match(String((stage.accessLogSettings as { format: string }).format), /\$context\.identity\.vpceId/);
    assert.equal(ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").length, 3);
    assert.equal(
      (named(recording, "internal-settings").inputs.settings as { throttlingBurstLimit: number }).throttlingBurstLimit,
      1000,
    );
  });
});
