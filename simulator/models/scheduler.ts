import type { Models } from "../model";

const DEFAULT_GROUP = "default";

export const scheduler: Models = {
  "aws:scheduler/schedule:Schedule": {
    nameProperty: "name",
    id: (f) => `${f.text("groupName") || DEFAULT_GROUP}/${f.name}`,
    outputs: (f) => ({
      arn: f.arn("scheduler", `schedule/${f.text("groupName") || DEFAULT_GROUP}/${f.name}`),
      groupName: f.text("groupName") || DEFAULT_GROUP,
    }),
  },
};
