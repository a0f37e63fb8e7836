import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { type PolicyStatement, statementsOf } from "../../analysis/policy-document";
import { all, notApplicable, type Outcome, PASS, undetermined } from "../rule";

/** What a policy document is for: it decides which elements a statement has and what they mean. */
export type DocumentKind = "identity" | "trust" | "resource";

export const ROLE = "aws:iam/role:Role";
const GROUP_POLICY = "aws:iam/groupPolicy:GroupPolicy";
const USER_POLICY = "aws:iam/userPolicy:UserPolicy";
const PERMISSION_SET = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy";

/** Resources that hold an identity policy. */
export const IDENTITY_POLICIES: readonly string[] = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  USER_POLICY,
  GROUP_POLICY,
  PERMISSION_SET,
  ROLE,
];

/** Resources with a policy that says who may use them, and the property that holds it. */
export const RESOURCE_POLICIES: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy": "policy",
  "aws:s3/bucket:Bucket": "policy",
  "aws:s3/accessPoint:AccessPoint": "policy",
  "aws:sqs/queue:Queue": "policy",
  "aws:sqs/queuePolicy:QueuePolicy": "policy",
  "aws:sns/topic:Topic": "policy",
  "aws:sns/topicPolicy:TopicPolicy": "policy",
  "aws:kms/key:Key": "policy",
  "aws:kms/keyPolicy:KeyPolicy": "policy",
  "aws:kms/replicaKey:ReplicaKey": "policy",
  "aws:kms/externalKey:ExternalKey": "policy",
  "aws:secretsmanager/secret:Secret": "policy",
  "aws:secretsmanager/secretPolicy:SecretPolicy": "policy",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
  "aws:ecr/registryPolicy:RegistryPolicy": "policy",
  "aws:efs/fileSystemPolicy:FileSystemPolicy": "policy",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "policy",
  "aws:kinesis/resourcePolicy:ResourcePolicy": "policy",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy": "policy",
  "aws:backup/vaultPolicy:VaultPolicy": "policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
  "aws:opensearch/domain:Domain": "accessPolicies",
  "aws:opensearch/domainPolicy:DomainPolicy": "accessPolicies",
};

/** Resources that give a role, a user or a group a managed policy, by `policyArn`. */
export const ATTACHMENTS: readonly string[] = [
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:iam/userPolicyAttachment:UserPolicyAttachment",
  "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
  "aws:iam/policyAttachment:PolicyAttachment",
];

/** Every type that holds a document. */
export const DOCUMENTS: readonly string[] = [...IDENTITY_POLICIES, ...Object.keys(RESOURCE_POLICIES)];

/** The documents of the identity policies that a resource holds; "unknown" when not even their number is known. */
export function identityDocuments(node: ResourceNode): readonly Property[] | "unknown" {
  if (node.type === PERMISSION_SET) return [node.property("inlinePolicy")];
  if (node.type !== ROLE) return [node.property("policy")];
  const inline = node.property("inlinePolicies");
  if (inline.unknown) return "unknown";
  return inline.items.map((item) => (item.unknown ? item : item.at("policy")));
}

/** Judges every statement of the identity policies that a resource holds. */
export function identityStatements(node: ResourceNode, judge: (statement: PolicyStatement) => Outcome): Outcome {
  const documents = identityDocuments(node);
  if (documents === "unknown") return undetermined(node.property("inlinePolicies"));
  if (documents.length === 0) return notApplicable("It has no policy of its own.");
  return all(...documents.map((document) => statements(document, judge)));
}

/** Judges every allowing statement of the identity policies that a resource holds, and that somebody may have. */
export function identityAllowing(
  node: ResourceNode,
  graph: ResourceGraph,
  judge: (statement: PolicyStatement) => Outcome,
): Outcome {
  if (isOnlyBoundary(node, graph)) return notApplicable("It bounds roles, and gives nobody a permission.");
  return identityStatements(node, (statement) => (statement.allow ? judge(statement) : PASS));
}

/** A managed policy that roles have as their boundary and nobody as a policy: what it allows, another policy must grant. */
export function isOnlyBoundary(node: ResourceNode, graph: ResourceGraph): boolean {
  if (node.type !== "aws:iam/policy:Policy") return false;
  const attached = ATTACHMENTS.map((type) => graph.referring(type, "policyArn", node));
  const isBoundary =
    graph.referring(ROLE, "permissionsBoundary", node).nodes.length > 0 || namedAsBoundary(graph).has(node.urn);
  return isBoundary && attached.every(({ nodes, uncertain }) => nodes.length === 0 && uncertain.length === 0);
}

const BOUNDARY_KEY = "iam:permissionsboundary";

/** Policies that statements ask of roles made elsewhere as their boundary: a pipeline's, which makes the roles of other stacks. */
function namedAsBoundary(graph: ResourceGraph): ReadonlySet<string> {
  return graph.once("policies named as boundaries", () => {
    const named = new Set<string>();
    for (const policy of graph.ofType("aws:iam/policy:Policy")) {
      const statements = statementsOf(policy.property("policy"));
      const conditions = statements.known ? statements.value.flatMap((statement) => statement.conditions) : [];
      for (const arn of conditions.filter(({ key }) => key === BOUNDARY_KEY).flatMap(({ values }) => values)) {
        for (const boundary of graph.withHandle(arn, ["aws:iam/policy:Policy"])) named.add(boundary.urn);
      }
    }
    return named;
  });
}

/** Judges every allowing statement of a resource policy. */
export function resourceAllowing(node: ResourceNode, judge: (statement: PolicyStatement) => Outcome): Outcome {
  const document = node.property(RESOURCE_POLICIES[node.type] ?? "policy");
  if (document.absent) return notApplicable("It has no policy.");
  return statements(document, (statement) => (statement.allow ? judge(statement) : PASS));
}

/** Judges every allowing statement of a role's trust policy. */
export function trustAllowing(node: ResourceNode, judge: (statement: PolicyStatement) => Outcome): Outcome {
  return statements(node.property("assumeRolePolicy"), (statement) => (statement.allow ? judge(statement) : PASS));
}

/** Judges every statement that a resource holds, of whatever kind of document. */
export function everyStatement(
  node: ResourceNode,
  judge: (statement: PolicyStatement, kind: DocumentKind) => Outcome,
): Outcome {
  const property = RESOURCE_POLICIES[node.type];
  if (property !== undefined) {
    const document = node.property(property);
    if (document.absent) return notApplicable("It has no policy.");
    return statements(document, (statement) => judge(statement, "resource"));
  }
  const own = identityStatements(node, (statement) => judge(statement, "identity"));
  if (node.type !== ROLE) return own;
  return all(
    statements(node.property("assumeRolePolicy"), (statement) => judge(statement, "trust")),
    own,
  );
}

function statements(document: Property, judge: (statement: PolicyStatement) => Outcome): Outcome {
  const read = statementsOf(document);
  if (!read.known) return undetermined(read);
  return all(PASS, ...read.value.map(judge));
}
