import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { ResourceGraph } from "../../../analysis/graph";
import { PostgresDatabase } from "../../../components/data/postgres-database";
import { Namespace } from "../../../components/kubernetes/namespace";
import { tcp } from "../../../components/network/connections";
import { Vpc } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import { Secret } from "../../../components/security/secret";
import { packs } from "../../../policies/packs";
import { evaluate, type Finding } from "../../../policies/rule";
import type { Recording } from "../../../simulator";
import { testKubernetesCluster } from "../../support/kubernetes";
import { checkManifests } from "../../support/kubernetes-schemas";
import { recordProgram } from "../../support/record";
import { testMicroservice, testPollingJob } from "../../support/workloads";

const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};

/** Two services and a job in a cluster and a network of ours, one of the services with a database. */
function program(): void {
  const key = new Key("key", { description: "All", services: ["autoscaling", "logs"] });
  const vpc = new Vpc("net", {
    cidr: "10.20.0.0/16",
    zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
    key,
    endpoints: ["eks", "ecr", "kms", "logs", "secretsmanager", "ssm", "sts"],
  });
  const cluster = testKubernetesCluster("cluster", { key, vpc, alarmTopics: TOPICS });
  const namespace = new Namespace("shop", { cluster });
  const fields = ["certificate", "privateKey"];
  const rotatedBy = { who: "the platform team", days: 365 };
  const tls = new Secret("tls", { key, description: "Certificate of pods", fields, rotatedBy });
  const site = { vpc, cluster, namespace, tls };
  const size = { cpuMillis: 500, memoryMiB: 512, replicas: { min: 3, max: 9 }, alarmTopics: TOPICS };
  const users = testMicroservice("users", { ...site, ...size, dataClass: "cardholder" }, {}, site);
  const front = testMicroservice("front", { ...site, ...size, nodePort: 30_443 }, {}, site);
  // Without a load balancer that leads there, a port on every node would be for nobody (k8s-not-public).
  new aws.lb.TargetGroup("balancer", { port: 30_443, protocol: "TLS", targetType: "instance", vpcId: vpc.vpcId });
  users.allowFrom(front);
  const heartbeat = { logLine: "polled", withinMinutes: 45 };
  const job = testPollingJob("poll", { alarmTopics: TOPICS, heartbeat }, {}, site);
  job.connections.allowToCidr("partner", "203.0.113.0/24", tcp(443));
  front.connections.allowToPrefixList("dynamodb", vpc.dynamodbPrefixListId, tcp(443));
  const database = new PostgresDatabase("ledger", {
    vpc,
    key,
    databaseName: "users",
    instanceClass: "db.m8gd.large",
    alarmTopics: TOPICS,
  });
  database.connections.allowFrom(users);
}

describe("Workloads in a cluster", function () {
  this.timeout(60_000);
  let recording: Recording;
  let preview: Recording;
  before(async () => {
    recording = await recordProgram(program);
    preview = await recordProgram(program, { preview: true });
  });

  const findings = (of: Recording): Finding[] =>
    evaluate(
      packs.flatMap((pack) => pack.rules),
      ResourceGraph.fromRecording(of),
    ).filter(({ resource }) => /^(users|front|poll|shop|tls)(-|$)/.test(resource.name));
  const tell = ({ rule, resource, verdict }: Finding) => `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`;

  it("keep the rules of the policy packs, and leave none undetermined", () => {
    const open = findings(recording).filter(
      ({ verdict }) => verdict.kind === "fail" || verdict.kind === "undetermined",
    );
    assert.deepEqual(open.map(tell), []);
    const passed = findings(recording).filter(({ verdict }) => verdict.kind === "pass");
    assert.ok(passed.some(({ resource }) => resource.name === "users-sg"));
  });

  it("violate none on a first preview, when no id is known", () => {
    const failed = findings(preview).filter(({ verdict }) => verdict.kind === "fail");
    assert.deepEqual(failed.map(tell), []);
  });

  it("are made of manifests that Kubernetes' own schemas take", () => {
    const { count, problems } = checkManifests(recording);
    assert.deepEqual(problems, []);
    assert.ok(count > 30, String(count));
    assert.deepEqual(checkManifests(preview).problems, []);
  });

  it("stand in the cluster of the program, made by its own provider", () => {
    const [provider] = recording.resources.filter(({ type }) => type === "pulumi:providers:kubernetes");
    assert.match(String(provider?.inputs.clusterIdentifier), /:cluster\/test-cluster$/);
  });
});
