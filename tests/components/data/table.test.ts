import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Table, type TableArgs } from "../../../components/data/table";
import { Key } from "../../../components/security/key";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

const ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/test-balances";
const VIA = { StringEquals: { "kms:ViaService": "dynamodb.eu-west-1.amazonaws.com" } };

function build(name: string, args: Partial<TableArgs> = {}, opts?: pulumi.ComponentResourceOptions): Table {
  const key = new Key(`${name}-key`, { description: "Items" }, opts);
  return new Table(name, { key, partitionKey: { name: "user" }, ...args }, opts);
}

describe("Table", () => {
  componentContract("data", "Table", {
    minimal: (name, opts) => build(name, {}, opts),
    complete: (name, opts) => {
      const table = build(
        name,
        {
          sortKey: { name: "at", type: "N" },
          indexes: {
            "by-merchant": {
              partitionKey: { name: "merchant" },
              sortKey: { name: "at", type: "N" },
              attributes: ["amount"],
            },
            "by-day": { partitionKey: { name: "day" }, attributes: [] },
          },
          maxRequestUnits: { read: 1000, write: 500 },
          expiresAt: "expires",
          stream: "NEW_AND_OLD_IMAGES",
          recoveryDays: 7,
          tableClass: "STANDARD_INFREQUENT_ACCESS",
          environment: "development",
          transform: { table: { tableClass: "STANDARD" } },
        },
        opts,
      );
      const worker = new TestGrantee(`${name}-worker`, opts);
      table.grantRead(worker);
      table.grantWrite(worker);
      table.grantReadWrite(worker);
      table.grantStream(worker);
      table.grantLeases(worker);
      return table;
    },
    errors: {
      ...keyErrors(`Table "one"`, (name, key) => build(name, { key })),
      "too many indexes": {
        build: (name) => {
          const names = Array.from({ length: 21 }, (_, i) => [`index-${i}`, { partitionKey: { name: "merchant" } }]);
          return build(name, { indexes: Object.fromEntries(names) });
        },
        message: /indexes = 21 .* at most 20/,
      },
      "an index name that DynamoDB refuses": {
        build: (name) => build(name, { indexes: { "by merchant": { partitionKey: { name: "merchant" } } } }),
        message: /indexes = "by merchant" .* 3-255 letters/,
      },
      "an attribute of two types": {
        build: (name) => build(name, { indexes: { "by-user": { partitionKey: { name: "user", type: "N" } } } }),
        message: /indexes = "user" .* type S in another key/,
      },
      "units for a table with indexes": {
        build: (name) =>
          build(name, {
            capacity: { read: { min: 1, max: 2 }, write: { min: 1, max: 2 } },
            indexes: { "by-merchant": { partitionKey: { name: "merchant" } } },
          }),
        message: /capacity .* must be on demand/,
      },
      "a bound for a table that has units": {
        build: (name) =>
          build(name, {
            capacity: { read: { min: 1, max: 2 }, write: { min: 1, max: 2 } },
            maxRequestUnits: { read: 1, write: 1 },
          }),
        message: /maxRequestUnits .* bounds an on-demand table/,
      },
      "a maximum below the minimum": {
        build: (name) => build(name, { capacity: { read: { min: 5, max: 4 }, write: { min: 1, max: 2 } } }),
        message: /capacity\.read\.max = 4 .* from 5/,
      },
      "no request unit at all": {
        build: (name) => build(name, { maxRequestUnits: { read: 0, write: 1 } }),
        message: /maxRequestUnits\.read = 0 .* from 1/,
      },
      "a restore window over 35 days": {
        build: (name) => build(name, { recoveryDays: 36 }),
        message: /recoveryDays = 36 .* from 1 to 35/,
      },
      "a key that expires": {
        build: (name) => build(name, { expiresAt: "user" }),
        message: /expiresAt = "user" .* Name another attribute/,
      },
      "a grant on a stream that there is not": {
        build: (name) => build(name).grantStream(new TestGrantee(`${name}-worker`)),
        message: /stream .* Give the table a `stream` first/,
      },
    },
  });

  it("knows its name and ARN at preview", async () => {
    const recording = await recordProgram(
      () => {
        const table = build("balances");
        return { arn: table.arn };
      },
      { preview: true },
    );
    assert.equal(named(recording, "balances-table").inputs.name, "test-balances");
    assert.equal(recording.outputs.arn, ARN);
  });

  it("grants exactly what is asked for, indexes where there are some", async () => {
    const recording = await recordProgram(() => {
      const worker = new TestGrantee("worker");
      build("balances").grantRead(worker);
      build("ledger", { indexes: { "by-day": { partitionKey: { name: "day" } } } }).grantReadWrite(worker);
    });
    const [items, key] = statements(named(recording, "balances-read-worker").inputs.policy);
    assert.deepEqual(items?.Action, [
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:GetItem",
      "dynamodb:Query",
    ]);
    assert.equal(items?.Resource, ARN);
    assert.deepEqual(key?.Condition, VIA);
    const [both] = statements(named(recording, "ledger-read-write-worker").inputs.policy);
    const ledger = ARN.replace("balances", "ledger");
    assert.deepEqual(both?.Resource, [ledger, `${ledger}/index/*`]);
    const actions = [both?.Action].flat();
    assert.ok(actions.includes("dynamodb:PutItem") && actions.includes("dynamodb:GetItem"));
    assert.ok(!actions.includes("dynamodb:Scan"));
  });

  it("lets one put what another takes once", async () => {
    const recording = await recordProgram(() => {
      const table = new Table("tokens", { key: new Key("k", { description: "x" }), partitionKey: { name: "id" } });
      table.grantPut(new TestGrantee("giver"));
      table.grantTake(new TestGrantee("taker"));
    });
    const actions = (policy: string) => statements(named(recording, policy).inputs.policy)[0]?.Action;
    assert.deepEqual(actions("tokens-put-giver"), ["dynamodb:PutItem"]);
    assert.deepEqual(actions("tokens-take-taker"), ["dynamodb:DeleteItem", "dynamodb:GetItem"]);
  });

  it("scales its units, and leaves what scaling has set as it is", async () => {
    const recording = await recordProgram(
      () => void build("balances", { capacity: { read: { min: 5, max: 50 }, write: { min: 2, max: 20 } } }),
    );
    const table = named(recording, "balances-table");
    assert.deepEqual(
      [table.inputs.billingMode, table.inputs.readCapacity, table.inputs.writeCapacity],
      ["PROVISIONED", 5, 2],
    );
    assert.deepEqual(table.ignoreChanges, ["readCapacity", "writeCapacity"]);
    const [read, write] = ofType(recording, "aws:appautoscaling/target:Target", 2);
    assert.deepEqual([read?.inputs.minCapacity, read?.inputs.maxCapacity], [5, 50]);
    assert.equal(write?.inputs.scalableDimension, "dynamodb:table:WriteCapacityUnits");
    assert.equal(write?.inputs.resourceId, "table/test-balances");
  });

  it("is relaxed in development only where nothing is lost that counts", async () => {
    const settings = async (environment: "production" | "development") => {
      const recording = await recordProgram(() => void build("balances", { environment }));
      const { inputs, protect } = named(recording, "balances-table");
      return [protect, inputs.deletionProtectionEnabled, inputs.pointInTimeRecovery, inputs.serverSideEncryption];
    };
    const [protect, deletion, ...kept] = await settings("production");
    assert.deepEqual([protect, deletion], [true, true]);
    const [devProtect, devDeletion, ...devKept] = await settings("development");
    assert.deepEqual([devProtect, devDeletion], [false, false]);
    assert.deepEqual(devKept, kept);
  });
});
