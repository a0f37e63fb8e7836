import type { Models } from "../model";

export const ssm: Models = {
  "aws:ssm/document:Document": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("ssm", `document/${f.name}`),
      createdDate: "2026-01-01T00:00:00Z",
      defaultVersion: "1",
      description: "",
      documentVersion: "1",
      hash: f.hex(64),
      hashType: "Sha256",
      latestVersion: "1",
      owner: f.account,
      parameters: [],
      platformTypes: ["Linux"],
      schemaVersion: "2.2",
      status: "Active",
    }),
  },
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
