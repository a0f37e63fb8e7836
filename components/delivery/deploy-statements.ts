import type { Statement } from "../core";
import { arnIn, resourcesOf, type Scope } from "./deploy-resources";
import { ANY_RESOURCE, RESOURCE_ACTIONS } from "./resource-actions";

export interface DeployScope extends Scope {
  /** ARN of the policy that bounds every role of the deployment. */
  readonly boundary: string;
  /** Where it may act at all. */
  readonly regions: readonly string[];
}

/** `read`: what a preview reads; it changes nothing and opens no secret. `write`: what an update changes, and that. */
export type Mode = "read" | "write";

/** Managed policies of a role, by IAM service: a policy has at most 6,144 characters, a role at most ten. */
export const POLICIES: Readonly<Record<string, readonly string[]>> = {
  network: ["ec2"],
  edge: ["acm", "apigateway", "cloudfront", "cognito-idp", "route53", "shield", "wafv2"],
  compute: ["application-autoscaling", "ecr", "ecs", "elasticloadbalancing", "lambda"],
  platform: [
    "autoscaling",
    "cloudformation",
    "codebuild",
    "codeconnections",
    "codepipeline",
    "eks",
    "elasticbeanstalk",
  ],
  data: ["backup", "backup-storage", "dynamodb", "elasticache", "es", "rds"],
  storage: ["athena", "firehose", "glue", "kinesis", "s3", "secretsmanager"],
  messaging: ["events", "geo", "kafka", "scheduler", "schemas", "sns", "sqs", "ssm"],
  observability: ["aps", "cloudwatch", "grafana", "logs"],
  identity: ["iam", "kms"],
  security: ["access-analyzer", "cloudtrail", "config", "guardduty", "inspector2", "macie2", "securityhub"],
};

/** Services that a deployment hands roles to, by the types that take one. */
export const PASSED_TO = [
  "apigateway.amazonaws.com",
  "backup.amazonaws.com",
  "cloudtrail.amazonaws.com",
  "codebuild.amazonaws.com",
  "codepipeline.amazonaws.com",
  "config.amazonaws.com",
  "ec2.amazonaws.com",
  "ecs-tasks.amazonaws.com",
  "eks.amazonaws.com",
  "elasticbeanstalk.amazonaws.com",
  "firehose.amazonaws.com",
  "grafana.amazonaws.com",
  "lambda.amazonaws.com",
  "monitoring.rds.amazonaws.com",
  "pods.eks.amazonaws.com",
  "scheduler.amazonaws.com",
  "vpc-flow-logs.amazonaws.com",
];

/** AWS's policies that components attach to roles. */
export const ATTACHED = [
  "policy/AWSSupportAccess",
  "policy/AmazonEC2ContainerRegistryPullOnly",
  "policy/AmazonEKSClusterPolicy",
  "policy/AmazonEKSVPCResourceController",
  "policy/AmazonEKSWorkerNodeMinimalPolicy",
  "policy/AmazonEKS_CNI_Policy",
  "policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs",
];

/** Services whose own role appears with their first resource. */
export const SERVICE_LINKED = [
  "access-analyzer.amazonaws.com",
  "agentless.inspector2.amazonaws.com",
  "autoscaling.amazonaws.com",
  "backup.amazonaws.com",
  "config-conforms.amazonaws.com",
  "config.amazonaws.com",
  "ecs.amazonaws.com",
  "ecs.application-autoscaling.amazonaws.com",
  "eks-nodegroup.amazonaws.com",
  "eks.amazonaws.com",
  "elasticache.amazonaws.com",
  "elasticbeanstalk.amazonaws.com",
  "elasticloadbalancing.amazonaws.com",
  "email.cognito-idp.amazonaws.com",
  // CloudWatch's, for alarms that recover or reboot a machine.
  "events.amazonaws.com",
  "grafana.amazonaws.com",
  "guardduty.amazonaws.com",
  "inspector2.amazonaws.com",
  "kafka.amazonaws.com",
  "macie.amazonaws.com",
  "managedupdates.elasticbeanstalk.amazonaws.com",
  "malware-protection.guardduty.amazonaws.com",
  "nat-gateway.amazonaws.com",
  "opensearchservice.amazonaws.com",
  "ops.apigateway.amazonaws.com",
  "rds.amazonaws.com",
  "securityhub.amazonaws.com",
  "shield.amazonaws.com",
  "wafv2.amazonaws.com",
];

/** Every action that the resource types need: service -> actions, in order. */
export function actionsByService(mode: Mode): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  for (const [service, types] of Object.entries(RESOURCE_ACTIONS)) {
    for (const { read, write } of Object.values(types)) {
      for (const text of (mode === "read" ? read : `${read} ${write}`).split(" ").filter(Boolean)) {
        const [name, owner = service] = text.split(":").reverse();
        const actions = found.get(owner) ?? new Set();
        found.set(owner, actions.add(name ?? text));
      }
    }
  }
  return new Map([...found].sort().map(([service, actions]) => [service, [...actions].sort()]));
}

/** The statements of one of {@link POLICIES}: exact actions, each on the deployment's resources. */
export function deployStatements(policy: string, scope: DeployScope, mode: Mode): Statement[] {
  const actions = actionsByService(mode);
  return (POLICIES[policy] ?? []).flatMap((service) => statementsOf(service, actions.get(service) ?? [], scope, mode));
}

/**
 * The boundary of the roles that deploy and preview. It grants nothing; it ends what a policy that somebody attaches to them later could add: of IAM no more
 * than they have, of other services only those that the stacks use, and only in the stack's regions.
 */
export function ceilingStatements(scope: DeployScope): Statement[] {
  const services = [...actionsByService("write").keys()].filter((service) => service !== "iam");
  return [
    { Effect: "Allow", Action: services.map((service) => `${service}:*`), Resource: "*" },
    ...deployStatements("identity", scope, "write").filter(({ Action }) => Action[0]?.startsWith("iam:")),
    {
      Effect: "Deny",
      Action: "*",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:RequestedRegion": [...scope.regions] } },
    },
  ];
}

function statementsOf(service: string, actions: readonly string[], scope: DeployScope, mode: Mode): Statement[] {
  const anywhere = (ANY_RESOURCE[service] ?? "").split(" ");
  const narrow = actions.filter((action) => !anywhere.includes(action));
  const statements =
    service === "iam"
      ? iamStatements(narrow, scope)
      : service === "kms"
        ? kmsStatements(narrow, scope)
        : [allow(service, narrow, readable(resourcesOf(service, scope), service, mode))];
  return [
    ...statements,
    allow(
      service,
      actions.filter((action) => anywhere.includes(action)),
      ["*"],
    ),
  ].filter(({ Action }) => Action.length > 0);
}

/** What a preview's calls can not be used with, or must not: `GET` on an API key may give its value. */
const NOT_READ: Readonly<Record<string, RegExp>> = {
  apigateway: /\/apikeys/,
  "cognito-idp": /:wafv2:/,
  config: /:conformance-pack\//,
  s3: /:elasticbeanstalk-.*\/\*$/,
  ec2: /:(?!(?:instance|vpc)\/)[a-z-]+\/\*$/,
};

function readable(arns: readonly string[], service: string, mode: Mode): readonly string[] {
  const left = mode === "read" ? NOT_READ[service] : undefined;
  return left === undefined ? arns : arns.filter((arn) => !left.test(arn));
}

function allow(
  service: string,
  actions: readonly string[],
  resources: readonly string[],
  condition?: Statement["Condition"],
): Statement {
  return {
    Effect: "Allow",
    Action: actions.map((action) => `${service}:${action}`),
    Resource: [...resources],
    ...(condition && { Condition: condition }),
  };
}

/** Calls that put a role's permissions into effect: only on roles that the boundary bounds. */
const BOUNDED = [
  "CreateRole",
  "DeleteRole",
  "DeleteRolePolicy",
  "PutRolePermissionsBoundary",
  "PutRolePolicy",
  "UpdateAssumeRolePolicy",
];
const ATTACHMENTS = ["AttachRolePolicy", "DetachRolePolicy"];
const LINKED_ROLES = ["DeleteServiceLinkedRole", "GetServiceLinkedRoleDeletionStatus"];

function iamStatements(actions: readonly string[], scope: DeployScope): Statement[] {
  const roles = arnIn(scope, `iam::@:role/${scope.names}*`);
  const profiles = arnIn(scope, `iam::@:instance-profile/${scope.names}*`);
  const linked = arnIn(scope, "iam::@:role/aws-service-role/*");
  const given = (names: readonly string[]) => names.filter((name) => actions.includes(name));
  const special = [...BOUNDED, ...ATTACHMENTS, ...LINKED_ROLES, "CreateServiceLinkedRole", "PassRole"];
  const bounded = { "iam:PermissionsBoundary": scope.boundary };
  return [
    allow("iam", given(BOUNDED), [roles], { StringEquals: bounded }),
    allow("iam", given(ATTACHMENTS), [roles], {
      StringEquals: bounded,
      ArnEquals: { "iam:PolicyARN": ATTACHED.map((policy) => arnIn(scope, `iam::aws:${policy}`)) },
    }),
    allow("iam", given(["PassRole"]), [roles, arnIn(scope, "iam::@:role/aws-service-role/config.amazonaws.com/*")], {
      StringEquals: { "iam:PassedToService": [...PASSED_TO] },
    }),
    allow("iam", given(["CreateServiceLinkedRole"]), [linked], {
      StringEquals: { "iam:AWSServiceName": [...SERVICE_LINKED] },
    }),
    allow("iam", given(LINKED_ROLES), [linked]),
    allow(
      "iam",
      actions.filter((action) => !special.includes(action)),
      [roles, linked, profiles],
    ),
  ];
}

/** Of a stack's data keys: each by what proves whose data it is. */
const KEY_USE = ["CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"];
const KEY_POLICY = ["PutKeyPolicy", "ScheduleKeyDeletion"];
const ALIASES = ["CreateAlias", "DeleteAlias", "UpdateAlias"];

function kmsStatements(actions: readonly string[], scope: DeployScope): Statement[] {
  const keys = arnIn(scope, "kms:*:@:key/*");
  const given = (...names: string[]) => names.filter((name) => actions.includes(name));
  const context = (key: string, rest: string) => ({
    StringLike: { [`kms:EncryptionContext:${key}`]: arnIn(scope, `${rest}${scope.names}*`) },
  });
  return [
    allow("kms", given(...ALIASES), [arnIn(scope, `kms:*:@:alias/${scope.names}*`), keys]),
    allow("kms", given("CreateGrant"), [keys], { Bool: { "kms:GrantIsForAWSResource": "true" } }),
    // A cluster's secrets: EKS asks with its caller's credentials, and that condition does not hold for it
    // (https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html). Amazon Location's documentation names the service, not that condition
    // (https://docs.aws.amazon.com/location/latest/developerguide/encryption-at-rest.html).
    allow("kms", given("CreateGrant"), [keys], {
      StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" },
      StringLike: { "kms:ViaService": ["eks.*.amazonaws.com", "geo.*.amazonaws.com"] },
    }),
    allow("kms", given("Decrypt", "GenerateDataKey"), [keys], context("SecretARN", "secretsmanager:*:@:secret:")),
    allow("kms", given("Decrypt", "Encrypt"), [keys], context("aws:lambda:FunctionArn", "lambda:*:@:function:")),
    // A machine's disk: EC2 asks for its data key with the credentials of whoever launches the machine.
    allow("kms", given("Decrypt", "GenerateDataKeyWithoutPlaintext"), [keys], {
      StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" },
      StringLike: { "kms:ViaService": "ec2.*.amazonaws.com" },
    }),
    // A vault's key: AWS Backup sends no encryption context with it.
    allow("kms", given("Decrypt", "GenerateDataKey"), [keys], {
      StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" },
      StringLike: { "kms:ViaService": "backup.*.amazonaws.com" },
    }),
    // Whoever rewrites a key's policy may let anybody in: only of keys that carry this component's tag from their first moment.
    allow("kms", given(...KEY_POLICY), [keys], {
      StringEquals: { "aws:ResourceTag/palisade:component": "security/Key" },
    }),
    allow(
      "kms",
      actions.filter((action) => ![...KEY_USE, ...ALIASES, ...KEY_POLICY].includes(action)),
      [keys],
    ),
  ];
}
