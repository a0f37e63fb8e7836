import type { Models } from "../model";

/** CodePipeline, CodeBuild and CodeConnections. */
export const codesuite: Models = {
  "aws:codebuild/project:Project": {
    nameProperty: "name",
    id: (f) => f.arn("codebuild", `project/${f.name}`),
    outputs: (f) => ({ arn: f.arn("codebuild", `project/${f.name}`), badgeUrl: "", publicProjectAlias: "" }),
  },
  "aws:codeconnections/connection:Connection": {
    nameProperty: "name",
    id: (f) => f.arn("codeconnections", `connection/${f.uuid()}`),
    outputs: (f) => ({
      arn: f.arn("codeconnections", `connection/${f.uuid()}`),
      connectionStatus: "PENDING",
      ownerAccountId: f.account,
    }),
  },
  "aws:codepipeline/pipeline:Pipeline": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("codepipeline", f.name), triggerAlls: f.list("triggers") }),
  },
};
