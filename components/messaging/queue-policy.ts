import type * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../core";

/** What no queue lets happen: plain HTTP, and principals of another account. */
export function queueDenials(account: pulumi.Input<string>, queueArn: pulumi.Input<string>): Statement[] {
  const deny = (sid: string, condition: Statement["Condition"]): Statement => ({
    Sid: sid,
    Effect: "Deny",
    Principal: "*",
    Action: "sqs:*",
    Resource: queueArn,
    Condition: condition,
  });
  return [
    deny("DenyPlainHttp", { Bool: { "aws:SecureTransport": "false" } }),
    // An AWS service has no account; it is held by the statement that lets it in.
    deny("DenyOtherAccounts", {
      StringNotEquals: { "aws:PrincipalAccount": account },
      Bool: { "aws:PrincipalIsAWSService": "false" },
    }),
  ];
}
