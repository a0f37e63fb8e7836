import type { Models } from "../model";

export const dynamodb: Models = {
  "aws:dynamodb/table:Table": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => {
      const arn = f.arn("dynamodb", `table/${f.name}`);
      const label = "2026-11-21T00:00:00.000";
      const streams = f.inputs.streamEnabled === true;
      return {
        arn,
        streamArn: streams ? `${arn}/stream/${label}` : "",
        streamLabel: streams ? label : "",
        readCapacity: f.number("readCapacity", 0),
        writeCapacity: f.number("writeCapacity", 0),
      };
    },
  },
};
