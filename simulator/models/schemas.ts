import type { Facts, Models } from "../model";

const MADE_AT = "2026-01-01T00:00:00Z";

const schemaArn = (f: Facts): string => f.arn("schemas", `schema/${f.text("registryName")}/${f.name}`);

export const schemas: Models = {
  "aws:schemas/registry:Registry": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("schemas", `registry/${f.name}`) }),
  },
  "aws:schemas/schema:Schema": {
    nameProperty: "name",
    id: (f) => `${f.name}/${f.text("registryName")}`,
    outputs: (f) => ({ arn: schemaArn(f), lastModified: MADE_AT, version: "1", versionCreatedDate: MADE_AT }),
  },
};
