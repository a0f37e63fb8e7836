/** One of AWS Config's managed rules (https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html). */
export interface ConfigRule {
  /** AWS's identifier, e.g. `ACCESS_KEYS_ROTATED`. */
  readonly identifier: string;
  /** PCI DSS v4.0.1 requirement that it gives evidence for. */
  readonly requirement: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** True when it is about IAM or the account as a whole: one region of the account is enough. */
  readonly global?: true;
}

/** Longest password, its age in days and how many old ones are refused (PCI DSS 8.3.6, 8.3.7, 8.3.9; CIS asks for 14 characters). */
export const PASSWORD_RULES = { length: 14, maxAgeDays: 90, remembered: 24 } as const;

/**
 * The rules of the baseline, for what Palisade's systems are made of; Security Hub's PCI DSS standard adds its own beside them. Each is there
 * in every commercial region, as one missing rule makes the whole pack fail.
 */
export const CONFIG_RULES: readonly ConfigRule[] = [
  // Network.
  { identifier: "VPC_DEFAULT_SECURITY_GROUP_CLOSED", requirement: "1.3.1" },
  { identifier: "INCOMING_SSH_DISABLED", requirement: "1.3.1" },
  { identifier: "RESTRICTED_INCOMING_TRAFFIC", requirement: "1.3.1" },
  {
    identifier: "VPC_SG_OPEN_ONLY_TO_AUTHORIZED_PORTS",
    requirement: "1.2.5",
    parameters: { authorizedTcpPorts: "443" },
  },
  { identifier: "NACL_NO_UNRESTRICTED_SSH_RDP", requirement: "1.3.1" },
  { identifier: "SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED", requirement: "1.4.4" },
  { identifier: "VPC_FLOW_LOGS_ENABLED", requirement: "10.2.1" },
  { identifier: "API_GW_ASSOCIATED_WITH_WAF", requirement: "6.4.2" },
  { identifier: "WAFV2_LOGGING_ENABLED", requirement: "10.2.1" },
  // Compute.
  { identifier: "EC2_IMDSV2_CHECK", requirement: "2.2.6" },
  { identifier: "ECS_CONTAINERS_NONPRIVILEGED", requirement: "7.2.2" },
  { identifier: "ECS_CONTAINERS_READONLY_ACCESS", requirement: "2.2.6" },
  { identifier: "ECS_NO_ENVIRONMENT_SECRETS", requirement: "8.6.2" },
  { identifier: "ECS_TASK_DEFINITION_LOG_CONFIGURATION", requirement: "10.2.1" },
  { identifier: "ECS_FARGATE_LATEST_PLATFORM_VERSION", requirement: "6.3.3" },
  { identifier: "ECR_PRIVATE_IMAGE_SCANNING_ENABLED", requirement: "6.3.1" },
  { identifier: "ECR_PRIVATE_TAG_IMMUTABILITY_ENABLED", requirement: "6.5.1" },
  // Stored data.
  { identifier: "ENCRYPTED_VOLUMES", requirement: "3.5.1" },
  { identifier: "EC2_EBS_ENCRYPTION_BY_DEFAULT", requirement: "3.5.1" },
  { identifier: "RDS_STORAGE_ENCRYPTED", requirement: "3.5.1" },
  { identifier: "RDS_SNAPSHOT_ENCRYPTED", requirement: "3.5.1" },
  { identifier: "RDS_SNAPSHOTS_PUBLIC_PROHIBITED", requirement: "1.3.1" },
  { identifier: "RDS_INSTANCE_PUBLIC_ACCESS_CHECK", requirement: "1.4.4" },
  { identifier: "RDS_LOGGING_ENABLED", requirement: "10.2.1" },
  { identifier: "RDS_INSTANCE_DELETION_PROTECTION_ENABLED", requirement: "10.5.1" },
  { identifier: "RDS_AUTOMATIC_MINOR_VERSION_UPGRADE_ENABLED", requirement: "6.3.3" },
  { identifier: "DB_INSTANCE_BACKUP_ENABLED", requirement: "12.10.1" },
  { identifier: "BACKUP_RECOVERY_POINT_ENCRYPTED", requirement: "3.5.1" },
  { identifier: "S3_BUCKET_PUBLIC_READ_PROHIBITED", requirement: "1.3.1" },
  { identifier: "S3_BUCKET_PUBLIC_WRITE_PROHIBITED", requirement: "1.3.1" },
  { identifier: "S3_BUCKET_SSL_REQUESTS_ONLY", requirement: "4.2.1" },
  { identifier: "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", requirement: "3.5.1" },
  { identifier: "S3_BUCKET_VERSIONING_ENABLED", requirement: "10.3.4" },
  { identifier: "SNS_ENCRYPTED_KMS", requirement: "3.5.1" },
  { identifier: "CLOUDWATCH_LOG_GROUP_ENCRYPTED", requirement: "10.3.2" },
  {
    identifier: "CW_LOGGROUP_RETENTION_PERIOD_CHECK",
    requirement: "10.5.1",
    parameters: { MinRetentionTime: "365" },
  },
  // Keys, certificates, secrets.
  { identifier: "CMK_BACKING_KEY_ROTATION_ENABLED", requirement: "3.7.4" },
  { identifier: "KMS_CMK_NOT_SCHEDULED_FOR_DELETION", requirement: "3.7.5" },
  { identifier: "ACM_CERTIFICATE_EXPIRATION_CHECK", requirement: "4.2.1", parameters: { daysToExpiration: "30" } },
  { identifier: "SECRETSMANAGER_USING_CMK", requirement: "3.5.1" },
  { identifier: "SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK", requirement: "8.6.3" },
  // What watches.
  { identifier: "GUARDDUTY_ENABLED_CENTRALIZED", requirement: "11.5.1" },
  { identifier: "SECURITYHUB_ENABLED", requirement: "10.4.1" },
  // The account.
  { identifier: "MULTI_REGION_CLOUD_TRAIL_ENABLED", requirement: "10.2.1", global: true },
  { identifier: "CLOUD_TRAIL_ENCRYPTION_ENABLED", requirement: "10.3.2", global: true },
  { identifier: "CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", requirement: "10.3.4", global: true },
  { identifier: "CLOUD_TRAIL_CLOUD_WATCH_LOGS_ENABLED", requirement: "10.4.1", global: true },
  { identifier: "IAM_ROOT_ACCESS_KEY_CHECK", requirement: "2.2.2", global: true },
  { identifier: "ROOT_ACCOUNT_MFA_ENABLED", requirement: "8.4.2", global: true },
  { identifier: "MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", requirement: "8.4.2", global: true },
  { identifier: "IAM_USER_NO_POLICIES_CHECK", requirement: "7.2.2", global: true },
  { identifier: "IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", requirement: "7.2.2", global: true },
  {
    identifier: "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    requirement: "8.2.6",
    parameters: { maxCredentialUsageAge: "90" },
    global: true,
  },
  { identifier: "ACCESS_KEYS_ROTATED", requirement: "8.6.3", parameters: { maxAccessKeyAge: "90" }, global: true },
  {
    identifier: "IAM_PASSWORD_POLICY",
    requirement: "8.3.6",
    parameters: {
      RequireUppercaseCharacters: "true",
      RequireLowercaseCharacters: "true",
      RequireSymbols: "true",
      RequireNumbers: "true",
      MinimumPasswordLength: String(PASSWORD_RULES.length),
      PasswordReusePrevention: String(PASSWORD_RULES.remembered),
      MaxPasswordAge: String(PASSWORD_RULES.maxAgeDays),
    },
    global: true,
  },
];

/** A conformance pack's template. AWS takes YAML of this shape only: rules, and no function but references to parameters. */
export function conformancePackTemplate(rules: readonly ConfigRule[]): string {
  const lines = rules.flatMap(({ identifier, requirement, parameters }) => [
    `  ${logicalId(identifier)}:`,
    "    Type: AWS::Config::ConfigRule",
    "    Properties:",
    `      ConfigRuleName: ${identifier.toLowerCase().replaceAll("_", "-")}`,
    `      Description: PCI DSS v4.0.1 requirement ${requirement}`,
    ...(parameters
      ? ["      InputParameters:", ...Object.entries(parameters).map(([key, value]) => `        ${key}: "${value}"`)]
      : []),
    "      Source:",
    "        Owner: AWS",
    `        SourceIdentifier: ${identifier}`,
  ]);
  return ["Resources:", ...lines, ""].join("\n");
}

/** `S3_BUCKET_VERSIONING_ENABLED` -> `S3BucketVersioningEnabled`: a template's logical ids are alphanumeric. */
function logicalId(identifier: string): string {
  return identifier
    .split("_")
    .map((word) => word.charAt(0) + word.slice(1).toLowerCase())
    .join("");
}
