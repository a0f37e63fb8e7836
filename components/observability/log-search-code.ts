/**
 * Code of the two functions of a `LogSearch`, for Lambda's Node.js runtime. They use nothing but Node itself: requests are signed here, so that no SDK
 * version of the runtime matters.
 */

/** Signed requests to the domain, which both functions begin with. */
const CLIENT = `
import { createHash, createHmac } from "node:crypto";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/** Headers of a request, signed by AWS Signature Version 4 with the function's own credentials. */
export function signed(method, url, body, now = new Date()) {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION } = process.env;
  const time = now.toISOString().replace(/[-:]|\\.\\d{3}/g, "");
  const headers = {
    "content-type": body.endsWith("\\n") ? "application/x-ndjson" : "application/json",
    host: url.host,
    "x-amz-content-sha256": sha256(body),
    "x-amz-date": time,
    ...(AWS_SESSION_TOKEN ? { "x-amz-security-token": AWS_SESSION_TOKEN } : {}),
  };
  const names = Object.keys(headers).sort();
  const query = [...url.searchParams]
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .sort()
    .join("&");
  const path = url.pathname.split("/").map(encodeURIComponent).join("/");
  const lines = names.map((name) => name + ":" + headers[name] + "\\n").join("");
  const request = [method, path, query, lines, names.join(";"), headers["x-amz-content-sha256"]].join("\\n");
  const scope = [time.slice(0, 8), AWS_REGION, "es", "aws4_request"].join("/");
  const text = ["AWS4-HMAC-SHA256", time, scope, sha256(request)].join("\\n");
  const key = scope.split("/").reduce(hmac, "AWS4" + AWS_SECRET_ACCESS_KEY);
  const { host, ...sent } = headers;
  return {
    ...sent,
    authorization:
      "AWS4-HMAC-SHA256 Credential=" + AWS_ACCESS_KEY_ID + "/" + scope +
      ", SignedHeaders=" + names.join(";") +
      ", Signature=" + createHmac("sha256", key).update(text).digest("hex"),
  };
}

async function request(method, path, content) {
  const url = new URL(path, process.env.ENDPOINT);
  const body = content === undefined ? "" : typeof content === "string" ? content : JSON.stringify(content);
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(url, { method, headers: signed(method, url, body), body: body || undefined, signal });
  const text = await response.text();
  if (!response.ok && !(method === "GET" && response.status === 404)) {
    throw new Error(method + " " + path + " -> " + response.status + ": " + text.slice(0, 500));
  }
  return response.ok && text ? JSON.parse(text) : undefined;
}
`;

/**
 * Puts a batch of log lines into the index of their day. A line's id is CloudWatch's own, so that a batch that Lambda tries again makes no duplicates;
 * a line that OpenSearch refuses fails the batch, which then goes to the bucket of failures whole.
 */
export const FORWARD_FUNCTION = `${CLIENT}
import { gunzipSync } from "node:zlib";

/** Well below what the smallest instance types take in one request (10 MiB). */
const BULK_BYTES = 5_000_000;
/** Longer ones are searched by their text alone: a field of a flat object holds at most 32 kB. */
const PARSED_LENGTH = 16_000;

function fields(message) {
  if (!message.startsWith("{") || message.length > PARSED_LENGTH) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function entry(batch, event) {
  const time = new Date(event.timestamp).toISOString();
  const action = { create: { _index: "logs-" + time.slice(0, 10).replaceAll("-", "."), _id: event.id } };
  const document = {
    "@timestamp": time,
    account: batch.owner,
    log_group: batch.logGroup,
    log_stream: batch.logStream,
    message: event.message,
    fields: fields(event.message),
  };
  return JSON.stringify(action) + "\\n" + JSON.stringify(document) + "\\n";
}

async function send(body) {
  const answer = await request("POST", "/_bulk", body);
  const results = (answer?.items ?? []).map((item) => item.create);
  // 409: it is there already, from an attempt before this one.
  const refused = results.filter((result) => result.status >= 300 && result.status !== 409);
  if (refused.length > 0) {
    throw new Error(refused.length + " of " + results.length + " lines refused, the first: " + JSON.stringify(refused[0].error));
  }
}

export async function handler(event) {
  const batch = JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, "base64")).toString());
  if (batch.messageType !== "DATA_MESSAGE") return;
  let body = "";
  for (const line of batch.logEvents.map((logEvent) => entry(batch, logEvent))) {
    if (body && Buffer.byteLength(body) + Buffer.byteLength(line) > BULK_BYTES) {
      await send(body);
      body = "";
    }
    body += line;
  }
  if (body) await send(body);
}
`;

/**
 * What only the domain's own API can do, run as its master user at every change: who may write, read and administer, how an index is built, when it is
 * deleted, and the audit log.
 */
export const SETUP_FUNCTION = `${CLIENT}
const INDICES = ["logs-*"];

async function role(name, definition, members) {
  await request("PUT", "/_plugins/_security/api/roles/" + name, definition);
  await request("PUT", "/_plugins/_security/api/rolesmapping/" + name, { backend_roles: members });
}

async function access({ masters, writers, readers }) {
  await role(
    "log_writer",
    {
      cluster_permissions: ["indices:data/write/bulk"],
      index_permissions: [{ index_patterns: INDICES, allowed_actions: ["create_index", "index"] }],
    },
    writers,
  );
  await role(
    "log_reader",
    {
      cluster_permissions: ["cluster_composite_ops_ro"],
      index_permissions: [{ index_patterns: INDICES, allowed_actions: ["read"] }],
      tenant_permissions: [{ tenant_patterns: ["global_tenant"], allowed_actions: ["kibana_all_read"] }],
    },
    readers,
  );
  // The role for Dashboards changed its name between engine versions.
  const renamed = await request("GET", "/_plugins/_security/api/roles/opensearch_dashboards_user");
  const dashboards = renamed ? "opensearch_dashboards_user" : "kibana_user";
  await request("PUT", "/_plugins/_security/api/rolesmapping/" + dashboards, { backend_roles: readers });
  await request("PUT", "/_plugins/_security/api/rolesmapping/all_access", { backend_roles: masters });
}

async function index({ shards, replicas }) {
  await request("PUT", "/_index_template/logs", {
    index_patterns: INDICES,
    template: {
      settings: {
        number_of_shards: shards,
        number_of_replicas: replicas,
        refresh_interval: "30s",
        "index.search.slowlog.threshold.query.warn": "10s",
        "index.indexing.slowlog.threshold.index.warn": "10s",
      },
      mappings: {
        dynamic: false,
        properties: {
          "@timestamp": { type: "date" },
          account: { type: "keyword" },
          log_group: { type: "keyword" },
          log_stream: { type: "keyword" },
          message: { type: "text" },
          fields: { type: "flat_object" },
        },
      },
    },
  });
}

async function retention({ retentionInDays }) {
  const path = "/_plugins/_ism/policies/logs";
  const present = await request("GET", path);
  const version = present ? "?if_seq_no=" + present._seq_no + "&if_primary_term=" + present._primary_term : "";
  await request("PUT", path + version, {
    policy: {
      description: "Deletes an index after its time",
      default_state: "kept",
      states: [
        {
          name: "kept",
          actions: [],
          transitions: [{ state_name: "deleted", conditions: { min_index_age: retentionInDays + "d" } }],
        },
        { name: "deleted", actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: INDICES, priority: 100 }],
    },
  });
}

/** Without request bodies: they are log lines, which are not to be copied into another log. */
async function audit() {
  const categories = ["GRANTED_PRIVILEGES", "AUTHENTICATED"];
  await request("PUT", "/_plugins/_security/api/audit/config", {
    enabled: true,
    audit: {
      enable_rest: true,
      disabled_rest_categories: categories,
      enable_transport: true,
      disabled_transport_categories: categories,
      resolve_bulk_requests: false,
      log_request_body: false,
      resolve_indices: true,
      exclude_sensitive_headers: true,
      ignore_users: [],
      ignore_requests: [],
    },
    compliance: {
      enabled: true,
      internal_config: true,
      external_config: false,
      read_metadata_only: true,
      read_watched_fields: {},
      read_ignore_users: [],
      write_metadata_only: true,
      write_log_diffs: false,
      write_watched_indices: [],
      write_ignore_users: [],
    },
  });
}

/** The rules that let the function through are made beside it, and the domain takes a moment to know its master user. */
async function reachable({ attempts = 12, pauseMilliseconds = 5000 }) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await request("GET", "/");
    } catch (error) {
      if (attempt === attempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
  }
}

export async function handler(event) {
  await reachable(event);
  await access(event);
  await index(event);
  await retention(event);
  await audit();
  return "done";
}
`;
