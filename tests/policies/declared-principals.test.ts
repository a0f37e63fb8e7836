import { leastPrivilege } from "../../policies/least-privilege/rules";
import { ACCOUNT, allow, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const cardholder = { "palisade:data-class": "cardholder" };
const secretArn = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:orders-??????`;
const read = { Action: "secretsmanager:GetSecretValue", Resource: secretArn };
const objects = { Action: "s3:GetObject", Resource: "arn:aws:s3:::orders/in/*" };
const rolePolicy = (role: string, ...statements: Record<string, unknown>[]) => ({
  type: "aws:iam/rolePolicy:RolePolicy",
  inputs: { role: ref(role, "name"), policy: document(...statements) },
});
const also = (statement: Record<string, unknown>) => ({
  policy: { policy: document(allow(statement)) },
});

ruleCases(leastPrivilege, {
  "iam-declared-principals": {
    secure: {
      secret: { type: "aws:secretsmanager/secret:Secret", inputs: { name: "orders", tags: cardholder } },
      secretPolicy: {
        type: "aws:secretsmanager/secretPolicy:SecretPolicy",
        inputs: {
          secretArn: ref("secret", "arn"),
          policy: document({
            Effect: "Deny",
            Principal: "*",
            Action: "secretsmanager:*",
            Resource: "*",
            Condition: { StringNotEquals: { "aws:PrincipalAccount": ACCOUNT } },
          }),
        },
      },
      bucket: { type: "aws:s3/bucket:Bucket", inputs: { bucket: "orders", tags: cardholder } },
      public: {
        type: "aws:s3/bucket:Bucket",
        inputs: { bucket: "leaflets", tags: { "palisade:data-class": "public" } },
      },
      reader: { type: "aws:iam/role:Role", inputs: { name: "reader" } },
      readerPolicy: rolePolicy("reader", allow(read)),
      other: { type: "aws:iam/role:Role", inputs: { name: "other" } },
      policy: rolePolicy("other", allow({ ...objects, Resource: "arn:aws:s3:::leaflets/*" })),
    },
    broken: {
      "who reads every secret": also({ ...read, Resource: "*" }),
      "who reads secrets with such names": also({ ...read, Resource: secretArn.replace("orders", "ord*") }),
      "who reads all but some": also({ Action: read.Action, NotResource: secretArn.replace("orders", "stock") }),
      "who may do everything but some": also({ NotAction: "iam:*", Resource: "*" }),
      "who reads every bucket's objects": also({ ...objects, Resource: "arn:aws:s3:::*/*" }),
      "AWS's ReadOnlyAccess, for a bucket": {
        other: { managedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
      },
      "AWS's SecretsManagerReadWrite": {
        other: { managedPolicyArns: ["arn:aws:iam::aws:policy/SecretsManagerReadWrite"] },
      },
      "everybody, by the secret's own policy": {
        secretPolicy: { policy: document(allow({ Principal: "*", Action: read.Action, Resource: "*" })) },
      },
      "roles with such names, by the secret's own policy": {
        secretPolicy: {
          policy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/*` }, Action: read.Action, Resource: "*" }),
          ),
        },
      },
      "who is denied something else": {
        policy: {
          policy: document(allow({ ...read, Resource: "*" }), {
            Effect: "Deny",
            Action: read.Action,
            Resource: secretArn.replace("orders", "stock"),
          }),
        },
      },
    },
    alsoSecure: {
      "another secret by a pattern": also({ ...read, Resource: secretArn.replace("orders", "stock*") }),
      "a reader that names it and has more besides": {
        readerPolicy: { policy: document(allow(read), allow({ ...read, Resource: "*" })) },
      },
      "one role, by the secret's own policy": {
        secretPolicy: {
          policy: document(
            allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/other` }, Action: read.Action, Resource: "*" }),
          ),
        },
      },
      "who is denied it": {
        policy: {
          policy: document(allow({ ...read, Resource: "*" }), { Effect: "Deny", Action: read.Action, Resource: "*" }),
        },
      },
      "whom the secret's own policy denies it": {
        ...also({ ...read, Resource: "*" }),
        secretPolicy: {
          policy: document({
            Effect: "Deny",
            Principal: "*",
            Action: read.Action,
            Resource: "*",
            Condition: { ArnNotLike: { "aws:PrincipalArn": `arn:aws:iam::${ACCOUNT}:role/reader` } },
          }),
        },
      },
      "whom a boundary holds back": {
        ...also({ ...read, Resource: "*" }),
        other: { permissionsBoundary: "arn:aws:iam::aws:policy/AmazonEC2FullAccess" },
      },
    },
  },
});
