import { type Fact, knownText, type ResourceGraph, type ResourceNode } from "./graph";
import { concernsAction, covers, type PolicyStatement, statementsOf } from "./policy-document";

/** A statement that lets somebody read a secret, and the resource that holds it. */
export interface Reader {
  readonly holder: ResourceNode;
  readonly statement: PolicyStatement;
}

/** Identity policies, by the property with the document and the one that names who has them. */
const IDENTITY_POLICIES: Readonly<Record<string, string>> = {
  "aws:iam/rolePolicy:RolePolicy": "role",
  "aws:iam/userPolicy:UserPolicy": "user",
  "aws:iam/groupPolicy:GroupPolicy": "group",
  "aws:iam/policy:Policy": "",
};

interface Readers {
  readonly statements: readonly Reader[];
  /** The first policy that is not known yet: it may let anybody read anything. */
  readonly hole: (Fact & { readonly known: false }) | undefined;
}

/** Every statement of the program's identity policies that allows reading a secret, whichever. */
export function secretReaders(graph: ResourceGraph): Readers {
  return graph.once("readers of secrets", () => {
    const statements: Reader[] = [];
    let hole: Readers["hole"];
    for (const holder of graph.ofType(...Object.keys(IDENTITY_POLICIES))) {
      const document = statementsOf(holder.property("policy"));
      if (!document.known) hole ??= document;
      else
        statements.push(
          ...document.value
            .filter((statement) => statement.allow && concernsAction(statement, "secretsmanager:GetSecretValue"))
            .map((statement) => ({ holder, statement })),
        );
    }
    return { statements, hole };
  });
}

/** How a statement reaches the secret: not at all, by the secret's own name or ARN, or by a pattern that reaches others as well. */
export function reach({ resources, allResourcesBut }: PolicyStatement, secret: ResourceNode): "none" | "own" | "wide" {
  const arn = knownText(secret.outputs.arn);
  const name = knownText(secret.outputs.name);
  if (allResourcesBut) return resources.some((pattern) => arn !== undefined && covers(pattern, arn)) ? "none" : "wide";
  // AWS adds a hyphen and six characters to the name.
  const target = nameIn(arn) ?? (name === undefined ? undefined : `${name}-......`);
  const reaches = resources.map((pattern) => {
    if (pattern === arn) return "own";
    const wanted = nameIn(pattern);
    if (wanted === undefined) return covers(pattern, arn ?? SOME_SECRET) ? "wide" : "none";
    if (target === undefined) return wanted.startsWith("*") ? "wide" : "none";
    if (wanted !== name && !covers(wanted, target)) return "none";
    return name !== undefined && (wanted === name || wanted.startsWith(`${name}-`)) ? "own" : "wide";
  });
  return reaches.includes("wide") ? "wide" : reaches.includes("own") ? "own" : "none";
}

const SOME_SECRET = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:some-......";

function nameIn(arn: string | undefined): string | undefined {
  return arn?.split(":secret:")[1];
}

/** Who has the policy, when it is not a role of this program: users, groups, and roles that are made elsewhere. */
export function undeclaredHolder(holder: ResourceNode, graph: ResourceGraph): string | undefined {
  const property = IDENTITY_POLICIES[holder.type];
  if (property === "user" || property === "group") return `${property} of ${holder.name}`;
  if (property !== "role") return undefined;
  const role = holder.property("role");
  if (role.unknown || graph.resolve(role, "aws:iam/role:Role").nodes.length > 0) return undefined;
  const fact = role.fact;
  return fact.known ? `role ${String(fact.value)}, which is not of this program` : undefined;
}
