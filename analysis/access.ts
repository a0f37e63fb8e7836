import { arnContains } from "./arn";
import type { Property, ResourceGraph, ResourceNode, Unknown } from "./graph";
import { decide, denies, mayAllow, type Permission, type Permissions, type Principal, principalsOf } from "./identity";
import type { Request } from "./identity-evaluation";
import {
  concernsAction,
  isPublic,
  isUnknownValue,
  isValueOf,
  type PolicyStatement,
  statementsOf,
  unknownValue,
} from "./policy-document";

/** What is read of a kind of store, and where the policies stand that say who may. */
interface Store {
  /** The action that reads it. */
  readonly action: string;
  /** Type and property of the resources that hold its policy, and the property that leads to the store. */
  readonly policies: readonly (readonly [type: string, store: string, policy: string])[];
  /** The ARN that a request names, as far as it is known. */
  arn(node: ResourceNode): string | undefined;
  /** True when identity policies count only as far as the store's own policy lets them: a KMS key's. */
  readonly decidesAlone: boolean;
}

function arnOf(node: ResourceNode, service: string): string | undefined {
  const arn = node.output("arn");
  return arn?.split(":")[2] === service ? arn : undefined;
}

export const STORES: Readonly<Record<string, Store>> = {
  "aws:s3/bucket:Bucket": {
    action: "s3:GetObject",
    policies: [["aws:s3/bucketPolicy:BucketPolicy", "bucket", "policy"]],
    arn(node) {
      const bucket = node.output("bucket");
      return bucket === undefined ? undefined : `arn:*:s3:::${bucket}/*`;
    },
    decidesAlone: false,
  },
  "aws:secretsmanager/secret:Secret": {
    action: "secretsmanager:GetSecretValue",
    policies: [["aws:secretsmanager/secretPolicy:SecretPolicy", "secretArn", "policy"]],
    arn(node) {
      const name = node.output("name");
      // Six characters of AWS's own end a secret's ARN.
      const built = name === undefined ? undefined : `arn:*:secretsmanager:*:*:secret:${name}-??????`;
      return arnOf(node, "secretsmanager") ?? built;
    },
    decidesAlone: false,
  },
  "aws:kms/key:Key": {
    action: "kms:Decrypt",
    policies: [["aws:kms/keyPolicy:KeyPolicy", "keyId", "policy"]],
    arn(node) {
      return node.output("arn") === undefined ? `arn:*:kms:*:*:key/${unknownValue([node.urn])}` : arnOf(node, "kms");
    },
    decidesAlone: true,
  },
};

/** Somebody who may read a store. */
export interface Reader {
  /** Name of the role, user or group, or who a policy of the store names. */
  readonly who: string;
  /** What lets them. */
  readonly by: Permission;
  /** True when a permission names this store, and so somebody meant it. */
  readonly declared: boolean;
}

export interface Readers {
  readonly readers: readonly Reader[];
  /** Values that may make others readers. */
  readonly unknown: readonly (Unknown | Property)[];
}

/**
 * Who may read a secret, a key or a bucket: the union of what identity policies, their boundaries and the store's own policy say. Principals of other
 * programs are not known; the store's policy is what holds them back.
 */
export function readersOf(node: ResourceNode, graph: ResourceGraph): Readers | undefined {
  const store = STORES[node.type];
  if (store === undefined) return undefined;
  const resource = store.arn(node);
  const own = storePolicy(node, store, graph);
  const readers: Reader[] = [];
  const unknown: (Unknown | Property)[] = [...own.unknown];
  const delegated =
    !store.decidesAlone || own.known.length === 0 || own.known.some((by) => delegates(by, store.action));
  for (const principal of readingPrincipals(store.action, graph)) {
    if (resource === undefined) {
      unknown.push(
        ...(delegated ? [{ known: false, resource: node.urn, path: "arn", producers: [node.urn] } as const] : []),
      );
      break;
    }
    const request: Request = { action: store.action, resource, context: contextOf(principal) };
    if (own.known.some((by) => denies(by, request) && names(by.statement, principal))) continue;
    const decision = delegated ? decide(principal, request) : ({ kind: "denied" } as const);
    if (decision.kind === "unknown") unknown.push(decision.unknown);
    if (decision.kind !== "allowed") continue;
    const ways = principal.identity.known.filter((by) => mayAllow(by, request));
    const meant = ways.find(({ statement }) => isNamed(statement, resource));
    readers.push({ who: principal.node.name, by: meant ?? decision.by, declared: meant !== undefined });
  }
  return { readers: [...readers, ...namedByPolicy(own, store.action)], unknown };
}

/** Principals with a statement about the action, or with one that is not known. */
function readingPrincipals(action: string, graph: ResourceGraph): readonly Principal[] {
  return graph.once(`principals that may ${action}`, () =>
    principalsOf(graph).filter(
      ({ identity }) =>
        identity.unknown.length > 0 ||
        identity.known.some(({ statement }) => statement.allow && concernsAction(statement, action)),
    ),
  );
}

function contextOf({ arn }: Principal): Request["context"] {
  return arn === undefined ? {} : { "aws:principalarn": [arn] };
}

function storePolicy(node: ResourceNode, store: Store, graph: ResourceGraph): Permissions {
  const documents = [node.property("policy")];
  const unknown: (Unknown | Property)[] = [];
  for (const [type, property, policy] of store.policies) {
    const join = graph.referring(type, property, node);
    documents.push(...join.nodes.map((holder) => holder.property(policy)));
    unknown.push(...join.uncertain);
  }
  const known: Permission[] = [];
  for (const document of documents.filter(({ absent }) => !absent)) {
    const statements = statementsOf(document);
    if (statements.known) known.push(...statements.value.map((statement) => ({ statement, from: document.node })));
    else unknown.push(statements);
  }
  return { known, unknown };
}

const ROOT = /^(\d{12}|arn:[^:]+:iam::\d{12}:root)$/;

/** Does a key's policy leave it to the account's own policies? */
function delegates({ statement }: Permission, action: string): boolean {
  const who = statement.principals.AWS ?? [];
  return statement.allow && concernsAction(statement, action) && who.some((arn) => ROOT.test(arn) || arn === "*");
}

/** Does the statement of a store's policy speak of the principal? */
function names(statement: PolicyStatement, { arn }: Principal): boolean {
  const who = statement.principals.AWS ?? [];
  if (isPublic(statement)) return true;
  return arn !== undefined && who.some((name) => arnContains(name, arn));
}

/** Whom the store's own policy lets in. A role by its ARN is meant; everybody, or all of another account, is not. */
function namedByPolicy({ known }: Permissions, action: string): readonly Reader[] {
  return known.flatMap((by) => {
    const { statement } = by;
    if (!statement.allow || !concernsAction(statement, action)) return [];
    if (isPublic(statement)) return statement.conditions.length > 0 ? [] : [{ who: "everybody", by, declared: false }];
    return (statement.principals.AWS ?? [])
      .filter((who) => !ROOT.test(who))
      .map((who) => ({ who, by, declared: !/[*?]/.test(who) }));
  });
}

/** Does the statement name this very resource, not a pattern that it happens to fit? Objects of a named bucket are named with it. */
function isNamed({ resources, allResourcesBut, conditions }: PolicyStatement, resource: string): boolean {
  if (conditions.some(({ key }) => key === "kms:resourcealiases")) return true;
  if (allResourcesBut) return false;
  return resources.some((named) =>
    isUnknownValue(named) ? isValueOf(named, resource) === true : identifying(named) === identifying(resource),
  );
}

/** What of an ARN tells which store it is: without objects' keys and without the random end of a secret's name. */
function identifying(arn: string): string {
  const [, , service, , , ...rest] = arn.split(":");
  const id = rest.join(":");
  if (service === "s3") return `s3 ${id.split("/")[0]}`;
  if (service === "secretsmanager") return `secretsmanager ${id.replace(/-(\?{6}|\*|[A-Za-z0-9]{6})$/, "")}`;
  return `${service} ${id}`;
}
