import type { CloudResource } from "./cloud";

interface Guard {
  readonly error: string;
  readonly holds: (inputs: Readonly<Record<string, unknown>>, filled: boolean) => boolean;
  readonly reason: string;
}

const notEmpty = (error: string, force: string, what: string): Guard => ({
  error,
  holds: (inputs, filled) => filled && inputs[force] !== true,
  reason: `it holds ${what} and ${force} is not set`,
});

const PROTECTED: Guard = {
  error: "InvalidParameterCombination",
  holds: (inputs) => inputs.deletionProtection === true,
  reason: "deletionProtection is on",
};

const NO_SNAPSHOT: Guard = {
  error: "InvalidParameterCombination",
  holds: (inputs) => {
    const isReplica =
      typeof inputs.replicateSourceDb === "string" || typeof inputs.replicationSourceIdentifier === "string";
    return inputs.skipFinalSnapshot !== true && typeof inputs.finalSnapshotIdentifier !== "string" && !isReplica;
  },
  reason: "finalSnapshotIdentifier is required where skipFinalSnapshot is not true",
};

/** What AWS, or the provider on its behalf, refuses to delete because of the resource's own settings or contents. */
const GUARDS: Readonly<Record<string, readonly Guard[]>> = {
  "aws:athena/workgroup:Workgroup": [notEmpty("InvalidRequestException", "forceDestroy", "queries")],
  "aws:backup/vault:Vault": [notEmpty("InvalidRequestException", "forceDestroy", "recovery points")],
  "aws:cognito/userPool:UserPool": [
    {
      error: "InvalidParameterException",
      holds: (inputs) => inputs.deletionProtection === "ACTIVE",
      reason: "deletionProtection is ACTIVE",
    },
  ],
  "aws:dynamodb/table:Table": [
    {
      error: "ValidationException",
      holds: (inputs) => inputs.deletionProtectionEnabled === true,
      reason: "deletionProtectionEnabled is on",
    },
  ],
  "aws:ec2/instance:Instance": [
    {
      error: "OperationNotPermitted",
      holds: (inputs) => inputs.disableApiTermination === true && inputs.forceDestroy !== true,
      reason: "disableApiTermination is on",
    },
  ],
  "aws:ecr/repository:Repository": [notEmpty("RepositoryNotEmptyException", "forceDelete", "images")],
  "aws:eks/cluster:Cluster": [{ ...PROTECTED, error: "InvalidRequestException" }],
  "aws:lb/loadBalancer:LoadBalancer": [
    {
      error: "OperationNotPermitted",
      holds: (inputs) => inputs.enableDeletionProtection === true,
      reason: "enableDeletionProtection is on",
    },
  ],
  "aws:rds/cluster:Cluster": [PROTECTED, NO_SNAPSHOT],
  "aws:rds/globalCluster:GlobalCluster": [PROTECTED],
  "aws:rds/instance:Instance": [PROTECTED, NO_SNAPSHOT],
  "aws:s3/bucket:Bucket": [notEmpty("BucketNotEmpty", "forceDestroy", "objects")],
};

/** Why a resource can not be deleted whatever depends on it, or undefined. */
export function guarded({ type, inputs, filled }: CloudResource): string | undefined {
  const guard = (GUARDS[type] ?? []).find(({ holds }) => holds(inputs, filled ?? false));
  return guard && `${guard.error}: ${guard.reason}.`;
}

const IN_USE_BY_SERVICE: Readonly<Record<string, string>> = {
  acm: "ResourceInUseException",
  apigateway: "BadRequestException",
  backup: "InvalidRequestException",
  cloudfront: "ResourceInUse",
  cloudwatch: "ValidationException",
  cognito: "InvalidParameterException",
  ec2: "DependencyViolation",
  ecs: "ClusterContainsServicesException",
  elasticache: "InvalidState",
  globalaccelerator: "AssociatedListenerFoundException",
  iam: "DeleteConflict",
  kinesis: "ResourceInUseException",
  lb: "ResourceInUse",
  msk: "BadRequestException",
  rds: "InvalidState",
  route53: "HostedZoneNotEmpty",
  schemas: "BadRequestException",
  wafv2: "WAFAssociatedItemException",
};

/** The code of the service's error for something that is still in use. */
export function inUseError(type: string): string {
  return IN_USE_BY_SERVICE[type.slice(type.indexOf(":") + 1, type.indexOf("/"))] ?? "ResourceInUse";
}

/** Dependents that go with the resource when it is told to, where they would block it otherwise. */
export function forces({ type, inputs }: CloudResource): boolean {
  if (type === "aws:kinesis/stream:Stream") return inputs.enforceConsumerDeletion === true;
  return type === "aws:route53/zone:Zone" && inputs.forceDestroy === true;
}
