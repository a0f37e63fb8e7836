import assert from "node:assert/strict";
import { FUNCTIONS, SERVICES } from "../../../stacks/rewards/config";
import { named, ofType, statements } from "../../support/record";
import { HERE, listOf, PODS, POLLING, RewardsRecording, sorted } from "../../support/rewards";

describe("rewards identity", function () {
  this.timeout(180_000);
  let prod: RewardsRecording;
  before(async () => {
    prod = await RewardsRecording.of("rewards");
  });

  const DATA =
    /^dynamodb:(BatchGetItem|BatchWriteItem|ConditionCheckItem|DeleteItem|GetItem|PutItem|Query|Scan|UpdateItem|Execute.*)$/;

  it("lets only scoring read and write balances", () => {
    assert.deepEqual(prod.holders(DATA, prod.arn("rewards-balances-table")), ["scoring"]);
  });

  it("gives each other table to whom it belongs", () => {
    assert.deepEqual(prod.holders(DATA, prod.arn("rewards-catalogs-table")), [POLLING, "user-catalogs"]);
    assert.deepEqual(prod.holders(DATA, prod.arn("rewards-rules-table")), ["business-rules"]);
    assert.deepEqual(prod.holders(DATA, prod.arn("rewards-devices-table")), ["tracking"]);
    for (const topic of ["users", "transactions"])
      assert.deepEqual(prod.holders(DATA, prod.arn(`rewards-${topic}-leases-table`)), ["users-domain"]);
  });

  it("lets onboarding alone tell of users, scoring alone of transactions, and both of nothing else", () => {
    const stream = (topic: string) => `arn:aws:kinesis:${HERE}:stream/rewards-rewards-${topic}-events`;
    assert.deepEqual(prod.holders(/^kinesis:PutRecords?$/, stream("users")), ["onboarding"]);
    assert.deepEqual(prod.holders(/^kinesis:PutRecords?$/, stream("transactions")), ["scoring"]);
  });

  it("lets the users domain subscribe to both streams, and the archives read them", () => {
    for (const topic of ["users", "transactions"]) {
      const stream = `arn:aws:kinesis:${HERE}:stream/rewards-rewards-${topic}-events`;
      assert.deepEqual(prod.holders(/^kinesis:SubscribeToShard$/, stream), ["users-domain"]);
      assert.deepEqual(prod.holders(/^kinesis:GetRecords$/, stream), [`${topic}-archive`]);
    }
    const told = prod.podVariables("users-domain");
    assert.equal(told.USERS_CONSUMER_ARN, prod.arn("rewards-users-events-users-domain"));
    assert.equal(told.TRANSACTIONS_CONSUMER_ARN, prod.arn("rewards-transactions-events-users-domain"));
    assert.equal(told.TRANSACTIONS_LEASE_TABLE, "rewards-rewards-transactions-leases");
  });

  it("lets only the users domain log in to Aurora, and only Metabase to its own database, both by tokens", () => {
    const logins = ofType(prod.recording, "aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) =>
        statements(inputs.policy).map(({ Action, Resource }) => ({ role: inputs.role, Action, Resource })),
      )
      .filter(({ Action }) => listOf(Action).includes("rds-db:connect"))
      .map(({ role, Resource }) => `${String(role)} ${String(Resource).split("/").at(-1)}`);
    assert.deepEqual(logins.sort(), [
      "rewards-rewards-analytics-task metabase",
      "rewards-rewards-cluster-rewards-users-domain users_domain",
    ]);
  });

  it("lets Metabase query both archives in one workgroup, log in to its own database, and nothing else", () => {
    const allowed = prod.permissions("rewards-rewards-analytics-task");
    const data = (topic: string) => `arn:aws:glue:${HERE}:database/rewards_rewards_${topic}_archive`;
    const bucket = (name: string) => String(named(prod.recording, name).outputs.arn);
    const archives = ["users", "transactions"].map((topic) => bucket(`rewards-${topic}-archive-bucket-bucket`));
    const results = bucket("rewards-queries-results-bucket");
    const known = [
      `arn:aws:athena:${HERE}:workgroup/rewards-rewards-queries`,
      `arn:aws:athena:${HERE}:datacatalog/AwsDataCatalog`,
      `arn:aws:glue:${HERE}:catalog`,
      // Athena asks for it whatever is queried; there is nothing in it.
      `arn:aws:glue:${HERE}:database/default`,
      ...["users", "transactions"].flatMap((topic) => [
        data(topic),
        `arn:aws:glue:${HERE}:table/rewards_rewards_${topic}_archive/*`,
      ]),
      ...archives.flatMap((arn) => [arn, `${arn}/records/*`]),
      results,
      `${results}/results/*`,
      prod.arn("rewards-key-key"),
      // Lists the account's catalogs, for which AWS takes no resource.
      "athena:ListDataCatalogs *",
    ];
    const rest = allowed.filter(
      (line) => !known.includes(line.split(" ")[1]!) && !known.includes(line) && !line.startsWith("rds-db:connect "),
    );
    assert.deepEqual(rest, []);
    for (const arn of archives)
      assert.deepEqual(
        allowed.filter((line) => line.includes(arn)).map((line) => line.split(" ")[0]),
        ["s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket"],
        "it reads an archive, and writes none",
      );
    const glue = allowed.filter((line) => line.startsWith("glue:")).map((line) => line.split(" ")[0]!);
    assert.ok(glue.length > 0 && glue.every((action) => action.startsWith("glue:Get")));
  });

  it("reads archives' files through Athena alone", () => {
    const [policy] = ofType(prod.recording, "aws:iam/rolePolicy:RolePolicy").filter(
      ({ name }) => name === "rewards-queries-query-rewards-analytics",
    );
    const files = statements(policy?.inputs.policy).filter(
      ({ Action, Resource }) => listOf(Action).includes("s3:GetObject") && /records\/\*/.test(String(Resource)),
    );
    assert.equal(files.length, 2);
    for (const { Condition } of files)
      assert.deepEqual(Condition, { "ForAnyValue:StringEquals": { "aws:CalledVia": "athena.amazonaws.com" } });
  });

  it("lets uploads put files there only by forms that it signs, encrypted", () => {
    const [put, encrypt, ...rest] = ofType(prod.recording, "aws:iam/rolePolicy:RolePolicy")
      .filter(({ inputs, name }) => inputs.role === "rewards-rewards-uploads" && name !== "rewards-uploads-policy")
      .flatMap(({ inputs }) => statements(inputs.policy));
    assert.deepEqual(rest, []);
    assert.deepEqual(listOf(put?.Action), ["s3:PutObject"]);
    assert.match(String(put?.Resource), /^arn:aws:s3:::rewards-rewards-assets-files-[\w-]+\/assets\/\*$/);
    assert.deepEqual(Object.values(put?.Condition as object)[0], {
      "s3:authType": "POST",
      "s3:x-amz-server-side-encryption": "aws:kms",
      "s3:x-amz-server-side-encryption-aws-kms-key-id": prod.arn("rewards-global-key-key"),
    });
    assert.deepEqual(listOf(encrypt?.Action), ["kms:GenerateDataKey"]);
  });

  it("lets tracking have the tracker, its fences, the devices and the push credentials, and nothing else", () => {
    const owned = prod.mayDo("tracking").filter((line) => !/^(logs|xray|kms|sqs):/.test(line));
    assert.deepEqual(sorted(owned.map((line) => line.split(" ")[1]!)), [
      prod.arn("rewards-devices-table"),
      `arn:aws:geo:${HERE}:geofence-collection/rewards-rewards-tracker-fences`,
      `arn:aws:geo:${HERE}:tracker/rewards-rewards-tracker`,
      prod.arn("rewards-push-secret"),
    ]);
    assert.deepEqual(prod.holders(/^geo:/, `arn:aws:geo:${HERE}:tracker/rewards-rewards-tracker`), ["tracking"]);
  });

  it("gives secrets to who needs them", () => {
    const readers = (secret: string) => prod.holders(/^secretsmanager:GetSecretValue$/, prod.arn(secret));
    assert.deepEqual(readers("rewards-push-secret"), ["tracking"]);
    assert.deepEqual(readers("rewards-validator-secret"), ["identity-check"]);
    assert.deepEqual(readers("rewards-service-tls-secret"), [...SERVICES].sort());
    assert.deepEqual(readers("rewards-analytics-encryption-key-secret"), ["analytics-execution"]);
  });

  it("lets pods of one service account take each role, and nobody else", () => {
    for (const who of PODS) {
      const [trust, ...others] = statements(prod.inputs(`rewards-cluster-rewards-${who}-role`).assumeRolePolicy);
      assert.deepEqual(others, []);
      assert.deepEqual(trust, {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:SourceAccount": "123456789012",
            "aws:RequestTag/eks-cluster-arn": prod.arn("rewards-cluster-cluster"),
            "aws:RequestTag/kubernetes-namespace": "rewards-services",
            "aws:RequestTag/kubernetes-service-account": `rewards-${who}`,
          },
        },
      });
      const association = prod.inputs(`rewards-cluster-rewards-${who}-identity`);
      assert.deepEqual(
        [association.namespace, association.serviceAccount, association.roleArn],
        ["rewards-services", `rewards-${who}`, prod.arn(`rewards-cluster-rewards-${who}-role`)],
      );
      assert.equal(prod.pod(who).serviceAccountName, `rewards-${who}`);
    }
  });

  it("shows no service and no function a resource that it has no grant for", () => {
    const environments: Array<[string, Record<string, unknown>]> = [
      ...PODS.map((who): [string, Record<string, unknown>] => [who, prod.podVariables(who)]),
      ...FUNCTIONS.map((name): [string, Record<string, unknown>] => [
        name,
        (prod.inputs(`rewards-${name}-function`).environment as { variables: object }).variables as Record<
          string,
          unknown
        >,
      ]),
    ];
    for (const [who, variables] of environments) {
      const granted = prod.mayDo(who).join("\n");
      for (const [key, value] of Object.entries(variables)) {
        if (/_TABLE$|_STREAM$|^TRACKER$|^GEOFENCES$/.test(key)) assert.ok(granted.includes(`/${String(value)}`), key);
        if (/_ARN$/.test(key)) assert.ok(granted.includes(String(value).replace(/:\d+$/, "")), `${who} ${key}`);
      }
    }
  });
});
