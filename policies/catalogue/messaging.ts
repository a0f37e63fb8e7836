import type { Catalogue } from "./catalogue";

export const messaging = {
  "sqs-customer-key": {
    title: "SQS queues are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["SQS.1"],
    remediation: "Set kmsMasterKeyId to your key.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html",
  },
  "sns-customer-key": {
    title: "SNS topics are encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["SNS.1"],
    remediation: "Set kmsMasterKeyId to your key.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-server-side-encryption.html",
  },
  "sqs-tls-only": {
    title: "SQS queues refuse requests without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["SQS/tls-only"],
    remediation: "Deny sqs:* to everyone when aws:SecureTransport is false; Palisade's Queue does.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
  },
  "sns-tls-only": {
    title: "SNS topics refuse publishers without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: [],
    remediation: "Deny sns:Publish to everyone when aws:SecureTransport is false.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
  },
  "sqs-not-public": {
    title: "SQS queue policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: ["SQS.3"],
    remediation: "Name the principals, or hold `Principal: *` to your account, organisation or a source ARN.",
    url: "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-security-best-practices.html",
  },
  "sns-not-public": {
    title: "SNS topic policies let nobody in from outside.",
    severity: "critical",
    requirements: ["7.2.1"],
    controls: ["SNS.4"],
    remediation: "Name the principals, or hold `Principal: *` to your account, organisation or a source ARN.",
    url: "https://docs.aws.amazon.com/sns/latest/dg/sns-security-best-practices.html",
  },
} as const satisfies Catalogue;
