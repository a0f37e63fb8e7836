import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import {
  Component,
  type ComponentArgs,
  type Grantee,
  grant,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";
import type { Key } from "./key";

export interface SecretRotationArgs {
  /** The function that makes and tests a new value. Its role needs `grantRotate`. */
  lambdaArn: pulumi.Input<string>;
  /** Days between rotations, 1-1000. Default 90 (PCI DSS 8.3.9 and 8.6.3). */
  days?: number;
  /** Rotates when the rotation is set up, not only at the first interval's end. Default true. */
  immediately?: boolean;
}

export interface SecretArgs extends ComponentArgs {
  /** Customer key, in the secret's own region. */
  key: Key;
  /** What the secret opens, shown in the Secrets Manager console. */
  description: string;
  /** Names of the value's JSON fields, e.g. `["clientId", "clientSecret"]`. Default: the value is one plain string. */
  fields?: readonly string[];
  /**
   * `none` (default): the program gives no value. An operator or the rotation puts it
   * (`aws secretsmanager put-secret-value`); until then a task that refers to it does not start.
   *
   * `random`: 32 random letters and digits, in each field where there are `fields`. For keys that only this system's own services use, and for
   * credentials that come later while the services must already run. The value stands encrypted in Pulumi's state (write-only
   * arguments do as well, https://github.com/pulumi/pulumi-terraform-bridge/issues/3201), so rotate it, or put another: neither
   * the new value nor any later one gets there, and the program never sets it back.
   */
  initialValue?: "none" | "random";
  /** Default: none. */
  rotation?: SecretRotationArgs;
  /**
   * Who replaces the value, and every how many days (1-366), where no function can: the credentials at a third party, a certificate. It stands in the tag
   * `palisade:rotated-by` and in the evidence, as PCI DSS 8.6.3 wants the frequency set by a risk analysis. Default: none; without it and without
   * `rotation` the policies ask for one of them.
   */
  rotatedBy?: { readonly who: string; readonly days: number };
  /** Read-only copies: region -> a key of that region. Default: none. */
  replicas?: Readonly<Record<string, Key>>;
  /** Days in which a deleted secret can be restored, 7-30, or 0 for none. Default 30, in development 0. Its name is taken until then. */
  recoveryWindowInDays?: number;
  /** Statements beside the two denials of the secret's own policy. Roles of this account need none, `grantRead` is enough. */
  policyStatements?: readonly Statement[];
  transform?: { secret?: Transform<aws.secretsmanager.SecretArgs> };
}

/** Keeps the first version from being deprecated, and so from being deleted by AWS and then made anew by the program. */
const INITIAL_STAGE = "PALISADE_INITIAL";

/**
 * A Secrets Manager secret under a customer key. Its own policy refuses plain HTTP and every principal of another account.
 *
 *     const processor = new Secret("processor", { key, description: "Acquirer API", fields: ["clientId", "clientSecret"] });
 *     processor.grantRead(executionRole);
 *     const reference = processor.valueFrom("clientSecret"); // for the `secrets` of an ECS container
 *
 * Cost: 0.40 USD a month, the same for each replica, and 0.05 USD for 10,000 calls. Data loss: a deleted secret is gone after the recovery
 * window; production secrets are protected.
 */
export class Secret extends Component {
  readonly arn: pulumi.Output<string>;
  readonly secretName: string;
  readonly key: Key;
  readonly nodes: {
    readonly secret: aws.secretsmanager.Secret;
    readonly initialVersion?: aws.secretsmanager.SecretVersion;
    readonly rotation?: aws.secretsmanager.SecretRotation;
  };
  private readonly fields: readonly string[] | undefined;

  constructor(name: string, args: SecretArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:Secret", name, args, opts);
    const recoveryWindow = args.recoveryWindowInDays ?? (this.production ? 30 : 0);
    this.validate(args, recoveryWindow);
    this.secretName = this.physicalName("secret");
    this.key = args.key;
    this.fields = args.fields;

    const secret = new aws.secretsmanager.Secret(
      this.childName("secret"),
      {
        name: this.secretName,
        description: args.description,
        kmsKeyId: args.key.arn,
        recoveryWindowInDays: recoveryWindow,
        policy: policyDocument([...this.denials(), ...(args.policyStatements ?? [])]),
        // Secrets Manager refuses an empty list.
        tags: args.rotatedBy && {
          "palisade:rotated-by": `${args.rotatedBy.who} every ${args.rotatedBy.days} days`,
        },
        replicas:
          args.replicas && Object.entries(args.replicas).map(([region, key]) => ({ region, kmsKeyId: key.arn })),
      },
      this.statefulOptions({}, args.transform?.secret),
    );
    this.arn = secret.arn;
    const initialVersion = args.initialValue === "random" ? this.createInitialVersion(secret) : undefined;
    const rotation = args.rotation ? this.createRotation(args.rotation, secret, initialVersion) : undefined;

    this.nodes = { secret, initialVersion, rotation };
    this.registerOutputs({ arn: this.arn, secretName: this.secretName });
  }

  /**
   * Lets `grantee` read the value. The statement holds the secret's own ARN with the six characters that AWS adds, which no other secret
   * ever has, a later one of the same name included.
   */
  grantRead(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "read", grantee, this.readStatements());
  }

  /** The statements behind {@link grantRead}, for components that write them into a grant of their own. */
  readStatements(): Statement[] {
    return [
      {
        Effect: "Allow",
        Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
        Resource: this.arn,
      },
      this.key.decryptStatement("secretsmanager"),
    ];
  }

  /** Lets `grantee`, the rotation function, make and label new versions. */
  grantRotate(grantee: Grantee): aws.iam.RolePolicy {
    return grant(this, this.name, "rotate", grantee, [
      {
        Effect: "Allow",
        Action: [
          "secretsmanager:DescribeSecret",
          "secretsmanager:GetSecretValue",
          "secretsmanager:PutSecretValue",
          "secretsmanager:UpdateSecretVersionStage",
        ],
        Resource: this.arn,
      },
      // It reads no secret, and AWS defines no resource for it.
      { Effect: "Allow", Action: "secretsmanager:GetRandomPassword", Resource: "*" },
      this.key.encryptDecryptStatement("secretsmanager"),
    ]);
  }

  /** What an ECS container's `secrets[].valueFrom` takes: the whole value, or one of its `fields`. */
  valueFrom(field?: string): pulumi.Output<string> {
    if (field === undefined) return this.arn;
    this.check.that(
      this.fields?.includes(field) ?? false,
      "field",
      field,
      this.fields ? `Use one of: ${this.fields.join(", ")}.` : "The value is one plain string; give `fields` first.",
    );
    return pulumi.interpolate`${this.arn}:${field}::`;
  }

  private validate(args: SecretArgs, recoveryWindow: number): void {
    this.check.that(
      recoveryWindow === 0 || (Number.isInteger(recoveryWindow) && recoveryWindow >= 7 && recoveryWindow <= 30),
      "recoveryWindowInDays",
      recoveryWindow,
      "Give a whole number of days from 7 to 30, or 0 for no recovery.",
    );
    if (args.rotation) this.check.integer("rotation.days", args.rotation.days ?? 90, 1, 1000, "of days");
    this.validateRotatedBy(args);
    if (args.fields) {
      this.check.atLeast("fields", args.fields, 1, "field");
      this.check.unique("fields", args.fields);
      for (const field of args.fields)
        this.check.matches("fields", field, /^[\w.-]+$/, "Use letters, digits, full stops, underscores and hyphens.");
    }
    args.key.requireFor(this.check, this.context.region);
    if (args.replicas) this.check.atLeast("replicas", args.replicas, 1, "region");
    for (const [region, key] of Object.entries(args.replicas ?? {})) {
      this.check.that(
        region !== this.context.region,
        "replicas",
        region,
        "It is the secret's own region; name other regions only.",
      );
      key.requireFor(this.check, region, [], `replicas.${region}`);
    }
  }

  private validateRotatedBy({ rotatedBy, rotation }: SecretArgs): void {
    if (rotatedBy === undefined) return;
    this.check.that(
      rotation === undefined,
      "rotatedBy",
      rotatedBy.who,
      "A function rotates it already. Remove it, or `rotation`.",
    );
    this.check.integer("rotatedBy.days", rotatedBy.days, 1, 366, "of days");
    // With what follows it has to fit in a tag's 256 characters, of those that AWS takes.
    this.check.matches(
      "rotatedBy.who",
      rotatedBy.who,
      /^[\p{L}\p{N} .:/=+@_-]{1,200}$/u,
      "Name who does it, in 1 to 200 letters, digits, spaces and . : / = + - @ _ characters.",
    );
  }

  private denials(): Statement[] {
    const deny = (sid: string, condition: Statement["Condition"]): Statement => ({
      Sid: sid,
      Effect: "Deny",
      Principal: "*",
      Action: "secretsmanager:*",
      // In a secret's own policy it stands for that secret.
      Resource: "*",
      Condition: condition,
    });
    return [
      deny("DenyPlainHttp", { Bool: { "aws:SecureTransport": "false" } }),
      // An AWS service has no account; it is held by the statement that lets it in.
      deny("DenyOtherAccounts", {
        StringNotEquals: { "aws:PrincipalAccount": this.account },
        Bool: { "aws:PrincipalIsAWSService": "false" },
      }),
    ];
  }

  private createInitialVersion(secret: aws.secretsmanager.Secret): aws.secretsmanager.SecretVersion {
    const value = (suffix: string): pulumi.Output<string> =>
      new random.RandomPassword(this.childName(suffix), { length: 32, special: false }, this.childOptions()).result;
    const text = this.fields
      ? pulumi.jsonStringify(Object.fromEntries(this.fields.map((field) => [field, value(`initial-${field}`)])))
      : value("initial");
    return new aws.secretsmanager.SecretVersion(
      this.childName("initial-version"),
      {
        secretId: secret.id,
        secretStringWo: text,
        secretStringWoVersion: 1,
        versionStages: ["AWSCURRENT", INITIAL_STAGE],
      },
      // Each new version takes AWSCURRENT away from this one.
      this.childOptions({ ignoreChanges: ["versionStages"] }),
    );
  }

  private createRotation(
    rotation: SecretRotationArgs,
    secret: aws.secretsmanager.Secret,
    initialVersion: aws.secretsmanager.SecretVersion | undefined,
  ): aws.secretsmanager.SecretRotation {
    const permission = new aws.lambda.Permission(
      this.childName("rotation-permission"),
      {
        action: "lambda:InvokeFunction",
        function: rotation.lambdaArn,
        principal: "secretsmanager.amazonaws.com",
        sourceArn: secret.arn,
        sourceAccount: this.account,
      },
      this.childOptions(),
    );
    return new aws.secretsmanager.SecretRotation(
      this.childName("rotation"),
      {
        secretId: secret.id,
        rotationLambdaArn: rotation.lambdaArn,
        rotateImmediately: rotation.immediately ?? true,
        rotationRules: { automaticallyAfterDays: rotation.days ?? 90 },
      },
      this.childOptions({ dependsOn: initialVersion ? [permission, initialVersion] : [permission] }),
    );
  }
}
