import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { FORWARD_FUNCTION, SETUP_FUNCTION } from "../../../components/observability/log-search-code";

interface Call {
  method: string;
  url: string;
  headers: Record<string, unknown>;
  body: string;
}

interface Module {
  handler(event: unknown): Promise<unknown>;
  signed(method: string, url: URL, body: string, now?: Date): Record<string, string>;
}

/** An import that the compiler leaves alone: the code is an ES module, these tests are CommonJS. */
const importModule = new Function("url", "return import(url)") as (url: string) => Promise<Module>;

describe("functions of LogSearch", () => {
  const environment = { ...process.env };
  let folder: string;
  let server: Server;
  let calls: Call[];
  /** What the domain answers, by method and path. */
  let answer: (call: Call) => { status?: number; body?: unknown };
  let forward: Module;
  let setup: Module;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "log-search-"));
    const load = (name: string, code: string) => {
      writeFileSync(join(folder, name), code);
      return importModule(pathToFileURL(join(folder, name)).href);
    };
    forward = await load("forward.mjs", FORWARD_FUNCTION);
    setup = await load("setup.mjs", SETUP_FUNCTION);
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        const call = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
        calls.push(call);
        const { status = 200, body: content = {} } = answer(call);
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
      AWS_SESSION_TOKEN: "token",
      AWS_REGION: "eu-west-1",
      ENDPOINT: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
  });

  beforeEach(() => {
    calls = [];
    answer = () => ({});
  });

  after(async () => {
    process.env = environment;
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  const logEvents = [
    { id: "1", timestamp: Date.UTC(2026, 10, 20, 23, 59, 59, 5), message: "plain text" },
    { id: "2", timestamp: Date.UTC(2026, 10, 21, 0, 0, 1), message: '{"level":"error","order":7}' },
  ];
  const event = (batch: object) => ({
    awslogs: {
      data: gzipSync(
        JSON.stringify({
          messageType: "DATA_MESSAGE",
          owner: "123456789012",
          logGroup: "/orders",
          logStream: "a",
          ...batch,
        }),
      ).toString("base64"),
    },
  });
  const lines = (call: Call | undefined) =>
    (call?.body ?? "")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it("signs as AWS does", () => {
    // Expected signature: made by botocore's SigV4Auth for the same request.
    const url = new URL(
      "https://vpc-x.eu-west-1.es.amazonaws.com/_plugins/_ism/policies/logs?if_seq_no=4&if_primary_term=1",
    );
    const headers = forward.signed("PUT", url, '{"a":1}\n', new Date(Date.UTC(2026, 10, 21, 12, 0, 0)));
    assert.equal(headers["x-amz-date"], "20261121T120000Z");
    assert.equal(headers.authorization, EXPECTED);
  });

  it("writes each line into the index of its day, under CloudWatch's own id", async () => {
    await forward.handler(event({ logEvents }));
    assert.equal(calls.length, 1);
    assert.equal(calls[0]?.method, "POST");
    assert.equal(calls[0]?.url, "/_bulk");
    assert.deepEqual(lines(calls[0]), [
      { create: { _index: "logs-2026.11.20", _id: "1" } },
      {
        "@timestamp": "2026-11-20T23:59:59.005Z",
        account: "123456789012",
        log_group: "/orders",
        log_stream: "a",
        message: "plain text",
      },
      { create: { _index: "logs-2026.11.21", _id: "2" } },
      {
        "@timestamp": "2026-11-21T00:00:01.000Z",
        account: "123456789012",
        log_group: "/orders",
        log_stream: "a",
        message: '{"level":"error","order":7}',
        fields: { level: "error", order: 7 },
      },
    ]);
  });

  it("splits a batch that is too large for one request", async () => {
    const message = "x".repeat(2_000_000);
    await forward.handler(event({ logEvents: ["1", "2", "3"].map((id) => ({ id, timestamp: 0, message })) }));
    assert.deepEqual(
      calls.map((call) => lines(call).length / 2),
      [2, 1],
    );
  });

  it("fails the batch for a refused line, but not for one that is there already", async () => {
    answer = () => ({ body: { items: [{ create: { status: 409 } }, { create: { status: 201 } }] } });
    await forward.handler(event({ logEvents }));
    answer = () => ({
      body: { items: [{ create: { status: 201 } }, { create: { status: 400, error: { type: "mapper" } } }] },
    });
    await assert.rejects(forward.handler(event({ logEvents })), /1 of 2 lines refused, the first: \{"type":"mapper"\}/);
    answer = () => ({ status: 403, body: { message: "no permissions" } });
    await assert.rejects(forward.handler(event({ logEvents })), /POST \/_bulk.* -> 403: .*no permissions/);
  });

  it("leaves CloudWatch's test message alone", async () => {
    await forward.handler(event({ messageType: "CONTROL_MESSAGE", logEvents: [] }));
    assert.deepEqual(calls, []);
  });

  const order = { masters: ["m"], writers: ["w"], readers: ["r"], shards: 3, replicas: 1, retentionInDays: 90 };
  const body = (path: string) => {
    const found = calls.filter((call) => call.method === "PUT" && call.url.startsWith(path));
    assert.equal(found.length, 1, path);
    return JSON.parse(found[0]!.body) as Record<string, unknown>;
  };

  it("maps each role to its members, and lets the writer only create", async () => {
    answer = ({ method }) => (method === "GET" ? { status: 404 } : {});
    await setup.handler(order);
    const mapping = (role: string) => body(`/_plugins/_security/api/rolesmapping/${role}`);
    assert.deepEqual(mapping("log_writer"), { backend_roles: ["w"] });
    assert.deepEqual(mapping("log_reader"), { backend_roles: ["r"] });
    assert.deepEqual(mapping("kibana_user"), { backend_roles: ["r"] });
    assert.deepEqual(mapping("all_access"), { backend_roles: ["m"] });
    assert.deepEqual(body("/_plugins/_security/api/roles/log_writer"), {
      cluster_permissions: ["indices:data/write/bulk"],
      index_permissions: [{ index_patterns: ["logs-*"], allowed_actions: ["create_index", "index"] }],
    });
  });

  it("sets the index template, the retention and an audit log without bodies", async () => {
    answer = ({ method, url }) =>
      method === "GET" && url.includes("_ism") ? { body: { _seq_no: 4, _primary_term: 1 } } : {};
    await setup.handler(order);
    const { template } = body("/_index_template/logs") as { template: { settings: Record<string, unknown> } };
    assert.equal(template.settings.number_of_shards, 3);
    assert.equal(template.settings.number_of_replicas, 1);
    // The policy is there already: its version is named, or OpenSearch would refuse the change.
    const { policy } = body("/_plugins/_ism/policies/logs?if_seq_no=4&if_primary_term=1") as {
      policy: { states: Array<{ transitions: unknown[] }> };
    };
    assert.deepEqual(policy.states[0]?.transitions, [{ state_name: "deleted", conditions: { min_index_age: "90d" } }]);
    const { audit } = body("/_plugins/_security/api/audit/config") as { audit: Record<string, unknown> };
    assert.equal(audit.log_request_body, false);
    assert.ok(calls.every((call) => String(call.headers.authorization).startsWith("AWS4-HMAC-SHA256 Credential=AKID")));
  });

  it("waits for the way to the domain to open", async () => {
    let refusals = 2;
    answer = ({ method }) => (method === "GET" && refusals-- > 0 ? { status: 503 } : {});
    await setup.handler({ ...order, pauseMilliseconds: 1 });
    assert.equal(calls.filter((call) => call.url === "/").length, 3);
    answer = () => ({ status: 503 });
    await assert.rejects(setup.handler({ ...order, pauseMilliseconds: 1 }), /GET \/ -> 503/);
  });

  it("fails the deployment when the domain refuses", async () => {
    answer = ({ method }) => (method === "PUT" ? { status: 403, body: "denied" } : {});
    await assert.rejects(setup.handler(order), /PUT \/_plugins\/_security\/api\/roles\/log_writer -> 403/);
  });
});

const EXPECTED =
  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/eu-west-1/es/aws4_request, " +
  "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, " +
  "Signature=800b62a95e8ff053bc90fd979021c43f83911879d19b7094527f00eb0ff7aa06";
