import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { type ContainerDefinition, containerDefinitionsJson } from "../../../components/compute/container-definitions";
import { recordProgram } from "../../support/record";

const log = { logDriver: "awslogs", options: { mode: "non-blocking", "awslogs-group": "/api" } } as const;

const container = (name: string, more: Partial<ContainerDefinition> = {}): ContainerDefinition => ({
  name,
  image: "repository/api:1.0.0",
  essential: true,
  user: "10001:10001",
  log,
  ...more,
});

async function jsonOf(...containers: ContainerDefinition[]): Promise<string> {
  let text = "";
  await recordProgram(() => void containerDefinitionsJson(containers).apply((json) => void (text = json)));
  assert.notEqual(text, "");
  return text;
}

describe("Container definitions", () => {
  it("are what ECS gives back for the least container: defaults filled, keys in order", async () => {
    assert.equal(
      await jsonOf(container("app")),
      JSON.stringify([
        {
          cpu: 0,
          environment: [],
          essential: true,
          image: "repository/api:1.0.0",
          linuxParameters: { capabilities: { add: [], drop: ["ALL"] }, initProcessEnabled: true, tmpfs: [] },
          logConfiguration: { logDriver: "awslogs", options: { "awslogs-group": "/api", mode: "non-blocking" } },
          mountPoints: [],
          name: "app",
          portMappings: [],
          readonlyRootFilesystem: true,
          secrets: [],
          stopTimeout: 30,
          systemControls: [],
          ulimits: [],
          user: "10001:10001",
          volumesFrom: [],
        },
      ]),
    );
  });

  it("do not depend on the order in which containers and variables are given", async () => {
    const app = (environment: Record<string, string>) => container("app", { environment });
    const [zoo, otel] = [container("zoo"), container("otel")];
    const one = await jsonOf(zoo, app({ B: "2", a: "3", A: "1" }), otel);
    const other = await jsonOf(otel, zoo, app({ A: "1", B: "2", a: "3" }));
    assert.equal(one, other);
    const names = (JSON.parse(one) as Array<{ name: string }>).map(({ name }) => name);
    assert.deepEqual(names, ["app", "otel", "zoo"]);
    const [first] = JSON.parse(one) as Array<{ environment: Array<{ name: string }> }>;
    assert.deepEqual(
      first?.environment.map(({ name }) => name),
      ["A", "B", "a"],
    );
  });

  it("hold every option in ECS's form", async () => {
    const [parsed] = JSON.parse(
      await jsonOf(
        container("app", {
          command: ["serve"],
          port: 8443,
          environment: { MODE: pulumi.output("live") },
          secrets: { TOKEN: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf" },
          healthCheck: { command: ["CMD", "/app/health"], startPeriod: 10 },
          startsAfter: ["otel"],
          memory: 256,
          restarts: true,
          scratch: { "/tmp": 64 },
          mounts: { work: "/work" },
          stopTimeout: 120,
          openFiles: 65_535,
          firelens: { type: "fluentbit", options: { "enable-ecs-log-metadata": "true" } },
        }),
      ),
    ) as Array<Record<string, unknown>>;
    assert.deepEqual(parsed?.command, ["serve"]);
    assert.deepEqual(parsed?.portMappings, [{ containerPort: 8443, hostPort: 8443, protocol: "tcp" }]);
    assert.deepEqual(parsed?.environment, [{ name: "MODE", value: "live" }]);
    assert.deepEqual(parsed?.secrets, [
      { name: "TOKEN", valueFrom: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-AbCdEf" },
    ]);
    assert.deepEqual(parsed?.healthCheck, {
      command: ["CMD", "/app/health"],
      interval: 30,
      retries: 3,
      startPeriod: 10,
      timeout: 5,
    });
    assert.deepEqual(parsed?.dependsOn, [{ condition: "START", containerName: "otel" }]);
    assert.deepEqual(parsed?.restartPolicy, { enabled: true, ignoredExitCodes: [], restartAttemptPeriod: 60 });
    assert.deepEqual(parsed?.linuxParameters, {
      capabilities: { add: [], drop: ["ALL"] },
      initProcessEnabled: true,
      tmpfs: [{ containerPath: "/tmp", mountOptions: ["rw", "noexec", "nosuid", "nodev"], size: 64 }],
    });
    assert.deepEqual(parsed?.mountPoints, [{ containerPath: "/work", readOnly: false, sourceVolume: "work" }]);
    assert.deepEqual(parsed?.ulimits, [{ hardLimit: 65_535, name: "nofile", softLimit: 65_535 }]);
    assert.deepEqual(parsed?.firelensConfiguration, {
      options: { "enable-ecs-log-metadata": "true" },
      type: "fluentbit",
    });
    assert.equal(parsed?.memory, 256);
    assert.equal(parsed?.stopTimeout, 120);
  });
});
