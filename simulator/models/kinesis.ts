import type { Facts, Models } from "../model";

/** Midnight of 2026-11-21, UTC. */
const CREATED = { seconds: 1_795_219_200, text: "2026-11-21T00:00:00Z" };
const streamArn = (f: Facts): string => f.arn("kinesis", `stream/${f.name}`);
const consumerArn = (f: Facts): string => `${f.text("streamArn")}/consumer/${f.name}:${CREATED.seconds}`;
const deliveryStreamArn = (f: Facts): string => f.arn("firehose", `deliverystream/${f.name}`);

export const kinesis: Models = {
  "aws:kinesis/stream:Stream": {
    nameProperty: "name",
    id: streamArn,
    outputs: (f) => ({ arn: streamArn(f), maxRecordSizeInKib: f.number("maxRecordSizeInKib", 1024) }),
  },
  "aws:kinesis/streamConsumer:StreamConsumer": {
    nameProperty: "name",
    id: consumerArn,
    outputs: (f) => ({ arn: consumerArn(f), creationTimestamp: CREATED.text }),
  },
  "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": {
    nameProperty: "name",
    id: deliveryStreamArn,
    outputs: (f) => ({ arn: deliveryStreamArn(f), destinationId: "destinationId-000000000001", versionId: "1" }),
  },
};
