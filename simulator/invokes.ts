import type { Invokes } from "./model";

/** Every provider function that the simulator answers for. */
export const invokes: Invokes = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_, { account, partition }) => ({
    id: account,
    accountId: account,
    arn: `arn:${partition}:iam::${account}:role/palisade`,
    userId: "AROAEXAMPLE:palisade",
  }),
};
