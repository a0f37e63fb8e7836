import { knownText } from "../analysis/graph";
import { isTrue } from "./checks";
import { isStrongApiGatewayPolicy, isStrongCloudFrontPolicy, isStrongElbPolicy } from "./pci-dss/tls-policies";
import type { Rule } from "./rule";

/** One property that a fix sets, unless it holds already. */
interface Wanted {
  /** `encryptAtRest.enabled`; `[*]` stands for every element of a list that is there. */
  readonly path: string;
  /** Undefined: the key's ARN, which must be configured. */
  readonly value?: unknown;
  accepts(current: unknown): boolean;
}

type Inputs = Readonly<Record<string, unknown>>;

/** What is safe to set on resources of some types: no choice is lost, and nothing else must change with it. */
interface Fix {
  readonly types: readonly string[];
  readonly wanted: readonly Wanted[];
  /** Inputs for which it is right. Default: all. */
  when?(inputs: Inputs): boolean;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** The flag is true; left out it is false unless `byDefault` says otherwise. */
const on = (path: string, byDefault = false): Wanted => ({
  ...{ path, value: true },
  accepts: (current) => isTrue(current ?? byDefault),
});

/** The flag is not true. */
const off = (path: string, byDefault = false): Wanted => ({
  ...{ path, value: false },
  accepts: (current) => !isTrue(current ?? byDefault),
});

/** `value`, or one of the others that are as good. */
const one = (path: string, value: string, others: readonly unknown[] = []): Wanted => ({
  ...{ path, value },
  accepts: (current) => current === value || others.includes(current ?? undefined),
});

const strong = (path: string, value: string, isStrong: (name: string) => boolean): Wanted => ({
  ...{ path, value },
  accepts: (current) => isStrong(String(current)),
});

/** A customer's key; AWS's own (`alias/aws/...`) is replaced. */
const key = (path: string): Wanted => ({
  path,
  accepts: (current) => !isAbsent(current) && current !== "" && !/(^|:)alias\/aws\//.test(String(current)),
});

const both = (name: string): string[] =>
  ["lb", "alb"].map((module) => `aws:${module}/${name}:${name.charAt(0).toUpperCase()}${name.slice(1)}`);

const RDS = ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"];
const CACHE_GROUP = "aws:elasticache/replicationGroup:ReplicationGroup";
const CACHE_CLUSTER = "aws:elasticache/cluster:Cluster";
const OPENSEARCH = ["aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain"];
const MSK = ["aws:msk/cluster:Cluster"];
const TRAIL = ["aws:cloudtrail/trail:Trail"];
const REPOSITORY = ["aws:ecr/repository:Repository"];
const BUCKETS = ["aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2"];
const TABLE = ["aws:dynamodb/table:Table"];
const FOUR_WAYS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

const isReplica = ({ replicateSourceDb, replicationSourceIdentifier, sourceRegion }: Inputs): boolean =>
  [replicateSourceDb, replicationSourceIdentifier, sourceRegion].some((source) => !isAbsent(source));

/** Rule id -> its fixes. */
const FIXES: Readonly<Record<string, readonly Fix[]>> = {
  "rds-customer-key": [
    { types: RDS, wanted: [on("storageEncrypted"), key("kmsKeyId")], when: (own) => !isReplica(own) },
  ],
  "rds-not-public": [
    {
      types: ["aws:rds/instance:Instance", "aws:rds/clusterInstance:ClusterInstance"],
      wanted: [off("publiclyAccessible")],
    },
  ],
  "rds-minor-upgrades": [{ types: RDS, wanted: [on("autoMinorVersionUpgrade", true)] }],
  "rds-iam-authentication": [
    {
      types: RDS,
      wanted: [on("iamDatabaseAuthenticationEnabled")],
      when: ({ engine }) => /^(postgres|mysql|mariadb|aurora-mysql|aurora-postgresql)$/.test(String(engine)),
    },
  ],
  "rds-proxy-tls": [{ types: ["aws:rds/proxy:Proxy"], wanted: [on("requireTls")] }],
  "rds-deletion-protection": [{ types: RDS, wanted: [on("deletionProtection")], when: (own) => !isReplica(own) }],
  "elasticache-customer-key": [
    {
      types: [CACHE_GROUP],
      wanted: [on("atRestEncryptionEnabled"), key("kmsKeyId")],
    },
    { types: ["aws:elasticache/serverlessCache:ServerlessCache"], wanted: [key("kmsKeyId")] },
  ],
  "elasticache-tls-required": [
    {
      types: [CACHE_GROUP],
      wanted: [on("transitEncryptionEnabled"), one("transitEncryptionMode", "required", [undefined])],
    },
    {
      types: [CACHE_CLUSTER],
      wanted: [on("transitEncryptionEnabled")],
      // A member has its group's settings.
      when: ({ replicationGroupId }) => isAbsent(replicationGroupId),
    },
  ],
  "elasticache-minor-upgrades": [
    { types: [CACHE_GROUP, CACHE_CLUSTER], wanted: [on("autoMinorVersionUpgrade", true)] },
  ],
  "opensearch-customer-key": [
    { types: OPENSEARCH, wanted: [on("encryptAtRest.enabled"), key("encryptAtRest.kmsKeyId")] },
  ],
  "opensearch-tls-required": [
    {
      types: OPENSEARCH,
      wanted: [
        on("nodeToNodeEncryption.enabled"),
        on("domainEndpointOptions.enforceHttps"),
        strong("domainEndpointOptions.tlsSecurityPolicy", "Policy-Min-TLS-1-2-PFS-2023-10", (name) =>
          /^Policy-Min-TLS-1-2-(PFS|RFC9151)/.test(name),
        ),
      ],
    },
  ],
  "msk-customer-key": [{ types: MSK, wanted: [key("encryptionInfo.encryptionAtRestKmsKeyArn")] }],
  "msk-tls-required": [
    {
      types: MSK,
      wanted: [
        one("encryptionInfo.encryptionInTransit.clientBroker", "TLS", [undefined]),
        on("encryptionInfo.encryptionInTransit.inCluster", true),
      ],
    },
  ],
  "msk-not-public": [
    { types: MSK, wanted: [one("brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "DISABLED", [undefined])] },
  ],
  "dynamodb-customer-key": [
    { types: TABLE, wanted: [on("serverSideEncryption.enabled"), key("serverSideEncryption.kmsKeyArn")] },
    { types: ["aws:dynamodb/tableReplica:TableReplica"], wanted: [key("kmsKeyArn")] },
  ],
  "dynamodb-point-in-time-recovery": [{ types: TABLE, wanted: [on("pointInTimeRecovery.enabled")] }],
  "dynamodb-deletion-protection": [{ types: TABLE, wanted: [on("deletionProtectionEnabled")] }],
  "dax-encrypted": [{ types: ["aws:dax/cluster:Cluster"], wanted: [on("serverSideEncryption.enabled")] }],
  "dax-tls-required": [{ types: ["aws:dax/cluster:Cluster"], wanted: [one("clusterEndpointEncryptionType", "TLS")] }],
  "kinesis-customer-key": [
    { types: ["aws:kinesis/stream:Stream"], wanted: [one("encryptionType", "KMS"), key("kmsKeyId")] },
  ],
  "efs-customer-key": [{ types: ["aws:efs/fileSystem:FileSystem"], wanted: [on("encrypted"), key("kmsKeyId")] }],
  "backup-vault-customer-key": [{ types: ["aws:backup/vault:Vault"], wanted: [key("kmsKeyArn")] }],
  "sqs-customer-key": [{ types: ["aws:sqs/queue:Queue"], wanted: [key("kmsMasterKeyId")] }],
  "sns-customer-key": [{ types: ["aws:sns/topic:Topic"], wanted: [key("kmsMasterKeyId")] }],
  "secret-customer-key": [{ types: ["aws:secretsmanager/secret:Secret"], wanted: [key("kmsKeyId")] }],
  "log-group-customer-key": [{ types: ["aws:cloudwatch/logGroup:LogGroup"], wanted: [key("kmsKeyId")] }],
  "cloudtrail-customer-key": [{ types: TRAIL, wanted: [key("kmsKeyId")] }],
  "cloudtrail-validation": [{ types: TRAIL, wanted: [on("enableLogFileValidation")] }],
  "kms-key-rotation": [
    {
      types: ["aws:kms/key:Key"],
      wanted: [on("enableKeyRotation")],
      when: ({ customKeyStoreId, customerMasterKeySpec: spec }) =>
        isAbsent(customKeyStoreId) && (isAbsent(spec) || spec === "SYMMETRIC_DEFAULT"),
    },
  ],
  "ecr-scan-on-push": [{ types: REPOSITORY, wanted: [on("imageScanningConfiguration.scanOnPush")] }],
  "ecr-immutable-tags": [{ types: REPOSITORY, wanted: [one("imageTagMutability", "IMMUTABLE")] }],
  "lb-listener-tls": [
    {
      types: both("listener"),
      wanted: [strong("sslPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06", isStrongElbPolicy)],
      when: ({ protocol }) => protocol === "HTTPS" || protocol === "TLS",
    },
  ],
  "alb-drops-invalid-headers": [
    {
      types: both("loadBalancer"),
      wanted: [on("dropInvalidHeaderFields"), one("desyncMitigationMode", "defensive", ["strictest", undefined])],
      when: ({ loadBalancerType }) => isAbsent(loadBalancerType) || loadBalancerType === "application",
    },
  ],
  "clb-desync": [
    {
      types: ["aws:elb/loadBalancer:LoadBalancer"],
      wanted: [one("desyncMitigationMode", "defensive", ["strictest", undefined])],
    },
  ],
  "lb-deletion-protection": [{ types: both("loadBalancer"), wanted: [on("enableDeletionProtection")] }],
  "cloudfront-viewer-tls": [
    {
      types: ["aws:cloudfront/distribution:Distribution"],
      wanted: [
        one("defaultCacheBehavior.viewerProtocolPolicy", "redirect-to-https", ["https-only"]),
        one("orderedCacheBehaviors[*].viewerProtocolPolicy", "redirect-to-https", ["https-only"]),
        strong("viewerCertificate.minimumProtocolVersion", "TLSv1.2_2021", isStrongCloudFrontPolicy),
      ],
      // Without a certificate of its own a distribution takes no policy.
      when: ({ viewerCertificate }) => !isAbsent(Object(viewerCertificate).acmCertificateArn),
    },
  ],
  "apigateway-domain-tls": [
    {
      types: ["aws:apigateway/domainName:DomainName"],
      wanted: [strong("securityPolicy", "TLS_1_2", isStrongApiGatewayPolicy)],
    },
    {
      types: ["aws:apigatewayv2/domainName:DomainName"],
      wanted: [strong("domainNameConfiguration.securityPolicy", "TLS_1_2", isStrongApiGatewayPolicy)],
    },
  ],
  "s3-bucket-public-access-block": [
    {
      types: ["aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"],
      wanted: FOUR_WAYS.map((way) => on(way)),
    },
  ],
  "s3-account-public-access-block": [
    {
      types: ["aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock"],
      wanted: FOUR_WAYS.map((way) => on(way)),
    },
  ],
  "s3-access-point-public-access-block": [
    {
      types: ["aws:s3/accessPoint:AccessPoint"],
      wanted: FOUR_WAYS.map((way) => on(`publicAccessBlockConfiguration.${way}`, true)),
    },
  ],
  "s3-bucket-versioning": [
    {
      types: ["aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2"],
      wanted: [one("versioningConfiguration.status", "Enabled")],
    },
  ],
  "s3-bucket-no-force-destroy": [{ types: BUCKETS, wanted: [off("forceDestroy")] }],
  "subnet-no-public-addresses": [{ types: ["aws:ec2/subnet:Subnet"], wanted: [off("mapPublicIpOnLaunch")] }],
  "ec2-imdsv2": [
    {
      types: ["aws:ec2/instance:Instance"],
      wanted: [one("metadataOptions.httpTokens", "required")],
      // What a launch template says holds for its instances.
      when: (own) => isAbsent(own.launchTemplate) || !isAbsent(Object(own.metadataOptions).httpTokens),
    },
    { types: ["aws:ec2/launchTemplate:LaunchTemplate"], wanted: [one("metadataOptions.httpTokens", "required")] },
  ],
  "ec2-encrypted-volumes": [
    { types: ["aws:ebs/volume:Volume"], wanted: [on("encrypted")] },
    { types: ["aws:ec2/instance:Instance"], wanted: [on("ebsBlockDevices[*].encrypted")] },
  ],
  "guardduty-enabled": [{ types: ["aws:guardduty/detector:Detector"], wanted: [on("enable", true)] }],
  "alarm-actions-enabled": [
    {
      types: ["aws:cloudwatch/metricAlarm:MetricAlarm", "aws:cloudwatch/compositeAlarm:CompositeAlarm"],
      wanted: [on("actionsEnabled", true)],
    },
  ],
};

/** Ids of the rules that have a safe automatic fix. */
export const FIXABLE: readonly string[] = Object.keys(FIXES);

export const hasFix = ({ id }: Rule): boolean => Object.hasOwn(FIXES, id);

/** Does the fix of a rule set a key, whose ARN must be configured? */
export const needsKey = ({ id }: Rule): boolean =>
  (FIXES[id] ?? []).some(({ wanted }) => wanted.some(({ value }) => value === undefined));

/** Paths that the fix of a rule may set on resources of a type. */
export function fixedPaths({ id }: Rule, type: string): readonly string[] {
  return (FIXES[id] ?? []).flatMap(({ types, wanted }) => (types.includes(type) ? wanted.map(({ path }) => path) : []));
}

/** JSON schema of the key's ARN, as Pulumi checks it. */
export const KEY_ARN = {
  type: "string" as const,
  pattern: "^arn:[^:]+:kms:[^:]+:\\d{12}:(key|alias)/.+$",
  description: "ARN of the KMS key for what has none of the customer's.",
};

export interface FixOptions {
  /** ARN of the KMS key for what has none. Without it, keys are left as they are. */
  readonly keyArn?: string;
}

/**
 * Inputs of a resource as the rule wants them: the very same when there is nothing to set. What is unknown or secret is left alone, and so is what a development
 * environment may do without.
 */
export function remediate(rule: Rule, type: string, inputs: Inputs, { keyArn }: FixOptions = {}): Inputs {
  const environment = Object(inputs.tags)["palisade:environment"];
  if (rule.relaxedInDevelopment === true && environment === "development") return inputs;
  let result: unknown = inputs;
  for (const { types, wanted, when } of FIXES[rule.id] ?? []) {
    if (!types.includes(type) || when?.(inputs) === false) continue;
    for (const want of wanted) {
      const value = want.value ?? keyArn;
      if (value !== undefined) result = set(result, segmentsOf(want.path), value, want);
    }
  }
  return result as Inputs;
}

function segmentsOf(path: string): readonly string[] {
  return path.replaceAll("[*]", ".*").split(".");
}

/** The value with one of its parts set; the same where that is so already, or can not be told. */
function set(current: unknown, path: readonly string[], value: unknown, want: Wanted): unknown {
  if (isOpaque(current)) return current;
  const [head, ...rest] = path;
  if (head === undefined) return want.accepts(current) ? current : value;
  if (head === "*") {
    if (!Array.isArray(current)) return current;
    const items = current.map((item) => set(item, rest, value, want));
    return items.some((item, index) => item !== current[index]) ? items : current;
  }
  if (Array.isArray(current) || (typeof current !== "object" && !isAbsent(current))) return current;
  const before: unknown = isAbsent(current) ? undefined : Reflect.get(Object(current), head);
  const after = set(before, rest, value, want);
  return after === before ? current : { ...Object(current), [head]: after };
}

/** A value that is not known yet, a secret, an asset: none is looked into. */
function isOpaque(value: unknown): boolean {
  if (typeof value === "string") return knownText(value) === undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return Object.getPrototypeOf(value) !== Object.prototype;
}
