import * as pulumi from "@pulumi/pulumi";
import type { SecretReference } from "../compute/task-containers";
import type { ArgumentCheck, Statement } from "../core";
import type { Key } from "../security/key";

/** File name -> the secret that it holds. */
export type SecretFiles = Readonly<Record<string, SecretReference>>;

/** Folder that secrets are mounted in. */
export const SECRETS_FOLDER = "/mnt/secrets";

interface SecretSource {
  readonly arn: pulumi.Input<string>;
  readonly key?: Key;
  /** File name -> field; undefined for the whole value. */
  readonly files: Map<string, string | undefined>;
}

export function checkSecretFiles(check: ArgumentCheck, files: SecretFiles): void {
  for (const [file, reference] of Object.entries(files)) {
    check.matches("secrets", file, /^\w[\w.-]{0,99}$/, "Name the file in letters, digits, full stops and hyphens.");
    // Refuses a field that the secret does not have.
    if ("secret" in reference) reference.secret.valueFrom(reference.field);
  }
  for (const { files: wanted } of sources(files)) {
    const whole = [...wanted].flatMap(([file, field]) => (field === undefined ? [file] : []));
    check.that(whole.length <= 1, "secrets", whole, "The driver mounts one secret's whole value once; name one file.");
  }
}

/**
 * The secrets that AWS's provider of the Secrets Store CSI driver mounts (https://docs.aws.amazon.com/secretsmanager/latest/userguide/ascp-examples.html), in JSON,
 * which is YAML. The driver mounts the whole value beside its fields: under the name of the first field's file with `.json`.
 */
export function secretObjects(files: SecretFiles): pulumi.Output<string> {
  const objects = sources(files).map(({ arn, files: wanted }) => {
    const fields = [...wanted].filter(([, field]) => field !== undefined);
    const [whole = `${fields[0]?.[0]}.json`] = [...wanted].find(([, field]) => field === undefined) ?? [];
    const paths = fields.map(([file, field = ""]) => ({ path: jmesPath(field), objectAlias: file }));
    return {
      objectName: arn,
      objectType: "secretsmanager",
      objectAlias: whole,
      ...(paths.length === 0 ? {} : { jmesPath: paths }),
    };
  });
  return pulumi.jsonStringify(objects);
}

/** What the pods' own role needs for the driver to read them in its name. */
export function secretFileStatements(files: SecretFiles): Statement[] {
  const read = sources(files);
  const keys = new Set(read.map(({ key }) => key).filter((key) => key !== undefined));
  return [
    {
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
      Resource: read.map(({ arn }) => arn),
    },
    ...[...keys].map((key) => key.decryptStatement("secretsmanager")),
  ];
}

/** Each secret once, however many files are made of it: the driver refuses one that is named twice. */
function sources(files: SecretFiles): SecretSource[] {
  const found = new Map<pulumi.Input<string>, SecretSource>();
  for (const [file, reference] of Object.entries(files)) {
    const { arn, key } = "secret" in reference ? reference.secret : reference;
    const field = "secret" in reference ? reference.field : reference.jsonKey;
    const source = found.get(arn) ?? { arn, key, files: new Map() };
    found.set(arn, source);
    source.files.set(file, field);
  }
  return [...found.values()];
}

/** A field's name as JMESPath writes it: in quotes where it is no plain word. */
const jmesPath = (field: string): string => (/^[A-Za-z_]\w*$/.test(field) ? field : JSON.stringify(field));
