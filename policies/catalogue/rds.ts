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
    controls: ["RDS/performance-insights-key"],
    remediation: "Set performanceInsightsKmsKeyId to your key; Palisade's databases do.",
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
      "List the engine's logs in enabledCloudwatchLogsExports: `postgresql`, or `audit` and `error` for MySQL and MariaDB. Leave the general and the slow query log out: they hold SQL text, and so card numbers.",
    url: `${DOCS}/USER_LogAccess.Procedural.UploadtoCloudWatch.html`,
  },
  "rds-aurora-mysql-audit": {
    title: "Aurora MySQL clusters write an audit log.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: ["RDS.45"],
    remediation:
      "Set server_audit_logging to 1 and server_audit_events in the cluster parameter group, and export the log `audit`.",
    url: `${AURORA_DOCS}/AuroraMySQL.Auditing.html`,
  },
  "rds-own-security-group": {
    title: "RDS databases stand behind security groups of their own, in a VPC.",
    severity: "medium",
    requirements: ["1.3.1"],
    controls: ["RDS/no-classic-security-group"],
    remediation:
      "Give vpcSecurityGroupIds; DB security groups are of EC2-Classic, which AWS has retired. Palisade's databases have one each.",
    url: `${DOCS}/Overview.RDSSecurityGroups.html`,
  },
  "rds-snapshot-private": {
    title: "RDS snapshots are not shared with everyone.",
    severity: "critical",
    requirements: ["1.4.4", "7.2.1"],
    controls: ["RDS.1"],
    remediation: "Name the accounts in sharedAccounts, or leave it out.",
    url: `${DOCS}/USER_ShareSnapshot.html`,
  },
  "rds-snapshot-encrypted": {
    title: "RDS snapshots are encrypted at rest.",
    severity: "medium",
    requirements: ["3.5.1"],
    controls: ["RDS.4"],
    remediation: "Set storageEncrypted on the database that it is taken of, or kmsKeyId on the copy.",
    url: `${DOCS}/Overview.Encryption.html`,
  },
  "rds-event-subscriptions": {
    title: "RDS event subscriptions tell of all that is critical.",
    severity: "low",
    requirements: ["11.5.2"],
    controls: ["RDS.20", "RDS.21", "RDS.22"],
    remediation:
      "Subscribe db-instance to maintenance, configuration change and failure, db-parameter-group to configuration change, db-security-group to configuration change and failure; or leave sourceType and eventCategories out.",
    url: `${DOCS}/USER_Events.html`,
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
  "rds-managed-password": {
    title: "Nobody writes down the administrator's password of an RDS database.",
    severity: "medium",
    requirements: ["8.3.2", "8.6.2"],
    controls: [],
    remediation:
      "Set manageMasterUserPassword to true, so that RDS makes, keeps and rotates it in Secrets Manager, as Palisade's databases do; or give it by passwordWo (masterPasswordWo of a cluster), which is never stored. With read replicas, which RDS refuses then, make the first password by a random.RandomPassword and let a SecretRotation replace it.",
    url: `${DOCS}/rds-secrets-manager.html`,
  },
  "rds-proxy-tls": {
    title: "RDS proxies refuse connections without TLS.",
    severity: "medium",
    requirements: ["4.2.1"],
    controls: ["RDS.43"],
    remediation: "Set requireTls to true.",
    url: `${AURORA_DOCS}/rds-proxy.howitworks.html`,
  },
  "rds-postgres-audit": {
    title: "PostgreSQL writes down who connects, who leaves, and what is changed.",
    severity: "medium",
    requirements: ["10.2.1"],
    controls: [],
    remediation:
      "Set log_connections and log_disconnections to 1 and pgaudit.log to ddl,role or more in the parameter group; Palisade's PostgresDatabase does.",
    url: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pgaudit.html",
  },
} as const satisfies Catalogue;
