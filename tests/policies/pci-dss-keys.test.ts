import { pciDss } from "../../policies/pci-dss/rules";
import { ACCOUNT, allow, document, type Statement } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const account = allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: "kms:*", Resource: "*" });
const to = (role: string, ...actions: string[]) =>
  allow({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/${role}` }, Action: actions, Resource: "*" });
const keyWith = (...statements: Statement[]) => ({
  type: "aws:kms/key:Key",
  inputs: { policy: document(...statements) },
});
const ADMINISTER = ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"];

const image = "ab".repeat(48);
const attested = (measurement: string, statement = to("vault", "kms:Decrypt", "kms:GenerateDataKey")) => ({
  ...statement,
  Condition: { StringEqualsIgnoreCase: { "kms:RecipientAttestation:ImageSha384": measurement } },
});
const denyUnattested = {
  Effect: "Deny",
  Principal: "*",
  Action: ["kms:Decrypt", "kms:GenerateDataKey"],
  Resource: "*",
  Condition: { StringNotEqualsIgnoreCase: { "kms:RecipientAttestation:ImageSha384": image } },
};
const policy = (...statements: Statement[]) => ({ key: { policy: document(...statements) } });

ruleCases(pciDss, {
  "kms-key-duties": {
    secure: { key: keyWith(account, to("admin", ...ADMINISTER), to("service", "kms:Decrypt")) },
    broken: {
      "no policy": { key: { policy: undefined } },
      "a role with both": policy(account, to("service", "kms:Decrypt", ...ADMINISTER)),
      "a role with both in two statements": policy(to("service", "kms:Decrypt"), to("service", ...ADMINISTER)),
      "a role with everything": policy(account, to("service", "kms:*")),
    },
    alsoSecure: { "the account alone": policy(account) },
  },
  "kms-key-deletion": {
    secure: { key: { type: "aws:kms/key:Key", inputs: { deletionWindowInDays: 30 } } },
    broken: { "a week": { key: { deletionWindowInDays: 7 } } },
    alsoSecure: { "AWS's default": { key: { deletionWindowInDays: undefined } } },
  },
  "kms-enclave-attestation": {
    secure: {
      key: keyWith(attested(image), to("admin", ...ADMINISTER)),
      host: { type: "aws:ec2/instance:Instance", inputs: { enclaveOptions: { enabled: true } } },
    },
    broken: {
      "another way to decrypt": policy(attested(image), to("service", "kms:Decrypt")),
      "an account whose IAM policies may let anybody decrypt": policy(attested(image), account),
      "a debug enclave": policy(attested("0".repeat(96))),
      "any image": {
        key: {
          policy: document({
            ...to("vault", "kms:Decrypt"),
            Condition: { StringLike: { "kms:RecipientAttestation:ImageSha384": "*" } },
          }),
        },
      },
      "an enclave without such a key": policy(account),
    },
    alsoSecure: { "a denial of all that is not attested": policy(account, attested(image), denyUnattested) },
    notApplicable: { "a program without enclaves": { ...policy(account), host: { enclaveOptions: undefined } } },
  },
});

/** RSA with 1,024 bits. */
const SHORT = `-----BEGIN CERTIFICATE-----
MIIB/jCCAWegAwIBAgIUc+xv+FIqWs3JHOPbMTx6JpiwM5QwDQYJKoZIhvcNAQEL
BQAwEDEOMAwGA1UEAwwFc2hvcnQwIBcNMjYxMTIxMTYyMTA0WhgPMjEyNjEwMjgx
NjIxMDRaMBAxDjAMBgNVBAMMBXNob3J0MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB
iQKBgQDT1eiz/2IZ5QJzPQnNLNoyviR6jATfFg6ZoapR23+YfD70nRXG4TJttvpB
SOOIfTArbbPwkA5+fzMnNy14E5lxKY/NwNt4UrJ119Meq1IjL/3BJQtJdoH6U1gv
hJVXpgzRH6vu2QmOKwlPRQfZSPK4gNZcnsVdAP2k0uoXxnK3FwIDAQABo1MwUTAd
BgNVHQ4EFgQUsZi8yBSrjca5hgnJIBvk2YIq56cwHwYDVR0jBBgwFoAUsZi8yBSr
jca5hgnJIBvk2YIq56cwDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOB
gQBVdOOod+L2hq6i15Q6nWo66sD0dQPnXUQAC8xNC80S7svduu04uu6sFNQFqul+
eiZLK6a/yaEo5BkB1V1+3htLsJw93pMfb5t/TbcC/oyVxjkLsm0td/XOpq8P7t/G
NP4aPwV0w1jyCM7tGksji4davU5JMbFhYh1igrwayv8/gA==
-----END CERTIFICATE-----
`;
/** Of the curve P-256. */
const CURVE = `-----BEGIN CERTIFICATE-----
MIIBeDCCAR2gAwIBAgIUGPHMeCmxZkumGP3HvZSFbZmnnCAwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFY3VydmUwIBcNMjYxMTIxMTYyMTA0WhgPMjEyNjEwMjgxNjIx
MDRaMBAxDjAMBgNVBAMMBWN1cnZlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
yBezMy6OSXI2GP+JHLQiEi5+cy7y4hxHxM3WXNoLFiUuEweO/rjrSypX2tSPl6YR
Gh4MTV8670alS+Lh4AoXUaNTMFEwHQYDVR0OBBYEFJFYRt9MWbe+4EjSyqVzeNbQ
E8RUMB8GA1UdIwQYMBaAFJFYRt9MWbe+4EjSyqVzeNbQE8RUMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhAMvuMXHYo31EwL87pFodTEcJP3dCfLvk
gEo8/oQUEBCZAiEAhGirkggL9BcSey4CzjvfjdWQNZGt9E0tIDYh0/Cu09I=
-----END CERTIFICATE-----
`;
const key = { type: "aws:kms/key:Key" };
const secret = { type: "aws:secretsmanager/secret:Secret", inputs: { name: "processor", kmsKeyId: ref("key", "arn") } };
const rotation = {
  type: "aws:secretsmanager/secretRotation:SecretRotation",
  inputs: { secretId: ref("secret"), rotationRules: { automaticallyAfterDays: 30 } },
};
const rules = (rotationRules: Record<string, unknown>) => ({ rotation: { rotationRules } });
const byHand = (who: string) => ({ rotation: undefined, secret: { tags: { "palisade:rotated-by": who } } });
const ARN = `arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:processor`;
const reading = (resource: string) =>
  document(allow({ Action: ["secretsmanager:GetSecretValue"], Resource: [resource] }));
const role = { type: "aws:iam/role:Role", inputs: { name: "charge" } };
/** Something of the account whose ARN is known before the update. */
const topic = {
  type: "aws:sns/topicPolicy:TopicPolicy",
  inputs: { arn: `arn:aws:sns:eu-west-1:${ACCOUNT}:alarms` },
};
const ownPolicy = (principal: string) => ({
  secret: {
    policy: document(allow({ Principal: { AWS: principal }, Action: "secretsmanager:GetSecretValue", Resource: "*" })),
  },
});

ruleCases(pciDss, {
  "secret-rotation": {
    secure: { secret, rotation, key },
    broken: {
      "no rotation": { rotation: undefined },
      "half a year": rules({ automaticallyAfterDays: 180 }),
      "no schedule": rules({}),
      "a schedule of half a year": rules({ scheduleExpression: "cron(0 4 1 1/6 ? *)" }),
      "a schedule that nobody can read": rules({ scheduleExpression: "cron(0 4 1 JAN ? *)" }),
      "rotation that is off": { rotation: { rotationEnabled: false } },
      "a tag that says nothing": byHand("somebody"),
      "by hand, in two years": byHand("the operators every 730 days"),
    },
    alsoSecure: {
      "a rate": rules({ scheduleExpression: "rate(10 days)" }),
      "every first of a month": rules({ scheduleExpression: "cron(0 4 1 * ? *)" }),
      "every other month": rules({ scheduleExpression: "cron(0 4 1 1/2 ? *)" }),
    },
    notApplicable: { "what only people can replace": byHand("the processor every 365 days") },
  },
  "secret-declared-readers": {
    secure: {
      secret,
      key,
      role,
      topic,
      read: {
        type: "aws:iam/rolePolicy:RolePolicy",
        inputs: { role: ref("role", "name"), policy: reading(`${ARN}-??????`) },
      },
      other: {
        type: "aws:iam/userPolicy:UserPolicy",
        inputs: { user: "somebody", policy: reading(`arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:other-*`) },
      },
    },
    broken: {
      "every secret": { read: { policy: reading("*") } },
      "every secret of the account": {
        read: { policy: reading(`arn:aws:secretsmanager:eu-west-1:${ACCOUNT}:secret:*`) },
      },
      "everything but another": {
        read: {
          policy: document(allow({ Action: "secretsmanager:*", NotResource: "arn:aws:secretsmanager:*:*:secret:x" })),
        },
      },
      "a role that is not of this program": { read: { role: "elsewhere" } },
      "a user": { other: { policy: reading(`${ARN}-*`) } },
      "everyone, by its own policy": ownPolicy("*"),
      "another account": ownPolicy("arn:aws:iam::210987654321:root"),
      "a role of nobody, by its own policy": ownPolicy(`arn:aws:iam::${ACCOUNT}:role/elsewhere`),
    },
    alsoSecure: {
      "a role of the program, by its own policy": ownPolicy(`arn:aws:iam::${ACCOUNT}:role/charge`),
      "the account": ownPolicy(`arn:aws:iam::${ACCOUNT}:root`),
    },
    notNeeded: { "read.role": "a role that is not known yet is one of the program" },
  },
  "acm-key-length": {
    secure: { certificate: { type: "aws:acm/certificate:Certificate", inputs: { keyAlgorithm: "RSA_2048" } } },
    broken: {
      "1,024 bits": { certificate: { keyAlgorithm: "RSA_1024" } },
      "1,024 bits, imported": { certificate: { keyAlgorithm: undefined, certificateBody: SHORT } },
    },
    alsoSecure: {
      "AWS's default": { certificate: { keyAlgorithm: undefined } },
      "an elliptic curve": { certificate: { keyAlgorithm: "EC_prime256v1" } },
      "an elliptic curve, imported": { certificate: { keyAlgorithm: undefined, certificateBody: CURVE } },
    },
  },
});
