import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { customerKey, joined } from "../checks";
import { deniesPlainHttp, publicStatements } from "../policy-statements";
import { fail, type Outcome, PASS, type Rule, undetermined } from "../rule";

const QUEUE = "aws:sqs/queue:Queue";
const TOPIC = "aws:sns/topic:Topic";

/** Where the policy of each stands when not in the resource itself. */
const POLICY_RESOURCES: Readonly<Record<string, readonly [type: string, property: string]>> = {
  [QUEUE]: ["aws:sqs/queuePolicy:QueuePolicy", "queueUrl"],
  [TOPIC]: ["aws:sns/topicPolicy:TopicPolicy", "arn"],
};

function withStatements(
  node: ResourceNode,
  graph: ResourceGraph,
  judge: (statements: readonly PolicyStatement[]) => Outcome,
): Outcome {
  const [type, property] = POLICY_RESOURCES[node.type] ?? ["", ""];
  return joined(graph.referring(type, property, node), (policies) => {
    const statements: PolicyStatement[] = [];
    for (const holder of [node, ...policies]) {
      const document = statementsOf(holder.property("policy"));
      if (!document.known) return undetermined(document);
      statements.push(...document.value);
    }
    return judge(statements);
  });
}

export const messagingRules: readonly Rule[] = [
  {
    id: "sqs-customer-key",
    title: "SQS queues are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["SQS.1"],
    types: [QUEUE],
    remediation: "Set kmsMasterKeyId to your key.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
    check(node, graph) {
      return customerKey(node.property("kmsMasterKeyId"), graph, "Messages have no customer key.");
    },
  },
  {
    id: "sns-customer-key",
    title: "SNS topics are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["SNS.1"],
    types: [TOPIC],
    remediation: "Set kmsMasterKeyId to your key.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
    check(node, graph) {
      return customerKey(node.property("kmsMasterKeyId"), graph, "Messages have no customer key.");
    },
  },
  {
    id: "sqs-tls-only",
    title: "SQS queues refuse requests without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: [],
    types: [QUEUE],
    remediation: "Deny sqs:* to everyone when aws:SecureTransport is false; Palisade's Queue does.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    check(node, graph) {
      return withStatements(node, graph, (statements) =>
        statements.some((statement) => deniesPlainHttp(statement, "sqs:SendMessage"))
          ? PASS
          : fail("No policy statement denies plain HTTP.", "policy"),
      );
    },
  },
  {
    id: "sns-tls-only",
    title: "SNS topics refuse publishers without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: [],
    types: [TOPIC],
    remediation: "Deny sns:Publish to everyone when aws:SecureTransport is false.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
    check(node, graph) {
      return withStatements(node, graph, (statements) =>
        statements.some((statement) => deniesPlainHttp(statement, "sns:Publish"))
          ? PASS
          : fail("No policy statement denies plain HTTP.", "policy"),
      );
    },
  },
  {
    id: "sqs-not-public",
    title: "SQS queue policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: ["SQS.3"],
    types: [QUEUE],
    remediation: "Name the principals, or hold `Principal: *` to your account, organisation or a source ARN.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
    check(node, graph) {
      return withStatements(node, graph, publicStatements);
    },
  },
  {
    id: "sns-not-public",
    title: "SNS topic policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: ["SNS.4"],
    types: [TOPIC],
    remediation: "Name the principals, or hold `Principal: *` to your account, organisation or a source ARN.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
    check(node, graph) {
      return withStatements(node, graph, publicStatements);
    },
  },
];
