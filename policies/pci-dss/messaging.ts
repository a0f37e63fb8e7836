import type { ResourceGraph, ResourceNode } from "../../analysis/graph";
import { type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { customerKey, joined } from "../checks";
import { deniesPlainHttp, publicStatements } from "../policy-statements";
import { fail, type Outcome, PASS, type Rule, undetermined, implement } from "../rule";
import { messaging } from "../catalogue/messaging";

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

export const messagingRules: readonly Rule[] = implement(messaging, {
  "sqs-customer-key": {
    types: [QUEUE],
    check(node, graph) {
      return customerKey(node.property("kmsMasterKeyId"), graph, "Messages have no customer key.");
    },
  },
  "sns-customer-key": {
    types: [TOPIC],
    check(node, graph) {
      return customerKey(node.property("kmsMasterKeyId"), graph, "Messages have no customer key.");
    },
  },
  "event-bus-customer-key": {
    types: ["aws:cloudwatch/eventBus:EventBus"],
    check(node, graph) {
      return customerKey(node.property("kmsKeyIdentifier"), graph, "Events have no customer key.");
    },
  },
  "sqs-tls-only": {
    types: [QUEUE],
    check(node, graph) {
      return withStatements(node, graph, (statements) =>
        ["sqs:SendMessage", "sqs:ReceiveMessage"].every((action) =>
          statements.some((statement) => deniesPlainHttp(statement, action)),
        )
          ? PASS
          : fail("No policy statement denies plain HTTP.", "policy"),
      );
    },
  },
  "sns-tls-only": {
    types: [TOPIC],
    check(node, graph) {
      return withStatements(node, graph, (statements) =>
        statements.some((statement) => deniesPlainHttp(statement, "sns:Publish"))
          ? PASS
          : fail("No policy statement denies plain HTTP.", "policy"),
      );
    },
  },
  "sqs-not-public": {
    types: [QUEUE],
    check(node, graph) {
      return withStatements(node, graph, publicStatements);
    },
  },
  "sns-not-public": {
    types: [TOPIC],
    check(node, graph) {
      return withStatements(node, graph, publicStatements);
    },
  },
});
