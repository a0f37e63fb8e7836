import { namesAll, withoutVariables } from "../../analysis/arn";
import { actionOf } from "../../analysis/authorization/services";
import { decide, type Permission, type Principal, principalOf, PRINCIPALS } from "../../analysis/identity";
import { fits } from "../../analysis/patterns";
import { concernsAction, type Condition, type PolicyStatement } from "../../analysis/policy-document";
import { escalation } from "../catalogue/escalation";
import { all, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";
import { IDENTITY_POLICIES, identityAllowing } from "./documents";
import { ESCALATION_METHODS, type EscalationMethod } from "./escalation-methods";

const ANY = "*";

/** Conditions that hold a permission to some resources or to some use of it, whatever else they say. */
const HOLDING =
  /(^|:)(resourcetag\/.+|permissionsboundary|policyarn|associatedresourcearn|leadingkeys|encryptioncontext:.+)$/;
const HOLDING_KEYS = new Set(["ecs:cluster", "kms:resourcealiases", "kms:viaservice"]);

function isHolding({ key, operator, qualifier, ifExists, values }: Condition): boolean {
  if (ifExists || qualifier === "ForAllValues" || /Not/.test(operator) || operator === "Null") return false;
  return (HOLDING.test(key) || HOLDING_KEYS.has(key)) && values.every((value) => !/^\*+$/.test(value));
}

/** Does the statement allow the action on every resource that it knows, or on whoever is allowed it? */
export function isUnbounded(statement: PolicyStatement, action: string, self?: string): boolean {
  if (!statement.allow || !concernsAction(statement, action) || statement.conditions.some(isHolding)) return false;
  if (statement.allResourcesBut) return true;
  const forms = actionOf(action)?.arns ?? [];
  return statement.resources.map(withoutVariables).some((resource) => {
    if (/^\*+$/.test(resource)) return true;
    if (self !== undefined && namesAll(resource, self)) return true;
    return forms.some((form) => namesAll(resource, form));
  });
}

/** Is the role passed to services that leave this one out? */
function isForOthers({ conditions }: PolicyStatement, service: string): boolean {
  return conditions.some(
    ({ key, operator, ifExists, values }) =>
      key === "iam:passedtoservice" &&
      !ifExists &&
      /^String(Equals|Like)/.test(operator) &&
      !values.some((value) => fits(value, service) || fits(value, `${service}.cn`)),
  );
}

/** The permission that opens a method to the principal. */
function opening(principal: Principal, { actions, pivot, service }: EscalationMethod): Permission | undefined {
  // To be named oneself is enough where the permission changes IAM; to pass or take one's own role gains nothing.
  const self = pivot.startsWith("iam:") && service === undefined ? principal.arn : undefined;
  const by = principal.identity.known.find(
    ({ statement }) =>
      isUnbounded(statement, pivot, self) && !(service !== undefined && isForOthers(statement, service)),
  );
  return by !== undefined && actions.every((action) => may(principal, action)) ? by : undefined;
}

/** Methods whose deciding permission some statement may give. */
function methodsOf(permissions: readonly Permission[]): readonly EscalationMethod[] {
  const allowing = permissions.filter(({ statement }) => statement.allow);
  const isOpen = allowing.some(
    ({ statement }) => statement.allActionsBut || statement.actions.some((action) => /[*?]/.test(action)),
  );
  if (isOpen) return ESCALATION_METHODS;
  const named = new Set(allowing.flatMap(({ statement }) => statement.actions.map((action) => action.toLowerCase())));
  return ESCALATION_METHODS.filter(({ pivot }) => named.has(pivot.toLowerCase()));
}

function may(principal: Principal, action: string): boolean {
  return decide(principal, { action, resource: ANY }).kind === "allowed";
}

function escalations(principal: Principal): Outcome {
  const { identity } = principal;
  const isEverything = ({ statement }: Permission) =>
    statement.allow && isUnbounded(statement, "iam:PutRolePolicy") && concernsAction(statement, "s3:GetObject");
  const everything = identity.known.find((permission) => isEverything(permission));
  if (everything !== undefined && may(principal, "iam:PutRolePolicy"))
    return fail(`${place(everything)} allows everything already.`);
  const found = new Map<string, string[]>();
  for (const method of methodsOf(identity.known)) {
    const by = opening(principal, method);
    if (by === undefined) continue;
    const ways = found.get(place(by)) ?? [];
    ways.push(`${method.actions.join(" + ")} gives it ${method.gain}`);
    found.set(place(by), ways);
  }
  const failures = [...found].map(([where, ways]) => fail(`By ${where}: ${ways.join("; ")}.`));
  // What is known already is a way, or none; a policy that is not known yet may open one.
  return failures.length > 0 ? failures : all(PASS, ...identity.unknown.map(undetermined));
}

function place({ from, statement }: Permission): string {
  return typeof from === "string" ? `AWS's ${from}` : `${from.name}'s ${statement.path}`;
}

/** Actions that read what is stored. */
const READS = `
  s3:GetObject s3:GetObjectVersion secretsmanager:GetSecretValue ssm:GetParameter ssm:GetParameters ssm:GetParametersByPath ssm:GetParameterHistory
  dynamodb:GetItem dynamodb:BatchGetItem dynamodb:Query dynamodb:Scan dynamodb:PartiQLSelect dynamodb:GetRecords
  dynamodb:ExportTableToPointInTime kinesis:GetRecords sqs:ReceiveMessage logs:GetLogEvents logs:FilterLogEvents logs:StartQuery
  ebs:GetSnapshotBlock rds-data:ExecuteStatement redshift-data:ExecuteStatement es:ESHttpGet es:ESHttpPost kafka-cluster:ReadData
  lambda:GetFunction codecommit:GitPull
`;

/** Actions that give others what is stored, or a copy of it. */
const SHARES = `
  s3:PutBucketPolicy s3:PutBucketAcl s3:PutObjectAcl s3:PutAccessPointPolicy s3:PutReplicationConfiguration s3:PutBucketPublicAccessBlock
  rds:ModifyDBSnapshotAttribute rds:ModifyDBClusterSnapshotAttribute rds:StartExportTask
  ec2:ModifySnapshotAttribute ec2:ModifyImageAttribute ec2:CreateStoreImageTask secretsmanager:PutResourcePolicy kms:PutKeyPolicy kms:CreateGrant
  sqs:AddPermission sqs:SetQueueAttributes sns:AddPermission sns:SetTopicAttributes ecr:SetRepositoryPolicy lambda:AddPermission
  backup:PutBackupVaultAccessPolicy logs:PutSubscriptionFilter dynamodb:PutResourcePolicy
`;

/** Actions whose answer is a credential. */
const CREDENTIALS = `
  sts:AssumeRole sts:GetFederationToken iam:CreateAccessKey iam:CreateLoginProfile iam:UpdateLoginProfile
  iam:CreateServiceSpecificCredential iam:ResetServiceSpecificCredential rds-db:connect redshift:GetClusterCredentials
  redshift:GetClusterCredentialsWithIAM redshift-serverless:GetCredentials ec2:GetPasswordData elasticache:Connect
  codeartifact:GetAuthorizationToken cognito-identity:GetOpenIdTokenForDeveloperIdentity
  grafana:CreateWorkspaceApiKey lightsail:GetRelationalDatabaseMasterUserPassword 
`;

const listed = (names: string) => names.trim().split(/\s+/);

/**
 * The families of cloudsplaining (https://github.com/salesforce/cloudsplaining), data exfiltration, resource exposure and credentials exposure, for what a
 * payment system has. Decryption has a rule of its own.
 */
export const EXPOSING: Readonly<Record<string, readonly string[]>> = {
  "reads data": listed(READS),
  "shares data": listed(SHARES),
  "hands out credentials": listed(CREDENTIALS),
};

/** The lists by action, lower case: most statements name one action or two. */
const EXPOSED = new Map(
  Object.entries(EXPOSING).flatMap(([what, actions]) =>
    actions.map((action) => [action.toLowerCase(), { what, action }]),
  ),
);

/** The dangerous actions of a statement. */
function dangerous({ actions, allActionsBut }: PolicyStatement): readonly { what: string; action: string }[] {
  if (allActionsBut || actions.some((action) => /[*?]/.test(action))) return [...EXPOSED.values()];
  return actions.flatMap((action) => EXPOSED.get(action.toLowerCase()) ?? []);
}

function exposures(statement: PolicyStatement): Outcome {
  const open = dangerous(statement).filter(
    ({ action }) => isUnbounded(statement, action) && !isForAwsResource(statement, action),
  );
  return all(
    PASS,
    ...Object.keys(EXPOSING).flatMap((kind) => {
      const actions = open.filter(({ what }) => what === kind).map(({ action }) => action);
      if (actions.length === 0) return [];
      const words =
        actions.length > 4 ? `${actions.slice(0, 4).join(", ")} and ${actions.length - 4} more` : actions.join(", ");
      return [fail(`Whosever it is, it ${kind}: ${words}.`, statement.path)];
    }),
  );
}

/** Grants that only AWS's own services can use: https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-grant-is-for-aws-resource */
function isForAwsResource({ conditions }: PolicyStatement, action: string): boolean {
  return (
    action === "kms:CreateGrant" &&
    conditions.some(
      ({ key, operator, values }) =>
        key === "kms:grantisforawsresource" && operator === "Bool" && values.every((value) => value === "true"),
    )
  );
}

export const escalationRules: readonly Rule[] = implement(escalation, {
  "iam-no-privilege-escalation": {
    types: PRINCIPALS,
    check(node, graph) {
      const principal = principalOf(node, graph);
      const { known, unknown } = principal.identity;
      if (known.length === 0 && unknown.length === 0) return notApplicable("It has no policies.");
      return escalations(principal);
    },
  },
  "iam-no-data-exfiltration": {
    types: IDENTITY_POLICIES,
    check: (node, graph) => identityAllowing(node, graph, exposures),
  },
});
