import { parseStatements, type PolicyStatement } from "../policy-document";

interface Table {
  readonly source: string;
  readonly date: string;
  readonly sha256: string;
  readonly policies: Readonly<Record<string, string | undefined>>;
}

/** The table is read when the first policy of AWS is asked for: most programs attach none. */
export function managedPolicyTable(): Table {
  const table: Table = require("./managed-policies.json");
  return table;
}

const statements = new Map<string, readonly PolicyStatement[] | undefined>();

/** Name of a policy that AWS manages, from its ARN, e.g. `service-role/AWSLambdaBasicExecutionRole` without the path. */
export function managedPolicyName(arn: string): string | undefined {
  return /^arn:[^:]+:iam::aws:policy\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
}

/** What a policy that AWS manages says; undefined when the table has none of that name. */
export function managedPolicy(name: string): readonly PolicyStatement[] | undefined {
  if (!statements.has(name)) {
    const document = managedPolicyTable().policies[name];
    statements.set(name, document === undefined ? undefined : parseStatements(document, name));
  }
  return statements.get(name);
}
