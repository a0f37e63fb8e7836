import type { Models } from "../model";

export const cloudwatch: Models = {
  "aws:cloudwatch/logGroup:LogGroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("logs", `log-group:${f.name}`) }),
  },
  "aws:cloudwatch/metricAlarm:MetricAlarm": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("cloudwatch", `alarm:${f.name}`) }),
  },
};
