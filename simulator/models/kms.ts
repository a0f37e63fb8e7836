import type { Models } from "../model";

export const kms: Models = {
  "aws:kms/key:Key": {
    id: (f) => f.uuid(),
    outputs: (f) => ({ arn: f.arn("kms", `key/${f.uuid()}`), keyId: f.uuid() }),
  },
  "aws:kms/alias:Alias": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({
      arn: f.arn("kms", f.name),
      targetKeyArn: f.text("targetKeyId").startsWith("arn:")
        ? f.text("targetKeyId")
        : f.arn("kms", `key/${f.text("targetKeyId")}`),
    }),
  },
};
