import type { Models } from "../model";

export const ssm: Models = {
  "aws:ssm/parameter:Parameter": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      // A path's own leading slash is the one after "parameter".
      arn: f.arn("ssm", `parameter/${f.name.replace(/^\//, "")}`),
      dataType: "text",
      hasValueWo: false,
      tier: "Standard",
      version: 1,
    }),
  },
};
