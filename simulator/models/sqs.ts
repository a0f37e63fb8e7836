import type { Facts, Models } from "../model";

const url = (f: Facts): string => `https://sqs.${f.region}.amazonaws.com/${f.account}/${f.name}`;

export const sqs: Models = {
  "aws:sqs/queue:Queue": {
    nameProperty: "name",
    id: url,
    outputs: (f) => ({
      arn: f.arn("sqs", f.name),
      url: url(f),
      deduplicationScope: f.text("deduplicationScope"),
      fifoThroughputLimit: f.text("fifoThroughputLimit"),
      kmsDataKeyReusePeriodSeconds: f.number("kmsDataKeyReusePeriodSeconds", 300),
      maxMessageSize: f.number("maxMessageSize", 262_144),
      messageRetentionSeconds: f.number("messageRetentionSeconds", 345_600),
      visibilityTimeoutSeconds: f.number("visibilityTimeoutSeconds", 30),
    }),
  },
  "aws:sqs/queuePolicy:QueuePolicy": { id: (f) => f.text("queueUrl") },
};
