import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  actionOf,
  actionsMatching,
  isService,
  keyOf,
  knownKey,
  needsAnyResource,
  origin,
  supports,
} from "../../analysis/authorization/services";

function known(id: string) {
  const action = actionOf(id);
  assert.ok(action, id);
  return action;
}

describe("the service authorization table", () => {
  it("is as the script made it: nobody edited it by hand", () => {
    assert.equal(createHash("sha256").update(JSON.stringify(origin.services)).digest("hex"), origin.sha256);
    assert.match(origin.source, /^@cloud-copilot\/iam-data \d+\.\d+\.\d+$/);
    assert.match(origin.date, /^\d{4}-\d\d-\d\d$/);
  });

  it("has every service and can read each of them", () => {
    const services = Object.keys(origin.services);
    assert.ok(services.length >= 456);
    const actions = services.flatMap((service) => actionsMatching(`${service}:*`));
    assert.ok(actions.length > 22_000, `${actions.length}`);
    for (const { id, arns, keys } of actions) {
      for (const arn of arns) assert.match(arn, /^arn:\*:[a-z0-9*-]+:/, `${id}: ${arn}`);
      for (const { name } of keys) assert.match(name, /^[^\s=]+:[^\s=]+$/, `${id}: ${name}`);
    }
  });

  it("knows what an action does, whatever the case of its name", () => {
    assert.equal(known("S3:getobject").id, "s3:GetObject");
    assert.equal(known("s3:GetObject").level, "Read");
    assert.equal(known("s3:PutBucketPolicy").level, "Permissions management");
    assert.equal(known("ec2:CreateTags").level, "Tagging");
    assert.equal(actionOf("s3:HeadBucket"), undefined);
    assert.ok(isService("SQS") && !isService("squs"));
    assert.ok(actionsMatching("sqs:*Message").length >= 3);
    assert.deepEqual(actionsMatching("sqs:Nothing*"), []);
  });

  it("knows which resources an action takes", () => {
    const bucket = "arn:aws:s3:::orders";
    assert.ok(supports(known("s3:ListBucket"), bucket));
    assert.ok(!supports(known("s3:GetObject"), bucket));
    assert.ok(supports(known("s3:GetObject"), `${bucket}/*`));
    assert.ok(supports(known("s3:GetObject"), "arn:*:s3:::orders-${aws:username}/*"));
    assert.ok(!supports(known("sqs:SendMessage"), "arn:aws:sns:eu-west-1:123456789012:orders"));
    // A kind of resource that has two forms of ARN.
    assert.ok(supports(known("apigateway:PATCH"), "arn:aws:apigateway:eu-west-1::/restapis/a/stages/live"));
    // A type whose name has a space.
    assert.ok(supports(known("lambda:InvokeFunction"), "arn:aws:lambda:eu-west-1:123456789012:function:orders"));
    assert.ok(needsAnyResource("ecr:GetAuthorizationToken"));
    assert.ok(needsAnyResource("cloudwatch:PutMetricData"));
    assert.ok(!needsAnyResource("ecr:BatchGetImage"));
    assert.ok(!needsAnyResource("ecr:NoSuchAction"));
  });

  it("knows the condition keys that an action's requests bring, and those that all bring", () => {
    const sends = known("sqs:SendMessage");
    assert.equal(keyOf(sends, "aws:sourceip")?.type, "IPAddress");
    assert.equal(keyOf(sends, "aws:resourcetag/team")?.type, "String");
    assert.equal(keyOf(sends, "s3:prefix"), undefined);
    assert.equal(keyOf(known("s3:ListBucket"), "s3:prefix")?.type, "String");
    assert.equal(keyOf(known("s3:GetObject"), "s3:prefix"), undefined);
    assert.equal(keyOf(known("secretsmanager:GetSecretValue"), "secretsmanager:resourcetag/team")?.type, "String");
    assert.equal(keyOf(known("kms:Decrypt"), "kms:encryptioncontext:aws:logs:arn")?.type, "String");
    assert.equal(keyOf(known("kms:CreateGrant"), "kms:grantoperations")?.multivalued, true);
    assert.equal(knownKey("aws:sourcevpcid"), undefined);
    assert.equal(knownKey("iam:passedtoservice")?.type, "String");
  });
});
