import type { Catalogue } from "./catalogue";

const AURORA_DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide";
const DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide";

export const rds = {
  "rds-customer-key": {
    title: "RDS databases are encrypted at rest with a customer-managed KMS key.",
    severity: "high",
    requirements: ["3.5.1"],
    controls: ["RDS.3", "RDS.27"],
    remediation:
      "Set storageEncrypted to true and kmsKeyId to your key. It can not be changed on an existing database.",
    url: `${DOCS}/Overview.Encryption.html`,
  },
  "rds-performance-insights-customer-key": {
    title: "Performance Insights data, which holds SQL text, is encrypted with a customer-managed KMS key.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: [],
    remediation: "Set performanceInsightsKmsKeyId to your key.",
    url: `${DOCS}/USER_PerfInsights.html`,
  },
  "rds-not-public": {
    title: "RDS databases have no public address.",
    severity: "critical",
    requirements: ["1.4.4"],
    controls: ["RDS.2"],
    remediation: "Set publiclyAccessible to false.",
    url: `${DOCS}/USER_VPC.WorkingWithRDSInstanceinaVPC.html`,
  },
  "rds-tls-required": {
    title: "RDS databases refuse connections without TLS.",
    severity: "high",
    requirements: ["4.2.1"],
    controls: ["RDS.38", "RDS.39", "RDS.41", "RDS.44"],
    remediation:
      "Use a parameter group that sets rds.force_ssl to 1 (PostgreSQL, SQL Server) or require_secure_transport to ON (MySQL, MariaDB).",
    url: `${DOCS}/UsingWithRDS.SSL.html`,
  },
  "rds-iam-authentication": {
    title: "RDS databases accept IAM authentication, so that services need no password.",
    severity: "medium",
    requirements: ["7.2.1", "8.2.7", "8.3.4"],
    controls: ["RDS.10", "RDS.12"],
    remediation: "Set iamDatabaseAuthenticationEnabled to true.",
    url: `${DOCS}/UsingWithRDS.IAMDBAuth.html`,
  },
  "rds-logs-exported": {
    title: "RDS databases send their logs to CloudWatch Logs.",
    severity: "medium",
    requirements: ["10.2.1", "10.4.2"],
    controls: ["RDS.9", "RDS.34", "RDS.36", "RDS.37"],
    remediation:
      "List the engine's logs in enabledCloudwatchLogsExports: `postgresql`, or `audit` for MySQL and MariaDB.",
    url: `${DOCS}/USER_LogAccess.Procedural.UploadtoCloudWatch.html`,
  },
  "rds-minor-upgrades": {
    title: "RDS databases take minor engine upgrades, and so security fixes, by themselves.",
    severity: "high",
    requirements: ["6.3.3"],
    controls: ["RDS.13", "RDS.35"],
    remediation: "Leave autoMinorVersionUpgrade at its default true.",
    url: `${DOCS}/USER_UpgradeDBInstance.Upgrading.html`,
  },
  "rds-administrator-name": {
    title: "RDS databases have an administrator name of their own.",
    severity: "medium",
    requirements: ["2.2.2"],
    controls: ["RDS.24", "RDS.25"],
    remediation: "Choose a username other than admin, administrator, root, postgres and the like.",
    url: "https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-25",
  },
  "rds-proxy-tls": {
    title: "RDS proxies refuse connections without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["RDS.43"],
    remediation: "Set requireTls to true.",
    url: `${AURORA_DOCS}/rds-proxy.howitworks.html`,
  },
} as const satisfies Catalogue;
