import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import {
  ArgumentCheck,
  ArgumentError,
  Component,
  grant,
  type Grantee,
  policyDocument,
  serviceTrust,
} from "../../../components/core";
import { named, recordProgram, statements } from "../../support/record";

class Holder extends Component implements Grantee {
  readonly grantName: string;
  readonly role: aws.iam.Role;

  constructor(name: string) {
    super("palisade:test:Holder", name, {});
    this.grantName = name;
    this.role = new aws.iam.Role(this.childName("role"), { name, assumeRolePolicy: "{}" }, this.childOptions());
    this.registerOutputs({});
  }
}

describe("grants", () => {
  it("are one inline policy per owner, access and grantee, under the owner", async () => {
    const recording = await recordProgram(() => {
      const owner = new Holder("queue");
      const statement = { Effect: "Allow" as const, Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:1:q" };
      grant(owner, owner.name, "send", new Holder("api"), [statement]);
      grant(owner, owner.name, "send", new Holder("web"), [statement]);
    });
    const policy = named(recording, "queue-send-api");
    assert.equal(policy.type, "aws:iam/rolePolicy:RolePolicy");
    assert.equal(policy.parent, named(recording, "queue").urn);
    assert.equal(policy.inputs.role, "api");
    assert.deepEqual(statements(policy.inputs.policy), [
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:1:q" },
    ]);
    assert.equal(named(recording, "queue-send-web").inputs.role, "web");
  });
});

/** The value of an output, as a tag of a resource would show it. */
async function valueOf(make: () => pulumi.Output<string>): Promise<unknown> {
  const recording = await recordProgram(() => void new aws.sqs.Queue("q", { policy: make() }));
  return named(recording, "q").inputs.policy;
}

describe("policy documents", () => {
  it("resolve outputs inside and keep the order of keys", async () => {
    const json = await valueOf(() =>
      policyDocument([
        { Sid: "A", Effect: "Deny", Action: ["s3:GetObject"], Resource: pulumi.output("arn:aws:s3:::b/*") },
      ]),
    );
    assert.equal(
      json,
      '{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Deny","Action":["s3:GetObject"],"Resource":"arn:aws:s3:::b/*"}]}',
    );
  });

  it("hold a service's trust to this account, and to a source when there is one", async () => {
    const [plain] = statements(await valueOf(() => serviceTrust("ecs-tasks.amazonaws.com", "123456789012")));
    assert.deepEqual(plain, {
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: "sts:AssumeRole",
      Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
    });
    const [narrow] = statements(await valueOf(() => serviceTrust("s", "1", pulumi.output("arn:aws:ecs:r:1:*"))));
    assert.deepEqual(narrow?.Condition, {
      StringEquals: { "aws:SourceAccount": "1" },
      ArnLike: { "aws:SourceArn": "arn:aws:ecs:r:1:*" },
    });
  });
});

describe("argument errors", () => {
  const check: ArgumentCheck = new ArgumentCheck('Vpc "net"');
  const fails = (run: () => void, message: string) =>
    assert.throws(run, (error) => error instanceof ArgumentError && error.message === message);

  it("name the component, the argument, the value, what is allowed and the fix", () => {
    fails(
      () => check.that(false, "zones[1].name", "x", "Use a zone."),
      'Vpc "net": zones[1].name = "x" is not valid. Use a zone.',
    );
    const error = new ArgumentError("Vpc", "a", 1, "b");
    // Pulumi's CLI prints a RunError without a stack trace.
    assert.ok(pulumi.RunError.isInstance(error));
    assert.deepEqual([error.component, error.argument, error.value, error.expected], ["Vpc", "a", 1, "b"]);
  });

  it("check integers", () => {
    check.integer("days", 7, 7, 30);
    check.integer("days", 30, 7, 30);
    fails(
      () => check.integer("days", 6, 7, 30, "of days"),
      'Vpc "net": days = 6 is not valid. Give a whole number of days from 7 to 30.',
    );
    for (const wrong of [31, 7.5, Number.NaN, Infinity])
      assert.throws(() => check.integer("days", wrong, 7, 30), ArgumentError);
  });

  it("check choices, patterns, sizes and repetitions", () => {
    check.oneOf("mode", "a", ["a", "b"]);
    fails(() => check.oneOf("mode", "c", ["a", "b"]), 'Vpc "net": mode = "c" is not valid. Use one of: a, b.');
    check.matches("id", "Z1", /^Z/, "Begin with Z.");
    fails(() => check.matches("id", "A1", /^Z/, "Begin with Z."), 'Vpc "net": id = "A1" is not valid. Begin with Z.');
    check.atLeast("zones", ["a"], 1, "zone");
    check.atLeast("shards", { s0: {} }, 1, "shard");
    fails(() => check.atLeast("shards", {}, 1, "shard"), 'Vpc "net": shards = {} is not valid. Give at least 1 shard.');
    check.unique("zones", ["a", "b"]);
    fails(
      () => check.unique("zones", ["a", "a"]),
      'Vpc "net": zones = ["a","a"] is not valid. "a" stands twice; remove one.',
    );
  });

  it("never print an Output", () => {
    fails(
      () => check.that(false, "arn", pulumi.output("x"), "Give text."),
      'Vpc "net": arn = an Output is not valid. Give text.',
    );
  });
});
