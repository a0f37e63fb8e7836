import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Statement, type Transform } from "../core";
import type { Key } from "../security/key";

/** Type of a key attribute: text, number or bytes. */
export type AttributeType = "S" | "N" | "B";

export interface KeyAttribute {
  /** 1-255 characters. */
  name: string;
  /** Default `S`. */
  type?: AttributeType;
}

export interface TableIndexArgs {
  partitionKey: KeyAttribute;
  /** Default: none. */
  sortKey?: KeyAttribute;
  /** Attributes beside the keys that the index holds. Default: all of them; an empty list holds the keys alone. */
  attributes?: readonly string[];
}

export interface TableCapacityRange {
  /** Units, 1-40000. */
  min: number;
  /** Units, 1-40000. */
  max: number;
}

export interface TableArgs extends ComponentArgs {
  /** Customer key that encrypts the table, its indexes, streams and backups, in the table's region. */
  key: Key;
  /** It cannot be changed later. */
  partitionKey: KeyAttribute;
  /** It cannot be changed later. Default: none. */
  sortKey?: KeyAttribute;
  /** Global secondary indexes by name, at most 20. A changed index is deleted and made anew. Default: none. */
  indexes?: Readonly<Record<string, TableIndexArgs>>;
  /**
   * Units that the table scales between, at 70 % use. Default: on demand, paid by the request and without a limit of its own. With indexes it must be on demand:
   * their units can not be left to scaling without an update setting them back.
   */
  capacity?: { read: TableCapacityRange; write: TableCapacityRange };
  /** Most request units a second that an on-demand table takes: a bound on its cost. Default: none. */
  maxRequestUnits?: { read: number; write: number };
  /** Attribute that holds the second (Unix time) at which an item expires. DynamoDB deletes it within some days: readers must filter. Default: none. */
  expiresAt?: string;
  /** What a stream record holds of a changed item. Default: no stream. */
  stream?: "KEYS_ONLY" | "NEW_IMAGE" | "OLD_IMAGE" | "NEW_AND_OLD_IMAGES";
  /** Days that any moment can be restored from, 1-35. Default 35. */
  recoveryDays?: number;
  /** `STANDARD_INFREQUENT_ACCESS` costs 60 % less to store and 25 % more to use. Default `STANDARD`. */
  tableClass?: "STANDARD" | "STANDARD_INFREQUENT_ACCESS";
  transform?: { table?: Transform<aws.dynamodb.TableArgs> };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
const MOST_INDEXES = 20;
const MOST_UNITS = 40_000;
const SCALE_AT_PERCENT = 70;
const INDEX_NAME = /^[A-Za-z0-9_.-]{3,255}$/;

const READ = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:Query"];
const WRITE = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"];

/**
 * A DynamoDB table, encrypted with a customer key, restorable to any second of the last 35 days, protected from deletion. Its resource policy
 * is left empty: roles of this account get what the grants give them.
 *
 *     const balances = new Table("balances", { key, partitionKey: { name: "user" } });
 *     balances.grantReadWrite(scoring);
 *
 * Alarms: reads or writes were throttled (critical). Cost: on demand about 0.63 USD a million writes, 0.13 USD a
 * million reads, 0.25 USD per GB and month, and 0.20 USD per GB and month for the restore window. Data loss: in production the table is protected and refuses to be deleted.
 */
export class Table extends Component {
  readonly tableName: string;
  readonly arn: pulumi.Output<string>;
  /** Undefined without a stream. */
  readonly streamArn: pulumi.Output<string> | undefined;
  readonly key: Key;
  readonly nodes: { readonly table: aws.dynamodb.Table };
  private readonly hasIndexes: boolean;

  constructor(name: string, args: TableArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:Table", name, args, opts);
    this.validate(args);

    this.key = args.key;
    this.hasIndexes = Object.keys(args.indexes ?? {}).length > 0;
    this.tableName = this.physicalName("dynamodbTable");
    // Built from the name, so that policies which hold it are known before the table exists.
    this.arn = this.arnOf("dynamodb", `table/${this.tableName}`);
    const table = this.createTable(args);
    this.streamArn = args.stream === undefined ? undefined : table.streamArn;
    if (args.capacity) this.scale(args.capacity, table);
    this.createAlarms();

    this.nodes = { table };
    this.registerOutputs({ tableName: this.tableName, arn: this.arn });
  }

  /** Lets `grantee` read items by key and by query. A scan of the whole table is not among it. */
  grantRead(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("read", grantee, READ, this.key.decryptStatement("dynamodb"));
  }

  /** Lets `grantee` write and delete items, without reading any. */
  grantWrite(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("write", grantee, WRITE, this.key.encryptDecryptStatement("dynamodb"));
  }

  /** Lets `grantee` add items, or replace them as a whole, and nothing else. */
  grantPut(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("put", grantee, ["dynamodb:PutItem"], this.key.encryptDecryptStatement("dynamodb"));
  }

  /** Lets `grantee` read single items by their key and delete them, for what is used once, such as a token. */
  grantTake(grantee: Grantee): aws.iam.RolePolicy {
    const actions = ["dynamodb:DeleteItem", "dynamodb:GetItem"];
    return this.allow("take", grantee, actions, this.key.encryptDecryptStatement("dynamodb"));
  }

  /** Lets `grantee` read, write and delete items. */
  grantReadWrite(grantee: Grantee): aws.iam.RolePolicy {
    return this.allow("read-write", grantee, [...READ, ...WRITE], this.key.encryptDecryptStatement("dynamodb"));
  }

  /**
   * Lets `grantee` keep its leases here, as an application of the Kinesis Client Library 3.5 or later does with the single table format
   * (https://docs.aws.amazon.com/streams/latest/dev/kcl-single-table-format.html): read and write items, and see all of them.
   */
  grantLeases(grantee: Grantee): aws.iam.RolePolicy {
    const actions = [...READ, ...WRITE, "dynamodb:DescribeTable", "dynamodb:Scan"];
    return this.allow("leases", grantee, actions, this.key.encryptDecryptStatement("dynamodb"));
  }

  /** Lets `grantee` read the table's stream. */
  grantStream(grantee: Grantee): aws.iam.RolePolicy {
    this.check.that(this.streamArn !== undefined, "stream", undefined, "Give the table a `stream` first.");
    const stream = pulumi.interpolate`${this.arn}/stream/*`;
    return grant(this, this.name, "stream", grantee, [
      {
        Effect: "Allow",
        Action: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        Resource: stream,
      },
      // AWS takes no narrower resource for it.
      { Effect: "Allow", Action: "dynamodb:ListStreams", Resource: "*" },
      this.key.decryptStatement("dynamodb"),
    ]);
  }

  private allow(access: string, grantee: Grantee, actions: readonly string[], key: Statement): aws.iam.RolePolicy {
    const resources = this.hasIndexes ? [this.arn, pulumi.interpolate`${this.arn}/index/*`] : this.arn;
    return grant(this, this.name, access, grantee, [
      { Effect: "Allow", Action: [...actions].sort(), Resource: resources },
      key,
    ]);
  }

  private validate(args: TableArgs): void {
    const indexes = Object.entries(args.indexes ?? {});
    this.check.that(
      indexes.length <= MOST_INDEXES,
      "indexes",
      indexes.length,
      `A table has at most ${MOST_INDEXES} global secondary indexes.`,
    );
    for (const [index] of indexes) {
      this.check.matches(
        "indexes",
        index,
        INDEX_NAME,
        "An index's name takes 3-255 letters, digits, dots, hyphens and underscores.",
      );
    }
    this.check.that(
      args.capacity === undefined || indexes.length === 0,
      "capacity",
      args.capacity,
      "A table with indexes must be on demand: leave capacity out.",
    );
    this.check.that(
      args.capacity === undefined || args.maxRequestUnits === undefined,
      "maxRequestUnits",
      args.maxRequestUnits,
      "It bounds an on-demand table; with capacity, its max does.",
    );
    for (const [kind, range] of Object.entries(args.capacity ?? {})) {
      this.check.integer(`capacity.${kind}.min`, range.min, 1, MOST_UNITS, "of units");
      this.check.integer(`capacity.${kind}.max`, range.max, range.min, MOST_UNITS, "of units");
    }
    for (const [kind, units] of Object.entries(args.maxRequestUnits ?? {})) {
      this.check.integer(`maxRequestUnits.${kind}`, units, 1, MOST_UNITS, "of units");
    }
    this.check.integer("recoveryDays", args.recoveryDays ?? 35, 1, 35, "of days");
    const types = new Map<string, AttributeType>();
    for (const { name, type = "S" } of keyAttributes(args)) {
      this.check.that(
        (types.get(name) ?? type) === type,
        "indexes",
        name,
        `The attribute is of type ${types.get(name) ?? type} in another key. An attribute has one type.`,
      );
      types.set(name, type);
    }
    this.check.that(
      args.expiresAt === undefined || !types.has(args.expiresAt),
      "expiresAt",
      args.expiresAt,
      "It is a key. Name another attribute, a number.",
    );
    args.key.requireFor(this.check, this.context.region);
  }

  private createTable(args: TableArgs): aws.dynamodb.Table {
    const { partitionKey, sortKey, capacity, maxRequestUnits: most } = args;
    const attributes = new Map(keyAttributes(args).map(({ name, type = "S" }) => [name, type]));
    return new aws.dynamodb.Table(
      this.childName("table"),
      {
        name: this.tableName,
        attributes: [...attributes].map(([name, type]) => ({ name, type })),
        hashKey: partitionKey.name,
        rangeKey: sortKey?.name,
        globalSecondaryIndexes: Object.entries(args.indexes ?? {}).map(([name, index]) => indexSettings(name, index)),
        billingMode: capacity ? "PROVISIONED" : "PAY_PER_REQUEST",
        ...(capacity ? { readCapacity: capacity.read.min, writeCapacity: capacity.write.min } : {}),
        ...(most ? { onDemandThroughput: { maxReadRequestUnits: most.read, maxWriteRequestUnits: most.write } } : {}),
        serverSideEncryption: { enabled: true, kmsKeyArn: args.key.arn },
        pointInTimeRecovery: { enabled: true, recoveryPeriodInDays: args.recoveryDays ?? 35 },
        deletionProtectionEnabled: this.production,
        streamEnabled: args.stream !== undefined,
        streamViewType: args.stream,
        tableClass: args.tableClass ?? "STANDARD",
        ...(args.expiresAt ? { ttl: { enabled: true, attributeName: args.expiresAt } } : {}),
      },
      // Scaling sets the units; an update must not set them back.
      this.statefulOptions(capacity ? { ignoreChanges: ["readCapacity", "writeCapacity"] } : {}, args.transform?.table),
    );
  }

  private scale(capacity: NonNullable<TableArgs["capacity"]>, table: aws.dynamodb.Table): void {
    for (const [kind, label] of [
      ["read", "Read"],
      ["write", "Write"],
    ] as const) {
      const dimension = `dynamodb:table:${label}CapacityUnits`;
      const resourceId = pulumi.interpolate`table/${table.name}`;
      const target = new aws.appautoscaling.Target(
        this.childName(`${kind}-scaling`),
        {
          serviceNamespace: "dynamodb",
          scalableDimension: dimension,
          resourceId,
          minCapacity: capacity[kind].min,
          maxCapacity: capacity[kind].max,
        },
        this.childOptions(),
      );
      new aws.appautoscaling.Policy(
        this.childName(`${kind}-scaling-policy`),
        {
          name: `${this.tableName}-${kind}`,
          policyType: "TargetTrackingScaling",
          serviceNamespace: target.serviceNamespace,
          scalableDimension: target.scalableDimension,
          resourceId: target.resourceId,
          targetTrackingScalingPolicyConfiguration: {
            targetValue: SCALE_AT_PERCENT,
            predefinedMetricSpecification: { predefinedMetricType: `DynamoDB${label}CapacityUtilization` },
          },
        },
        this.childOptions(),
      );
    }
  }

  private createAlarms(): void {
    const dimensions = { TableName: this.tableName };
    for (const [kind, name] of [
      ["reads", "ReadThrottleEvents"],
      ["writes", "WriteThrottleEvents"],
    ] as const) {
      this.alarm(`throttled-${kind}`, {
        severity: "critical",
        description: `DynamoDB throttles ${kind} of table ${this.tableName}: a hot key, too few units, or its maximum is reached.`,
        metric: { namespace: "AWS/DynamoDB", name, dimensions, statistic: "Sum" },
        comparison: "GreaterThanThreshold",
        threshold: 0,
      });
    }
  }
}

/** Every attribute that a key is made of; DynamoDB wants these declared and no others. */
function keyAttributes({ partitionKey, sortKey, indexes = {} }: TableArgs): KeyAttribute[] {
  const keys = [{ partitionKey, sortKey }, ...Object.values(indexes)];
  return keys.flatMap(({ partitionKey: first, sortKey: second }) => (second === undefined ? [first] : [first, second]));
}

function indexSettings(
  name: string,
  { partitionKey, sortKey, attributes }: TableIndexArgs,
): aws.types.input.dynamodb.TableGlobalSecondaryIndex {
  const projection =
    attributes === undefined
      ? { projectionType: "ALL" }
      : attributes.length === 0
        ? { projectionType: "KEYS_ONLY" }
        : { projectionType: "INCLUDE", nonKeyAttributes: [...attributes] };
  return {
    name,
    ...projection,
    keySchemas: [
      { attributeName: partitionKey.name, keyType: "HASH" },
      ...(sortKey === undefined ? [] : [{ attributeName: sortKey.name, keyType: "RANGE" }]),
    ],
  };
}
