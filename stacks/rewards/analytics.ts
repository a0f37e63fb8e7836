import * as pulumi from "@pulumi/pulumi";
import { ApplicationLoadBalancer } from "../../components/compute/application-load-balancer";
import type { Cluster } from "../../components/compute/cluster";
import { FargateService } from "../../components/compute/fargate-service";
import type { ContainerImageSource } from "../../components/compute/image";
import type { SignIn } from "../../components/compute/sign-in";
import type { Archive } from "../../components/data/archive";
import type { BackupVault } from "../../components/data/backup-vault";
import { PostgresDatabase } from "../../components/data/postgres-database";
import type { QueryWorkgroup } from "../../components/data/query-workgroup";
import type { Firewall } from "../../components/edge/firewall";
import type { NetworkLike } from "../../components/network/network-like";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { Secret } from "../../components/security/secret";

/** Where Metabase runs, what it may query, and who may reach it. */
export interface AnalyticsSite {
  /** What the names of its parts begin with, e.g. `rewards-use1-analytics`. */
  readonly name: string;
  readonly region: Region;
  /** With the endpoints `athena`, `ecr`, `logs` and `secretsmanager`. */
  readonly vpc: NetworkLike;
  readonly cluster: Cluster;
  /** Key of data. */
  readonly key: Key;
  /** Key of logs. */
  readonly logKey: Key;
  readonly archives: readonly Archive[];
  readonly workgroup: QueryWorkgroup;
  /** Name that people call, e.g. `metrics.example.com`, which `certificateArn` covers. */
  readonly host: string;
  readonly certificateArn: pulumi.Input<string>;
  readonly firewall: Firewall;
  /** Who signs people in before a request reaches Metabase, which then asks for its own account. */
  readonly signIn: SignIn;
  /** Who may connect at all: `internet`, or label -> IPv4 range. */
  readonly openTo: "internet" | Readonly<Record<string, string>>;
  /** Team that replaces the encryption key. */
  readonly owner: string;
  /** Takes locked snapshots of the application database. */
  readonly backups?: BackupVault;
  /** What has to stand before the first task starts, e.g. GuardDuty's runtime monitoring. */
  readonly startAfter?: readonly pulumi.Resource[];
}

export interface AnalyticsSettings {
  /** Metabase's own image, copied to ECR, which tasks can reach. Its release must know `MB_DB_AWS_IAM`. */
  readonly image: ContainerImageSource;
  readonly architecture: "ARM64" | "X86_64";
  readonly cpu: number;
  /** MiB of a task, 4096 or more: Java's heap gets half, the drivers that Metabase unpacks a part of the rest. */
  readonly memory: number;
  readonly tasks: { readonly min: number; readonly max: number };
  readonly database: {
    readonly deployment: "cluster" | "instance";
    readonly instanceClass: string;
    readonly storageGiB?: number;
    readonly backupRetentionDays?: number;
  };
}

export interface Analytics {
  readonly service: FargateService;
  readonly balancer: ApplicationLoadBalancer;
  readonly database: PostgresDatabase;
  /** What an administrator enters once, under Metabase's Admin > Databases > Athena, with both keys left empty: it uses the task's role. */
  readonly connection: {
    readonly region: string;
    readonly workgroup: string;
    readonly outputLocation: pulumi.Output<string>;
    readonly databases: readonly string[];
  };
}

/**
 * The database's user, and the owner of its database. Made once by whoever has the master secret, before Metabase first starts:
 * `CREATE USER metabase; GRANT rds_iam TO metabase; GRANT ALL ON DATABASE metabase TO metabase; GRANT ALL ON SCHEMA public TO metabase;`
 */
const DATABASE_USER = "metabase";
const PORT = 8443;
/** In Metabase's image: RDS's certificate authorities of all regions. */
const AUTHORITIES = "/app/certs/rds-combined-ca-bundle.pem";
/** Writable, in memory: where Metabase unpacks its drivers, and where its certificate lies. */
const SCRATCH = { "/plugins": 768, "/tmp": 256 };

/**
 * Metabase takes a certificate from a Java keystore only. Each task makes one for itself, which the load balancer accepts and nobody else reaches; its password lives
 * as long as the process. `run_metabase.sh` is the image's own entry point.
 */
const START = `
set -eu
MB_JETTY_SSL_KEYSTORE_PASSWORD=$(head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \\n')
export MB_JETTY_SSL_KEYSTORE_PASSWORD
rm -f "$MB_JETTY_SSL_KEYSTORE"
keytool -genkeypair -alias metabase -keyalg EC -groupname secp256r1 -dname CN=metabase -validity 3650 -storetype PKCS12 \\
  -keystore "$MB_JETTY_SSL_KEYSTORE" -storepass:env MB_JETTY_SSL_KEYSTORE_PASSWORD
exec /app/run_metabase.sh
`.trim();

/**
 * Metabase for everybody who works with the platform's figures:
 *
 *     people -> WAF -> load balancer (TLS, sign-in by OpenID Connect) -> Metabase on Fargate -> Athena -> archives
 *                                                                          -> its own PostgreSQL database: dashboards, accounts
 *
 * Of AWS it may query the archives through the workgroup and log in to its own database, by tokens of its role: it has no password, and no key to anything else.
 */
export function analytics(site: AnalyticsSite, settings: AnalyticsSettings): Analytics {
  const { name, region, vpc, key, host } = site;
  const here = { parent: region };
  const balancer = new ApplicationLoadBalancer(
    `${name}-alb`,
    {
      vpc,
      certificateArn: site.certificateArn,
      internal: false,
      openTo: site.openTo,
      firewall: site.firewall,
      signIn: site.signIn,
    },
    here,
  );
  const database = new PostgresDatabase(
    `${name}-database`,
    { vpc, key, ...settings.database, backupVault: site.backups, databaseName: "metabase" },
    here,
  );
  // With it Metabase encrypts what it stores about connections. A new one is put in by its command rotate-encryption-key.
  const encryptionKey = new Secret(
    `${name}-encryption-key`,
    {
      key,
      description: "Key by which Metabase encrypts connection details in its database",
      initialValue: "random",
      rotatedBy: { who: site.owner, days: 365 },
    },
    here,
  );
  const service = new FargateService(
    name,
    {
      cluster: site.cluster,
      vpc,
      key: site.logKey,
      image: settings.image,
      architecture: settings.architecture,
      cpu: settings.cpu,
      memory: settings.memory,
      scaling: settings.tasks,
      port: PORT,
      loadBalancer: {
        applicationLoadBalancer: balancer,
        rule: { priority: 100, when: { hosts: [host] } },
        healthCheckPath: "/api/health",
      },
      // Migrations of its database come before it answers.
      healthCheckGraceSeconds: 600,
      entryPoint: ["/bin/sh", "-c", START],
      scratch: SCRATCH,
      variables: { ...variables(host), ...databaseVariables(database) },
      secrets: { MB_ENCRYPTION_SECRET_KEY: encryptionKey },
      runtimeMonitoring: true,
      startAfter: site.startAfter,
    },
    here,
  );

  database.connections.allowFrom(service);
  database.grantConnect(service, DATABASE_USER);
  site.workgroup.grantQuery(service, site.archives);
  return {
    service,
    balancer,
    database,
    connection: {
      region: region.region,
      workgroup: site.workgroup.workgroupName,
      outputLocation: site.workgroup.outputLocation,
      databases: site.archives.map((archive) => archive.database),
    },
  };
}

/** https://www.metabase.com/docs/latest/configuring-metabase/environment-variables */
function variables(host: string): Record<string, string> {
  return {
    JAVA_OPTS: "-XX:MaxRAMPercentage=50",
    MB_SITE_URL: `https://${host}`,
    MB_JETTY_SSL: "true",
    MB_JETTY_SSL_PORT: String(PORT),
    MB_JETTY_SSL_KEYSTORE: "/tmp/metabase.p12",
    MB_PLUGINS_DIR: "/plugins",
    // There is no way to the internet.
    MB_ANON_TRACKING_ENABLED: "false",
    MB_CHECK_FOR_UPDATES: "false",
    MB_ENABLE_PUBLIC_SHARING: "false",
    // A database file, which it would write beside itself.
    MB_LOAD_SAMPLE_CONTENT: "false",
    MB_PASSWORD_COMPLEXITY: "strong",
    MB_PASSWORD_LENGTH: "12",
    // Minutes: a working day.
    MAX_SESSION_AGE: "720",
  };
}

/** Over TLS with the server's name checked, and with a token of the task's role in place of a password. */
function databaseVariables(database: PostgresDatabase): Record<string, pulumi.Input<string>> {
  const tls = `sslmode=verify-full&sslrootcert=${AUTHORITIES}`;
  return {
    MB_DB_TYPE: "postgres",
    MB_DB_CONNECTION_URI: pulumi.interpolate`jdbc:postgresql://${database.endpoint}/${database.databaseName}?${tls}`,
    MB_DB_USER: DATABASE_USER,
    MB_DB_AWS_IAM: "true",
  };
}
