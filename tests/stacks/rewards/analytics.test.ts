import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResourceGraph } from "../../../analysis/graph";
import { Cluster } from "../../../components/compute/cluster";
import { Archive } from "../../../components/data/archive";
import { BackupVault } from "../../../components/data/backup-vault";
import { keepAccessLogs } from "../../../components/data/bucket";
import { QueryWorkgroup } from "../../../components/data/query-workgroup";
import { Firewall } from "../../../components/edge/firewall";
import { DataStream } from "../../../components/messaging/data-stream";
import { Region } from "../../../components/network/region";
import { Vpc } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import { packs } from "../../../policies/packs";
import { evaluate } from "../../../policies/rule";
import { analytics } from "../../../stacks/rewards/analytics";
import { CERTIFICATE } from "../../support/compute";
import { ofType, recordProgram, statements } from "../../support/record";
import { StackRecording } from "../../support/stack-recording";

const IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/metabase@sha256:${"0".repeat(64)}`;
const OIDC = "https://login.example.com/oauth2";

/** Metabase over two archives; a third is none of its business. */
function program(): void {
  const topic = (name: string) => `arn:aws:sns:eu-west-1:123456789012:${name}`;
  const alarmTopics = { critical: topic("critical"), warning: topic("warning") };
  const region = new Region("r", { region: "eu-west-1", alarmTopics });
  const here = { parent: region };
  const logKey = new Key("r-log-key", { description: "Logs", services: ["logs", "log-delivery"] }, here);
  const key = new Key("r-key", { description: "Data", services: ["logs", "backup", "fargate"] }, here);
  keepAccessLogs("r-access-logs", region);
  const vpc = new Vpc(
    "r-vpc",
    {
      cidr: "10.20.0.0/16",
      zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
      key: logKey,
      endpoints: ["athena", "ecr", "logs", "secretsmanager"],
      publicPorts: [443, 80],
      internetFacing: true,
      outboundPorts: [],
    },
    here,
  );
  const archives = ["transactions", "users", "others"].map((name) => {
    const stream = new DataStream(`r-${name}`, { key }, here);
    return new Archive(
      `r-${name}-archive`,
      { stream, key, logKey, columns: { id: "string" }, lifecycle: { glacierDays: 180 } },
      here,
    );
  });
  const workgroup = new QueryWorkgroup("r-queries", { key }, here);
  const firewall = new Firewall("r-firewall", { scope: "REGIONAL", key: logKey, redactQueryString: true }, here);
  analytics(
    {
      name: "r-analytics",
      region,
      vpc,
      cluster: new Cluster("r-cluster", { key }, here),
      key,
      logKey,
      archives: archives.slice(0, 2),
      workgroup,
      host: "metrics.example.com",
      certificateArn: CERTIFICATE,
      firewall,
      signIn: {
        oidc: {
          issuer: OIDC,
          authorizationEndpoint: `${OIDC}/authorize`,
          tokenEndpoint: `${OIDC}/token`,
          userInfoEndpoint: `${OIDC}/userinfo`,
          clientId: "metabase",
          clientSecret: "a secret",
        },
      },
      openTo: "internet",
      owner: "analytics",
      backups: new BackupVault("r-backups", { key, rpoHours: 24 }, here),
    },
    {
      image: IMAGE,
      architecture: "ARM64",
      cpu: 1024,
      memory: 4096,
      tasks: { min: 2, max: 4 },
      database: { deployment: "instance", instanceClass: "db.m8g.large" },
    },
  );
}

interface Container {
  readonly entryPoint: string[];
  readonly environment: { name: string; value: string }[];
  readonly secrets: { name: string }[];
  readonly image: string;
  readonly readonlyRootFilesystem: boolean;
  readonly linuxParameters: { tmpfs: { containerPath: string }[] };
}

describe("The rewards platform's analytics", function () {
  this.timeout(60_000);
  let stack: StackRecording;
  before(async () => {
    stack = new StackRecording(await recordProgram(program));
  });
  const policiesOf = (role: string) =>
    ofType(stack.recording, "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs }) => inputs.role === `test-${role}`)
      .flatMap(({ inputs }) => statements(inputs.policy));

  it("give Metabase queries of its archives and its own database's login, and nothing else of AWS", () => {
    const granted = policiesOf("r-analytics-task");
    const services = new Set(granted.flatMap(({ Action }) => [Action].flat().map((one) => String(one).split(":")[0])));
    assert.deepEqual([...services].sort(), ["athena", "glue", "kms", "rds-db", "s3"]);
    const login = granted.find(({ Action }) => String(Action) === "rds-db:connect");
    assert.match(JSON.stringify(login?.Resource), /dbuser:db-[A-Z0-9]+\/metabase"\]$/);
    const text = JSON.stringify(granted);
    assert.match(text, /test-r-transactions-archive-bucket/);
    assert.match(text, /test-r-users-archive-bucket/);
    assert.doesNotMatch(text, /others|kinesis|secretsmanager/);
    const writes = granted.filter(({ Action }) => /Put|Delete|Create|Update/.test(JSON.stringify(Action)));
    assert.deepEqual(
      writes.map(({ Resource }) => Resource),
      ["arn:aws:s3:::test-r-queries-results-123456789012-eu-west-1/results/*"],
    );
  });

  it("let only the load balancer to Metabase, and only Metabase to its database", () => {
    assert.deepEqual(stack.callersOf("r-analytics-sg"), ["r-analytics-alb-sg 8443"]);
    assert.deepEqual(stack.callersOf("r-analytics-database-group"), ["r-analytics-sg 5432"]);
  });

  it("sign people in before a request reaches Metabase", () => {
    const [rule] = ofType(stack.recording, "aws:lb/listenerRule:ListenerRule");
    const actions = rule!.inputs.actions as { type: string }[];
    assert.deepEqual(
      actions.map(({ type }) => type),
      ["authenticate-oidc", "forward"],
    );
  });

  it("run Metabase with TLS on a read-only root, its keystore made anew, its database's server checked, without a password", () => {
    const [task] = ofType(stack.recording, "aws:ecs/taskDefinition:TaskDefinition");
    const [container] = JSON.parse(String(task?.inputs.containerDefinitions)) as Container[];
    assert.ok(container);
    const environment = Object.fromEntries(container.environment.map(({ name, value }) => [name, value]));
    assert.equal(container.image, IMAGE);
    assert.equal(container.readonlyRootFilesystem, true);
    assert.deepEqual(
      container.linuxParameters.tmpfs.map(({ containerPath }) => containerPath),
      ["/plugins", "/tmp"],
    );
    assert.match(String(container.entryPoint.at(-1)), /^set -eu\n(.+\n)+exec \/app\/run_metabase\.sh$/);
    assert.equal(environment.MB_JETTY_SSL, "true");
    assert.equal(environment.MB_JETTY_SSL_PORT, "8443");
    assert.match(
      environment.MB_DB_CONNECTION_URI ?? "",
      /^jdbc:postgresql:\/\/\S+:5432\/metabase\?sslmode=verify-full&sslrootcert=\/app\/certs\/\S+\.pem$/,
    );
    assert.equal(environment.MB_DB_AWS_IAM, "true");
    assert.deepEqual(
      container.secrets.map(({ name }) => name),
      ["MB_ENCRYPTION_SECRET_KEY"],
    );
    const [group] = ofType(stack.recording, "aws:lb/targetGroup:TargetGroup").map(({ inputs }) => inputs);
    assert.deepEqual([group?.protocol, (group?.healthCheck as { path: string }).path], ["HTTPS", "/api/health"]);
  });

  it("start Metabase with a keystore and a password that only its process knows", () => {
    const folder = mkdtempSync(join(tmpdir(), "metabase-"));
    try {
      const stub = (name: string, ...lines: string[]) =>
        writeFileSync(join(folder, name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
      const keystore = join(folder, "metabase.p12");
      writeFileSync(keystore, "of a task before");
      stub(
        "keytool",
        "printf '%s\\n' \"$@\"",
        `[ ! -e ${keystore} ]`,
        `echo "$MB_JETTY_SSL_KEYSTORE_PASSWORD" > ${keystore}`,
      );
      stub("run_metabase.sh", `echo "started with $MB_JETTY_SSL_KEYSTORE_PASSWORD"`);
      const [task] = ofType(stack.recording, "aws:ecs/taskDefinition:TaskDefinition");
      const [container] = JSON.parse(String(task?.inputs.containerDefinitions)) as Container[];
      const [shell = "", ...rest] = container?.entryPoint ?? [];
      const script = String(rest.at(-1)).replace("/app/", `${folder}/`);
      const run = () =>
        execFileSync(shell, [...rest.slice(0, -1), script], {
          encoding: "utf8",
          env: { PATH: `${folder}:${process.env.PATH}`, MB_JETTY_SSL_KEYSTORE: keystore },
        });
      const lines = run().trim().split("\n");
      const password = readFileSync(keystore, "utf8").trim();
      assert.match(password, /^[0-9a-f]{48}$/);
      assert.equal(lines.at(-1), `started with ${password}`);
      assert.deepEqual(lines.slice(-5, -1), [
        "-keystore",
        keystore,
        "-storepass:env",
        "MB_JETTY_SSL_KEYSTORE_PASSWORD",
      ]);
      assert.notEqual(run().trim().split("\n").at(-1), lines.at(-1));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("pass every rule of every pack that is about one resource", () => {
    const rules = packs.flatMap((pack) => pack.rules);
    const open = evaluate(rules, ResourceGraph.fromRecording(stack.recording)).filter(
      ({ resource, verdict }) =>
        (verdict.kind === "fail" || verdict.kind === "undetermined") && resource.type !== "pulumi:pulumi:Stack",
    );
    assert.deepEqual(
      open.map(({ rule, resource, verdict }) => `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`),
      [],
    );
  });
});
