import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { functionLogStatement, functionTrust } from "../compute/function-permissions";
import { Component, type ComponentArgs, type Grantee, policyDocument } from "../core";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import { Secret } from "../security/secret";
import { ROTATION_FUNCTION } from "./master-secret-function";

export interface MasterSecretArgs extends ComponentArgs {
  /** Customer key of the secret, the function's variables and its log; its policy must name the `logs` service. */
  key: Key;
  /** What the password opens. */
  target: {
    kind: "instance" | "cluster";
    /** DB instance or DB cluster identifier. */
    identifier: string;
    arn: pulumi.Input<string>;
    /** Host name that the secret gives. It must come from the database itself: it is what makes the first rotation wait for it. */
    host: pulumi.Input<string>;
    port: number;
    databaseName: string;
    username: string;
  };
  /** Days between rotations, 1-1000. Default 7, as RDS rotates the secrets it manages itself. */
  rotationDays?: number;
  /** Read-only copies: region -> a key of that region. Default: none. */
  replicas?: Readonly<Record<string, Key>>;
}

/**
 * The master user's password in Secrets Manager where RDS refuses to manage it: databases with read replicas, Aurora global databases
 * (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html#rds-secrets-manager-limitations).
 *
 * The database is made with a random password, which RDS asks for and which therefore stands, encrypted, in Pulumi's state. The
 * first rotation runs as soon as the database does and replaces it; from then on the only copy of the password is this secret.
 * The function sets it through the RDS API (`ModifyDBInstance`, `ModifyDBCluster`), as RDS's own rotation does: it needs no driver, no
 * way into the VPC and not the old password, so a rotation also repairs a password that somebody changed by hand.
 *
 * Its JSON is what RDS writes: `engine`, `host`, `port`, `dbname`, `username`, `password`.
 *
 * Cost: 0.40 USD a month. Data loss: none; a lost secret is made anew by a rotation.
 */
export class MasterSecret extends Component {
  readonly arn: pulumi.Output<string>;
  readonly secret: Secret;
  readonly nodes: { readonly function: aws.lambda.Function; readonly role: aws.iam.Role };

  constructor(name: string, args: MasterSecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:data:MasterSecret", name, args, opts);
    args.key.requireFor(this.check, this.context.region, ["logs"]);
    const { target } = args;
    const functionName = this.physicalName("lambda", "rotation");
    const role = new aws.iam.Role(
      this.childName("rotation"),
      {
        name: this.physicalName("iamRole", "rotation"),
        description: `Rotates the master password of ${target.identifier}`,
        assumeRolePolicy: functionTrust(),
      },
      this.childOptions(),
    );
    const logs = logGroup(this, "rotation-logs", { name: `/aws/lambda/${functionName}`, keyArn: args.key.arn });
    const policy = this.createPolicy(role, functionName, args);
    const rotation = new aws.lambda.Function(
      this.childName("rotation"),
      {
        name: functionName,
        description: `Rotates the master password of ${target.identifier} through the RDS API`,
        role: role.arn,
        runtime: "nodejs24.x",
        architectures: ["arm64"],
        handler: "index.handler",
        code: new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(ROTATION_FUNCTION) }),
        memorySize: 256,
        // RDS takes one to five minutes to reset a master password.
        timeout: 900,
        kmsKeyArn: args.key.arn,
        environment: {
          variables: {
            TARGET_KIND: target.kind,
            TARGET_IDENTIFIER: target.identifier,
            HOST: target.host,
            PORT: String(target.port),
            DATABASE: target.databaseName,
            USERNAME: target.username,
          },
        },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      },
      this.childOptions({ dependsOn: [policy] }),
    );
    this.secret = new Secret(
      this.childName("password"),
      {
        key: args.key,
        description: `Master user of ${target.identifier}`,
        fields: ["username", "password"],
        // Opens nothing; Secrets Manager rotates only a secret that has a value.
        initialValue: "random",
        rotation: { lambdaArn: rotation.arn, days: args.rotationDays ?? 7 },
        replicas: args.replicas,
      },
      { parent: this },
    );
    this.secret.grantRotate({ grantName: "rotation", role });
    this.alarm("rotation-failed", {
      severity: "warning",
      description: `The master password of ${target.identifier} was not rotated. Read the function's log; Secrets Manager tries again.`,
      metric: {
        namespace: "AWS/Lambda",
        name: "Errors",
        dimensions: { FunctionName: functionName },
        statistic: "Sum",
        period: 300,
      },
      comparison: "GreaterThanThreshold",
      threshold: 0,
      evaluationPeriods: 1,
    });

    this.arn = this.secret.arn;
    this.nodes = { function: rotation, role };
    this.registerOutputs({ arn: this.arn });
  }

  /** Lets `grantee` read the password. */
  grantRead(grantee: Grantee): aws.iam.RolePolicy {
    return this.secret.grantRead(grantee);
  }

  private createPolicy(role: aws.iam.Role, functionName: string, args: MasterSecretArgs): aws.iam.RolePolicy {
    const actions =
      args.target.kind === "cluster"
        ? ["rds:DescribeDBClusters", "rds:ModifyDBCluster"]
        : ["rds:DescribeDBInstances", "rds:ModifyDBInstance"];
    return new aws.iam.RolePolicy(
      this.childName("rotation"),
      {
        role: role.name,
        policy: policyDocument([
          // RDS has no narrower action or condition for the password alone.
          { Effect: "Allow", Action: actions, Resource: args.target.arn },
          functionLogStatement(this, functionName),
          // For the function's variables.
          args.key.decryptStatement(),
        ]),
      },
      this.childOptions(),
    );
  }
}
