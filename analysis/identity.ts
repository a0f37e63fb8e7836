import { managedPolicy, managedPolicyName } from "./authorization/managed-policies";
import type { Join, Property, ResourceGraph, ResourceNode, Unknown } from "./graph";
import { type Answer, applies, type Request } from "./identity-evaluation";
import { type PolicyStatement, statementsOf } from "./policy-document";

const ROLE = "aws:iam/role:Role";
const USER = "aws:iam/user:User";
const GROUP = "aws:iam/group:Group";
const POLICY = "aws:iam/policy:Policy";
const MEMBERSHIP = "aws:iam/groupMembership:GroupMembership";
const USER_MEMBERSHIP = "aws:iam/userGroupMembership:UserGroupMembership";

/** Types that permissions can be given to. */
export const PRINCIPALS: readonly string[] = [ROLE, USER, GROUP];

/** A statement, and the resource or the policy of AWS that says it. */
export interface Permission {
  readonly statement: PolicyStatement;
  readonly from: ResourceNode | string;
}

/** The union of policies, as far as they are known. */
export interface Permissions {
  readonly known: readonly Permission[];
  /** Values that may add to them. */
  readonly unknown: readonly (Unknown | Property)[];
}

/** A role, user or group with all that its policies say. */
export interface Principal {
  readonly node: ResourceNode;
  /** Undefined while its name is not known; with `*` for a partition and an account that are not. */
  readonly arn: string | undefined;
  readonly identity: Permissions;
  /** The permissions boundary; undefined when there is none. */
  readonly boundary: Permissions | undefined;
}

/** May a principal do it, some request provided? `by` says so; `unknown` is what might. */
export type Decision =
  | { readonly kind: "allowed"; readonly by: Permission }
  | { readonly kind: "denied" }
  | { readonly kind: "unknown"; readonly unknown: Unknown | Property };

/** Where the policies of a kind of principal stand: type, property that names the principal, property that holds or names the policy. */
interface Places {
  readonly documents: readonly (readonly [type: string, principal: string])[];
  readonly attachments: readonly (readonly [type: string, principal: string, arns: string])[];
}

const PLACES: Readonly<Record<string, Places>> = {
  [ROLE]: {
    documents: [["aws:iam/rolePolicy:RolePolicy", "role"]],
    attachments: [
      ["aws:iam/rolePolicyAttachment:RolePolicyAttachment", "role", "policyArn"],
      ["aws:iam/policyAttachment:PolicyAttachment", "roles", "policyArn"],
      ["aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive", "roleName", "policyArns"],
    ],
  },
  [USER]: {
    documents: [["aws:iam/userPolicy:UserPolicy", "user"]],
    attachments: [
      ["aws:iam/userPolicyAttachment:UserPolicyAttachment", "user", "policyArn"],
      ["aws:iam/policyAttachment:PolicyAttachment", "users", "policyArn"],
      ["aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive", "userName", "policyArns"],
    ],
  },
  [GROUP]: {
    documents: [["aws:iam/groupPolicy:GroupPolicy", "group"]],
    attachments: [
      ["aws:iam/groupPolicyAttachment:GroupPolicyAttachment", "group", "policyArn"],
      ["aws:iam/policyAttachment:PolicyAttachment", "groups", "policyArn"],
      ["aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive", "groupName", "policyArns"],
    ],
  },
};

/** Every role, user and group of the program. */
export function principalsOf(graph: ResourceGraph): readonly Principal[] {
  return graph.ofType(...PRINCIPALS).map((node) => principalOf(node, graph));
}

export function principalOf(node: ResourceNode, graph: ResourceGraph): Principal {
  return graph.once(`identity ${node.urn}`, () => {
    const boundary = node.property("permissionsBoundary");
    return {
      node,
      arn: arnOf(node),
      identity: union([
        ownPermissions(node, graph),
        ...groupsOf(node, graph).map((group) => ownPermissions(group, graph)),
      ]),
      boundary: boundary.absent ? undefined : attached(boundary, graph),
    };
  });
}

/** The groups of a user that the program makes. */
export function groupsOf(user: ResourceNode, graph: ResourceGraph): readonly ResourceNode[] {
  if (user.type !== USER) return [];
  const members = graph.referring(MEMBERSHIP, "users", user).nodes;
  const own = graph.referring(USER_MEMBERSHIP, "user", user).nodes;
  return [
    ...members.flatMap((membership) => graph.resolve(membership.property("group"), GROUP).nodes),
    ...own.flatMap((membership) => graph.resolve(membership.property("groups"), GROUP).nodes),
  ];
}

function arnOf(node: ResourceNode): string | undefined {
  const arn = node.output("arn");
  if (arn !== undefined && /^arn:[^:]+:iam:/.test(arn)) return arn;
  const given = node.read("name");
  const path = node.read("path");
  if (!given.known || typeof given.value !== "string" || !path.known) return undefined;
  const kind = node.type.split(":").at(-1)?.toLowerCase() ?? "";
  return `arn:*:iam::*:${kind}${typeof path.value === "string" ? path.value : "/"}${given.value}`;
}

function ownPermissions(node: ResourceNode, graph: ResourceGraph): Permissions {
  const places = PLACES[node.type];
  if (places === undefined) return NOTHING;
  const parts: Permissions[] = [];
  for (const [type, property] of places.documents) {
    const join = graph.referring(type, property, node);
    parts.push(uncertain(join), ...join.nodes.map((holder) => documented(holder.property("policy"))));
  }
  for (const [type, property, arns] of places.attachments) {
    const join = graph.referring(type, property, node);
    parts.push(uncertain(join), ...join.nodes.map((holder) => attached(holder.property(arns), graph)));
  }
  if (node.type === ROLE) {
    const inline = node.property("inlinePolicies");
    if (inline.unknown) parts.push({ known: [], unknown: [inline] });
    parts.push(...inline.items.map((item) => documented(item.at("policy"))));
    parts.push(attached(node.property("managedPolicyArns"), graph));
  }
  return union(parts);
}

const NOTHING: Permissions = { known: [], unknown: [] };

function union(parts: readonly Permissions[]): Permissions {
  return { known: parts.flatMap(({ known }) => known), unknown: parts.flatMap(({ unknown }) => unknown) };
}

function uncertain(join: Join): Permissions {
  return { known: [], unknown: join.uncertain };
}

function documented(document: Property): Permissions {
  const statements = statementsOf(document);
  if (!statements.known) return { known: [], unknown: [statements] };
  return { known: statements.value.map((statement) => ({ statement, from: document.node })), unknown: [] };
}

/** What the policies with these ARNs say. One that neither this program nor AWS's table has is judged where it is declared. */
function attached(arns: Property, graph: ResourceGraph): Permissions {
  if (arns.absent) return NOTHING;
  if (arns.items.length > 0) return union(arns.items.map((item) => attached(item, graph)));
  const made = graph.resolve(arns, POLICY);
  if (made.nodes.length > 0) return union(made.nodes.map((policy) => documented(policy.property("policy"))));
  if (arns.unknown) return { known: [], unknown: [arns] };
  const { fact } = arns;
  const name = fact.known && typeof fact.value === "string" ? managedPolicyName(fact.value) : undefined;
  if (name === undefined) return NOTHING;
  const statements = managedPolicy(name);
  if (statements === undefined) return { known: [], unknown: [arns] };
  return { known: statements.map((statement) => ({ statement, from: name })), unknown: [] };
}

/** May the principal do it, as far as its own policies and its boundary go? */
export function decide(principal: Principal, request: Request): Decision {
  const asked = { ...request, context: { ...contextOf(principal), ...request.context } };
  const { identity, boundary } = principal;
  if (identity.known.some((permission) => denies(permission, asked))) return DENIED;
  if (boundary !== undefined && !mayPass(boundary, asked)) return DENIED;
  const by = identity.known.find((permission) => mayAllow(permission, asked));
  if (by !== undefined) return { kind: "allowed", by };
  const [unknown] = identity.unknown;
  return unknown === undefined ? DENIED : { kind: "unknown", unknown };
}

const DENIED: Decision = { kind: "denied" };

function contextOf({ arn }: Principal): Record<string, readonly string[]> {
  return arn === undefined ? {} : { "aws:principalarn": [arn] };
}

/** A denial counts only when it holds for every such request. */
export function denies({ statement }: Permission, request: Request): boolean {
  return !statement.allow && applies(statement, request) === true;
}

export function mayAllow({ statement }: Permission, request: Request): boolean {
  const answer: Answer = statement.allow ? applies(statement, request) : false;
  return answer !== false;
}

/** A boundary that is not known yet holds nobody back. */
function mayPass(boundary: Permissions, request: Request): boolean {
  if (boundary.known.some((permission) => denies(permission, request))) return false;
  return boundary.unknown.length > 0 || boundary.known.some((permission) => mayAllow(permission, request));
}
