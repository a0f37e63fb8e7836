import assert from "node:assert/strict";
import { Cluster } from "../../../components/compute/cluster";
import { testCluster, testKey } from "../../support/compute";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram } from "../../support/record";

const NAMESPACE = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-0a1b2c3d4e5f6071";

describe("Cluster", () => {
  componentContract("compute", "Cluster", {
    minimal: (name, opts) => testCluster(name, {}, opts),
    complete: (name, opts) =>
      new Cluster(
        name,
        {
          key: testKey(`${name}-key`, opts),
          containerInsights: "enabled",
          exec: "encrypted",
          execLogRetentionInDays: 400,
          environment: "development",
          tags: { team: "payments" },
          transform: {
            cluster: (args) => void (args.serviceConnectDefaults = { namespace: NAMESPACE }),
            capacityProviders: { capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
            execLogGroup: { logGroupClass: "STANDARD" },
            insightsLogGroup: { logGroupClass: "STANDARD" },
          },
        },
        opts,
      ),
    errors: {
      "an unknown insights mode": {
        build: (name) => testCluster(name, { containerInsights: "full" as never }),
        message: /Cluster "one": containerInsights = "full" .* enhanced, enabled, disabled/,
      },
      "an unknown exec mode": {
        build: (name) => testCluster(name, { exec: "on" as never }),
        message: /exec = "on" .* off, encrypted/,
      },
      ...keyErrors(`Cluster "one"`, (name, key) => testCluster(name, { key }), ["logs", "fargate"]),
    },
  });

  it("encrypts the tasks' ephemeral storage and the insights log group with the key", async () => {
    const recording = await recordProgram(() => void testCluster("c"));
    const keyArn = named(recording, "c-key-key").outputs.arn;
    assert.ok(keyArn);
    assert.deepEqual(named(recording, "c-cluster").inputs.configuration, {
      managedStorageConfiguration: { fargateEphemeralStorageKmsKeyId: keyArn },
    });
    const insights = named(recording, "c-insights").inputs;
    assert.equal(insights.name, "/aws/ecs/containerinsights/test-c/performance");
    assert.equal(insights.kmsKeyId, keyArn);
  });

  it("encrypts and logs every Exec session once exec is on, and has no Exec log group while it is off", async () => {
    const off = await recordProgram(() => void testCluster("c"));
    assert.equal(off.resources.filter((r) => r.name === "c-exec").length, 0);
    const on = await recordProgram(() => void testCluster("c", { exec: "encrypted" }));
    const keyArn = named(on, "c-key-key").outputs.arn;
    const { executeCommandConfiguration } = named(on, "c-cluster").inputs.configuration as Record<string, unknown>;
    assert.deepEqual(executeCommandConfiguration, {
      kmsKeyId: keyArn,
      logging: "OVERRIDE",
      logConfiguration: { cloudWatchEncryptionEnabled: true, cloudWatchLogGroupName: "/test-c-exec" },
    });
    assert.equal(named(on, "c-exec").inputs.retentionInDays, 365);
  });

  it("offers Spot in development only", async () => {
    const providers = async (environment: "production" | "development") => {
      const recording = await recordProgram(() => void testCluster("c", { environment }));
      return ofType(recording, "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders")[0]!.inputs
        .capacityProviders;
    };
    assert.deepEqual(await providers("production"), ["FARGATE"]);
    assert.deepEqual(await providers("development"), ["FARGATE", "FARGATE_SPOT"]);
  });

  it("knows its ARN before it exists", async () => {
    let arn: unknown;
    await recordProgram(() => void testCluster("c").arn.apply((value) => void (arn = value)), { preview: true });
    assert.equal(arn, "arn:aws:ecs:eu-west-1:123456789012:cluster/test-c");
  });
});
