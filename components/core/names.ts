import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

interface NameRule {
  /** Longest name that AWS takes, in characters. */
  readonly max: number;
  /** Characters that AWS refuses; each is replaced by a hyphen. */
  readonly refused: RegExp;
  readonly lowercase?: true;
}

/**
 * AWS's limits for the physical names that components choose, from the API reference of each service (the `Pattern` and
 * `Length` lines of the name parameter). A type that is not here is left to Pulumi's autonaming.
 */
export const NAME_RULES = {
  accessAnalyzer: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  alarm: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  apiKey: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  athenaWorkgroup: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  beanstalkApplication: { max: 100, refused: /[^A-Za-z0-9_.-]/g },
  beanstalkEnvironment: { max: 40, refused: /[^A-Za-z0-9-]/g },
  backupPlan: { max: 50, refused: /[^A-Za-z0-9_.-]/g },
  backupSelection: { max: 50, refused: /[^A-Za-z0-9_.-]/g },
  backupVault: { max: 50, refused: /[^A-Za-z0-9_-]/g },
  codeBuildProject: { max: 150, refused: /[^A-Za-z0-9_-]/g },
  codeConnection: { max: 32, refused: /[^A-Za-z0-9_-]/g },
  codePipeline: { max: 100, refused: /[^A-Za-z0-9.@_-]/g },
  cloudTrail: { max: 128, refused: /[^A-Za-z0-9-]/g },
  cloudFront: { max: 64, refused: /[^A-Za-z0-9-]/g },
  conformancePack: { max: 256, refused: /[^A-Za-z0-9-]/g },
  configRule: { max: 128, refused: /[^A-Za-z0-9_-]/g },
  dashboard: { max: 255, refused: /[^A-Za-z0-9_-]/g },
  dbInstance: { max: 63, refused: /[^a-z0-9-]/g, lowercase: true },
  dbCluster: { max: 63, refused: /[^a-z0-9-]/g, lowercase: true },
  dbSubnetGroup: { max: 255, refused: /[^a-z0-9-]/g, lowercase: true },
  dynamodbTable: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  ecrRepository: { max: 256, refused: /[^a-z0-9-]/g, lowercase: true },
  ecs: { max: 255, refused: /[^A-Za-z0-9-]/g },
  eksCluster: { max: 100, refused: /[^A-Za-z0-9_-]/g },
  elasticacheReplicationGroup: { max: 40, refused: /[^a-z0-9-]/g, lowercase: true },
  elasticacheSubnetGroup: { max: 255, refused: /[^a-z0-9-]/g, lowercase: true },
  elasticacheUser: { max: 40, refused: /[^a-z0-9-]/g, lowercase: true },
  eventBus: { max: 256, refused: /[^A-Za-z0-9_.-]/g },
  eventRule: { max: 64, refused: /[^A-Za-z0-9_.-]/g },
  firehoseStream: { max: 64, refused: /[^A-Za-z0-9_.-]/g },
  globalAccelerator: { max: 64, refused: /[^A-Za-z0-9.-]/g },
  /** Glue takes more; Athena wants quotation marks around anything but small letters, digits and underscores. */
  glueDatabase: { max: 255, refused: /[^a-z0-9-]/g, lowercase: true },
  grafanaWorkspace: { max: 255, refused: /[^A-Za-z0-9_.~-]/g },
  iamPolicy: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  iamRole: { max: 64, refused: /[^A-Za-z0-9_.-]/g },
  instanceProfile: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  kinesisStream: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  kmsAlias: { max: 250, refused: /[^A-Za-z0-9_/-]/g },
  lambda: { max: 64, refused: /[^A-Za-z0-9_-]/g },
  loadBalancer: { max: 32, refused: /[^A-Za-z0-9-]/g },
  location: { max: 100, refused: /[^A-Za-z0-9_.-]/g },
  logDelivery: { max: 60, refused: /[^A-Za-z0-9_-]/g },
  logGroup: { max: 512, refused: /[^A-Za-z0-9_/.#-]/g },
  logResourcePolicy: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  mskCluster: { max: 64, refused: /[^A-Za-z0-9-]/g },
  openSearchDomain: { max: 28, refused: /[^a-z0-9-]/g, lowercase: true },
  prometheusAlias: { max: 100, refused: /[^A-Za-z0-9_.-]/g },
  restApi: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  s3Bucket: { max: 63, refused: /[^a-z0-9-]/g, lowercase: true },
  schedule: { max: 64, refused: /[^A-Za-z0-9_.-]/g },
  schemaRegistry: { max: 64, refused: /[^A-Za-z0-9_.-]/g },
  secret: { max: 505, refused: /[^A-Za-z0-9/_+=.@-]/g },
  securityGroup: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  shieldProtection: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  snsTopic: { max: 256, refused: /[^A-Za-z0-9_-]/g },
  sqsQueue: { max: 80, refused: /[^A-Za-z0-9_-]/g },
  ssmDocument: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  ssmParameter: { max: 1011, refused: /[^A-Za-z0-9_./-]/g },
  targetGroup: { max: 32, refused: /[^A-Za-z0-9-]/g },
  userPool: { max: 128, refused: /[^A-Za-z0-9_.-]/g },
  /** Cognito refuses these words, wherever they stand. */
  userPoolDomain: { max: 63, refused: /aws|amazon|cognito|[^a-z0-9-]/g, lowercase: true },
  usagePlan: { max: 255, refused: /[^A-Za-z0-9_.-]/g },
  wafWebAcl: { max: 128, refused: /[^A-Za-z0-9_-]/g },
} as const satisfies Record<string, NameRule>;

export type NameKind = keyof typeof NAME_RULES;

/**
 * A physical name that fits AWS's limit for its kind: unchanged when it fits, else cut and closed with seven hexadecimal
 * digits of the full name's SHA-256, so that two long names stay apart and a name never changes from run to run.
 * `reserve` keeps room (characters) for a prefix or suffix that the caller adds.
 */
export function fitName(kind: NameKind, name: string, reserve = 0): string {
  const rule: NameRule = NAME_RULES[kind];
  const max = rule.max - reserve;
  const cased = rule.lowercase ? name.toLowerCase() : name;
  const clean = cased
    .replace(rule.refused, "-")
    .replace(/-{2,}/g, "-")
    .replace(/^-+|-+$/g, "");
  if (clean.length <= max) return clean;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 7);
  return `${clean.slice(0, max - 8).replace(/-+$/, "")}-${digest}`;
}

/** The physical name of a stack's child: `<stack>-<logical name>`, fitted. Two stacks of one account never collide. */
export function physicalName(kind: NameKind, logicalName: string, reserve = 0): string {
  return fitName(kind, `${pulumi.getStack()}-${logicalName}`, reserve);
}
