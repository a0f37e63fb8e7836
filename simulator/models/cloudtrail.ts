import type { Facts, Models } from "../model";

const arn = (f: Facts): string => f.arn("cloudtrail", `trail/${f.name}`);

export const cloudtrail: Models = {
  "aws:cloudtrail/trail:Trail": {
    nameProperty: "name",
    id: arn,
    outputs: (f) => ({ arn: arn(f), homeRegion: f.region, snsTopicArn: "" }),
  },
};
