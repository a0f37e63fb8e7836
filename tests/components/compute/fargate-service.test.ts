import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { FargateServiceArgs } from "../../../components/compute/fargate-service";
import { guardDutyAgent } from "../../../components/compute/guardduty-agent";
import { Key } from "../../../components/security/key";
import { Secret } from "../../../components/security/secret";
import { Queue } from "../../../components/messaging/queue";
import type { Metric } from "../../../components/core";
import type { Recording } from "../../../simulator";
import {
  IMAGE,
  testApplicationLoadBalancer,
  testCluster,
  testKey,
  testLoadBalancer,
  testService,
} from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:api-AbCdEf";
const OTHER_SECRET = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:tls-GhIjKl";
const COLLECTOR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/adot:v0.45.0";
const ROUTER = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mirror/fluent-bit:3.0.0";
const REQUESTS: Metric = {
  namespace: "AWS/ApiGateway",
  name: "Count",
  dimensions: { ApiName: "payments", Stage: "live" },
  statistic: "Sum",
};

interface Container {
  name: string;
  user: string;
  essential: boolean;
  readonlyRootFilesystem: boolean;
  environment: Array<{ name: string; value: string }>;
  secrets: Array<{ name: string; valueFrom: string }>;
  mountPoints: Array<{ containerPath: string }>;
  portMappings: unknown[];
  logConfiguration: { logDriver: string; options: Record<string, string> };
  dependsOn?: unknown;
}

const containers = (recording: Recording, service = "api"): Container[] =>
  JSON.parse(String(named(recording, `${service}-task`).inputs.containerDefinitions)) as Container[];

/** A service with one option changed, that must not be made. */
const wrong = (args: Partial<FargateServiceArgs>, message: RegExp) => ({
  build: (name: string) => testService(name, args),
  message,
});

describe("FargateService", () => {
  componentContract("compute", "FargateService", {
    minimal: (name, opts) => testService(name, {}, opts),
    complete: (name, opts) => {
      const vpc = new TestNetwork(`${name}-vpc`, opts);
      const key = testKey(`${name}-key`, opts);
      const loadBalancer = testLoadBalancer(`${name}-nlb`, { vpc }, opts);
      const queue = new Queue(`${name}-queue`, { key }, opts);
      return testService(
        name,
        {
          vpc,
          key,
          cluster: testCluster(`${name}-cluster`, { key, exec: "encrypted" }, opts),
          image: { imageUri: IMAGE, repositoryArn: "arn:aws:ecr:eu-west-1:123456789012:repository/payments/api" },
          cpu: 1024,
          memory: 2048,
          architecture: "X86_64",
          port: 8443,
          entryPoint: ["/app/start"],
          command: ["serve", "--tls"],
          variables: { MODE: "live", QUEUE_URL: queue.url },
          secrets: {
            TLS_CERTIFICATE: { arn: OTHER_SECRET, jsonKey: "certificate", key },
            TLS_KEY: { arn: OTHER_SECRET, jsonKey: "key", key },
            API_TOKEN: { arn: SECRET },
          },
          loadBalancer: { loadBalancer, listenerPort: 443, healthCheckPath: "/ready", deregistrationDelaySeconds: 30 },
          scaling: {
            min: 2,
            max: 20,
            cpuPercent: 50,
            memoryPercent: 70,
            requestsPerTask: { requests: REQUESTS, target: 1000 },
            backlogPerTask: { queue, acceptablePerTask: 100 },
            scaleInCooldownSeconds: 120,
            scaleOutCooldownSeconds: 30,
          },
          alsoBehind: [
            {
              applicationLoadBalancer: testApplicationLoadBalancer(`${name}-alb`, { vpc }, opts),
              rule: { priority: 10, when: { hosts: ["direct.example.com"] } },
            },
          ],
          maskedInLogs: ["EmailAddress", "BankAccountNumber-DE"],
          logRetentionInDays: 400,
          sidecars: {
            openTelemetry: { image: COLLECTOR, config: "receivers: {}", memory: 300 },
            logRouter: { image: ROUTER, output: { Name: "opensearch", Host: "search.internal" }, memory: 100 },
          },
          user: "1000:1000",
          healthCheck: { command: ["CMD", "/app/health"], interval: 10, timeout: 4, retries: 2, startPeriod: 30 },
          scratch: { "/tmp": 128, "/var/cache": 32 },
          ephemeralStorageGiB: 40,
          stopTimeoutSeconds: 120,
          exec: true,
          spot: true,
          rollbackOnAlarms: ["api-errors"],
          healthCheckGraceSeconds: 90,
          waitForSteadyState: false,
          runtimeMonitoring: true,
          startAfter: [queue],
          environment: "development",
          transform: {
            service: { enableEcsManagedTags: false },
            taskDefinition: { skipDestroy: true },
            taskRole: { maxSessionDuration: 7200 },
            executionRole: { path: "/ecs/" },
            logGroup: { logGroupClass: "STANDARD" },
            securityGroup: { revokeRulesOnDelete: true },
          },
        },
        opts,
      );
    },
    errors: {
      ...keyErrors(
        `FargateService "one"`,
        (name, key) => testService(name, { cluster: testCluster(`${name}-cluster`), key }),
        ["logs"],
      ),
      "a memory that Fargate does not pair with the CPU": wrong(
        { cpu: 512, memory: 512 },
        /FargateService "one": cpu and memory = \[512,512\] .* Use one of: 1024, 2048, 3072, 4096/,
      ),
      "an unknown architecture": wrong({ architecture: "arm" as never }, /architecture = "arm" .* ARM64, X86_64/),
      "an image without a tag": wrong({ image: "registry:5000/api" }, /image = "registry:5000\/api" .* digest/),
      "an image by its latest tag": wrong({ image: `${IMAGE.split(":")[0]}:latest` }, /a tag other than latest/),
      "a sidecar image by its latest tag": wrong(
        { sidecars: { openTelemetry: { image: "adot:latest", config: "" } } },
        /sidecars\.openTelemetry\.image = "adot:latest"/,
      ),
      "a log router image by its latest tag": wrong(
        { sidecars: { logRouter: { image: "bit:latest", output: {} } } },
        /sidecars\.logRouter\.image = "bit:latest"/,
      ),
      "a port that only root may bind": wrong({ port: 443 }, /port = 443 .* from 1024 to 65535/),
      "a load balancer without a port": {
        build: (name) => {
          const vpc = new TestNetwork(`${name}-vpc`);
          const loadBalancer = testLoadBalancer(`${name}-nlb`, { vpc });
          testService(name, { vpc, loadBalancer: { loadBalancer, listenerPort: 443 } });
        },
        message: /port = undefined .* give a port, e\.g\. 8443/,
      },
      "the root user": wrong({ user: "0:0" }, /user = "0:0" .* above 0/),
      "a variable whose name no shell takes": wrong({ variables: { "A-B": "1" } }, /"A-B" .* letters, digits/),
      "a variable given twice": wrong(
        { variables: { A: "1" }, secrets: { A: { arn: SECRET } } },
        /variables and secrets .* "A" stands twice/,
      ),
      "a stop timeout out of range": wrong({ stopTimeoutSeconds: 300 }, /stopTimeoutSeconds = 300 .* from 2 to 120/),
      "a grace period out of range": wrong({ healthCheckGraceSeconds: -1 }, /healthCheckGraceSeconds = -1/),
      "a disk that is too small": wrong({ ephemeralStorageGiB: 20 }, /ephemeralStorageGiB = 20 .* from 21 to 200/),
      "a scratch path that is relative": wrong({ scratch: { tmp: 64 } }, /scratch = "tmp" .* absolute/),
      "a scratch larger than the memory": wrong({ scratch: { "/tmp": 4096 } }, /scratch\["\/tmp"\] = 4096 .* to 1024/),
      "sidecars that leave no memory": wrong(
        { sidecars: { openTelemetry: { image: COLLECTOR, config: "", memory: 1024 } } },
        /memory = 1024 .* sidecars may take 1024 MiB/,
      ),
      "fewer tasks than one": wrong({ scaling: { min: 0, max: 2 } }, /scaling\.min = 0/),
      "a most below the least": wrong({ scaling: { min: 3, max: 2 } }, /scaling\.max = 2 .* from 3/),
      "a CPU target out of range": wrong({ scaling: { min: 1, max: 2, cpuPercent: 5 } }, /scaling\.cpuPercent = 5/),
      "a memory target out of range": wrong(
        { scaling: { min: 1, max: 2, memoryPercent: 99 } },
        /scaling\.memoryPercent = 99/,
      ),
      "a cooldown out of range": wrong(
        { scaling: { min: 1, max: 2, scaleInCooldownSeconds: -1 } },
        /scaling\.scaleInCooldownSeconds = -1/,
      ),
      "another cooldown out of range": wrong(
        { scaling: { min: 1, max: 2, scaleOutCooldownSeconds: 4000 } },
        /scaling\.scaleOutCooldownSeconds = 4000/,
      ),
      "a target per task of nothing": wrong(
        { scaling: { min: 1, max: 2, requestsPerTask: { requests: REQUESTS, target: 0 } } },
        /scaling\.requestsPerTask = 0 .* above 0/,
      ),
      "work per task without Container Insights": {
        build: (name) => {
          const cluster = testCluster(`${name}-cluster`, { containerInsights: "disabled" });
          testService(name, {
            cluster,
            scaling: { min: 1, max: 2, backlogPerTask: { queue: { backlog: REQUESTS }, acceptablePerTask: 10 } },
          });
        },
        message: /scaling\.backlogPerTask = 10 .* Container Insights/,
      },
      "exec where the cluster has it off": wrong({ exec: true }, /exec = true .* "one-cluster" has it off/),
      "runtime monitoring where AWS names no agent": {
        build: (name) => {
          const region = "ap-southeast-6";
          const key = new Key(`${name}-key`, { description: "x", services: ["logs", "fargate"], region });
          const cluster = testCluster(`${name}-cluster`, { key, region });
          testService(name, { cluster, key, runtimeMonitoring: true, region });
        },
        message: /runtimeMonitoring = true .* no repository of GuardDuty's agent in ap-southeast-6; leave it out/,
      },
      "Spot in production": wrong({ spot: true }, /spot = true .* development only/),
    },
  });

  it("lets nobody in and itself out to the endpoints and S3 only", async () => {
    const recording = await recordProgram(() => void testService("worker"));
    const group = named(recording, "worker-sg");
    assert.equal(group.inputs.egress, undefined);
    const own = recording.resources.filter((r) => r.inputs.securityGroupId === group.id);
    assert.deepEqual(own.map(({ name, inputs }) => [name, inputs.ipProtocol, inputs.fromPort, inputs.toPort]).sort(), [
      ["worker-to-s3-tcp-443", "tcp", 443, 443],
      ["worker-to-worker-vpc-tcp-443", "tcp", 443, 443],
    ]);
    assert.ok(own.every((rule) => rule.type.includes("Egress")));
    assert.equal(named(recording, "worker-to-s3-tcp-443").inputs.prefixListId, "pl-6da54004");
    const back = named(recording, "worker-vpc-from-worker-tcp-443").inputs;
    assert.equal(back.referencedSecurityGroupId, group.id);
    assert.deepEqual(containers(recording, "worker")[0]?.portMappings, []);
  });

  it("is reached from its load balancer alone, on its own port", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const loadBalancer = testLoadBalancer("nlb", { vpc });
      testService("api", { vpc, port: 8443, loadBalancer: { loadBalancer, listenerPort: 443 } });
    });
    const group = named(recording, "api-sg").id;
    const rules = ofType(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(
      (rule) => rule.inputs.securityGroupId === group,
    );
    assert.equal(rules.length, 1);
    const { inputs } = rules[0]!;
    assert.equal(inputs.referencedSecurityGroupId, named(recording, "nlb-sg").id);
    assert.equal(inputs.fromPort, 8443);
    assert.equal(named(recording, "nlb-to-api-tcp-8443").inputs.referencedSecurityGroupId, group);

    const service = named(recording, "api-service");
    assert.deepEqual(service.inputs.loadBalancers, [
      { targetGroupArn: named(recording, "nlb-api-targets").id, containerName: "app", containerPort: 8443 },
    ]);
    assert.ok(service.dependencies.includes(named(recording, "nlb-api-listener").urn));
  });

  it("starts tasks when their way to image, secrets, logs and load balancer is open", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("vpc");
      const loadBalancer = testLoadBalancer("nlb", { vpc });
      testService("api", {
        vpc,
        port: 8443,
        loadBalancer: { loadBalancer, listenerPort: 443 },
        runtimeMonitoring: true,
      });
    });
    const { dependencies } = named(recording, "api-service");
    for (const rule of [
      "api-to-vpc-tcp-443",
      "vpc-from-api-tcp-443",
      "api-to-s3-tcp-443",
      "api-to-guardduty-tcp-443",
      "api-from-nlb-tcp-8443",
      "nlb-to-api-tcp-8443",
    ])
      assert.ok(dependencies.includes(named(recording, rule).urn), rule);
  });

  it("starts tasks after what it is told to wait for", async () => {
    const recording = await recordProgram(() => {
      const key = testKey("key");
      testService("api", { startAfter: [key.nodes.key] });
    });
    assert.ok(named(recording, "api-service").dependencies.includes(named(recording, "key-key").urn));
  });

  describe("GuardDuty's runtime monitoring", () => {
    const AGENT = "arn:aws:ecr:eu-west-1:694911143906:repository/aws-guardduty-agent-fargate";

    it("may pull AWS's agent for its region, and asks for one token for both registries", async () => {
      const recording = await recordProgram(() => void testService("api", { runtimeMonitoring: true }));
      const policy = statements(named(recording, "api-execution").inputs.policy);
      assert.deepEqual(policy.slice(0, 2), [
        {
          Sid: "PullImages",
          Effect: "Allow",
          Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
          Resource: ["arn:aws:ecr:eu-west-1:123456789012:repository/payments/api", AGENT],
        },
        { Sid: "RegistryToken", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      ]);
      assert.equal(policy.filter(({ Sid }) => Sid === "RegistryToken").length, 1);
    });

    it("is reached over 443 in the VPC and nowhere else", async () => {
      const recording = await recordProgram(() => {
        testService("api", { vpc: new TestNetwork("vpc"), runtimeMonitoring: true });
      });
      const { inputs } = named(recording, "api-to-guardduty-tcp-443");
      assert.deepEqual(
        [inputs.securityGroupId, inputs.cidrIpv4, inputs.ipProtocol, inputs.fromPort, inputs.toPort],
        [named(recording, "api-sg").id, "10.20.0.0/16", "tcp", 443, 443],
      );
    });

    it("is off by default: neither the pull nor the way", async () => {
      const recording = await recordProgram(() => void testService("api"));
      assert.ok(!JSON.stringify(recording.resources).includes("guardduty"));
    });

    it("has an account of its own in every region of AWS's table", () => {
      const account = (region: string) =>
        /^(\d{12})\.dkr\.ecr\.(.*)\.amazonaws\.com\/aws-guardduty-agent-fargate$/.exec(guardDutyAgent(region) ?? "");
      for (const [region, id] of Object.entries({
        "us-east-1": "593207742271",
        "ap-southeast-2": "005257825471",
        "us-gov-west-1": "383110348953",
      }))
        assert.deepEqual(account(region)?.slice(1), [id, region]);
      assert.equal(guardDutyAgent("eu-north-9"), undefined);
    });
  });

  it("trusts ECS tasks of this account and region only", async () => {
    const recording = await recordProgram(() => void testService("api"));
    for (const role of ["api-task-role", "api-execution-role"]) {
      assert.deepEqual(statements(named(recording, role).inputs.assumeRolePolicy), [
        {
          Effect: "Allow",
          Principal: { Service: "ecs-tasks.amazonaws.com" },
          Action: "sts:AssumeRole",
          Condition: {
            StringEquals: { "aws:SourceAccount": "123456789012" },
            ArnLike: { "aws:SourceArn": "arn:aws:ecs:eu-west-1:123456789012:*" },
          },
        },
      ]);
    }
  });

  it("gives ECS its repository, its log group and the secrets that are named, and the task role nothing", async () => {
    const recording = await recordProgram(() => {
      const key = testKey("key");
      const secrets = {
        TLS_KEY: { arn: OTHER_SECRET, jsonKey: "key", key },
        TLS_CERTIFICATE: { arn: OTHER_SECRET, jsonKey: "certificate", key },
        API_TOKEN: { arn: SECRET },
      };
      testService("api", { key, secrets });
    });
    const policies = ofType(recording, "aws:iam/rolePolicy:RolePolicy");
    assert.deepEqual(
      policies.map(({ name, inputs }) => [name, inputs.role]),
      [["api-execution", "test-api-execution"]],
    );
    assert.deepEqual(statements(policies[0]?.inputs.policy), [
      {
        Sid: "PullImages",
        Effect: "Allow",
        Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
        Resource: ["arn:aws:ecr:eu-west-1:123456789012:repository/payments/api"],
      },
      { Sid: "RegistryToken", Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      {
        Sid: "WriteLogs",
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: "arn:aws:logs:eu-west-1:123456789012:log-group:/test-api-logs:*",
      },
      {
        Sid: "ReadSecrets",
        Effect: "Allow",
        Action: "secretsmanager:GetSecretValue",
        Resource: [OTHER_SECRET, SECRET],
      },
      {
        Effect: "Allow",
        Action: ["kms:Decrypt"],
        Resource: named(recording, "key-key").outputs.arn,
        Condition: { StringEquals: { "kms:ViaService": "secretsmanager.eu-west-1.amazonaws.com" } },
      },
    ]);
    const service = named(recording, "api-service");
    assert.ok(service.dependencies.includes(policies[0]!.urn), "a task must not start before its role can");
    assert.deepEqual(containers(recording)[0]?.secrets, [
      { name: "API_TOKEN", valueFrom: SECRET },
      { name: "TLS_CERTIFICATE", valueFrom: `${OTHER_SECRET}:certificate::` },
      { name: "TLS_KEY", valueFrom: `${OTHER_SECRET}:key::` },
    ]);
  });

  it("takes a secret as a whole or by one of its fields, and no field that it does not have", async () => {
    const build = (field: string) => {
      const key = testKey("key");
      const whole = new Secret("token", { key, description: "Token" });
      const tls = new Secret("tls", { key, description: "Certificate", fields: ["certificate", "key"] });
      testService("api", { key, secrets: { TOKEN: whole, TLS_KEY: { secret: tls, field } } });
    };
    const recording = await recordProgram(() => build("key"));
    const [token, tls] = ["token-secret", "tls-secret"].map((name) => named(recording, name).outputs.arn);
    assert.deepEqual(containers(recording)[0]?.secrets, [
      { name: "TLS_KEY", valueFrom: `${String(tls)}:key::` },
      { name: "TOKEN", valueFrom: token },
    ]);
    const read = statements(named(recording, "api-execution").inputs.policy).find(({ Sid }) => Sid === "ReadSecrets");
    assert.deepEqual(read?.Resource, [token, tls]);
    await recordProgram(() => assert.throws(() => build("kye"), /Secret "tls": field = "kye" .* certificate, key/));
  });

  it("needs no registry rights for an image that is not in ECR", async () => {
    const recording = await recordProgram(() => void testService("api", { image: "ghcr.io/acme/api:1.0.0" }));
    const actions = statements(named(recording, "api-execution").inputs.policy).flatMap(
      (statement) => statement.Action,
    );
    assert.deepEqual(actions, ["logs:CreateLogStream", "logs:PutLogEvents"]);
  });

  it("finds the repository of an image whose address is computed, and of a digest", async () => {
    const digest = `${IMAGE.split(":")[0]}@sha256:${"0a".repeat(32)}`;
    const recording = await recordProgram(() => void testService("api", { image: pulumi.output(digest) }));
    const [pull] = statements(named(recording, "api-execution").inputs.policy);
    assert.deepEqual(pull?.Resource, ["arn:aws:ecr:eu-west-1:123456789012:repository/payments/api"]);
  });

  it("refuses a Pulumi secret among the plain variables", async () => {
    const variables = { PASSWORD: pulumi.secret("hunter2") };
    await assert.rejects(
      recordProgram(() => void testService("api", { variables })),
      /variables\.PASSWORD = "\[secret\]" .* Put it into Secrets Manager/,
    );
  });

  it("takes computed values that are no secrets among the plain variables", async () => {
    const variables = { HOST: pulumi.output("db.internal") };
    const recording = await recordProgram(() => void testService("api", { variables }));
    assert.deepEqual(containers(recording)[0]?.environment, [{ name: "HOST", value: "db.internal" }]);
  });

  it("deploys over private subnets, without a public address, with rollback, and waits", async () => {
    const { inputs } = named(await recordProgram(() => void testService("api")), "api-service");
    assert.deepEqual(inputs.networkConfiguration, {
      subnets: ["a2", "b2", "c2"].map((end) => `subnet-0a0000000000000${end}`),
      securityGroups: [named(await recordProgram(() => void testService("api")), "api-sg").id],
      assignPublicIp: false,
    });
    assert.deepEqual(inputs.deploymentCircuitBreaker, { enable: true, rollback: true });
    assert.equal(inputs.deploymentMinimumHealthyPercent, 100);
    assert.equal(inputs.waitForSteadyState, true);
    assert.equal(inputs.enableExecuteCommand, false);
    assert.equal(inputs.desiredCount, 3);
  });

  it("leaves the count to scaling while scaling is on, and keeps it when it is off", async () => {
    const on = await recordProgram(() => void testService("api", { scaling: { min: 2, max: 4 } }));
    assert.deepEqual(named(on, "api-service").ignoreChanges, ["desiredCount"]);
    assert.equal(named(on, "api-scaling").inputs.resourceId, "service/test-api-cluster/test-api");
    const off = await recordProgram(() => void testService("api", { scaling: { min: 2, max: 2 } }));
    assert.deepEqual(named(off, "api-service").ignoreChanges, []);
    assert.equal(off.resources.filter((r) => r.type.startsWith("aws:appautoscaling")).length, 0);
  });

  it("runs one task without scaling in development", async () => {
    const recording = await recordProgram(() => void testService("api", { environment: "development" }));
    assert.equal(named(recording, "api-service").inputs.desiredCount, 1);
    assert.equal(recording.resources.filter((r) => r.type.startsWith("aws:appautoscaling")).length, 0);
  });

  it("scales a worker on the backlog per running task", async () => {
    let queueStatistic = "";
    const recording = await recordProgram(() => {
      const queue = new Queue("orders", { key: testKey("queue-key") });
      queueStatistic = queue.backlog.statistic;
      testService("worker", { scaling: { min: 1, max: 9, backlogPerTask: { queue, acceptablePerTask: 50 } } });
    });
    const { targetTrackingScalingPolicyConfiguration: tracking } = named(recording, "worker-scale-backlog").inputs;
    const metric = (namespace: string, metricName: string, dimensions: Record<string, string>, stat: string) => ({
      metric: {
        namespace,
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
      },
      stat,
    });
    const { customizedMetricSpecification, targetValue } = tracking as Record<string, unknown>;
    assert.equal(targetValue, 50);
    const { metrics } = customizedMetricSpecification as { metrics: Array<Record<string, unknown>> };
    assert.deepEqual(
      metrics.map(({ metricStat, expression }) => metricStat ?? expression),
      [
        metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: "test-orders" }, queueStatistic),
        metric(
          "ECS/ContainerInsights",
          "RunningTaskCount",
          { ClusterName: "test-worker-cluster", ServiceName: "test-worker" },
          "Average",
        ),
        "load / tasks",
      ],
    );
    assert.deepEqual(
      metrics.map(({ returnData }) => returnData),
      [false, false, true],
    );
  });

  it("runs its own container without root, on a read-only root, logging without blocking", async () => {
    const [app] = containers(await recordProgram(() => void testService("api")));
    assert.equal(app?.user, "10001:10001");
    assert.equal(app?.readonlyRootFilesystem, true);
    assert.deepEqual(app?.logConfiguration, {
      logDriver: "awslogs",
      options: {
        "awslogs-group": "/test-api-logs",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "task",
        "max-buffer-size": "25m",
        mode: "non-blocking",
      },
    });
  });

  it("starts after its sidecars, whose images ECS may pull, and sends its lines through the router", async () => {
    const recording = await recordProgram(
      () =>
        void testService("api", {
          sidecars: {
            openTelemetry: { image: COLLECTOR, config: "receivers: {}" },
            logRouter: { image: ROUTER, output: { Name: "opensearch" } },
          },
        }),
    );
    const [app, router, otel] = containers(recording);
    assert.deepEqual([app?.name, router?.name, otel?.name], ["app", "log-router", "otel"]);
    assert.deepEqual(app?.dependsOn, [
      { condition: "START", containerName: "log-router" },
      { condition: "START", containerName: "otel" },
    ]);
    assert.equal(app?.logConfiguration.logDriver, "awsfirelens");
    assert.equal(router?.logConfiguration.logDriver, "awslogs");
    assert.deepEqual([router?.essential, otel?.essential], [true, false]);
    assert.ok([app, router, otel].every((container) => container?.readonlyRootFilesystem));
    const [pull] = statements(named(recording, "api-execution").inputs.policy);
    assert.deepEqual(
      pull?.Resource,
      ["mirror/adot", "mirror/fluent-bit", "payments/api"].map(
        (repository) => `arn:aws:ecr:eu-west-1:123456789012:repository/${repository}`,
      ),
    );
  });

  it("can be opened by exec, root still read-only, when the cluster and the service both want it", async () => {
    const recording = await recordProgram(() => {
      const key = testKey("key");
      testService("api", { key, cluster: testCluster("cluster", { key, exec: "encrypted" }), exec: true });
    });
    assert.equal(named(recording, "api-service").inputs.enableExecuteCommand, true);
    const [app] = containers(recording);
    assert.equal(app?.readonlyRootFilesystem, true);
    assert.deepEqual(
      app?.mountPoints.map(({ containerPath }) => containerPath),
      ["/managed-agents", "/var/lib/amazon/ssm", "/var/log/amazon/ssm"],
    );
    const [session, groups, log, key] = statements(named(recording, "api-exec").inputs.policy);
    assert.equal(session?.Resource, "*");
    assert.equal(groups?.Action, "logs:DescribeLogGroups");
    assert.equal(log?.Resource, "arn:aws:logs:eu-west-1:123456789012:log-group:/test-cluster-exec:*");
    assert.deepEqual(key?.Action, ["kms:Decrypt"]);
  });

  it("alarms when fewer tasks run than the least", async () => {
    const recording = await recordProgram(() => void testService("api", { scaling: { min: 4, max: 8 } }));
    const { inputs } = named(recording, "api-tasks-missing");
    assert.equal(inputs.threshold, 4);
    assert.deepEqual(inputs.dimensions, { ClusterName: "test-api-cluster", ServiceName: "test-api" });
  });

  it("can be granted things: its task role takes the policy", async () => {
    const recording = await recordProgram(() => {
      const queue = new Queue("orders", { key: testKey("queue-key") });
      queue.grantSend(testService("api"));
    });
    assert.equal(named(recording, "orders-send-api").inputs.role, "test-api-task");
  });

  it("stands behind two load balancers with a target group each, both of which may reach it", async () => {
    const recording = await recordProgram(() => {
      const vpc = new TestNetwork("net");
      testService("api", {
        vpc,
        port: 8443,
        loadBalancer: { loadBalancer: testLoadBalancer("nlb", { vpc }), listenerPort: 443 },
        alsoBehind: [
          {
            applicationLoadBalancer: testApplicationLoadBalancer("alb", { vpc }),
            rule: { priority: 10, when: { hosts: ["direct.example.com"] } },
          },
        ],
      });
    });
    const service = named(recording, "api-service");
    const groups = ["nlb-api-targets", "alb-api-targets"].map((group) => named(recording, group).outputs.arn);
    assert.deepEqual(
      service.inputs.loadBalancers,
      groups.map((targetGroupArn) => ({ targetGroupArn, containerName: "app", containerPort: 8443 })),
    );
    for (const rule of ["api-from-nlb-tcp-8443", "api-from-alb-tcp-8443"]) assert.ok(named(recording, rule));
    // ECS refuses a target group that nothing uses yet.
    for (const used of ["::nlb-api-listener", "::alb-api-rule"])
      assert.ok(
        service.dependencies.some((urn) => urn.endsWith(used)),
        used,
      );
  });

  it("has what must not be seen masked in its log before the first task starts", async () => {
    const recording = await recordProgram(() => void testService("api", { maskedInLogs: ["EmailAddress"] }));
    const policy = named(recording, "api-logs-masked");
    assert.equal(policy.inputs.logGroupName, named(recording, "api-logs").inputs.name);
    const kinds = ["arn:aws:dataprotection::aws:data-identifier/EmailAddress"];
    assert.deepEqual(JSON.parse(String(policy.inputs.policyDocument)).Statement, [
      { Sid: "Audit", DataIdentifier: kinds, Operation: { Audit: { FindingsDestination: {} } } },
      { Sid: "Mask", DataIdentifier: kinds, Operation: { Deidentify: { MaskConfig: {} } } },
    ]);
    assert.ok(named(recording, "api-service").dependencies.includes(policy.urn));
  });
});
