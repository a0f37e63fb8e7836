import assert from "node:assert/strict";
import { Daemon, type DaemonArgs } from "../../../components/compute/daemon";
import { tcp } from "../../../components/network/connections";
import type { Recording } from "../../../simulator";
import { IMAGE, testCluster, testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { named, ofType, recordProgram } from "../../support/record";

const testDaemon = (name: string, args: Partial<DaemonArgs> = {}, opts = {}): Daemon => {
  const key = testKey(`${name}-key`, opts);
  return new Daemon(
    name,
    {
      cluster: testCluster(`${name}-cluster`, { key }, opts),
      vpc: new TestNetwork(`${name}-vpc`, opts),
      key,
      image: IMAGE,
      cpu: 256,
      memory: 512,
      view: "due_tasks",
      pollSeconds: 10,
      healthCheck: { command: ["CMD", "/app/healthcheck"] },
      ...args,
    },
    opts,
  );
};

const wrong = (args: Partial<DaemonArgs>, message: RegExp) => ({
  build: (name: string) => testDaemon(name, args),
  message,
});

const variables = (recording: Recording): Record<string, string> => {
  const [container] = JSON.parse(String(named(recording, "daemon-service-task").inputs.containerDefinitions)) as Array<{
    environment: Array<{ name: string; value: string }>;
  }>;
  return Object.fromEntries(container!.environment.map(({ name, value }) => [name, value]));
};

describe("Daemon", () => {
  componentContract("compute", "Daemon", {
    minimal: (name, opts) => testDaemon(name, {}, opts),
    complete: (name, opts) =>
      testDaemon(
        name,
        {
          view: "work.due_tasks",
          pollSeconds: 60,
          missedPolls: 5,
          healthCheck: { command: ["CMD", "/app/healthcheck"], interval: 5, retries: 2 },
          variables: { MODE: "live" },
          secrets: { TOKEN: { arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf" } },
          stopTimeoutSeconds: 20,
          architecture: "X86_64",
          runtimeMonitoring: true,
          environment: "development",
        },
        opts,
      ),
    errors: {
      "a view that is no name": wrong({ view: "due tasks; drop" }, /view = "due tasks; drop" .* lower case/),
      "an interval out of range": wrong({ pollSeconds: 0 }, /pollSeconds = 0 .* from 1 to 3600/),
      "too few missed polls": wrong({ missedPolls: 1 }, /missedPolls = 1 .* from 2 to 100/),
      "a variable of its own": wrong(
        { variables: { DAEMON_VIEW: "x" } },
        /variables = "DAEMON_VIEW" .* component sets/,
      ),
    },
  });

  it("lets nobody in: no port, no ingress rule, whatever is opened", async () => {
    const recording = await recordProgram(() => {
      const daemon = testDaemon("daemon");
      daemon.connections.allowToCidr("database", "10.20.30.0/24", tcp(5432));
    });
    assert.equal(recording.resources.filter(({ name }) => name.startsWith("daemon-service-from")).length, 0);
    const ingress = ofType(recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule");
    const group = named(recording, "daemon-service-sg");
    for (const { inputs } of ingress) assert.notEqual(inputs.securityGroupId, group.id);
    const [container] = JSON.parse(
      String(named(recording, "daemon-service-task").inputs.containerDefinitions),
    ) as Array<{ portMappings: unknown[] }>;
    assert.deepEqual(container!.portMappings, []);
    assert.equal(named(recording, "daemon-service-service").inputs.loadBalancers, undefined);
  });

  it("runs one copy at a time, replaced fast", async () => {
    const recording = await recordProgram(() => void testDaemon("daemon"));
    const { inputs } = named(recording, "daemon-service-service");
    assert.equal(inputs.desiredCount, 1);
    assert.equal(inputs.deploymentMinimumHealthyPercent, 0);
    assert.equal(inputs.deploymentMaximumPercent, 100);
    assert.equal(inputs.availabilityZoneRebalancing, "DISABLED");
    assert.equal((inputs.networkConfiguration as { subnets: string[] }).subnets.length, 3);
    assert.deepEqual(
      recording.resources.filter(({ type }) => type === "aws:appautoscaling/target:Target"),
      [],
    );
    const [container] = JSON.parse(
      String(named(recording, "daemon-service-task").inputs.containerDefinitions),
    ) as Array<{ stopTimeout: number; healthCheck: { interval: number } }>;
    assert.equal(container!.stopTimeout, 10);
    assert.equal(container!.healthCheck.interval, 10);
  });

  it("tells the application what to ask, how often, and which lock to hold", async () => {
    const given = variables(await recordProgram(() => void testDaemon("daemon")));
    assert.equal(given.DAEMON_VIEW, "due_tasks");
    assert.equal(given.DAEMON_POLL_SECONDS, "10");
    const key = BigInt(given.DAEMON_LOCK_KEY!);
    assert.ok(key >= -(2n ** 63n) && key < 2n ** 63n);
    const elsewhere = await recordProgram(() => void testDaemon("daemon"), { stack: "other" });
    assert.notEqual(variables(elsewhere).DAEMON_LOCK_KEY, given.DAEMON_LOCK_KEY);
  });

  it("raises an alarm when polling stops, silence included", async () => {
    const silence = async (args: Partial<DaemonArgs>) => {
      const recording = await recordProgram(() => void testDaemon("daemon", args));
      const filter = named(recording, "daemon-polls", "aws:cloudwatch/logMetricFilter:LogMetricFilter").inputs;
      assert.equal(filter.pattern, '{ $.event = "poll" }');
      assert.equal(filter.logGroupName, named(recording, "daemon-service-logs").inputs.name);
      const alarm = named(recording, "daemon-polling-stopped").inputs;
      assert.equal(alarm.metricName, (filter.metricTransformation as { name: string }).name);
      assert.equal(alarm.treatMissingData, "breaching");
      assert.equal(alarm.comparisonOperator, "LessThanThreshold");
      assert.equal(alarm.threshold, 1);
      return Number(alarm.evaluationPeriods) * Number(alarm.period);
    };
    assert.equal(await silence({}), 180);
    assert.equal(await silence({ pollSeconds: 300, missedPolls: 4 }), 1200);
  });

  it("is granted what its tasks may do, and reaches a peer without being reached", async () => {
    const recording = await recordProgram(() => {
      const daemon = testDaemon("daemon");
      assert.equal(daemon.grantName, "daemon");
      assert.equal(daemon.role, daemon.nodes.service.role);
    });
    assert.ok(named(recording, "daemon-service-task-role"));
  });
});
