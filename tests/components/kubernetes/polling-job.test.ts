import assert from "node:assert/strict";
import { componentContract } from "../../support/contract";
import { testPollingJob, testSite } from "../../support/workloads";
import { checkManifests } from "../../support/kubernetes-schemas";
import { named, recordProgram } from "../../support/record";

const heartbeat = { logLine: "catalogs polled", withinMinutes: 45 };

describe("PollingJob", () => {
  componentContract("kubernetes", "PollingJob", {
    minimal: (name, opts) => testPollingJob(name, {}, opts),
    complete: (name, opts) => {
      const site = testSite(name, opts);
      const job = testPollingJob(
        name,
        {
          timeZone: "Europe/Berlin",
          command: ["python", "-m", "catalogs.poll"],
          variables: { PROVIDERS: "{}" },
          secrets: { "provider.key": { secret: site.tls, field: "privateKey" } },
          cpuMillis: 500,
          memoryMiB: 512,
          deadlineSeconds: 300,
          retries: 0,
          heartbeat,
          transform: { cronJob: (args) => void args },
        },
        opts,
        site,
      );
      return job;
    },
    errors: {
      "a name that is too long for a job": {
        build: (name) => testPollingJob(`${name}${"x".repeat(52)}`, {}, {}, testSite(name)),
        message: /at most 52 letters/,
      },
      "a schedule of four fields": {
        build: (name) => testPollingJob(name, { schedule: "0 * * *" }),
        message: /schedule = "0 \* \* \*" .* five fields/,
      },
      "a time zone by its initials": {
        build: (name) => testPollingJob(name, { timeZone: "CET" }),
        message: /timeZone = "CET" .* IANA/,
      },
      "no memory": { build: (name) => testPollingJob(name, { memoryMiB: 0 }), message: /memoryMiB = 0/ },
      "no time to run": {
        build: (name) => testPollingJob(name, { deadlineSeconds: 1 }),
        message: /deadlineSeconds = 1 /,
      },
      "endless tries": { build: (name) => testPollingJob(name, { retries: 11 }), message: /retries = 11/ },
      "a line that is a pattern": {
        build: (name) => testPollingJob(name, { heartbeat: { ...heartbeat, logLine: '" || true' } }),
        message: /heartbeat.logLine/,
      },
      "a heartbeat sooner than it is counted": {
        build: (name) => testPollingJob(name, { heartbeat: { ...heartbeat, withinMinutes: 5 } }),
        message: /heartbeat.withinMinutes = 5 /,
      },
      "a heartbeat between two counts": {
        build: (name) => testPollingJob(name, { heartbeat: { ...heartbeat, withinMinutes: 12 } }),
        message: /heartbeat.withinMinutes = 12 .* multiple of 5/,
      },
    },
  });

  it("is made of manifests that Kubernetes' own schemas take", async () => {
    const { count, problems } = checkManifests(await recordProgram(() => void testPollingJob("poll")));
    assert.deepEqual(problems, []);
    assert.ok(count >= 8, String(count));
  });

  it("never runs twice at a time, nor for ever, nor again after each failure", async () => {
    const recording = await recordProgram(() => void testPollingJob("poll"));
    const { spec } = named(recording, "poll-cron-job").inputs as {
      spec: Record<string, unknown> & { jobTemplate: { spec: Record<string, unknown> } };
    };
    assert.equal(spec.concurrencyPolicy, "Forbid");
    assert.equal(spec.startingDeadlineSeconds, 120);
    const { activeDeadlineSeconds, backoffLimit, template } = spec.jobTemplate.spec;
    assert.deepEqual([activeDeadlineSeconds, backoffLimit], [600, 2]);
    assert.equal((template as { spec: { restartPolicy: string } }).spec.restartPolicy, "Never");
  });

  it("tells by a line of its log when none succeeds", async () => {
    const recording = await recordProgram(() => void testPollingJob("poll", { heartbeat }));
    const filter = named(recording, "poll-heartbeat").inputs;
    assert.equal(filter.logGroupName, "/aws/containerinsights/poll-cluster/application");
    assert.equal(
      filter.pattern,
      '{ ($.kubernetes.namespace_name = "poll-namespace") && ($.kubernetes.container_name = "poll") && ($.log = "*catalogs polled*") }',
    );
    const alarm = named(recording, "poll-no-success").inputs;
    assert.deepEqual([alarm.period, alarm.evaluationPeriods, alarm.treatMissingData], [300, 9, "breaching"]);
    assert.equal(alarm.metricName, (filter.metricTransformation as { name: string }).name);
  });
});
