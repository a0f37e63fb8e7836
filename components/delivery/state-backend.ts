import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, grant, type Statement } from "../core";
import { accessLogStatement, Bucket } from "../data/bucket";
import { Key } from "../security/key";

export interface StateBackendArgs extends ComponentArgs {
  /** ARNs of the roles that administer the keys, and may read and write every stack. One of them makes this component. */
  administrators: readonly string[];
  /** ARNs of the roles that {@link StateBackend.grantRead} and {@link StateBackend.grantWrite} are called for: the keys' policies name them. */
  users: readonly pulumi.Input<string>[];
  /** Name of the Pulumi project (`name` in Pulumi.yaml): its stacks lie in a folder of their own. */
  project: string;
}

const READ = ["s3:GetObject"];
const CHANGE = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"];

/**
 * Where a team's stacks keep their state: an S3 bucket for Pulumi's own backend and a KMS key for the secrets in it. A stack's reader can neither write
 * nor see the secrets of another stack.
 *
 *     const state = new StateBackend("state", { administrators, users: [deploy], project: "palisade" });
 *     state.grantWrite(deployRole, "prod");
 *
 * The bucket is private, TLS only, encrypted with a key of its own, and versioned: a state that was overwritten can be had back for 90 days. Who
 * touched it stands in access logs for twelve months, and in CloudTrail's data events where the account records them. Two keys, as reading a state and
 * opening its secrets are two things: a backup or an audit needs only the first. The engine locks a stack by an object under `.pulumi/locks`; it needs
 * no table.
 *
 * Cost: 2 USD a month for the keys, cents for the objects. Data loss: without the secrets key no secret of any state opens again; production's bucket and
 * keys are protected.
 */
export class StateBackend extends Component {
  readonly bucketName: pulumi.Output<string>;
  /** For `pulumi login`: `s3://<bucket>?region=<region>`. */
  readonly url: pulumi.Output<string>;
  readonly nodes: {
    readonly bucket: Bucket;
    readonly accessLogs: Bucket;
    readonly bucketKey: Key;
    readonly secretsKey: Key;
  };

  constructor(
    name: string,
    private readonly args: StateBackendArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("palisade:delivery:StateBackend", name, args, opts);
    this.check.matches("project", args.project, /^[A-Za-z0-9_.-]{1,100}$/, "Give the name in Pulumi.yaml.");
    const restrictedTo = {
      administrators: args.administrators,
      users: [...args.administrators, ...args.users],
    };
    const bucketKey = this.createKey("key", "State of Pulumi stacks", restrictedTo);
    const secretsKey = this.createKey("secrets-key", "Secrets in the state of Pulumi stacks", restrictedTo);
    const accessLogs = this.createLogBucket();
    const bucket = new Bucket(this.childName("files"), { key: bucketKey, accessLogs }, { parent: this });

    this.bucketName = bucket.bucketName;
    this.url = pulumi.interpolate`s3://${bucket.bucketName}?region=${this.context.region}`;
    this.nodes = { bucket, accessLogs, bucketKey, secretsKey };
    this.registerOutputs({ bucketName: this.bucketName, url: this.url });
  }

  /** For `pulumi stack init --secrets-provider`. The stack is part of what is encrypted: no other stack's roles can open it. */
  secretsProvider(stack: string): pulumi.Output<string> {
    return pulumi.interpolate`awskms://${this.nodes.secretsKey.aliasName}?region=${this.context.region}&context_stack=${stack}`;
  }

  /** Lets `grantee` read the state of `stack` and open its secrets, as a preview must. */
  grantRead(grantee: Grantee, stack: string): aws.iam.RolePolicy {
    return this.grantState("read", READ, ["kms:Decrypt"], grantee, stack);
  }

  /** Lets `grantee` update `stack`: its state, its history and its lock. */
  grantWrite(grantee: Grantee, stack: string): aws.iam.RolePolicy {
    return this.grantState("write", CHANGE, ["kms:Decrypt", "kms:GenerateDataKey"], grantee, stack);
  }

  private grantState(
    access: string,
    objectActions: string[],
    keyActions: string[],
    grantee: Grantee,
    stack: string,
  ): aws.iam.RolePolicy {
    const { bucket, bucketKey, secretsKey } = this.nodes;
    const { region, partition } = this.context;
    const statements: Statement[] = [
      // Names only: the engine looks up stacks and locks by listing.
      { Effect: "Allow", Action: "s3:ListBucket", Resource: bucket.arn },
      { Effect: "Allow", Action: "s3:GetObject", Resource: pulumi.interpolate`${bucket.arn}/.pulumi/meta.yaml` },
      { Effect: "Allow", Action: objectActions, Resource: this.objectsOf(stack) },
      {
        Effect: "Allow",
        Action: keyActions,
        Resource: bucketKey.arn,
        Condition: { StringEquals: { "kms:ViaService": `s3.${region}.${partition.dnsSuffix}` } },
      },
      {
        Effect: "Allow",
        Action: "kms:Decrypt",
        Resource: secretsKey.arn,
        Condition: { StringEquals: { "kms:EncryptionContext:stack": stack } },
      },
    ];
    return grant(this, this.name, `${access}-${stack}`, grantee, statements);
  }

  /** Layout of Pulumi's DIY backend, pkg/backend/diy/store.go and lock.go: the state and its copy, history, backups, locks. */
  private objectsOf(stack: string): pulumi.Output<string>[] {
    const { project } = this.args;
    return [
      `stacks/${project}/${stack}.json*`,
      ...["history", "backups", "locks/organization"].map((folder) => `${folder}/${project}/${stack}/*`),
    ].map((path) => pulumi.interpolate`${this.nodes.bucket.arn}/.pulumi/${path}`);
  }

  private createKey(
    suffix: string,
    description: string,
    restrictedTo: { administrators: readonly string[]; users: readonly pulumi.Input<string>[] },
  ): Key {
    return new Key(this.childName(suffix), { description, restrictedTo }, { parent: this });
  }

  private createLogBucket(): Bucket {
    return new Bucket(
      this.childName("access"),
      {
        // S3 delivers access logs to buckets with SSE-S3 only.
        expirationInDays: this.logRetentionInDays,
        policyStatements: (bucketArn) => [accessLogStatement(bucketArn, this.account)],
      },
      { parent: this },
    );
  }
}
