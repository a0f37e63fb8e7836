import assert from "node:assert/strict";
import { Firewall, type FirewallArgs } from "../../../components/edge/firewall";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram } from "../../support/record";
import type { RecordedResource } from "../../../simulator";

const key = (name: string, region?: string, opts = {}) =>
  new Key(`${name}-key`, { description: "WAF logs", services: ["logs"], region }, opts);
const regional = (name: string, args: Partial<FirewallArgs> = {}) =>
  new Firewall(name, { scope: "REGIONAL", key: key(name), ...args });

interface Rule {
  name: string;
  priority: number;
  action?: object;
  overrideAction?: object;
  statement: { managedRuleGroupStatement?: Record<string, unknown>; rateBasedStatement?: Record<string, unknown> };
}
const rulesOf = (acl: RecordedResource) => acl.inputs.rules as Rule[];

describe("Firewall", () => {
  componentContract("edge", "Firewall", {
    minimal: (name, opts) => new Firewall(name, { scope: "REGIONAL", key: key(name, undefined, opts) }, opts),
    complete: (name, opts) =>
      new Firewall(
        name,
        {
          scope: "REGIONAL",
          key: key(name, undefined, opts),
          mode: "count",
          rateLimitPer5Minutes: 500,
          rateLimitWithHeader: { header: "x-api-key", requestsPer5Minutes: 30_000 },
          groups: [
            "sqlInjection",
            "common",
            "ipReputation",
            "anonymousIp",
            "knownBadInputs",
            "linux",
            "unix",
            "botControl",
          ],
          countRules: { common: ["SizeRestrictions_BODY"] },
          blockedCountries: ["KP"],
          redactedHeaders: ["x-card-token"],
          redactQueryString: true,
          maxCapacity: 2000,
          surgeAlarmThreshold: 50,
          associate: { api: "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live" },
          environment: "development",
          transform: {
            webAcl: (args) => void (args.tokenDomains = ["pay.example.com"]),
            logging: { loggingFilter: { defaultBehavior: "KEEP", filters: [] } },
          },
        },
        opts,
      ),
    errors: {
      "an unknown scope": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => regional(name, { scope: "GLOBAL" }),
        message: /Firewall "one": scope = "GLOBAL" .* REGIONAL, CLOUDFRONT/,
      },
      "an unknown mode": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => regional(name, { mode: "off" }),
        message: /mode = "off"/,
      },
      "a rate limit below AWS's": {
        build: (name) => regional(name, { rateLimitPer5Minutes: 5 }),
        message: /rateLimitPer5Minutes = 5 .* from 10/,
      },
      "a rate limit with a header below AWS's": {
        build: (name) => regional(name, { rateLimitWithHeader: { header: "x-api-key", requestsPer5Minutes: 5 } }),
        message: /rateLimitWithHeader\.requestsPer5Minutes = 5 .* from 10/,
      },
      "a rate limit with a header in capitals": {
        build: (name) => regional(name, { rateLimitWithHeader: { header: "X-Api-Key", requestsPer5Minutes: 50 } }),
        message: /rateLimitWithHeader\.header = "X-Api-Key" .* lower-case/,
      },
      "an unknown group": {
        // @ts-expect-error what a JavaScript caller can do
        build: (name) => regional(name, { groups: ["xss"] }),
        message: /groups = "xss" .* ipReputation/,
      },
      "a group twice": {
        build: (name) => regional(name, { groups: ["common", "common"] }),
        message: /"common" stands twice/,
      },
      "counted rules of a group not in use": {
        build: (name) => regional(name, { countRules: { php: ["PHPHighRiskMethodsVariables_BODY"] } }),
        message: /countRules = "php" .* in use/,
      },
      "a country that is no code": {
        build: (name) => regional(name, { blockedCountries: ["Kp"] }),
        message: /blockedCountries = "Kp"/,
      },
      "more countries than a rule takes": {
        build: (name) => regional(name, { blockedCountries: Array.from({ length: 51 }, () => "KP") }),
        message: /blockedCountries = 51 .* at most 50/,
      },
      "a header in capitals": {
        build: (name) => regional(name, { redactedHeaders: ["X-Card"] }),
        message: /redactedHeaders = "X-Card"/,
      },
      "a header twice": {
        build: (name) => regional(name, { redactedHeaders: ["cookie"] }),
        message: /"cookie" stands twice/,
      },
      "more capacity than the price includes": {
        build: (name) => regional(name, { groups: ["common", "knownBadInputs", "sqlInjection", "linux", "windows"] }),
        message: /need 1502 web ACL capacity units and 1500 are allowed/,
      },
      "a capacity limit above AWS's": {
        build: (name) => regional(name, { maxCapacity: 6000 }),
        message: /maxCapacity = 6000 .* 5000/,
      },
      "a surge of nothing": {
        build: (name) => regional(name, { surgeAlarmThreshold: 0 }),
        message: /surgeAlarmThreshold = 0/,
      },
      ...keyErrors(`Firewall "one"`, (name, key) => regional(name, { key }), ["logs"]),
      "a key of the stack's own region for CloudFront": {
        build: (name) => new Firewall(name, { scope: "CLOUDFRONT", key: key(name) }),
        message: /key = "one-key" .* in eu-west-1 and must be in us-east-1,/,
      },
      "an association of a CloudFront web ACL": {
        build: (name) =>
          new Firewall(name, { scope: "CLOUDFRONT", key: key(name, "us-east-1") }).associate("web", "arn:aws:x"),
        message: /associate = "web" .*webAclArn/,
      },
    },
  });

  it("blocks by default, in a fixed order that a further group does not change", async () => {
    const recording = await recordProgram(() => {
      regional("a");
      regional("b", { groups: ["sqlInjection", "common", "anonymousIp", "ipReputation", "knownBadInputs"] });
    });
    const [a, b] = [rulesOf(named(recording, "a-acl")), rulesOf(named(recording, "b-acl"))];
    assert.deepEqual(
      a.map((rule) => [rule.name, rule.priority]),
      [
        ["rate-limit", 0],
        ["AWSManagedRulesAmazonIpReputationList", 10],
        ["AWSManagedRulesCommonRuleSet", 30],
        ["AWSManagedRulesKnownBadInputsRuleSet", 40],
        ["AWSManagedRulesSQLiRuleSet", 50],
      ],
    );
    for (const rule of a) assert.deepEqual(b.find((other) => other.name === rule.name)?.priority, rule.priority);
    assert.deepEqual(a[0]?.action, { block: {} });
    assert.equal(a[0]?.statement.rateBasedStatement?.limit, 2000);
    for (const rule of a.slice(1)) assert.deepEqual(rule.overrideAction, { none: {} });
  });

  it("counts requests with a header apart, against a limit of their own", async () => {
    const rateLimitWithHeader = { header: "x-api-key", requestsPer5Minutes: 30_000 };
    const recording = await recordProgram(() => void regional("a", { rateLimitWithHeader }));
    const [without, withHeader] = rulesOf(named(recording, "a-acl")).filter(({ name }) =>
      name.startsWith("rate-limit"),
    );
    const has = {
      sizeConstraintStatement: {
        fieldToMatch: { singleHeader: { name: "x-api-key" } },
        comparisonOperator: "GT",
        size: 0,
        textTransformations: [{ priority: 0, type: "NONE" }],
      },
    };
    const { rateBasedStatement: first } = without?.statement ?? {};
    const { rateBasedStatement: second } = withHeader?.statement ?? {};
    assert.deepEqual([first?.limit, first?.scopeDownStatement], [2000, { notStatement: { statement: has } }]);
    assert.deepEqual([second?.limit, second?.scopeDownStatement], [30_000, has]);
    assert.deepEqual(withHeader?.action, { block: {} });
  });

  it("only counts in count mode, every rule, and watches the counted requests", async () => {
    const recording = await recordProgram(() => void regional("a", { mode: "count" }));
    for (const rule of rulesOf(named(recording, "a-acl")))
      assert.deepEqual(rule.action ?? rule.overrideAction, { count: {} }, rule.name);
    assert.equal(named(recording, "a-surge").inputs.metricName, "CountedRequests");
  });

  it("keeps credentials out of logs and of sampled requests", async () => {
    const recording = await recordProgram(() => void regional("a", { dataClass: "cardholder" }));
    assert.deepEqual(named(recording, "a-logging").inputs.redactedFields, [
      { singleHeader: { name: "authorization" } },
      { singleHeader: { name: "cookie" } },
      { singleHeader: { name: "x-api-key" } },
      { queryString: {} },
    ]);
    assert.deepEqual(named(recording, "a-acl").inputs.dataProtectionConfig, {
      dataProtections: [
        {
          action: "SUBSTITUTION",
          field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization", "cookie", "x-api-key"] },
        },
        { action: "SUBSTITUTION", field: { fieldType: "QUERY_STRING" } },
      ],
    });
  });

  it("logs to an encrypted group whose name WAF takes", async () => {
    const recording = await recordProgram(() => void regional("a"));
    const logs = named(recording, "a-logs");
    assert.match(String(logs.inputs.name), /^aws-waf-logs-/);
    assert.equal(logs.inputs.kmsKeyId, named(recording, "a-key-key").outputs.arn);
    assert.deepEqual(named(recording, "a-logging").inputs.logDestinationConfigs, [logs.outputs.arn]);
  });

  it("adds up the published capacity", async () => {
    const seen: number[] = [];
    await recordProgram(() => {
      const rateLimitWithHeader = { header: "x-api-key", requestsPer5Minutes: 30_000 };
      seen.push(
        regional("a").capacity,
        regional("b", { groups: ["common"], blockedCountries: ["KP"] }).capacity,
        regional("c", { groups: ["common"], rateLimitWithHeader }).capacity,
      );
    });
    assert.deepEqual(seen, [25 + 700 + 200 + 200 + 2, 700 + 2 + 1, 700 + (2 + 1) + (2 + 1)]);
  });

  it("puts a CLOUDFRONT web ACL, its logs and its alarm in us-east-1, where the metric has no Region", async () => {
    const recording = await recordProgram(
      () => void new Firewall("web", { scope: "CLOUDFRONT", key: key("web", "us-east-1") }),
    );
    for (const name of ["web-acl", "web-logs", "web-logging", "web-surge"])
      assert.equal(named(recording, name).region, "us-east-1", name);
    const acl = named(recording, "web-acl").inputs.name;
    assert.deepEqual(named(recording, "web-surge").inputs.dimensions, { WebACL: acl, Rule: "ALL" });
  });

  it("gives a regional metric its Region, and associates what it protects", async () => {
    const recording = await recordProgram(() => {
      regional("a").associate("api", "arn:aws:apigateway:eu-west-1::/restapis/abc/stages/live");
    });
    const acl = named(recording, "a-acl");
    assert.deepEqual(named(recording, "a-surge").inputs.dimensions, {
      WebACL: acl.inputs.name,
      Rule: "ALL",
      Region: "eu-west-1",
    });
    const [association] = ofType(recording, "aws:wafv2/webAclAssociation:WebAclAssociation");
    assert.equal(association?.name, "a-for-api");
    assert.equal(association?.inputs.webAclArn, acl.outputs.arn);
  });
});
