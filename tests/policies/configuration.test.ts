import assert from "node:assert/strict";
import { Secret } from "@pulumi/policy";
import { policiesOf, policyResources, runPolicies, stackPolicies, WAIVED } from "../../policies/adapter";
import { Configuration, ConfigurationError, readConfiguration } from "../../policies/configuration";
import { FIXABLE, remediate } from "../../policies/fixes";
import { packs } from "../../policies/packs";
import { evaluate, isViolation, type Pack, type Rule } from "../../policies/rule";
import { applyWaivers } from "../../policies/waived";
import type { Waiver } from "../../policies/waivers";
import { type Fixture, graphOf, UNKNOWN } from "./fixture-graph";
import { unknownCheckingProxy } from "./sdk-proxy";

const rules = packs.flatMap((pack) => pack.rules);

const ruleOf = (id: string): Rule => {
  const rule = rules.find((candidate) => candidate.id === id);
  assert.ok(rule, id);
  return rule;
};

function problemsOf(content: unknown): string {
  try {
    readConfiguration(content, rules);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message;
    throw error;
  }
  return "";
}

describe("policy configuration", () => {
  for (const [what, content, message] of [
    [
      "a rule that does not exist",
      { levels: { "rds-backup": "advisory" } },
      /levels\.rds-backup: .*Did you mean rds-backups\?/,
    ],
    [
      "a level that does not exist",
      { levels: { all: "advisroy" } },
      /levels\.all: advisroy is no level\. Did you mean advisory\? Use mandatory, advisory, /,
    ],
    ["parameters of no rule", { parameters: { nothing: { a: 1 } } }, /parameters\.nothing: There is no such rule/],
    [
      "a parameter that the rule does not have",
      { parameters: { "rds-backups": { minimumBackupDay: 3 } } },
      /parameters\.rds-backups\.minimumBackupDay: .*Did you mean minimumBackupDays\?/,
    ],
    [
      "a parameter of a rule without any",
      { parameters: { "rds-not-public": { minimumBackupDays: 3 } } },
      /parameters\.rds-not-public\.minimumBackupDays: .*It has none/,
    ],
    [
      "a number that AWS does not have",
      { parameters: { "rds-backups": { minimumBackupDays: 36 } } },
      /parameters\.rds-backups\.minimumBackupDays: 36 is not allowed\. Give a whole number from 1 to 35\./,
    ],
    ["a text for a number", { parameters: { "rds-backups": { minimumBackupDays: "7" } } }, /"7" is not allowed/],
    [
      "a word that is none of two",
      { parameters: { "baseline-macie": { baseline: "there" } } },
      /Give here or elsewhere/,
    ],
    ["a port that is none", { parameters: { "sg-web-ports-only": { publicPorts: [70_000] } } }, /a list of ports/],
    [
      "a requirement of no rule",
      { selection: { include: { requirements: ["99.*"] } } },
      /selection\.include\.requirements\[0\]: 99\.\* fits no rule/,
    ],
    [
      "a service of no rule",
      { selection: { exclude: { services: ["rdss"] } } },
      /selection\.exclude\.services\[0\]: .*Did you mean rds\?/,
    ],
    [
      "a severity that does not exist",
      { selection: { include: { severities: ["hihg"] } } },
      /selection\.include\.severities\[0\]/,
    ],
    [
      "a key that does not exist",
      { selection: { includes: {} } },
      /selection: includes is unknown\. Did you mean include\?/,
    ],
    ["a selection of nothing", { selection: { exclude: {} } }, /selection: No rule is left/],
  ] as const) {
    it(`refuses ${what}`, () => assert.match(problemsOf(content), message));
  }

  it("tells everything that is wrong at once", () => {
    const text = problemsOf({ levels: { a: "advisory" }, parameters: { b: {} } });
    assert.match(text, /levels\.a/);
    assert.match(text, /parameters\.b/);
  });

  it("is mandatory with PCI DSS's numbers when nothing is given", () => {
    const none = new Configuration();
    assert.deepEqual(new Set(rules.map((rule) => none.levelOf(rule))), new Set(["mandatory"]));
    assert.equal(none.settingsOf(ruleOf("log-group-retention")).minimumLogDays, 365);
    assert.equal(none.settingsOf(ruleOf("elasticache-backups")).minimumBackupDays, 1);
    for (const pack of packs) assert.deepEqual(none.forPack(pack, []), {});
  });

  it("gives a rule its own level before that of all", () => {
    const given = readConfiguration({ levels: { all: "advisory", "rds-not-public": "mandatory" } }, rules);
    assert.equal(given.levelOf(ruleOf("rds-not-public")), "mandatory");
    assert.equal(given.levelOf(ruleOf("rds-backups")), "advisory");
  });

  const enabled = (selection: object) => readConfiguration({ selection }, rules).enabled(rules);

  it("selects by requirement, control, severity, service and rule", () => {
    const four = enabled({ include: { requirements: ["4.*"] } });
    assert.ok(four.length > 5);
    assert.ok(four.every(({ requirements }) => requirements.some((one) => one.startsWith("4."))));
    assert.ok(
      enabled({ include: { requirements: ["3.5.1"] } }).every(({ requirements }) => requirements.includes("3.5.1")),
    );
    assert.ok(
      enabled({ include: { controls: ["RDS.*"] } }).every(({ controls }) =>
        controls.some((one) => one.startsWith("RDS.")),
      ),
    );
    assert.ok(enabled({ include: { severities: ["critical"] } }).every(({ severity }) => severity === "critical"));
    assert.ok(
      enabled({ include: { services: ["rds"] } }).every(({ types }) =>
        types.some((type) => type.startsWith("aws:rds/")),
      ),
    );
    assert.deepEqual(enabled({ include: { rules: ["rds-not-public"] } }), [ruleOf("rds-not-public")]);
  });

  it("leaves out what meets every line of exclude, and nothing else", () => {
    const left = enabled({ exclude: { services: ["rds"], severities: ["low"] } });
    const out = rules.filter((rule) => !left.includes(rule));
    assert.ok(out.length > 0);
    assert.ok(
      out.every(({ severity, types }) => severity === "low" && types.some((type) => type.startsWith("aws:rds/"))),
    );
  });

  for (const [rule, parameters, fixture] of [
    [
      "log-group-retention",
      { minimumLogDays: 400 },
      { type: "aws:cloudwatch/logGroup:LogGroup", inputs: { retentionInDays: 365 } },
    ],
    [
      "rds-backups",
      { minimumBackupDays: 14 },
      { type: "aws:rds/cluster:Cluster", inputs: { backupRetentionPeriod: 7 } },
    ],
    [
      "elasticache-backups",
      { minimumBackupDays: 14 },
      { type: "aws:elasticache/replicationGroup:ReplicationGroup", inputs: { snapshotRetentionLimit: 7 } },
    ],
    [
      "iam-password-policy",
      { minimumPasswordLength: 15, maximumPasswordDays: 60 },
      {
        type: "aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        inputs: {
          ...{ minimumPasswordLength: 12, maxPasswordAge: 90, passwordReusePrevention: 24, requireSymbols: true },
          ...{ requireUppercaseCharacters: true, requireLowercaseCharacters: true, requireNumbers: true },
        },
      },
    ],
  ] as const) {
    it(`${rule} asks for what it is told`, () => {
      const graph = graphOf({ one: fixture }, "update");
      const verdicts = (configuration: Configuration) =>
        evaluate([ruleOf(rule)], graph, (each) => configuration.settingsOf(each)).map(({ verdict }) => verdict.kind);
      assert.deepEqual(verdicts(new Configuration()), ["pass"]);
      const strict = verdicts(readConfiguration({ parameters: { [rule]: parameters } }, rules));
      assert.deepEqual([...new Set(strict)], ["fail"]);
      assert.equal(strict.length, Object.keys(parameters).length);
    });
  }

  it("may open further ports, and a longer time between rotations", () => {
    const open = { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 8080, toPort: 8080, cidrIpv4: "0.0.0.0/0" };
    const rotation = { secretId: { a: 1 }, rotationRules: { automaticallyAfterDays: 120 } };
    const fixture: Fixture = {
      open: { type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", inputs: open },
      secret: { type: "aws:secretsmanager/secret:Secret", inputs: { name: "s" } },
      rotation: {
        type: "aws:secretsmanager/secretRotation:SecretRotation",
        inputs: { ...rotation, secretId: "id-of-secret" },
      },
    };
    const ids = ["sg-web-ports-only", "sg-no-open-high-risk-ports", "secret-rotation"];
    const failed = (configuration: Configuration) =>
      evaluate(ids.map(ruleOf), graphOf(fixture, "update"), (rule) => configuration.settingsOf(rule))
        .filter(isViolation)
        .map(({ rule }) => rule.id);
    assert.deepEqual(failed(new Configuration()).sort(), [...ids].sort());
    const parameters = {
      ...{ "sg-web-ports-only": { publicPorts: [443, 8080] }, "sg-no-open-high-risk-ports": { publicPorts: [8080] } },
      "secret-rotation": { maximumRotationDays: 180 },
    };
    assert.deepEqual(failed(readConfiguration({ parameters }, rules)), []);
  });
});

describe("a pack that is configured by Pulumi", () => {
  const plain: Fixture = {
    plain: { type: "aws:sqs/queue:Queue" },
    logs: {
      type: "aws:cloudwatch/logGroup:LogGroup",
      inputs: { retentionInDays: 365, kmsKeyId: "arn:aws:kms:eu-west-1:123456789012:key/k" },
    },
  };
  const waiver: Waiver = {
    ...{ rule: "sqs-customer-key", resource: "sqs.Queue plain", stacks: ["test"] },
    ...{ reason: "The queue holds public reference data only.", owner: "payments", ticket: "SEC-7" },
    ...{
      granted: new Date().toISOString().slice(0, 10),
      expires: new Date(Date.now() + 86_400_000).toISOString().slice(0, 10),
    },
  };
  const pack: Pack = { ...packs[0]!, rules: packs[0]!.rules };

  const run = (config: object) =>
    runPolicies(stackPolicies(pack), policyResources(graphOf(plain, "update")), config as Record<string, object>);
  const policies = async (config: object) => (await run(config)).map(({ policy }) => policy);

  it("says what the check says for the same file, waivers included", async () => {
    const configuration = readConfiguration(
      {
        parameters: { "log-group-retention": { minimumLogDays: 400 } },
        selection: { exclude: { rules: ["log-group-customer-key"] } },
      },
      rules,
    );
    const findings = evaluate(configuration.enabled(pack.rules), graphOf(plain, "update"), (rule) =>
      configuration.settingsOf(rule),
    );
    const { findings: waived } = applyWaivers(findings, [waiver], "test");
    const expected = findings.filter((finding) => isViolation(finding) && !waived.has(finding));
    const reported = await run(configuration.forPack(pack, [waiver]));
    assert.deepEqual(
      reported
        .filter(({ policy }) => policy !== WAIVED)
        .map(({ policy, urn }) => `${policy} ${urn}`)
        .sort(),
      expected.map(({ rule, resource }) => `${rule.id} ${resource.urn}`).sort(),
    );
    assert.ok(expected.some(({ rule }) => rule.id === "log-group-retention"));
    const [told] = reported.filter(({ policy }) => policy === WAIVED);
    assert.match(
      told?.message ?? "",
      /^sqs-customer-key: .* Accepted by payments \(SEC-7\) until .*public reference data/,
    );
  });

  it("judges what its selection takes, and all of it without one", async () => {
    assert.ok((await policies({})).includes("sqs-customer-key"));
    assert.ok(!(await policies({ selection: { include: { services: ["cloudwatch"] } } })).includes("sqs-customer-key"));
    assert.ok(!(await policies({ selection: { exclude: { requirements: ["3.5.1"] } } })).includes("sqs-customer-key"));
  });

  it("applies no waiver that is expired or malformed, and says so", async () => {
    for (const change of [{ expires: "2020-01-01", granted: "2020-01-01" }, { owner: "" }]) {
      const reported = await run({ waivers: { accepted: [{ ...waiver, ...change }] } });
      const names = reported.map(({ policy }) => policy);
      assert.ok(names.includes("waivers") && names.includes("sqs-customer-key"), names.join());
      assert.match(reported[0]?.message ?? "", /No waiver is applied:\n {2}waivers\[0\]/);
    }
  });

  it("tells of a waiver that accepts nothing", async () => {
    assert.ok(
      (await policies({ waivers: { accepted: [{ ...waiver, resource: "sqs.Queue gone" }] } })).includes(
        "unused-waivers",
      ),
    );
    assert.ok(
      !(await policies({ waivers: { accepted: [{ ...waiver, stacks: ["other"] }] } })).includes("unused-waivers"),
    );
  });

  it("has a schema for every parameter, with its default", () => {
    const [policy] = stackPolicies(pack).filter(({ name }) => name === "log-group-retention");
    const { description, ...schema } = policy?.configSchema?.properties.minimumLogDays ?? {};
    assert.deepEqual(schema, { type: "integer", minimum: 1, maximum: 3653, default: 365 });
    assert.match(description ?? "", /Days/);
  });
});

describe("rules that mend", () => {
  it("name rules that exist, and nothing is mended unless it is configured", () => {
    for (const id of FIXABLE) ruleOf(id);
    for (const pack of packs)
      for (const policy of policiesOf(pack).filter(({ name }) => name.endsWith("-fix")))
        assert.equal(policy.enforcementLevel, "disabled", policy.name);
  });

  it("take the level remediate, and a key where they need one", () => {
    assert.match(
      problemsOf({ levels: { "rds-own-security-group": "remediate" } }),
      /no automatic fix\. These have one: rds-customer-key, /,
    );
    assert.match(
      problemsOf({ parameters: { "sqs-customer-key": { keyArn: "alias/x" } } }),
      /Give the ARN of a KMS key/,
    );
    assert.match(problemsOf({ parameters: { "rds-not-public": { keyArn: "x" } } }), /no such parameter/);
    const keyArn = "arn:aws:kms:eu-west-1:123456789012:alias/x";
    const given = readConfiguration(
      { levels: { all: "remediate" }, parameters: { "sqs-customer-key": { keyArn } } },
      rules,
    );
    assert.equal(given.levelOf(ruleOf("rds-own-security-group")), "mandatory");
    const config = given.forPack(packs[0]!, []);
    assert.deepEqual(config["sqs-customer-key"], { enforcementLevel: "mandatory" });
    assert.deepEqual(config["sqs-customer-key-fix"], { enforcementLevel: "remediate", keyArn });
    assert.deepEqual(given.mended(rules, "aws:sqs/queue:Queue", { name: "q" }), { name: "q", kmsMasterKeyId: keyArn });
  });

  const fix = policiesOf(packs[0]!).find(({ name }) => name === "opensearch-tls-required-fix");

  function mendedBySdk(props: Record<string, unknown>): unknown {
    assert.ok(fix && "remediateResource" in fix && fix.remediateResource);
    return fix.remediateResource({
      type: "aws:opensearch/domain:Domain",
      props: unknownCheckingProxy(props),
      getConfig: <T extends object>() => ({}) as T,
    } as never);
  }

  it("change what is wrong behind the SDK's proxy, and leave alone what is unknown or secret", () => {
    const secret = new Secret("s");
    const engineVersion = UNKNOWN;
    const tls = { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" };
    assert.deepEqual(
      mendedBySdk({ engineVersion, accessPolicies: secret, domainEndpointOptions: { customEndpoint: UNKNOWN } }),
      {
        ...{ engineVersion, accessPolicies: secret, nodeToNodeEncryption: { enabled: true } },
        domainEndpointOptions: { customEndpoint: UNKNOWN, ...tls },
      },
    );
    assert.equal(mendedBySdk({ nodeToNodeEncryption: UNKNOWN, domainEndpointOptions: secret }), undefined);
    assert.equal(mendedBySdk({ nodeToNodeEncryption: { enabled: true }, domainEndpointOptions: tls }), undefined);
  });

  it("leave a development environment what it may do without", () => {
    const rule = ruleOf("rds-deletion-protection");
    const inputs = { tags: { "palisade:environment": "development" } };
    assert.equal(remediate(rule, "aws:rds/instance:Instance", inputs), inputs);
    assert.deepEqual(remediate(rule, "aws:rds/instance:Instance", {}), { deletionProtection: true });
  });
});
