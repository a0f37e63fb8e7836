// One update of a fresh stack in Pulumi's engine on the simulator, without preview: `engine-run.cjs platform|bare|small [number of bare resources] [bytes of each]`.
// Prints one JSON line: seconds of the update as a whole, resources and components that it made, mean bytes of a resource's inputs and outputs, size of the state.
require("../dist/cli/lazy-modules.js");
const { cpSync, mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { Session } = require("../dist/cli/engine/session.js");
const { findProject, readStackConfig } = require("../dist/cli/project.js");

const ROOT = join(__dirname, "..");
const [which, count = "0", bytes = "0"] = process.argv.slice(2);

const programs = {
  platform: () => {
    const program = require("../dist/stacks/program.js").default;
    return async () => ({ ...program() });
  },
  // The platform's commonest resource, an alarm, its description filled up until inputs and outputs are as long as those of the platform's average
  // resource. No component, no dependency.
  bare: () => {
    const aws = require("@pulumi/aws");
    // Inputs and outputs of an alarm whose description is empty; it stands in both.
    const fill = "x".repeat(Math.max(0, Math.round((Number(bytes) - 1130) / 2)));
    return async () => {
      for (let i = 0; i < Number(count); i += 1) {
        const name = `bench-cache-connections-${i}`;
        const cache = `bench-cache-${i}`;
        new aws.cloudwatch.MetricAlarm(name, {
          alarmDescription: fill,
          comparisonOperator: "GreaterThanThreshold",
          datapointsToAlarm: 5,
          dimensions: { CacheClusterId: cache },
          evaluationPeriods: 5,
          metricName: "CurrConnections",
          name,
          namespace: "AWS/ElastiCache",
          period: 60,
          region: "us-east-1",
          statistic: "Average",
          tags: {
            owner: "payments-platform",
            "palisade:component": "data/Cache",
            "palisade:data-class": "cardholder",
            "palisade:environment": "production",
          },
          threshold: 50000,
          treatMissingData: "notBreaching",
        });
      }
    };
  },
  small: () => {
    const aws = require("@pulumi/aws");
    return async () => {
      for (let i = 0; i < Number(count); i += 1) {
        new aws.sqs.Queue(`queue-${i}`, { messageRetentionSeconds: 1209600, visibilityTimeoutSeconds: 60 });
      }
    };
  },
};

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "palisade-bench-"));
  try {
    for (const file of ["Pulumi.yaml", "Pulumi.prod.yaml"]) cpSync(join(ROOT, file), join(folder, file));
    const project = findProject(folder);
    const session = await Session.open(
      {
        project,
        stack: "prod",
        config: readStackConfig(project, "prod"),
        target: "simulator",
        program: programs[which](),
        limits: { minutes: 30, startSeconds: 180 },
        needsProviders: true,
      },
      () => undefined,
    );
    try {
      const started = process.hrtime.bigint();
      await session.stack.up({ color: "never", suppressProgress: true, onEvent: () => session.command.heard() });
      const seconds = Number(process.hrtime.bigint() - started) / 1e9;
      const state = readFileSync(join(folder, ".palisade", "state", ".pulumi", "stacks", "palisade", "prod.json"));
      const made = JSON.parse(state).checkpoint.latest.resources.filter(({ type }) => !type.startsWith("pulumi:"));
      const custom = made.filter((one) => one.custom);
      const total = custom.reduce((sum, { inputs, outputs }) => sum + JSON.stringify([inputs, outputs]).length, 0);
      const result = {
        seconds,
        resources: custom.length,
        components: made.length - custom.length,
        payload: Math.round(total / custom.length),
        kilobytes: Math.round(state.length / 1000),
      };
      process.stdout.write(JSON.stringify(result));
    } finally {
      await session.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
