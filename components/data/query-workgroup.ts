import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Statement, type Transform } from "../core";
import type { Key } from "../security/key";
import type { Archive } from "./archive";
import { Bucket } from "./bucket";

export interface QueryWorkgroupArgs extends ComponentArgs {
  /** Customer key that encrypts the results. */
  key: Key;
  /** What it is for, at most 1,024 characters, shown in Athena's console. Default: none. */
  description?: string;
  /**
   * Bytes that one query may read, 10,485,760 (10 MiB) or more; Athena stops it there and charges for what it has read. Default 107,374,182,400: 100 GiB, half a
   * dollar.
   */
  scannedBytesLimit?: number;
  /** Days that results are kept, 1-365. Default 7. */
  resultDays?: number;
  transform?: { workgroup?: Transform<aws.athena.WorkgroupArgs> };
}

const RESULTS = "results/";
const LEAST_LIMIT = 10_485_760;
const ENGINE = "Athena engine version 3";

const QUERY = [
  "athena:BatchGetQueryExecution",
  "athena:GetQueryExecution",
  "athena:GetQueryResults",
  "athena:GetQueryResultsStream",
  "athena:GetQueryRuntimeStatistics",
  "athena:GetWorkGroup",
  "athena:ListQueryExecutions",
  "athena:StartQueryExecution",
  "athena:StopQueryExecution",
];
const CATALOG = [
  "athena:GetDataCatalog",
  "athena:GetDatabase",
  "athena:GetTableMetadata",
  "athena:ListDatabases",
  "athena:ListTableMetadata",
];

/**
 * A place from which to query archives with Athena: settings that no client can override, a limit on what one query reads, results encrypted with a customer key
 * in a bucket of their own, where they expire.
 *
 *     const workgroup = new QueryWorkgroup("analytics", { key });
 *     workgroup.grantQuery(metabase, [transactions, users]);
 *
 * Everybody with a grant may read the results of all: give who must not see each other's a workgroup each.
 *
 * Cost: 5 USD per TB that queries read, at least 10 MB a query. Data loss: none, results can be had again.
 */
export class QueryWorkgroup extends Component {
  readonly workgroupName: string;
  readonly arn: pulumi.Output<string>;
  /** Where results stand: `s3://<bucket>/results/`. Clients need not name it. */
  readonly outputLocation: pulumi.Output<string>;
  readonly results: Bucket;
  readonly key: Key;
  readonly nodes: { readonly workgroup: aws.athena.Workgroup };

  constructor(name: string, args: QueryWorkgroupArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:QueryWorkgroup", name, args, opts);
    const limit = args.scannedBytesLimit ?? 100 * 1024 ** 3;
    const resultDays = args.resultDays ?? 7;
    this.check.integer("scannedBytesLimit", limit, LEAST_LIMIT, Number.MAX_SAFE_INTEGER, "of bytes");
    this.check.integer("resultDays", resultDays, 1, 365, "of days");
    const description = args.description ?? "";
    this.check.that(description.length <= 1024, "description", description, "Athena takes at most 1,024 characters.");
    args.key.requireFor(this.check, this.context.region);

    this.key = args.key;
    this.workgroupName = this.physicalName("athenaWorkgroup");
    // Built from the name, so that policies which hold it are known before the workgroup exists.
    this.arn = this.arnOf("athena", `workgroup/${this.workgroupName}`);
    this.results = new Bucket(
      this.childName("results"),
      { key: args.key, expirationInDays: resultDays },
      { parent: this },
    );
    this.outputLocation = pulumi.interpolate`s3://${this.results.bucketName}/${RESULTS}`;
    const workgroup = new aws.athena.Workgroup(
      this.childName("workgroup"),
      {
        name: this.workgroupName,
        description: args.description,
        // Queries of the past, which AWS keeps for 45 days, would hold it otherwise.
        forceDestroy: !this.production,
        configuration: {
          enforceWorkgroupConfiguration: true,
          publishCloudwatchMetricsEnabled: true,
          requesterPaysEnabled: false,
          bytesScannedCutoffPerQuery: limit,
          engineVersion: { selectedEngineVersion: ENGINE },
          resultConfiguration: {
            outputLocation: this.outputLocation,
            expectedBucketOwner: this.account,
            encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: args.key.arn },
          },
        },
      },
      this.childOptions({}, args.transform?.workgroup),
    );

    this.nodes = { workgroup };
    this.registerOutputs({ workgroupName: this.workgroupName, arn: this.arn, outputLocation: this.outputLocation });
  }

  /**
   * Lets `grantee` query `archives` here. It reads their files through Athena only, so that the limit holds; their tables' descriptions and the results it reads by
   * itself, as drivers do.
   */
  grantQuery(grantee: Grantee, archives: readonly Archive[]): aws.iam.RolePolicy {
    this.check.atLeast("archives", archives, 1, "archive to query");
    for (const archive of archives) {
      this.check.that(
        archive.context.region === this.context.region,
        "archives",
        archive.name,
        `It is in ${archive.context.region}; Athena finds tables of its own region, ${this.context.region}.`,
      );
    }
    return grant(this, this.name, "query", grantee, [
      { Sid: "Query", Effect: "Allow", Action: QUERY, Resource: this.arn },
      {
        Sid: "SeeCatalog",
        Effect: "Allow",
        Action: CATALOG,
        Resource: this.arnOf("athena", "datacatalog/AwsDataCatalog"),
      },
      // Which catalogs there are: drivers ask, and AWS takes no narrower resource.
      { Sid: "FindCatalog", Effect: "Allow", Action: "athena:ListDataCatalogs", Resource: "*" },
      {
        // Athena asks for it before every query (https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html).
        Sid: "DefaultDatabase",
        Effect: "Allow",
        Action: "glue:GetDatabase",
        Resource: [this.arnOf("glue", "catalog"), this.arnOf("glue", "database/default")],
      },
      ...archives.flatMap((archive) => [archive.catalogStatement(), ...archive.fileStatements("athena")]),
      ...this.resultStatements(),
    ]);
  }

  private resultStatements(): Statement[] {
    const { arn } = this.results;
    return [
      {
        Sid: "Results",
        Effect: "Allow",
        Action: ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"],
        Resource: pulumi.interpolate`${arn}/${RESULTS}*`,
      },
      {
        Sid: "FindResults",
        Effect: "Allow",
        Action: ["s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
        Resource: arn,
      },
      {
        Sid: "ListResults",
        Effect: "Allow",
        Action: "s3:ListBucket",
        Resource: arn,
        Condition: { StringLike: { "s3:prefix": `${RESULTS}*` } },
      },
      { Sid: "EncryptResults", ...this.key.encryptDecryptStatement("s3") },
    ];
  }
}
