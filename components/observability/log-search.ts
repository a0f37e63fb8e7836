import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, policyDocument, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import { logGroup } from "./log-group";
import { logSearchAlarms } from "./log-search-alarms";
import { FORWARD_FUNCTION, SETUP_FUNCTION } from "./log-search-code";
import { LogSearchFunction } from "./log-search-function";

export interface LogSearchArgs extends ComponentArgs {
  /** Where it stands: in the isolated subnets of up to three zones. */
  network: NetworkLike;
  /** Customer key of the indices, logs and failures, in its region. Its policy must name the `logs` service. */
  key: Key;
  /** Default `OpenSearch_3.3`. An upgrade keeps the data; there is no way back. */
  engineVersion?: `OpenSearch_${number}.${number}`;
  /** Data nodes. Default `r6g.large.search` (in development `t3.medium.search`); 16 GiB of memory carry about 200 GiB of hot logs. */
  instanceType?: `${string}.search`;
  /** Number of data nodes: a multiple of the zones. Default: one per zone (in development one). */
  instanceCount?: number;
  /** gp3 volume of each data node, in GiB, 10-3072 (AWS takes less for small instance types). Default 200 (in development 20). */
  volumeSizeGiB?: number;
  /** Three dedicated master nodes. Default `m6g.large.search`; in development none. */
  masterInstanceType?: `${string}.search`;
  /** Days that lines stay searchable, 1-3650. Default 90 (in development 14), as PCI DSS 10.5.1 asks for; the log groups keep them longer. */
  retentionInDays?: number;
  /** ARNs of roles that may search. Default: none. */
  readers?: readonly pulumi.Input<string>[];
  /** ARNs of roles that may do everything inside the domain. Default: none but the setup function. */
  administrators?: readonly pulumi.Input<string>[];
  /**
   * Creates `AWSServiceRoleForAmazonOpenSearchService`, which a domain in a VPC needs and of which an account has one. Default false: it is
   * there. True on a fresh account, in one stack and region only.
   */
  createServiceLinkedRole?: boolean;
  transform?: { domain?: Transform<aws.opensearch.DomainArgs>; securityGroup?: Transform<aws.ec2.SecurityGroupArgs> };
}

const DEFAULT_VERSION = "OpenSearch_3.3";
const DEFAULT_MASTER = "m6g.large.search";
const MAX_ZONES = 3;
const MASTER_COUNT = 3;
const LOG_TYPES = {
  audit: "AUDIT_LOGS",
  application: "ES_APPLICATION_LOGS",
  "index-slow": "INDEX_SLOW_LOGS",
  "search-slow": "SEARCH_SLOW_LOGS",
} as const;

type LogName = keyof typeof LOG_TYPES;

/**
 * Logs of many log groups in one place to search: an OpenSearch domain in the isolated subnets, fed by log subscriptions.
 *
 *     const search = new LogSearch("log-search", { network, key, readers: [engineers.arn] });
 *     search.subscribe("orders", orders.logs);
 *     search.connections.allowFrom(vpn);
 *
 * Encrypted at rest with the customer key, between nodes and to clients (TLS 1.2 with forward secrecy); access by IAM roles alone, mapped to
 * roles inside the domain by fine-grained access control; audit, application and slow logs in CloudWatch.
 *
 * A subscription goes to a function of this component that writes the lines in bulk. Amazon Data Firehose can not do it: it delivers one document per
 * record, and CloudWatch Logs puts many lines into one (https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs.html). What
 * can not be indexed after three attempts lies in the `failures` bucket for 30 days. A second function, the domain's master user, maps the
 * roles and sets the index template, the retention and the audit log, as AWS has no API for these.
 *
 * Cost: about 750 USD a month with the defaults in three zones (3 data and 3 master nodes, 600 GiB), about 60 in development. Data loss: deleting the
 * domain deletes the indices; in production it is protected, and the log groups still hold the lines.
 */
export class LogSearch extends Component {
  readonly domainName: string;
  readonly domainArn: pulumi.Output<string>;
  /** `https://...`, reachable from inside the VPC by what `connections` lets in. */
  readonly endpoint: pulumi.Output<string>;
  /** OpenSearch Dashboards. */
  readonly dashboardsUrl: pulumi.Output<string>;
  /** The domain's; default port 443. */
  readonly connections: Connections;
  readonly nodes: {
    readonly domain: aws.opensearch.Domain;
    readonly forward: aws.lambda.Function;
    readonly setup: aws.lambda.Function;
    readonly failures: Bucket;
    readonly logs: Readonly<Record<LogName, aws.cloudwatch.LogGroup>>;
  };
  private readonly forwarder: LogSearchFunction;
  private readonly ready: aws.lambda.Invocation;
  private readonly ownLogs: readonly aws.cloudwatch.LogGroup[];

  constructor(name: string, args: LogSearchArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:observability:LogSearch", name, args, opts);
    const zones = this.production ? Math.min(args.network.zones.length, MAX_ZONES) : 1;
    this.validate(args, zones);
    this.domainName = this.physicalName("openSearchDomain");
    // Built from the name, so that the policies which hold it are known before the domain exists.
    this.domainArn = this.arnOf("es", `domain/${this.domainName}`);

    const failures = new Bucket(this.childName("failures"), { key: args.key, expirationInDays: 30 }, { parent: this });
    this.forwarder = this.createForwarder(args, failures);
    const setup = this.createSetup(args);
    const logs = this.createLogs(args.key);
    this.connections = this.createConnections(args);
    const domain = this.createDomain(args, zones, setup, logs);

    this.endpoint = pulumi.interpolate`https://${domain.endpoint}`;
    this.dashboardsUrl = pulumi.interpolate`https://${domain.dashboardEndpoint}`;
    this.connections.allowFrom(this.forwarder);
    this.connections.allowFrom(setup);
    const forward = this.forwarder.create(domain.endpoint);
    this.keepFailures(forward, failures);
    const setupFunction = setup.create(domain.endpoint);
    this.ready = this.runSetup(setupFunction, setup, args, zones);
    this.createAlarms(args, zones);

    this.ownLogs = [...Object.values(logs), this.forwarder.logs, setup.logs];
    this.nodes = { domain, forward, setup: setupFunction, failures, logs };
    this.registerOutputs({
      domainName: this.domainName,
      domainArn: this.domainArn,
      endpoint: this.endpoint,
      dashboardsUrl: this.dashboardsUrl,
    });
  }

  /**
   * Makes the lines of `group` searchable, from now on. `key` names the subscription; a log group takes two. `filterPattern` selects lines; default: all.
   */
  subscribe(key: string, group: aws.cloudwatch.LogGroup, filterPattern = ""): aws.cloudwatch.LogSubscriptionFilter {
    this.check.matches(
      "subscribe(key)",
      key,
      /^[A-Za-z][A-Za-z0-9-]*$/,
      "Give letters, digits and hyphens, beginning with a letter.",
    );
    this.check.that(
      !this.ownLogs.includes(group),
      "subscribe(group)",
      key,
      "It is a log of this component itself: each line searched would write another. Subscribe the logs of other components.",
    );
    const permission = new aws.lambda.Permission(
      this.childName(`${key}-permission`),
      {
        function: this.nodes.forward.name,
        action: "lambda:InvokeFunction",
        principal: "logs.amazonaws.com",
        sourceArn: this.arnOf("logs", pulumi.interpolate`log-group:${group.name}:*`),
        sourceAccount: this.account,
      },
      this.childOptions(),
    );
    return new aws.cloudwatch.LogSubscriptionFilter(
      this.childName(key),
      {
        name: this.physicalName("logGroup", key),
        logGroup: group.name,
        destinationArn: this.nodes.forward.arn,
        filterPattern,
      },
      // CloudWatch Logs tries the function at once, and lines that come before the setup would make an index without its template.
      this.childOptions({ dependsOn: [permission, this.ready] }),
    );
  }

  private validate(args: LogSearchArgs, zones: number): void {
    this.check.that(
      !this.production || zones >= 2,
      "network",
      args.network.zones,
      "Production needs two zones at least; give the network more, or set `environment: development`.",
    );
    const version = args.engineVersion ?? DEFAULT_VERSION;
    this.check.matches(
      "engineVersion",
      version,
      /^OpenSearch_(2\.(11|13|15|17|19)|3\.\d{1,2})$/,
      "Use OpenSearch_2.11, 2.13, 2.15, 2.17, 2.19, 3.1 or a later 3.x.",
    );
    for (const [argument, type] of Object.entries({
      instanceType: this.instanceType(args),
      masterInstanceType: args.masterInstanceType ?? DEFAULT_MASTER,
    })) {
      this.check.matches(
        argument,
        type,
        /^[a-z][a-z0-9-]*\.(small|medium|large|\d{0,2}xlarge)\.search$/,
        "Give an OpenSearch instance type such as r6g.large.search.",
      );
    }
    const count = this.instanceCount(args, zones);
    this.check.integer("instanceCount", count, 1, 1002);
    this.check.that(
      count % zones === 0,
      "instanceCount",
      count,
      `It stands in ${zones} zones; give a multiple of ${zones}, so that each holds as much.`,
    );
    this.check.integer("volumeSizeGiB", this.volumeSize(args), 10, 3072, "of GiB");
    this.check.integer("retentionInDays", this.retention(args), 1, 3650, "of days");
    args.key.requireFor(this.check, this.context.region, ["logs"]);
  }

  private instanceType(args: LogSearchArgs): string {
    return args.instanceType ?? (this.production ? "r6g.large.search" : "t3.medium.search");
  }

  private instanceCount(args: LogSearchArgs, zones: number): number {
    return args.instanceCount ?? zones;
  }

  private volumeSize(args: LogSearchArgs): number {
    return args.volumeSizeGiB ?? (this.production ? 200 : 20);
  }

  private retention(args: LogSearchArgs): number {
    return args.retentionInDays ?? (this.production ? 90 : 14);
  }

  private createForwarder({ network, key }: LogSearchArgs, failures: Bucket): LogSearchFunction {
    return new LogSearchFunction(
      this.childName("forward"),
      {
        network,
        key,
        description: "Writes lines of CloudWatch Logs to OpenSearch",
        code: FORWARD_FUNCTION,
        timeoutSeconds: 60,
        statements: [
          { Effect: "Allow", Action: "s3:PutObject", Resource: pulumi.interpolate`${failures.arn}/*` },
          { Effect: "Allow", Action: "s3:ListBucket", Resource: failures.arn },
          key.encryptDecryptStatement("s3"),
        ],
      },
      { parent: this },
    );
  }

  private createSetup({ network, key }: LogSearchArgs): LogSearchFunction {
    return new LogSearchFunction(
      this.childName("setup"),
      {
        network,
        key,
        description: "Sets up access, indices and audit inside OpenSearch",
        code: SETUP_FUNCTION,
        timeoutSeconds: 300,
      },
      { parent: this },
    );
  }

  private createLogs(key: Key): Record<LogName, aws.cloudwatch.LogGroup> {
    const group = (suffix: LogName) => logGroup(this, `${suffix}-logs`, { keyArn: key.arn });
    return {
      audit: group("audit"),
      application: group("application"),
      "index-slow": group("index-slow"),
      "search-slow": group("search-slow"),
    };
  }

  private createConnections(args: LogSearchArgs): Connections {
    const group = new aws.ec2.SecurityGroup(
      this.childName("group"),
      { vpcId: args.network.vpcId, description: `OpenSearch domain ${this.domainName}` },
      this.childOptions({}, args.transform?.securityGroup),
    );
    return new Connections(this, group, tcp(443));
  }

  private createDomain(
    args: LogSearchArgs,
    zones: number,
    setup: LogSearchFunction,
    logs: Record<LogName, aws.cloudwatch.LogGroup>,
  ): aws.opensearch.Domain {
    const instanceType = this.instanceType(args);
    return new aws.opensearch.Domain(
      this.childName("domain"),
      {
        domainName: this.domainName,
        engineVersion: args.engineVersion ?? DEFAULT_VERSION,
        clusterConfig: {
          instanceType,
          instanceCount: this.instanceCount(args, zones),
          zoneAwarenessEnabled: zones > 1,
          ...(zones > 1 && { zoneAwarenessConfig: { availabilityZoneCount: zones } }),
          ...(this.production
            ? {
                dedicatedMasterEnabled: true,
                dedicatedMasterType: args.masterInstanceType ?? DEFAULT_MASTER,
                dedicatedMasterCount: MASTER_COUNT,
              }
            : { dedicatedMasterEnabled: false }),
        },
        ebsOptions: { ebsEnabled: true, volumeType: "gp3", volumeSize: this.volumeSize(args) },
        vpcOptions: {
          subnetIds: args.network.isolatedSubnetIds.slice(0, zones),
          securityGroupIds: [this.connections.securityGroupId],
        },
        encryptAtRest: { enabled: true, kmsKeyId: args.key.arn },
        nodeToNodeEncryption: { enabled: true },
        domainEndpointOptions: { enforceHttps: true, tlsSecurityPolicy: "Policy-Min-TLS-1-2-PFS-2023-10" },
        advancedSecurityOptions: {
          enabled: true,
          internalUserDatabaseEnabled: false,
          masterUserOptions: { masterUserArn: setup.roleArn },
        },
        accessPolicies: this.accessPolicy(args, setup),
        logPublishingOptions: Object.entries(LOG_TYPES).map(([suffix, logType]) => ({
          logType,
          cloudwatchLogGroupArn: logs[suffix as LogName].arn,
          enabled: true,
        })),
        // Auto-Tune works on no T instance.
        autoTuneOptions: {
          desiredState: instanceType.startsWith("t") ? "DISABLED" : "ENABLED",
          rollbackOnDisable: "NO_ROLLBACK",
        },
        softwareUpdateOptions: { autoSoftwareUpdateEnabled: true },
      },
      this.statefulOptions(
        {
          // OpenSearch checks at creation that the principals exist, that it may write the logs and that it has its role.
          dependsOn: [
            this.forwarder.role,
            setup.role,
            this.allowLogs(logs),
            ...(args.createServiceLinkedRole ? [this.createServiceLinkedRole()] : []),
          ],
        },
        args.transform?.domain,
      ),
    );
  }

  /** The outer door; inside, fine-grained access control decides by role again. */
  private accessPolicy(args: LogSearchArgs, setup: LogSearchFunction): pulumi.Output<string> {
    const everything = pulumi.interpolate`${this.domainArn}/*`;
    const statement = (
      sid: string,
      principals: readonly pulumi.Input<string>[],
      methods: readonly string[],
      resource: pulumi.Output<string>,
    ): Statement => ({
      Sid: sid,
      Effect: "Allow",
      Principal: { AWS: [...principals] },
      Action: methods.map((method) => `es:ESHttp${method}`),
      Resource: resource,
    });
    const readers = args.readers ?? [];
    return policyDocument([
      statement("Forward", [this.forwarder.roleArn], ["Post"], pulumi.interpolate`${this.domainArn}/_bulk`),
      statement(
        "Administer",
        [setup.roleArn, ...(args.administrators ?? [])],
        ["Delete", "Get", "Head", "Patch", "Post", "Put"],
        everything,
      ),
      // Dashboards saves a reader's searches and views by PUT and DELETE.
      ...(readers.length > 0
        ? [statement("Search", readers, ["Delete", "Get", "Head", "Post", "Put"], everything)]
        : []),
    ]);
  }

  private allowLogs(logs: Record<LogName, aws.cloudwatch.LogGroup>): aws.cloudwatch.LogResourcePolicy {
    return new aws.cloudwatch.LogResourcePolicy(
      this.childName("logs-policy"),
      {
        policyName: this.physicalName("logResourcePolicy", "logs"),
        policyDocument: policyDocument([
          {
            Sid: "OpenSearchLogs",
            Effect: "Allow",
            Principal: { Service: "es.amazonaws.com" },
            Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:PutLogEventsBatch"],
            Resource: Object.values(logs).map((group) =>
              this.arnOf("logs", pulumi.interpolate`log-group:${group.name}:*`),
            ),
            Condition: {
              StringEquals: { "aws:SourceAccount": this.account },
              ArnLike: { "aws:SourceArn": this.domainArn },
            },
          },
        ]),
      },
      this.childOptions(),
    );
  }

  private createServiceLinkedRole(): aws.iam.ServiceLinkedRole {
    return new aws.iam.ServiceLinkedRole(
      this.childName("service-role"),
      { awsServiceName: "opensearchservice.amazonaws.com" },
      this.childOptions(),
    );
  }

  private keepFailures(forward: aws.lambda.Function, failures: Bucket): void {
    new aws.lambda.FunctionEventInvokeConfig(
      this.childName("forward-failures"),
      {
        functionName: forward.name,
        maximumRetryAttempts: 2,
        maximumEventAgeInSeconds: 6 * 3600,
        destinationConfig: { onFailure: { destination: failures.arn } },
      },
      this.childOptions({ dependsOn: [failures.nodes.bucket] }),
    );
  }

  private runSetup(
    setupFunction: aws.lambda.Function,
    setup: LogSearchFunction,
    args: LogSearchArgs,
    zones: number,
  ): aws.lambda.Invocation {
    return new aws.lambda.Invocation(
      this.childName("setup-run"),
      {
        functionName: setupFunction.name,
        // Runs again whenever this changes, or the code or the domain does.
        input: pulumi.jsonStringify({
          masters: [setup.roleArn, ...(args.administrators ?? [])],
          writers: [this.forwarder.roleArn],
          readers: [...(args.readers ?? [])],
          shards: this.instanceCount(args, zones),
          replicas: zones > 1 ? 1 : 0,
          retentionInDays: this.retention(args),
        }),
        triggers: { code: createHash("sha256").update(SETUP_FUNCTION).digest("hex"), endpoint: this.endpoint },
      },
      this.childOptions(),
    );
  }

  private createAlarms(args: LogSearchArgs, zones: number): void {
    const rules = logSearchAlarms({
      domainName: this.domainName,
      functionName: this.forwarder.functionName,
      account: this.account,
      volumeSizeGiB: this.volumeSize(args),
      zones,
    });
    for (const [suffix, rule] of Object.entries(rules)) this.alarm(suffix, rule);
  }
}
