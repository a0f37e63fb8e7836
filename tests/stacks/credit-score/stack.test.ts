import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SERVICES } from "../../../stacks/credit-score/config";
import { EVENTS } from "../../../stacks/credit-score/contracts/events";
import { MASKED } from "../../../stacks/credit-score/services";
import { timeoutsOf, WEBHOOK_RETRY_SECONDS } from "../../../stacks/credit-score/timeouts";
import { named, ofType, statements } from "../../support/record";
import { recordStack } from "../../support/record-stack";
import { ROOT, stackValues } from "../../support/stack-file";
import { leaves, StackRecording } from "../../support/stack-recording";

const ACCOUNT = "123456789012";
const HERE = `eu-central-1:${ACCOUNT}`;
const WORKERS = ["bank-request", "calculation", "store", "api-response"] as const;

describe("credit-score stack", function () {
  this.timeout(120_000);
  let prod: StackRecording;
  let qa: StackRecording;
  before(async () => {
    prod = new StackRecording(await recordStack("credit-score"));
    qa = new StackRecording(await recordStack("credit-score-qa"));
  });

  const arnOf = (name: string) => String(named(prod.recording, name).outputs.arn);
  const mayDo = (service: string) => prod.permissions(`credit-score-credit-score-${service}-task`);

  describe("reachability", () => {
    it("lets nobody connect to a worker", () => {
      for (const worker of WORKERS) assert.deepEqual(prod.callersOf(`credit-score-${worker}-sg`), [], worker);
    });

    it("lets only the two load balancers reach api-request", () => {
      assert.deepEqual(prod.callersOf("credit-score-api-request-sg"), [
        "credit-score-direct-sg 8443",
        "credit-score-nlb-sg 8443",
      ]);
    });

    it("lets only the API gateway's link reach the internal load balancer, and the internet the other on 443 alone", () => {
      assert.deepEqual(prod.callersOf("credit-score-nlb-sg"), ["credit-score-link-security-group 443"]);
      const open = ofType(prod.recording, "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule").filter(
        ({ inputs }) => inputs.cidrIpv4 !== undefined,
      );
      assert.deepEqual(
        open.map(({ inputs }) => [prod.securityGroup(inputs.securityGroupId), inputs.cidrIpv4, inputs.fromPort]),
        [["credit-score-direct-sg", "0.0.0.0/0", 443]],
      );
    });

    it("lets services out to whom they call, and to nobody else", () => {
      const out = ofType(prod.recording, "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        .filter(({ inputs }) => inputs.cidrIpv4 !== undefined && inputs.cidrIpv4 !== "10.60.0.0/16")
        .map(
          ({ inputs }) =>
            `${prod.securityGroup(inputs.securityGroupId)} ${String(inputs.cidrIpv4)} ${String(inputs.fromPort)}`,
        )
        .sort();
      assert.deepEqual(out, [
        "credit-score-api-request-sg 198.51.100.0/25 443",
        "credit-score-api-response-sg 203.0.113.32/28 443",
        "credit-score-bank-request-sg 198.51.100.0/25 443",
      ]);
    });

    it("puts one web ACL in front of both ways in, and TLS on each of them", () => {
      const fronts = ofType(prod.recording, "aws:wafv2/webAclAssociation:WebAclAssociation").map(
        ({ inputs }) => inputs.resourceArn,
      );
      assert.deepEqual([...fronts].sort(), [arnOf("credit-score-direct-alb"), arnOf("credit-score-api-stage")].sort());
      const listeners = ofType(prod.recording, "aws:lb/listener:Listener").map(({ inputs }) => inputs.protocol);
      assert.deepEqual([...listeners].sort(), ["HTTPS", "TLS"]);
    });

    it("asks every caller of the API for a key", () => {
      const { paths }: { paths: Record<string, Record<string, { security?: unknown[] }>> } = JSON.parse(
        String(named(prod.recording, "credit-score-api-api").inputs.body),
      );
      const methods = Object.entries(paths).flatMap(([path, operations]) =>
        Object.entries(operations).map(([method, { security }]) => `${method} ${path} ${JSON.stringify(security)}`),
      );
      assert.ok(methods.length >= 3);
      for (const method of methods) assert.match(method, /api_key|apiKey|api-key/i);
    });
  });

  describe("identity", () => {
    it("lets only store write the anonymous scores, and only api-request read them", () => {
      const scores = arnOf("credit-score-scores-table");
      const touching = SERVICES.flatMap((service) =>
        mayDo(service)
          .filter((line) => line.endsWith(` ${scores}`))
          .map((line) => `${service} ${line.split(" ")[0]}`),
      );
      assert.deepEqual([...new Set(touching.map((line) => line.split(" ")[0]))].sort(), ["api-request", "store"]);
      const writes = touching.filter((line) => /PutItem|UpdateItem|DeleteItem|BatchWriteItem/.test(line));
      assert.ok(writes.length === 4 && writes.every((line) => line.startsWith("store ")), writes.join());
      const reads = touching.filter((line) => /GetItem|Query/.test(line));
      assert.ok(reads.length > 0 && reads.every((line) => line.startsWith("api-request ")), reads.join());
    });

    it("lets only bank-request read a user's authorization, and api-request put it", () => {
      const tokens = arnOf("credit-score-tokens-table");
      const touching = SERVICES.flatMap((service) =>
        mayDo(service)
          .filter((line) => line.endsWith(` ${tokens}`))
          .map((line) => `${service} ${line.split(" ")[0]}`),
      );
      assert.deepEqual(touching, [
        "api-request dynamodb:PutItem",
        "bank-request dynamodb:DeleteItem",
        "bank-request dynamodb:GetItem",
      ]);
    });

    it("gives the keys of tokens and bank data to who writes and who reads, apart", () => {
      const users = (key: string) =>
        SERVICES.flatMap((service) =>
          mayDo(service)
            .filter((line) => line.endsWith(` ${arnOf(key)}`))
            .map((line) => `${service} ${line.split(" ")[0]}`),
        );
      assert.deepEqual(users("credit-score-token-key-key"), [
        "api-request kms:GenerateDataKey",
        "bank-request kms:Decrypt",
      ]);
      assert.deepEqual(users("credit-score-bank-data-key-key"), [
        "bank-request kms:GenerateDataKey",
        "calculation kms:Decrypt",
        "store kms:Decrypt",
      ]);
    });

    it("lets each service publish its own events only", () => {
      const published = SERVICES.map((service) => {
        const policies = ofType(prod.recording, "aws:iam/rolePolicy:RolePolicy").filter(
          ({ name }) => name === `credit-score-bus-publish-credit-score-${service}`,
        );
        const kinds = policies
          .flatMap(({ inputs }) => statements(inputs.policy))
          .flatMap(
            ({ Condition }) =>
              (Condition as Record<string, Record<string, string[]>>)["ForAllValues:StringEquals"]?.[
                "events:detail-type"
              ] ?? [],
          );
        return [service, kinds];
      });
      assert.deepEqual(Object.fromEntries(published), {
        "api-request": ["ScoreRequested"],
        "bank-request": ["BankDataRetrieved", "ScoreFailed"],
        calculation: ["ScoreCalculated", "ScoreFailed"],
        store: [],
        "api-response": [],
      });
    });

    it("lets each worker receive from its own queue only, and nobody send to one", () => {
      for (const worker of WORKERS) {
        const queues = mayDo(worker).filter((line) => line.startsWith("sqs:"));
        assert.deepEqual(
          [...new Set(queues.map((line) => line.split(" ")[1]))],
          [`arn:aws:sqs:${HERE}:credit-score-credit-score-bus-${worker}`],
        );
        assert.ok(!queues.some((line) => line.startsWith("sqs:SendMessage")));
      }
      assert.deepEqual(
        mayDo("api-request").filter((line) => line.startsWith("sqs:")),
        [],
      );
    });

    it("gives secrets to who needs them", () => {
      const readers = (secret: string) =>
        SERVICES.filter((service) =>
          mayDo(service).some((line) => line.startsWith("secretsmanager:GetSecretValue") && line.includes(secret)),
        );
      assert.deepEqual(readers("credit-score-banks"), ["api-request"]);
      assert.deepEqual(readers("credit-score-clients"), ["api-request", "api-response"]);
    });

    it("shows no service a resource in its environment that it has no grant for", () => {
      for (const service of SERVICES) {
        const granted = mayDo(service).join("\n");
        for (const value of Object.values(prod.variables(`credit-score-${service}-task`))) {
          if (value.startsWith("arn:")) assert.ok(granted.includes(value), `${service}: ${value}`);
        }
      }
    });
  });

  describe("data", () => {
    it("has no contract with room for a token or for bank data in the clear", () => {
      for (const [event, { detail }] of Object.entries(EVENTS)) {
        assert.equal(Reflect.get(detail, "additionalProperties"), false, event);
        const properties = Object.keys(Object(Reflect.get(detail, "properties")));
        assert.ok(
          !properties.some((name) => /token|iban|account|transaction|email|user/i.test(name)),
          `${event}: ${properties}`,
        );
      }
      const bankData = Object(Reflect.get(EVENTS.BankDataRetrieved.detail, "properties"));
      assert.ok(bankData.data.pattern && bankData.dataKey.pattern);
      const text =
        JSON.stringify(EVENTS.BankDataRetrieved.detail).length + bankData.data.maxLength + bankData.dataKey.maxLength;
      assert.ok(text < 256 * 1024, "an event of EventBridge");
    });

    it("keeps the contracts in the registry", () => {
      const kept = ofType(prod.recording, "aws:schemas/schema:Schema").map(({ inputs }) => inputs.name);
      assert.deepEqual(
        kept,
        Object.keys(EVENTS).map((kind) => `acme.credit-score@${kind}`),
      );
    });

    it("forgets authorizations within minutes, and keeps what is left in one table, backed up", () => {
      const { inputs } = named(prod.recording, "credit-score-tokens-table");
      assert.deepEqual(inputs.ttl, { enabled: true, attributeName: "expiresAt" });
      assert.equal(prod.variables("credit-score-api-request-task").TOKEN_SECONDS, "900");
      const backed = ofType(prod.recording, "aws:backup/selection:Selection").map(
        ({ inputs: { resources } }) => resources,
      );
      assert.deepEqual(backed, [[arnOf("credit-score-scores-table")]]);
    });

    it("encrypts tables, queues, bus and logs with customer keys", () => {
      const key = arnOf("credit-score-key-key");
      for (const { inputs, name } of ofType(prod.recording, "aws:dynamodb/table:Table", 2))
        assert.deepEqual(inputs.serverSideEncryption, { enabled: true, kmsKeyArn: key }, name);
      for (const { inputs, name } of ofType(prod.recording, "aws:sqs/queue:Queue", 9))
        assert.equal(inputs.kmsMasterKeyId, key, name);
      assert.equal(named(prod.recording, "credit-score-bus-bus").inputs.kmsKeyIdentifier, key);
      for (const { inputs, name } of ofType(prod.recording, "aws:cloudwatch/logGroup:LogGroup", 5))
        assert.ok(inputs.kmsKeyId, name);
    });

    it("masks personal data in every service's log before a task starts", () => {
      for (const service of SERVICES) {
        const policy = named(prod.recording, `credit-score-${service}-logs-masked`);
        const [audit, mask] = JSON.parse(String(policy.inputs.policyDocument)).Statement;
        assert.deepEqual(mask.DataIdentifier, audit.DataIdentifier);
        assert.deepEqual(
          mask.DataIdentifier,
          MASKED.map((kind) => `arn:aws:dataprotection::aws:data-identifier/${kind}`),
        );
        assert.ok(prod.ancestors(named(prod.recording, `credit-score-${service}-service`)).has(policy.urn), service);
      }
    });
  });

  describe("time", () => {
    const timeouts = timeoutsOf({ bankSeconds: 10, calculationSeconds: 10 });

    it("gives up from the inside to the outside", () => {
      const { bankCall, calculation, synchronousAnswer, balancerIdle, taskKeepAlive, client, deregistration, stop } =
        timeouts;
      assert.ok(bankCall >= 20 && calculation >= 20);
      assert.ok(bankCall + calculation < synchronousAnswer);
      assert.ok(synchronousAnswer < balancerIdle && balancerIdle < taskKeepAlive && balancerIdle < client);
      assert.ok(synchronousAnswer < deregistration && deregistration <= stop);
    });

    it("has these timeouts in the resources", () => {
      assert.equal(named(prod.recording, "credit-score-direct-alb").inputs.idleTimeout, timeouts.balancerIdle);
      const targets = ofType(prod.recording, "aws:lb/targetGroup:TargetGroup").filter(
        ({ inputs }) => inputs.protocol === "HTTPS",
      );
      assert.deepEqual(
        targets.map(({ inputs }) => inputs.deregistrationDelay),
        [timeouts.deregistration],
      );
      const answer = prod.variables("credit-score-api-request-task");
      assert.equal(answer.ANSWER_TIMEOUT_SECONDS, String(timeouts.synchronousAnswer));
      assert.equal(answer.KEEP_ALIVE_SECONDS, String(timeouts.taskKeepAlive));
      assert.equal(prod.variables("credit-score-bank-request-task").CALL_TIMEOUT_SECONDS, String(timeouts.bankCall));
      assert.equal(
        prod.variables("credit-score-calculation-task").CALCULATION_TIMEOUT_SECONDS,
        String(timeouts.calculation),
      );
      for (const service of SERVICES)
        assert.equal(Reflect.get(prod.container(`credit-score-${service}-task`), "stopTimeout"), timeouts.stop);
      for (const worker of ["bank-request", "calculation"] as const)
        assert.ok(
          Number(named(prod.recording, `credit-score-bus-${worker}-queue`).inputs.visibilityTimeoutSeconds) >
            timeouts[worker === "calculation" ? "calculation" : "bankCall"],
        );
    });

    it("tells the same numbers in the documentation", () => {
      const text = readFileSync(join(ROOT, "docs", "systems", "credit-score.md"), "utf8");
      for (const [name, seconds] of Object.entries(timeouts))
        assert.match(text, new RegExp(`\\| \`${name}\` +\\| ${seconds} s +\\|`), name);
    });

    it("tries a webhook nine times within two hours, then sets it aside", () => {
      const { inputs } = named(prod.recording, "credit-score-bus-api-response-queue");
      assert.equal(JSON.parse(String(inputs.redrivePolicy)).maxReceiveCount, WEBHOOK_RETRY_SECONDS.length + 1);
      assert.equal(
        WEBHOOK_RETRY_SECONDS.reduce((sum, seconds) => sum + seconds, 0),
        7200,
      );
      assert.ok(named(prod.recording, "credit-score-bus-api-response-dlq-not-empty"));
    });
  });

  it("gives every consumer of events a queue and a dead-letter queue of its own", () => {
    const targets = ofType(prod.recording, "aws:cloudwatch/eventTarget:EventTarget")
      .filter(({ inputs }) => inputs.eventBusName === "credit-score-credit-score-bus")
      .map(({ inputs }) => inputs.arn);
    assert.deepEqual(
      targets,
      WORKERS.map((worker) => `arn:aws:sqs:${HERE}:credit-score-credit-score-bus-${worker}`),
    );
    for (const worker of WORKERS) assert.ok(named(prod.recording, `credit-score-bus-${worker}-dlq`));
  });

  it("runs every service in all zones, each behind its own scaling", () => {
    for (const service of SERVICES) {
      const { inputs } = named(prod.recording, `credit-score-${service}-scaling`);
      assert.ok(Number(inputs.minCapacity) >= 3 && Number(inputs.maxCapacity) > Number(inputs.minCapacity), service);
    }
    const calculation = named(prod.recording, "credit-score-calculation-scaling").inputs;
    assert.deepEqual([calculation.minCapacity, calculation.maxCapacity], [32, 64]);
  });

  it("puts out what clients, banks and a release pipeline need, and no secret", () => {
    const { outputs } = prod.recording;
    const paths = leaves(outputs).map(({ path }) => path);
    for (const path of [
      "apiUrl",
      "directUrl",
      "natAddresses.eu-central-1a",
      "eventBus.registry",
      "releases.calculation.repositoryUrl",
      "queues.api-response.dlqUrl",
    ])
      assert.ok(paths.includes(path), path);
    const text = JSON.stringify(outputs);
    for (const secret of prod.secretValues()) assert.ok(!text.includes(secret));
  });

  describe("QA", () => {
    it("is the same system: the same services, grants and contracts, smaller", () => {
      const shape = (stack: StackRecording) =>
        stack.resources
          .filter(({ type }) => /rolePolicy:|schemas\/|eventRule:|ecs\/service:|dynamodb|logDataProtection/.test(type))
          // What stands once for both: who watches the account, and who releases.
          .filter(({ name }) => !/baseline|account|vpc-flow|backups|trail|delivery/.test(name))
          .map(({ type, name }) => `${type} ${name}`)
          .sort();
      assert.deepEqual(shape(qa), shape(prod));
    });

    it("differs in its stack file alone", () => {
      assert.equal(stackValues("credit-score-qa")["palisade:system"], stackValues("credit-score")["palisade:system"]);
      assert.equal(stackValues("credit-score-qa")["palisade:environment"], "development");
    });
  });

  it("registers the same resources at a first preview", async () => {
    const urns = (recording: { resources: readonly { urn: string }[] }) =>
      recording.resources.map(({ urn }) => urn).sort();
    assert.deepEqual(urns(await recordStack("credit-score", {}, { preview: true })), urns(prod.recording));
  });
});
