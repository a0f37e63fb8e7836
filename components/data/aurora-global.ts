import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { type AlarmTopics, Component, type ComponentArgs, type Grantee, type Transform } from "../core";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { AuroraRegion, type AuroraSettings } from "./aurora-region";
import type { BackupVault } from "./backup-vault";
import { GLOBAL_CLASS } from "./instance-class";
import { MasterSecret } from "./master-secret";
import { checkMasterUsername } from "./postgres-checks";
import {
  type AuditClass,
  DAILY_WINDOW,
  DEFAULT_MASTER_USERNAME,
  DEFAULT_POSTGRES_VERSION,
  POSTGRES_NAME,
  POSTGRES_NAME_RULE,
  WEEKLY_WINDOW,
} from "./postgres-settings";

export interface AuroraSite {
  /** Where its instances stand: in the isolated subnets. */
  vpc: NetworkLike;
  /** Customer key of the same region; its policy must name the `logs` service. */
  key: Key;
  /** Takes locked snapshots there. Default: none. */
  backupVault?: BackupVault;
  /**
   * Where its alarms go: topics of its own region, as an alarm can notify no other. Default: those of the component it is placed under, if
   * that one is in the same region.
   */
  alarmTopics?: AlarmTopics;
}

export interface AuroraSecondary extends AuroraSite {
  region: string;
  /** Logical name of its component. Default `<name>-<key>`. Under another parent give one that begins with that parent's name. */
  name?: string;
}

export interface AuroraGlobalArgs extends ComponentArgs {
  /** The region that writes at first: `region`, which is inherited. */
  primary: AuroraSite;
  /** Regions that follow and can take over, by a key of yours, at most 10. Default: none; `addSecondary` adds them later. */
  secondaries?: Readonly<Record<string, AuroraSecondary>>;
  /** E.g. `db.r8g.xlarge`: a memory optimized class. Give this or `capacity`. */
  instanceClass?: string;
  /** Serverless v2: Aurora capacity units (2 GiB each) of each instance, 0.5-256; a global database stands on at least 8 to keep up. */
  capacity?: { min: number; max: number };
  /** Instances in each region, in a zone of its own each, 1-15. Default 2, in development 1. Production needs two. */
  instances?: number;
  /** Database made with it. Default `app`. */
  databaseName?: string;
  /** Up to 16 characters. Default `palisadeowner`. */
  masterUsername?: string;
  /** `<major>.<minor>`, the same everywhere; upgrades go through the global cluster. Default `17.11`. */
  engineVersion?: string;
  /**
   * Lets every region that follows take writes at its reader endpoint and send them on to the writer; no sequences, DDL, `COPY` or savepoints
   * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-write-forwarding-apg.html). Default false.
   */
  writeForwarding?: boolean;
  /**
   * Seconds that every secondary may lag before commits wait for one of them: Aurora's managed RPO, from 20 on. Default: commits never wait,
   * and an alarm tells of lag.
   */
  maxLagSeconds?: number;
  /** Days that point-in-time recovery reaches back, 1-35. Default 35, in development 7. */
  backupRetentionDays?: number;
  /** Daily, UTC. Default `01:00-02:00`. */
  backupWindow?: string;
  /** Weekly, UTC. Default `sun:03:00-sun:04:00`. */
  maintenanceWindow?: string;
  /** Statements that pgaudit writes to the log. Default `["ddl", "role"]`. */
  auditClasses?: readonly AuditClass[];
  /** Default `standard`: 7 days, free. */
  databaseInsights?: "standard" | "advanced";
  /** Days the logs are kept. Default 365, in development 30. */
  logRetentionInDays?: number;
  transform?: AuroraSettings["transform"] & { globalCluster?: Transform<aws.rds.GlobalClusterArgs> };
}

/**
 * An Aurora PostgreSQL global database: one region writes, the others follow about a second behind and take over in a minute
 * (`aws rds switchover-global-cluster` without loss, `failover-global-cluster` when the primary region is gone). Every region has two
 * instances in two zones, IAM login, TLS only, its own customer key, security group, logs and alarms.
 *
 *     const ledger = new AuroraGlobal("ledger", {
 *       primary: { vpc: ireland.vpc, key: ireland.key },
 *       secondaries: { frankfurt: { region: "eu-central-1", vpc: frankfurt.vpc, key: frankfurt.key } },
 *       instanceClass: "db.r8g.xlarge",
 *     });
 *     ledger.regions.frankfurt.connections.allowFrom(service);
 *     ledger.regions.frankfurt.grantConnect(service, "ledger_ro");
 *
 * A region whose network is made later, e.g. because regions roll out one after another, joins by `addSecondary`.
 *
 * Aurora refuses to manage the master password of a global database, so a {@link MasterSecret} does: the first password, valid for minutes,
 * stands encrypted in Pulumi's state, the later ones only in Secrets Manager, with a copy in each region of `secondaries`. A region added later
 * gets none, as the secret is made before it; its services need none, they log in by IAM. The function runs in the first region and
 * changes the password while that region is the writer.
 *
 * After a failover the program still says who was first: leave it, or switch back. Aurora's minor releases are not applied by
 * themselves, because all regions must run the same one: raise `engineVersion`, and the global cluster upgrades region after region.
 *
 * Cost, us-east-1: four db.r8g.xlarge about 1,600 USD a month, and 0.20 USD per million replicated writes. Data loss: a failover loses the lag (usually
 * under a second, at most `maxLagSeconds`). Destroying it in production needs `protect` and deletion protection lifted and leaves the snapshot
 * `<primary cluster>-final`.
 */
export class AuroraGlobal extends Component {
  /** Host name that follows the writer from region to region. */
  readonly writerEndpoint: pulumi.Output<string>;
  readonly port = 5432;
  /** Secret of the master user: JSON with `username` and `password`. Services do not need it. */
  readonly secretArn: pulumi.Output<string>;
  /** `primary`, and the secondaries by their keys; `addSecondary` adds to it. */
  readonly regions: Readonly<Record<string, AuroraRegion>>;
  /** The region that was made first. */
  readonly primary: AuroraRegion;
  readonly databaseName: string;
  readonly identifier: string;
  readonly nodes: { readonly globalCluster: aws.rds.GlobalCluster; readonly masterSecret: MasterSecret };
  private readonly members: Record<string, AuroraRegion> = {};
  private readonly settings: AuroraSettings;
  private readonly globalCluster: aws.rds.GlobalCluster;

  constructor(
    name: string,
    private readonly args: AuroraGlobalArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:data:AuroraGlobal", name, args, opts);
    this.databaseName = args.databaseName ?? "app";
    this.settings = this.settingsOf(args);
    const secondaries = args.secondaries ?? {};
    const masterUsername = args.masterUsername ?? DEFAULT_MASTER_USERNAME;
    this.validate(args, masterUsername);
    this.validateSecondaries(secondaries, [this.context.region]);
    this.identifier = this.physicalName("dbCluster");

    this.globalCluster = this.createGlobalCluster();
    this.primary = this.createPrimary(masterUsername);
    this.members.primary = this.primary;
    for (const [key, site] of Object.entries(secondaries)) this.createSecondary(key, site, { parent: this });
    const masterSecret = this.createMasterSecret(masterUsername, secondaries);

    this.writerEndpoint = this.globalCluster.endpoint;
    this.secretArn = masterSecret.arn;
    this.regions = this.members;
    this.nodes = { globalCluster: this.globalCluster, masterSecret };
    this.registerOutputs({ writerEndpoint: this.writerEndpoint, port: this.port, secretArn: this.secretArn });
  }

  /**
   * Lets a region join that was not there when this was made. With its region's component as `opts.parent` it waits for what that one waits
   * for, and its alarms go where that one's go.
   *
   *     ledger.addSecondary("euw1", { name: "euw1-ledger", region: "eu-west-1", vpc, key }, { parent: ireland });
   */
  addSecondary(key: string, site: AuroraSecondary, opts?: pulumi.ComponentResourceOptions): AuroraRegion {
    this.check.that(!(key in this.members), "key", key, "A region of this key is there already; give another key.");
    this.validateSecondaries(
      { [key]: site },
      Object.values(this.members).map(({ context }) => context.region),
    );
    return this.createSecondary(key, site, { parent: this, ...opts });
  }

  /** Lets `grantee` log in as the database user `user` in every region there is so far, e.g. a service that follows the writer. */
  grantConnect(grantee: Grantee, user: string): aws.iam.RolePolicy[] {
    return Object.values(this.regions).map((region) => region.grantConnect(grantee, user));
  }

  /** Lets `grantee` read the master user's password, e.g. a migration task. */
  grantReadMasterSecret(grantee: Grantee): aws.iam.RolePolicy {
    return this.nodes.masterSecret.grantRead(grantee);
  }

  private settingsOf(args: AuroraGlobalArgs): AuroraSettings {
    return {
      engineVersion: args.engineVersion ?? DEFAULT_POSTGRES_VERSION,
      instanceClass: args.instanceClass ?? "db.serverless",
      capacity: args.capacity,
      instances: args.instances ?? (this.production ? 2 : 1),
      backupRetentionDays: args.backupRetentionDays ?? (this.production ? 35 : 7),
      backupWindow: args.backupWindow ?? "01:00-02:00",
      maintenanceWindow: args.maintenanceWindow ?? "sun:03:00-sun:04:00",
      auditClasses: args.auditClasses ?? ["ddl", "role"],
      databaseInsights: args.databaseInsights ?? "standard",
      maxLagSeconds: args.maxLagSeconds,
      writeForwarding: args.writeForwarding ?? false,
      logRetentionInDays: args.logRetentionInDays,
      transform: args.transform,
    };
  }

  /** Checks regions that are to join `joined`, of which the first is the primary. */
  private validateSecondaries(secondaries: Readonly<Record<string, AuroraSecondary>>, joined: readonly string[]): void {
    const keys = Object.keys(secondaries);
    const count = joined.length - 1 + keys.length;
    this.check.that(count <= 10, "secondaries", count, "Aurora takes at most 10 secondary regions.");
    for (const key of keys)
      this.check.matches(
        "secondaries",
        key,
        /^(?!primary$)[a-z][a-z0-9-]{0,15}$/,
        "A key is part of the identifier: up to 16 lower-case letters, digits and hyphens, beginning with a letter; not `primary`.",
      );
    this.check.unique("secondaries.*.region", [...joined, ...Object.values(secondaries).map(({ region }) => region)]);
  }

  private validate(args: AuroraGlobalArgs, masterUsername: string): void {
    const { settings } = this;
    this.check.that(
      (args.instanceClass === undefined) !== (args.capacity === undefined),
      "instanceClass",
      args.instanceClass,
      "Give either instanceClass or capacity.",
    );
    if (args.instanceClass !== undefined)
      this.check.matches(
        "instanceClass",
        args.instanceClass,
        GLOBAL_CLASS,
        "Global databases take memory optimized classes, e.g. db.r8g.xlarge.",
      );
    if (args.capacity) this.validateCapacity(args.capacity);
    this.check.integer("instances", settings.instances, this.production ? 2 : 1, 15);
    this.check.matches(
      "engineVersion",
      settings.engineVersion,
      /^1[5-9]\.\d+$/,
      "Give <major>.<minor> from 15 on, e.g. 17.11.",
    );
    this.check.matches("databaseName", this.databaseName, POSTGRES_NAME, POSTGRES_NAME_RULE);
    checkMasterUsername(this.check, masterUsername);
    if (args.maxLagSeconds !== undefined)
      this.check.integer("maxLagSeconds", args.maxLagSeconds, 20, 2147483647, "of seconds");
    this.check.integer("backupRetentionDays", settings.backupRetentionDays, 1, 35, "of days");
    this.check.matches("backupWindow", settings.backupWindow, DAILY_WINDOW, "Give hh:mm-hh:mm in UTC.");
    this.check.matches(
      "maintenanceWindow",
      settings.maintenanceWindow,
      WEEKLY_WINDOW,
      "Give ddd:hh:mm-ddd:hh:mm in UTC, e.g. sun:03:00-sun:04:00.",
    );
  }

  private validateCapacity({ min, max }: { min: number; max: number }): void {
    const half = (units: number): boolean => Number.isInteger(units * 2);
    this.check.that(
      half(min) && half(max) && min >= 8 && min <= max && max <= 256,
      "capacity",
      { min, max },
      "Give steps of 0.5 with 8 <= min <= max <= 256; under 8 a secondary falls behind its primary.",
    );
  }

  private createGlobalCluster(): aws.rds.GlobalCluster {
    return new aws.rds.GlobalCluster(
      this.childName("global"),
      {
        globalClusterIdentifier: this.identifier,
        engine: "aurora-postgresql",
        engineVersion: this.settings.engineVersion,
        databaseName: this.databaseName,
        storageEncrypted: true,
        deletionProtection: this.production,
        forceDestroy: !this.production,
      },
      this.statefulOptions({}, this.args.transform?.globalCluster),
    );
  }

  private createPrimary(masterUsername: string): AuroraRegion {
    const initialPassword = new random.RandomPassword(
      this.childName("initial-password"),
      { length: 48, special: false },
      this.childOptions(),
    );
    return new AuroraRegion(
      this.childName("primary"),
      {
        ...this.args.primary,
        settings: this.settings,
        globalClusterIdentifier: this.globalCluster.id,
        role: { databaseName: this.databaseName, masterUsername, masterPassword: initialPassword.result },
      },
      { parent: this },
    );
  }

  private createSecondary(
    key: string,
    { name, ...site }: AuroraSecondary,
    opts: pulumi.ComponentResourceOptions,
  ): AuroraRegion {
    const { environment, dataClass, owner } = this.context;
    const region = new AuroraRegion(
      name ?? this.childName(key),
      {
        ...site,
        // The data is the same wherever its component is placed.
        environment,
        dataClass,
        owner,
        tags: this.args.tags,
        settings: this.settings,
        globalClusterIdentifier: this.globalCluster.id,
        role: { follows: this.primary },
      },
      opts,
    );
    region.watchLag(this.args.maxLagSeconds ?? 30);
    this.members[key] = region;
    return region;
  }

  private createMasterSecret(
    masterUsername: string,
    secondaries: Readonly<Record<string, AuroraSecondary>>,
  ): MasterSecret {
    const replicas = Object.values(secondaries).map(({ region, key }) => [region, key]);
    return new MasterSecret(
      this.childName("master"),
      {
        key: this.args.primary.key,
        target: {
          kind: "cluster",
          identifier: this.primary.identifier,
          arn: this.primary.arn,
          host: this.primary.availableAddress,
          port: this.port,
          databaseName: this.databaseName,
          username: masterUsername,
        },
        replicas: replicas.length > 0 ? Object.fromEntries(replicas) : undefined,
      },
      { parent: this },
    );
  }
}
