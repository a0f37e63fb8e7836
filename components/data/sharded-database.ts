import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Transform } from "../core";
import { Connections, tcp } from "../network/connections";
import { PostgresDatabase } from "./postgres-database";
import type { PostgresDatabaseArgs } from "./postgres-database-args";
import { type BucketRange, bucketProblem, SHARD_BUCKETS } from "./shard-directory";

/** What one shard may have of its own; the rest is the sharded database's. */
export interface ShardArgs extends Partial<
  Pick<
    PostgresDatabaseArgs,
    | "deployment"
    | "engineVersion"
    | "instanceClass"
    | "iops"
    | "maxStorageGiB"
    | "readReplicas"
    | "storageGiB"
    | "transform"
  >
> {
  /** Ranges of the 4,096 virtual buckets whose clients it holds, both ends included. Empty: none yet. */
  buckets: readonly BucketRange[];
}

export interface ShardedDatabaseArgs
  extends Omit<PostgresDatabaseArgs, "connections" | keyof ComponentArgs>, ComponentArgs {
  /** Shards by a key of yours, 1-14; the key is part of every name, so it stays. */
  shards: Readonly<Record<string, ShardArgs>>;
  /** Name of the directory parameter. Default `/<stack>/<name>/shards`. */
  directoryName?: string;
  directoryTransform?: Transform<aws.ssm.ParameterArgs>;
}

/** How a service reaches one shard, as it stands in the directory. */
export interface ShardEntry {
  readonly host: string;
  readonly readerHost: string;
  readonly port: number;
  readonly database: string;
  readonly secretArn: string;
}

/** The JSON of the directory parameter. */
export interface ShardDirectory {
  readonly buckets: number;
  /** How a bucket is found, in words that a reader in another language can check against. */
  readonly hash: "sha256-first-12-bits";
  readonly ranges: Readonly<Record<string, readonly BucketRange[]>>;
  readonly shards: Readonly<Record<string, ShardEntry>>;
}

/** A standard parameter holds 4 KB and an advanced one 8 KB; an entry has at most 450 characters, and the ranges 1,200. */
const STANDARD_TIER_SHARDS = 6;
const MAX_SHARDS = 14;
const MAX_RANGES = 64;

/**
 * PostgreSQL sharded by client id: one {@link PostgresDatabase} per shard, and a directory in SSM that says which shard holds whom.
 *
 *     const ledger = new ShardedDatabase("ledger", {
 *       vpc, key, instanceClass: "db.r8gd.xlarge",
 *       shards: { s0: { buckets: [[0, 2047]] }, s1: { buckets: [[2048, 4095]] } },
 *     });
 *     ledger.connections.allowFrom(service);
 *     ledger.grantConnect(service, "ledger_rw");
 *     ledger.grantReadDirectory(service);
 *
 * A client id hashes to one of 4,096 buckets (`bucketOf`), and config says which shard owns a bucket. So a new shard, which begins with
 * `buckets: []`, changes no other shard's resources and moves no client; moving clients is copying a range's rows and then writing the
 * range to its new owner. Every bucket has exactly one owner, or the component refuses.
 *
 * All shards stand in one security group: whoever may talk to one may talk to all.
 *
 * Cost and data loss: each shard's own. The directory costs nothing, or with more than 6 shards 0.05 USD a month.
 */
export class ShardedDatabase extends Component {
  readonly shards: Readonly<Record<string, PostgresDatabase>>;
  /** Of all shards. */
  readonly connections: Connections;
  readonly directoryName: string;
  /** Known before the parameter exists. */
  readonly directoryArn: pulumi.Output<string>;
  readonly nodes: { readonly directory: aws.ssm.Parameter; readonly securityGroup: aws.ec2.SecurityGroup };

  constructor(name: string, args: ShardedDatabaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:ShardedDatabase", name, args, opts);
    this.validate(args.shards);
    this.directoryName = args.directoryName ?? `/${this.physicalName("ssmParameter", "shards")}`;
    this.check.matches(
      "directoryName",
      this.directoryName,
      /^\/(?!aws\/|ssm\/)[\w./-]{1,1010}$/,
      "Give a path such as /prod/ledger/shards, outside /aws and /ssm.",
    );
    this.directoryArn = this.arnOf("ssm", `parameter${this.directoryName}`);

    const securityGroup = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: args.vpc.vpcId, description: `Shards of ${this.identity}` },
      this.childOptions({}, args.transform?.securityGroup),
    );
    this.connections = new Connections(this, securityGroup, tcp(5432));
    this.shards = Object.fromEntries(
      Object.entries(args.shards).map(([key, own]) => [
        key,
        new PostgresDatabase(
          this.childName(key),
          { ...args, ...own, connections: this.connections, tags: { ...args.tags, shard: key } },
          { parent: this },
        ),
      ]),
    );
    const directory = this.createDirectory(args.shards, args.directoryTransform);

    this.nodes = { directory, securityGroup };
    this.registerOutputs({ directoryName: this.directoryName, directoryArn: this.directoryArn });
  }

  /** Lets `grantee` log in as the database user `user` on every shard. */
  grantConnect(grantee: Grantee, user: string): aws.iam.RolePolicy[] {
    return Object.values(this.shards).map((shard) => shard.grantConnect(grantee, user));
  }

  /** Lets `grantee` read the master users' passwords, e.g. a migration task. */
  grantReadMasterSecrets(grantee: Grantee): aws.iam.RolePolicy[] {
    return Object.values(this.shards).map((shard) => shard.grantReadMasterSecret(grantee));
  }

  /** Lets `grantee` read the directory. */
  grantReadDirectory(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "read-directory", grantee, [
      { Effect: "Allow", Action: "ssm:GetParameter", Resource: this.directoryArn },
    ]);
  }

  private validate(shards: Readonly<Record<string, ShardArgs>>): void {
    const keys = Object.keys(shards);
    this.check.atLeast("shards", shards, 1, "shard");
    this.check.that(
      keys.length <= MAX_SHARDS,
      "shards",
      keys.length,
      `The directory's parameter has room for ${MAX_SHARDS}; make a second ShardedDatabase.`,
    );
    for (const key of keys)
      this.check.matches(
        "shards",
        key,
        /^[a-z][a-z0-9]{0,9}$/,
        "A key is part of the identifier: up to 10 lower-case letters and digits, beginning with a letter.",
      );
    const ranges = Object.values(shards).reduce((count, { buckets }) => count + buckets.length, 0);
    this.check.that(
      ranges <= MAX_RANGES,
      "shards",
      ranges,
      `The directory's parameter has room for ${MAX_RANGES} ranges; join neighbouring ones.`,
    );
    const owners = bucketOwners(shards);
    const problem = bucketProblem(owners);
    this.check.that(
      problem === undefined,
      "shards.*.buckets",
      owners,
      `Each bucket from 0 to ${SHARD_BUCKETS - 1} has one owner, but ${problem}.`,
    );
  }

  private createDirectory(
    shards: Readonly<Record<string, ShardArgs>>,
    transform: Transform<aws.ssm.ParameterArgs> | undefined,
  ): aws.ssm.Parameter {
    const entry = (shard: PostgresDatabase) => ({
      host: shard.address,
      readerHost: shard.readerAddress,
      port: shard.port,
      database: shard.databaseName,
      secretArn: shard.secretArn,
    });
    const value = pulumi.jsonStringify({
      buckets: SHARD_BUCKETS,
      hash: "sha256-first-12-bits",
      ranges: bucketOwners(shards),
      shards: Object.fromEntries(Object.entries(this.shards).map(([key, shard]) => [key, entry(shard)])),
    } satisfies DirectoryInput);
    return new aws.ssm.Parameter(
      this.childName("directory"),
      {
        name: this.directoryName,
        description: `Which shard of ${this.name} holds which clients, and where it is`,
        type: "String",
        tier: Object.keys(shards).length > STANDARD_TIER_SHARDS ? "Advanced" : "Standard",
        value,
      },
      this.childOptions({}, transform),
    );
  }
}

/** {@link ShardDirectory} before its hosts are known. */
type DirectoryInput = Omit<ShardDirectory, "shards"> & {
  readonly shards: Readonly<Record<string, { readonly [Key in keyof ShardEntry]: pulumi.Input<ShardEntry[Key]> }>>;
};

function bucketOwners(shards: Readonly<Record<string, ShardArgs>>): Record<string, readonly BucketRange[]> {
  return Object.fromEntries(Object.entries(shards).map(([key, { buckets }]) => [key, buckets]));
}
