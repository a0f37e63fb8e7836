import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig } from "../../stacks/config/load";
import { ConfigError, nearest } from "../../stacks/config/problems";
import { payments } from "../../stacks/payments";
import { pickSystem } from "../../stacks/systems";
import { stackValues } from "../support/stack-file";

const load = (values: Record<string, string>, stack: string) => {
  assert.equal(pickSystem(values, stack), payments);
  return loadConfig(payments, values, stack);
};

function problemsOf(changes: Record<string, unknown>, stack = "prod"): string[] {
  try {
    load(stackValues(stack, changes), stack);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message
      .split("\n")
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

const services = (): Record<string, Record<string, unknown>> => JSON.parse(stackValues("prod")["palisade:services"]!);
const service = (name: string, changes: Record<string, unknown>) => ({
  ...services(),
  [name]: { ...services()[name], ...changes },
});
const region = (changes: Record<string, unknown>) => [
  { name: "us-east-1", zones: ["us-east-1a", "us-east-1b"], cidr: "10.20.0.0/16", ...changes },
];
const database = (changes: Record<string, unknown>) => ({
  ...JSON.parse(stackValues("prod")["palisade:database"]!),
  ...changes,
});

/** The production database as a Multi-AZ DB cluster. */
const CLUSTER = {
  deployment: "cluster",
  instanceClass: "db.r8gd.xlarge",
  maxStorageGiB: undefined,
  shards: { s0: { buckets: [[0, 4095]] } },
};

describe("configuration", () => {
  for (const stack of ["prod", "dev"]) {
    it(`takes Pulumi.${stack}.yaml`, () => {
      assert.equal(load(stackValues(stack), stack).system, "payments");
    });
  }

  it("fills defaults in", () => {
    const config = load(stackValues("dev", { "palisade:messaging": undefined }), "dev");
    assert.deepEqual(config.messaging, { kind: "sqs" });
    assert.equal(config.shieldAdvanced, false);
    assert.equal(config.processors.sandbox?.port, 443);
  });

  it("reports everything that is wrong at once, and says that nothing was registered", () => {
    const wrong = { "palisade:environment": "prod", "palisade:owner": "Payments Team", "palisade:domain": undefined };
    assert.throws(
      () => load(stackValues("prod", wrong), "prod"),
      /Pulumi\.prod\.yaml: 3 problems; nothing was registered/,
    );
  });

  const cases: Record<string, { changes: Record<string, unknown>; problem: RegExp }> = {
    "a missing system": {
      changes: { "palisade:system": undefined },
      problem: /^palisade:system: Is required\. Use one of: .*\bpayments\b/,
    },
    "an unknown system": {
      changes: { "palisade:system": "payment" },
      problem: /^palisade:system = "payment": Is not a system.* Use one of: .*payments.* Did you mean payments\?/,
    },
    "a system that is an object's own": {
      changes: { "palisade:system": "constructor" },
      problem: /^palisade:system = "constructor": Is not a system/,
    },
    "a boundary that is no policy": {
      changes: { "palisade:permissionsBoundary": "arn:aws:iam::1:role/x" },
      problem: /^palisade:permissionsBoundary = .*: Give the name or the ARN of a managed policy/,
    },
    "an unknown key, with the nearest": {
      changes: { "palisade:databse": {} },
      problem: /^palisade:databse: Unknown key\. Did you mean database\?/,
    },
    "an unknown namespace, with the nearest": {
      changes: { "palisaed:domain": "x" },
      problem: /^palisaed:domain: .*palisade:domain/,
    },
    "an unknown nested key, with the nearest": {
      changes: {
        "palisade:cache": { engine: "valkey", nodeTyp: "cache.r7g.large", nodeType: "cache.r7g.large", replicas: 1 },
      },
      problem: /^palisade:cache\.nodeTyp: Unknown key\. Did you mean nodeType\?/,
    },
    "an unknown key in a union, with the nearest": {
      changes: { "palisade:database": database({ maxStorageGB: 1 }) },
      problem: /^palisade:database\.maxStorageGB: Unknown key\. Did you mean maxStorageGiB\?/,
    },
    "an unset required key": {
      changes: { "palisade:cache": { engine: "valkey", replicas: 1 } },
      problem: /^palisade:cache\.nodeType: Is required/,
    },
    "a missing top-level key": {
      changes: { "palisade:regions": undefined },
      problem: /^palisade:regions: Is required/,
    },
    "a wrong type": {
      changes: { "palisade:regions": "us-east-1" },
      problem: /^palisade:regions = "us-east-1": Give a array|an array/,
    },
    "a wrong enum value, with the nearest": {
      changes: { "palisade:environment": "productoin" },
      problem: /^palisade:environment = "productoin": Use one of: production, development\. Did you mean production\?/,
    },
    "a wrong union key": {
      changes: { "palisade:messaging": { kind: "sns" } },
      problem: /^palisade:messaging\.kind = "sns": Use one of: sqs, kafka/,
    },
    "a bad CIDR": {
      changes: { "palisade:regions": region({ cidr: "10.20.0.0/99" }) },
      problem: /^palisade:regions\[0\]\.cidr = "10\.20\.0\.0\/99": Give an IPv4 range/,
    },
    "a CIDR of the wrong size": {
      changes: { "palisade:regions": region({ cidr: "10.20.0.0/24" }) },
      problem: /regions\[0\]\.cidr = .* from \/16 to \/20/,
    },
    "a CIDR with host bits": {
      changes: { "palisade:regions": region({ cidr: "10.20.0.1/16" }) },
      problem: /regions\[0\]\.cidr = "10\.20\.0\.1\/16": .*10\.20\.0\.0\/16/,
    },
    "overlapping CIDRs": {
      changes: {
        "palisade:regions": [
          ...region({}),
          { name: "eu-west-1", zones: ["eu-west-1a", "eu-west-1b"], cidr: "10.20.128.0/17" },
        ],
      },
      problem: /^palisade:regions\[1\]\.cidr = "10\.20\.128\.0\/17": Overlaps 10\.20\.0\.0\/16 of us-east-1/,
    },
    "a region twice": {
      changes: { "palisade:regions": [...region({}), ...region({ cidr: "10.99.0.0/16" })] },
      problem: /regions\[1\]\.name = "us-east-1": This region stands twice/,
    },
    "one zone in production": {
      changes: { "palisade:regions": region({ zones: ["us-east-1a"] }) },
      problem: /regions\[0\]\.zones = .*at least two zones/,
    },
    "a zone twice": {
      changes: { "palisade:regions": region({ zones: ["us-east-1a", "us-east-1b", "us-east-1a"] }) },
      problem: /zones\[2\] = "us-east-1a": This zone stands twice/,
    },
    "a zone outside its region": {
      changes: { "palisade:regions": region({ zones: ["us-east-1a", "eu-west-1b"] }) },
      problem: /zones\[1\] = "eu-west-1b": Is not a zone of us-east-1/,
    },
    "an invalid Fargate size": {
      changes: { "palisade:services": service("web-server", { size: { cpu: 256, memory: 4096 } }) },
      problem: /services\.web-server\.size\.memory = 4096: With cpu 256 .*512, 1024, 2048/,
    },
    "a service name that AWS names can not hold": {
      changes: {
        "palisade:services": { ...services(), "a-service-name-that-is-far-too-long": services()["web-server"] },
      },
      problem: /services\.a-service-name-that-is-far-too-long: .*longer than 24/,
    },
    "a role that nobody has": {
      changes: {
        "palisade:services": Object.fromEntries(
          Object.entries(services()).filter(([name]) => name !== "ledger-writer"),
        ),
      },
      problem: /^palisade:services: No service has the role ledger-writer/,
    },
    "min above max": {
      changes: { "palisade:services": service("web-server", { scaling: { min: 5, max: 2, cpuPercent: 60 } }) },
      problem: /web-server\.scaling\.min = 5: min is larger than max/,
    },
    "one task in production": {
      changes: { "palisade:services": service("web-server", { scaling: { min: 1, max: 2, cpuPercent: 60 } }) },
      problem: /scaling\.min = 1: Production needs/,
    },
    "a worker without a backlog target": {
      changes: { "palisade:services": service("ledger-writer", { scaling: { min: 2, max: 4 } }) },
      problem: /ledger-writer\.scaling: .*backlogPerTask/,
    },
    "a server with a backlog target": {
      changes: { "palisade:services": service("web-server", { scaling: { min: 2, max: 4, backlogPerTask: 4 } }) },
      problem: /web-server\.scaling\.backlogPerTask = 4: .*drains no queue/,
    },
    "both a tag and a context": {
      changes: { "palisade:services": service("web-server", { image: { tag: "1", context: "app" } }) },
      problem: /web-server\.image = .*either tag or context/,
    },
    "shards with a gap": {
      changes: {
        "palisade:database": database({ shards: { s0: { buckets: [[0, 99]] }, s1: { buckets: [[200, 4095]] } } }),
      },
      problem: /database\.shards: .*nobody owns the buckets 100-199/,
    },
    "shards that overlap": {
      changes: {
        "palisade:database": database({ shards: { s0: { buckets: [[0, 99]] }, s1: { buckets: [[50, 4095]] } } }),
      },
      problem: /database\.shards: .*s0 and s1 both own bucket 50/,
    },
    "a bucket that does not exist": {
      changes: { "palisade:database": database({ shards: { s0: { buckets: [[0, 4096]] } } }) },
      problem: /shards\.s0\.buckets\[0\]\[1\] = 4096/,
    },
    "a small volume in a cluster": {
      changes: { "palisade:database": database({ ...CLUSTER, storageGiB: 50 }) },
      problem: /storageGiB = 50: .*at least 100/,
    },
    "a growing volume in a cluster": {
      changes: { "palisade:database": database({ ...CLUSTER, maxStorageGiB: 900 }) },
      problem: /maxStorageGiB = 900: .*do not grow/,
    },
    "a class without local storage in a cluster": {
      changes: { "palisade:database": database({ ...CLUSTER, instanceClass: "db.r8g.xlarge" }) },
      problem: /instanceClass = "db\.r8g\.xlarge": .*local storage/,
    },
    "replicas in a cluster": {
      changes: {
        "palisade:database": database({ ...CLUSTER, shards: { s0: { buckets: [[0, 4095]], readReplicas: 2 } } }),
      },
      problem: /s0\.readReplicas = 2: .*two readers/,
    },
    "a cluster in two zones": {
      changes: { "palisade:regions": region({}), "palisade:database": database(CLUSTER) },
      problem: /regions\[0\]\.zones = .*three zones/,
    },
    "an RPO that a cluster's backups can not meet": {
      changes: { "palisade:objectives": { rtoMinutes: 15, rpoMinutes: 60 }, "palisade:database": database(CLUSTER) },
      problem: /objectives\.rpoMinutes = 60: .*120/,
    },
    "an unknown class": {
      changes: { "palisade:database": database({ instanceClass: "r8gd.xlarge" }) },
      problem: /instanceClass = "r8gd\.xlarge": Give an RDS/,
    },
    "storage that can not grow": {
      changes: { "palisade:database": database({ maxStorageGiB: 401 }) },
      problem: /maxStorageGiB = 401: .*10 %/,
    },
    "short backups in production": {
      changes: { "palisade:database": database({ backupRetentionDays: 1 }) },
      problem: /backupRetentionDays = 1: .*7 days/,
    },
    "a single cache node in production": {
      changes: { "palisade:cache": { nodeType: "cache.r7g.large", replicas: 0 } },
      problem: /cache\.replicas = 0: .*replica/,
    },
    "the whole internet as a processor": {
      changes: { "palisade:processors": { anyone: { cidrs: ["0.0.0.0/0"] } } },
      problem: /processors\.anyone\.cidrs\[0\] = "0\.0\.0\.0\/0": Is wider than \/16/,
    },
    "one host for two things": {
      changes: { "palisade:domain": { name: "pay.example.com", web: "www", api: "www" } },
      problem: /domain\.api = "www"/,
    },
    "a bad address": {
      changes: { "palisade:alarms": { critical: ["oncall"], warning: ["a@example.com"] } },
      problem: /alarms\.critical\[0\] = "oncall": Give an e-mail/,
    },
    "an API that nobody has a key for": {
      changes: { "palisade:clients": {} },
      problem: /^palisade:clients = \{\}: .*at least one client/,
    },
    "a cached path whose callers can not be told apart": {
      changes: { "palisade:apiCache": { sizeGB: "0.5", paths: { "/web-server/rates": { seconds: 60 } } } },
      problem: /apiCache\.paths\.\/web-server\/rates: web-server is no external-api/,
    },
    "a cache of a size that AWS does not have": {
      changes: { "palisade:apiCache": { sizeGB: "1", paths: {} } },
      problem: /apiCache\.sizeGB = "1": Use one of: .*28\.4/,
    },
    "a processor of a region that is none": {
      changes: { "palisade:regions": region({ processors: ["acquirer"] }) },
      problem: /regions\[0\]\.processors\[0\] = "acquirer": Is not one of processors: acquirer-us, acquirer-eu/,
    },
    "no home region": { changes: { "aws:region": undefined }, problem: /^aws:region: Is required/ },
    "a global database in one region": {
      changes: {
        "palisade:regions": region({}),
        "palisade:database": { engine: "aurora-global", instanceClass: "db.r8g.large" },
      },
      problem: /database\.engine = "aurora-global": .*two regions/,
    },
    "a global database in too many regions": {
      changes: {
        "palisade:regions": Array.from({ length: 12 }, (_, index) => ({
          ...region({})[0],
          name: `us-${index < 6 ? "east" : "west"}-${index % 6}`,
          zones: ["a", "b"].map((zone) => `us-${index < 6 ? "east" : "west"}-${index % 6}${zone}`),
          cidr: `10.${index}.0.0/16`,
        })),
        "palisade:database": { engine: "aurora-global", instanceClass: "db.r8g.large" },
      },
      problem: /database\.engine = "aurora-global": .*at most 11/,
    },
    "a class that global databases do not take": {
      changes: { "palisade:database": { engine: "aurora-global", instanceClass: "db.m8g.large" } },
      problem: /database\.instanceClass = "db\.m8g\.large": .*memory optimized/,
    },
    "more global database instances than zones": {
      changes: { "palisade:database": { engine: "aurora-global", instanceClass: "db.r8g.large", readers: 3 } },
      problem: /regions\[0\]\.zones = .*readers \(3\)/,
    },
    "a volume that OpenSearch does not take": {
      changes: { "palisade:observability": { logSearch: { instanceType: "r6g.large.search", volumeGiB: 3073 } } },
      problem: /observability\.logSearch\.volumeGiB = 3073/,
    },
    "Kafka over two zones": {
      changes: {
        "palisade:regions": region({}),
        "palisade:messaging": { kind: "kafka", instanceType: "kafka.m7g.large", storageGiB: 100 },
      },
      problem: /messaging\.kind = "kafka": .*three/,
    },
    "both observability alternatives": {
      changes: {
        "palisade:observability": {
          logSearch: { instanceType: "r6g.large.search", volumeGiB: 100 },
          metrics: { collectorImage: "x" },
        },
      },
      problem: /^palisade:observability: .*alternatives/,
    },
  };
  for (const [what, { changes, problem }] of Object.entries(cases)) {
    it(`refuses ${what}`, () => {
      const problems = problemsOf(changes);
      assert.ok(
        problems.some((line) => problem.test(line)),
        `got:\n${problems.join("\n")}`,
      );
    });
  }

  it("never throws anything but a ConfigError, whatever one key holds", () => {
    const keys = Object.keys(stackValues("prod")).filter((key) => key.startsWith("palisade:"));
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        try {
          load(stackValues("prod", { [key]: value ?? "null" }), "prod");
        } catch (error) {
          assert.ok(error instanceof ConfigError, String(error));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("nearest", () => {
  it("finds a typo and leaves a stranger alone", () => {
    assert.equal(nearest("regoins", ["regions", "services"]), "regions");
    assert.equal(nearest("colour", ["regions", "services"]), undefined);
    assert.equal(nearest("x", []), undefined);
  });
});
