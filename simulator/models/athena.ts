import type { Models } from "../model";

export const athena: Models = {
  "aws:athena/workgroup:Workgroup": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("athena", `workgroup/${f.name}`) }),
  },
};
