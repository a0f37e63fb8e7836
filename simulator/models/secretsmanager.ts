import type { Facts, Models } from "../model";

/** AWS adds a hyphen and six characters, so that a new secret of an old name has an ARN of its own. */
const arn = (f: Facts): string => f.arn("secretsmanager", `secret:${f.name}-${f.hex(6)}`);

export const secretsmanager: Models = {
  "aws:secretsmanager/secret:Secret": {
    nameProperty: "name",
    id: arn,
    outputs: (f) => ({
      arn: arn(f),
      replicas: f.list("replicas").map((replica) => ({
        ...(replica as Record<string, unknown>),
        lastAccessedDate: "",
        status: "InSync",
        statusMessage: "Replication succeeded",
      })),
    }),
  },
  "aws:secretsmanager/secretVersion:SecretVersion": {
    id: (f) => `${f.text("secretId")}|${f.uuid()}`,
    outputs: (f) => ({
      arn: f.text("secretId"),
      secretArn: f.text("secretId"),
      hasSecretStringWo: f.inputs.secretStringWo !== undefined,
      versionId: f.uuid(),
      versionStages: f.inputs.versionStages ?? ["AWSCURRENT"],
    }),
  },
  "aws:secretsmanager/secretRotation:SecretRotation": {
    id: (f) => f.text("secretId"),
    outputs: (f) => ({ rotationEnabled: f.inputs.rotationEnabled ?? true }),
  },
  "aws:secretsmanager/secretPolicy:SecretPolicy": { id: (f) => f.text("secretArn") },
};
