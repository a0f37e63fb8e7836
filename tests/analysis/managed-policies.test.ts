import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { managedPolicy, managedPolicyName, managedPolicyTable } from "../../analysis/authorization/managed-policies";

describe("the table of AWS's managed policies", () => {
  it("is as the script made it: nobody edited it by hand", () => {
    const { policies, sha256, date } = managedPolicyTable();
    assert.equal(createHash("sha256").update(JSON.stringify(policies)).digest("hex"), sha256);
    assert.match(date, /^\d{4}-\d\d-\d\d$/);
  });

  it("says what the well-known ones say", () => {
    assert.deepEqual(
      managedPolicy("AdministratorAccess")?.map(({ allow, actions, resources }) => [allow, actions, resources]),
      [[true, ["*"], ["*"]]],
    );
    const [power] = managedPolicy("PowerUserAccess") ?? [];
    assert.ok(power?.allActionsBut && power.actions.includes("iam:*"));
    assert.ok(managedPolicy("ReadOnlyAccess")?.some(({ actions }) => actions.includes("s3:Get*")));
    assert.equal(managedPolicy("NoSuchPolicy"), undefined);
  });

  it("knows a name from an ARN of any partition and path", () => {
    assert.equal(managedPolicyName("arn:aws:iam::aws:policy/service-role/AWSLambdaRole"), "AWSLambdaRole");
    assert.equal(managedPolicyName("arn:aws-cn:iam::aws:policy/ReadOnlyAccess"), "ReadOnlyAccess");
    assert.equal(managedPolicyName("arn:aws:iam::123456789012:policy/mine"), undefined);
  });
});
