import assert from "node:assert/strict";
import fc from "fast-check";
import { loadConfig } from "../../../stacks/config/load";
import { ConfigError } from "../../../stacks/config/problems";
import { rewards } from "../../../stacks/rewards";
import { stackValues } from "../../support/stack-file";

const given = (key: string) => JSON.parse(stackValues("rewards")[`palisade:${key}`] ?? "null");

function problemsOf(changes: Readonly<Record<string, unknown>>, stack = "rewards"): string {
  try {
    loadConfig(rewards, stackValues(stack, changes), stack);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.message.replaceAll("\n", " ");
  }
  return "";
}

/** A key with a part of it changed. */
const changed = (key: string, part: object) => ({ [`palisade:${key}`]: { ...given(key), ...part } });
const service = (name: string, part: object) =>
  changed("services", { [name]: { ...given("services")[name], ...part } });
const lambda = (name: string, part: object) =>
  changed("functions", { [name]: { ...given("functions")[name], ...part } });
const provider = (part: object) =>
  changed("catalogs", { providers: { charities: { ...given("catalogs").providers.charities, ...part } } });

describe("rewards configuration", () => {
  for (const stack of ["rewards", "rewards-dev"])
    it(`${stack} is valid`, () => void loadConfig(rewards, stackValues(stack), stack));

  const cases: Record<string, { changes: Readonly<Record<string, unknown>>; problem: RegExp }> = {
    // Between two keys.
    "a production in one zone": {
      changes: changed("region", { zones: ["us-east-2a"] }),
      problem: /palisade:region\.zones .*at least two zones/,
    },
    "a zone of another region": {
      changes: changed("region", { zones: ["us-east-2a", "us-east-1b"] }),
      problem: /palisade:region\.zones\[1\] .*Is not a zone of us-east-2/,
    },
    "a public range for a VPC": {
      changes: changed("region", { cidr: "8.8.0.0/16" }),
      problem: /palisade:region\.cidr .*Give a private range/,
    },
    "a Fargate size that there is not": {
      changes: changed("analytics", { size: { cpu: 512, memory: 8192 } }),
      problem: /palisade:analytics\.size\.memory .*Fargate takes/,
    },
    "a validator that is half the internet": {
      changes: changed("idValidator", { cidrs: ["0.0.0.0/1"] }),
      problem: /palisade:idValidator\.cidrs\[0\] .*wider than \/16.*the validator's own ranges/,
    },
    "a source of catalogs that is everywhere": {
      changes: provider({ cidrs: ["203.0.113.0/27", "0.0.0.0/0"] }),
      problem: /palisade:catalogs\.providers\.charities\.cidrs\[1\] .*wider than \/16.*the provider's own ranges/,
    },
    "one host for the API and merchants' pictures": {
      changes: changed("domain", { assets: "api" }),
      problem: /palisade:domain\.assets .*has this host already/,
    },
    "one host for merchants' pictures and Metabase": {
      changes: changed("domain", { analytics: "assets" }),
      problem: /palisade:domain\.analytics .*has this host already/,
    },
    "a runner outside of the VPC": {
      changes: changed("kubernetes", { runners: { office: "192.0.2.0/27" } }),
      problem:
        /palisade:kubernetes\.runners\.office .*Is not within 10\.80\.0\.0\/16.*Give the subnets that their way in ends in/,
    },
    "a production with one database instance": {
      changes: changed("database", { instances: 1 }),
      problem: /palisade:database\.instances .*a second instance in another zone/,
    },
    "a production with a day of backups": {
      changes: changed("database", { backupRetentionDays: 1 }),
      problem: /palisade:database\.backupRetentionDays .*at least 7 days/,
    },
    "less capacity than a global database stands on": {
      changes: changed("database", { instanceClass: undefined, capacity: { min: 2, max: 16 } }),
      problem: /palisade:database\.capacity\.min .*at least 8 units/,
    },
    "an objective that snapshots can not meet": {
      changes: changed("objectives", { rpoMinutes: 60 }),
      problem: /palisade:objectives\.rpoMinutes .*hourly at most and up to an hour late: 120/,
    },
    "a production with fewer nodes than zones": {
      changes: changed("kubernetes", { nodes: { min: 2, max: 9 } }),
      problem: /palisade:kubernetes\.nodes\.min .*a node in each of three zones/,
    },
    "a production with one pod of a service": {
      changes: service("users-domain", { scaling: { min: 1, max: 2 } }),
      problem: /palisade:services\.users-domain\.scaling\.min .*at least 2 pods/,
    },
    "a function that takes one call at a time": {
      changes: lambda("scoring", { concurrency: 1 }),
      problem: /palisade:functions\.scoring\.concurrency .*two calls at once are refused/,
    },
    // Of one key.
    "more pods at least than at most": {
      changes: service("onboarding", { scaling: { min: 4, max: 3 } }),
      problem: /palisade:services\.onboarding\.scaling\.min .*min is larger than max/,
    },
    "more nodes at least than at most": {
      changes: changed("kubernetes", { nodes: { min: 4, max: 3 } }),
      problem: /palisade:kubernetes\.nodes\.min .*min is larger than max/,
    },
    "nodes that the images are not built for": {
      changes: changed("kubernetes", { instanceTypes: ["m7g.large", "m7i.large"] }),
      problem: /palisade:kubernetes\.instanceTypes\[1\] .*Give a Graviton type/,
    },
    "nodes that give pods no network interfaces": {
      changes: changed("kubernetes", { instanceTypes: ["t4g.large"] }),
      problem: /palisade:kubernetes\.instanceTypes\[0\] .*pods have network interfaces of their own/,
    },
    "a Kubernetes that EKS supports no longer": {
      changes: changed("kubernetes", { version: "1.29" }),
      problem: /palisade:kubernetes\.version .*1\.36/,
    },
    "an administrator who is no role": {
      changes: changed("kubernetes", { admins: { me: "arn:aws:iam::123456789012:user/me" } }),
      problem: /palisade:kubernetes\.admins\.me .*Give a role's ARN/,
    },
    "a deployer who is no role": {
      changes: changed("kubernetes", { deployers: { pipeline: "deploy" } }),
      problem: /palisade:kubernetes\.deployers\.pipeline .*Give a role's ARN/,
    },
    "an administrator who deploys as well": {
      changes: changed("kubernetes", {
        deployers: { pipeline: "arn:aws:iam::123456789012:role/platform-administrator" },
      }),
      problem: /palisade:kubernetes\.deployers\.pipeline .*This role stands twice/,
    },
    "a deployer under two names": {
      changes: changed("kubernetes", {
        deployers: { one: "arn:aws:iam::123456789012:role/ci", other: "arn:aws:iam::123456789012:role/ci" },
      }),
      problem: /palisade:kubernetes\.deployers\.other .*This role stands twice/,
    },
    "a service with image and build at once": {
      changes: service("onboarding", { image: { tag: "1.0.0", context: "." } }),
      problem: /palisade:services\.onboarding\.image .*Give either tag or context/,
    },
    "a canary of a version that there can not be": {
      changes: lambda("scoring", { canary: { version: "$LATEST", weight: 0.1 } }),
      problem: /palisade:functions\.scoring\.canary\.version .*Give a published version such as 7/,
    },
    "a canary that gets everything": {
      changes: lambda("scoring", { canary: { version: "7", weight: 1 } }),
      problem: /palisade:functions\.scoring\.canary\.weight .*0\.99/,
    },
    "a validator without an address": {
      changes: changed("idValidator", { cidrs: [] }),
      problem: /palisade:idValidator\.cidrs .*Give at least one address range/,
    },
    "a source without TLS": {
      changes: provider({ url: "http://charities.example.com" }),
      problem: /palisade:catalogs\.providers\.charities\.url .*Give a whole HTTPS URL/,
    },
    "no source of catalogs": {
      changes: changed("catalogs", { providers: {} }),
      problem: /palisade:catalogs\.providers .*Give at least one provider/,
    },
    "a schedule that is none": {
      changes: changed("catalogs", { schedule: "every day" }),
      problem: /palisade:catalogs\.schedule .*Give five cron fields/,
    },
    "an alarm between two steps": {
      changes: changed("catalogs", { alarmAfterMinutes: 12 }),
      problem: /palisade:catalogs\.alarmAfterMinutes .*whole fives/,
    },
    "a sender that is no identity of SES": {
      changes: changed("clients", { email: { from: "no-reply@rewards.example.com", identityArn: "rewards" } }),
      problem: /palisade:clients\.email\.identityArn .*SES identity's ARN/,
    },
    "a database with a class and a capacity": {
      changes: changed("database", { capacity: { min: 8, max: 16 } }),
      problem: /palisade:database .*Give either instanceClass or capacity/,
    },
    "a database with more capacity at least than at most": {
      changes: changed("database", { instanceClass: undefined, capacity: { min: 16, max: 8 } }),
      problem: /palisade:database\.capacity\.min .*min is larger than max/,
    },
    "a database class that is none": {
      changes: changed("database", { instanceClass: "r8g.large" }),
      problem: /palisade:database\.instanceClass .*Give an RDS instance class/,
    },
    "Deep Archive before Glacier has been paid for": {
      changes: changed("archive", { deepArchiveDays: 400 }),
      problem: /palisade:archive\.deepArchiveDays .*90 days more than glacierDays/,
    },
    "deletion before Deep Archive has been paid for": {
      changes: changed("archive", { expireDays: 800 }),
      problem: /palisade:archive\.expireDays .*180 days more than deepArchiveDays/,
    },
    "Metabase for nobody": {
      changes: changed("analytics", { openTo: {} }),
      problem: /palisade:analytics\.openTo .*Give at least one range/,
    },
    "a key that there is not": {
      changes: changed("kubernetes", { instanceType: ["m7g.large"] }),
      problem: /palisade:kubernetes\.instanceType: Unknown key\. Did you mean instanceTypes/,
    },
  };
  for (const [what, { changes, problem }] of Object.entries(cases)) {
    it(`refuses ${what}`, () => assert.match(problemsOf(changes), problem));
  }

  it("lets development stand on one pod, two nodes and one database instance", () => {
    assert.equal(problemsOf({}, "rewards-dev"), "");
    assert.match(problemsOf({ "palisade:environment": "production" }, "rewards-dev"), /nodes\.min.*scaling\.min/);
  });

  it("tells every problem at once", () => {
    const text = problemsOf({ ...changed("database", { instances: 1 }), ...changed("domain", { assets: "api" }) });
    assert.match(text, /database\.instances/);
    assert.match(text, /domain\.assets/);
  });

  it("never throws anything but a ConfigError, whatever one key holds", () => {
    const keys = Object.keys(stackValues("rewards")).filter((key) => key.startsWith("palisade:"));
    fc.assert(
      fc.property(
        fc.constantFrom(...keys),
        fc.jsonValue(),
        (key, value) => void problemsOf({ [key]: value ?? "null" }),
      ),
      { numRuns: 200 },
    );
  });
});
