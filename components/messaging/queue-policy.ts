import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, type Statement, type Transform } from "../core";
import type { Key } from "../security/key";

/** The longest that SQS keeps a message. */
const SET_ASIDE_DAYS = 14;

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

/** EventBridge sends as itself; the ARN of the rule, or the bus, holds it to what a component made. The queue's key must name `events`. */
export function eventDeliveryStatement(
  queueArn: pulumi.Input<string>,
  from: pulumi.Input<string> | pulumi.Input<string>[],
): Statement {
  return {
    Sid: "EventBridgeDelivers",
    Effect: "Allow",
    Principal: { Service: "events.amazonaws.com" },
    Action: "sqs:SendMessage",
    Resource: queueArn,
    Condition: { ArnLike: { "aws:SourceArn": from } },
  };
}

export interface SetAsideOptions {
  /** Fixed name, and the ARN that follows from it: those who send there name it before it exists. */
  name: string;
  arn: pulumi.Output<string>;
  key: Key;
  /** For a service that sends to it. Default: none; a role of this account needs a grant. */
  statements?: readonly Statement[];
  transform?: Transform<aws.sqs.QueueArgs>;
}

/**
 * A queue of `owner` for what could not be handed on: encrypted with the customer key, kept for as long as SQS keeps anything, with room
 * for the largest message there is.
 */
export function setAsideQueue(owner: Component, suffix: string, options: SetAsideOptions): aws.sqs.Queue {
  return new aws.sqs.Queue(
    owner.childName(suffix),
    {
      name: options.name,
      kmsMasterKeyId: options.key.arn,
      kmsDataKeyReusePeriodSeconds: 300,
      messageRetentionSeconds: SET_ASIDE_DAYS * 86_400,
      maxMessageSize: 1_048_576,
      receiveWaitTimeSeconds: 20,
      policy: policyDocument([...queueDenials(owner.account, options.arn), ...(options.statements ?? [])]),
    },
    owner.statefulOptions({}, options.transform),
  );
}
