import type { Facts, Models } from "../model";

/** The Data Catalog's id: the account's, unless the program names another. */
const catalog = (f: Facts): string => f.text("catalogId") || f.account;

export const glue: Models = {
  "aws:glue/catalogDatabase:CatalogDatabase": {
    nameProperty: "name",
    id: (f) => `${catalog(f)}:${f.name}`,
    outputs: (f) => ({ arn: f.arn("glue", `database/${f.name}`), catalogId: catalog(f) }),
  },
  "aws:glue/catalogTable:CatalogTable": {
    nameProperty: "name",
    id: (f) => `${catalog(f)}:${f.text("databaseName")}:${f.name}`,
    outputs: (f) => ({ arn: f.arn("glue", `table/${f.text("databaseName")}/${f.name}`), catalogId: catalog(f) }),
  },
};
