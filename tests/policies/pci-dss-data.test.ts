import { pciDss } from "../../policies/pci-dss/rules";
import { allow, denyPlainHttp, document } from "./documents";
import { ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const key = { type: "aws:kms/key:Key" };
const bucket = { type: "aws:s3/bucket:Bucket", inputs: { bucket: "orders" } };
const encryption = {
  type: "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  inputs: {
    bucket: ref("bucket"),
    rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: ref("key", "arn") } }],
  },
};
const algorithm = (settings: Record<string, unknown>) => ({
  encryption: { rules: [{ applyServerSideEncryptionByDefault: settings }] },
});
const bucketPolicy = (...statements: Record<string, unknown>[]) => ({
  type: "aws:s3/bucketPolicy:BucketPolicy",
  inputs: { bucket: ref("bucket"), policy: document(...statements) },
});
const both = ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"];
const blockAll = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

ruleCases(pciDss, {
  "s3-bucket-customer-key": {
    secure: { bucket, encryption, key },
    broken: {
      "a bucket without a configuration": { encryption: undefined },
      "SSE-S3": algorithm({ sseAlgorithm: "AES256" }),
      "AWS's own key, by default": algorithm({ sseAlgorithm: "aws:kms" }),
      "AWS's own key, by name": algorithm({ sseAlgorithm: "aws:kms", kmsMasterKeyId: "alias/aws/s3" }),
      "an empty list of rules": { encryption: { rules: [] } },
      "SSE-S3, whatever the bucket itself showed": {
        ...algorithm({ sseAlgorithm: "AES256" }),
        bucket: {
          serverSideEncryptionConfiguration: {
            rule: {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: ref("key", "arn") },
            },
          },
        },
      },
    },
    alsoSecure: {
      "encryption inline": {
        encryption: undefined,
        bucket: {
          serverSideEncryptionConfiguration: {
            rule: {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: ref("key", "arn") },
            },
          },
        },
      },
      "double encryption": algorithm({ sseAlgorithm: "aws:kms:dsse", kmsMasterKeyId: "alias/orders" }),
    },
  },
  "s3-bucket-public-access-block": {
    secure: {
      bucket,
      block: {
        type: "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs: { bucket: ref("bucket"), ...blockAll },
      },
    },
    broken: {
      "a bucket without a block": { block: undefined },
      "public ACLs": { block: { blockPublicAcls: false } },
      "public policies": { block: { blockPublicPolicy: false } },
      "ACLs that are honoured": { block: { ignorePublicAcls: undefined } },
      "public buckets": { block: { restrictPublicBuckets: false } },
    },
  },
  "s3-bucket-tls-only": {
    secure: { bucket, policy: bucketPolicy(denyPlainHttp("s3", both)) },
    broken: {
      "a bucket without a policy": { policy: undefined },
      "a policy that does not deny": {
        policy: { policy: document(allow({ Action: "s3:GetObject", Resource: both })) },
      },
      "a denial for readers only": {
        policy: { policy: document({ ...denyPlainHttp("s3", both), Action: ["s3:Get*", "s3:List*"] }) },
      },
      "a denial for objects only": { policy: { policy: document(denyPlainHttp("s3", "arn:aws:s3:::orders/*")) } },
      "a denial for the bucket only": { policy: { policy: document(denyPlainHttp("s3", "arn:aws:s3:::orders")) } },
      "a denial for one principal": {
        policy: {
          policy: document({ ...denyPlainHttp("s3", both), Principal: { AWS: "arn:aws:iam::123456789012:root" } }),
        },
      },
      "a denial that a second condition narrows": {
        policy: {
          policy: document({
            ...denyPlainHttp("s3", both),
            Condition: { Bool: { "aws:SecureTransport": "false" }, StringEquals: { "aws:SourceVpc": "vpc-1" } },
          }),
        },
      },
    },
    alsoSecure: {
      "a denial on everything": { policy: { policy: document(denyPlainHttp("s3", "*")) } },
    },
  },
  "s3-bucket-not-public": {
    secure: {
      bucket,
      policy: bucketPolicy(
        allow({
          Principal: { Service: "cloudfront.amazonaws.com" },
          Action: "s3:GetObject",
          Resource: both,
          Condition: { StringEquals: { "aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1" } },
        }),
      ),
      acl: { type: "aws:s3/bucketAcl:BucketAcl", inputs: { bucket: ref("bucket"), acl: "private" } },
    },
    broken: {
      "everyone in the policy": {
        policy: { policy: document(allow({ Principal: "*", Action: "s3:GetObject", Resource: both })) },
      },
      "everyone by AWS": {
        policy: { policy: document(allow({ Principal: { AWS: "*" }, Action: "s3:GetObject", Resource: both })) },
      },
      "everyone but one": {
        policy: { policy: document(allow({ NotPrincipal: { AWS: "1" }, Action: "s3:GetObject", Resource: both })) },
      },
      "a condition that fits all": {
        policy: {
          policy: document(
            allow({
              Principal: "*",
              Action: "s3:GetObject",
              Resource: both,
              Condition: { StringLike: { "aws:PrincipalArn": "*" } },
            }),
          ),
        },
      },
      "a condition on the user agent": {
        policy: {
          policy: document(
            allow({
              Principal: "*",
              Action: "s3:GetObject",
              Resource: both,
              Condition: { StringEquals: { "aws:UserAgent": "me" } },
            }),
          ),
        },
      },
      "a public ACL": { acl: { acl: "public-read" } },
      "a public grant of the bucket": {
        bucket: { grants: [{ type: "Group", uri: "http://acs.amazonaws.com/groups/global/AllUsers" }] },
      },
    },
    alsoSecure: {
      "everyone of the organisation": {
        policy: {
          policy: document(
            allow({
              Principal: "*",
              Action: "s3:GetObject",
              Resource: both,
              Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
            }),
          ),
        },
      },
    },
  },
  "s3-bucket-acls-disabled": {
    secure: {
      bucket,
      ownership: {
        type: "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs: { bucket: ref("bucket"), rule: { objectOwnership: "BucketOwnerEnforced" } },
      },
    },
    broken: { "ACLs that are honoured": { ownership: { rule: { objectOwnership: "ObjectWriter" } } } },
    alsoSecure: { "AWS's default": { ownership: undefined } },
  },
  "s3-bucket-own-account": {
    secure: {
      bucket,
      policy: bucketPolicy(
        allow({ Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: "s3:GetObject", Resource: both }),
      ),
      // It tells which account the program's own is.
      alarms: { type: "aws:sns/topicPolicy:TopicPolicy", inputs: { arn: "arn:aws:sns:eu-west-1:123456789012:alarms" } },
    },
    alsoSecure: {
      "its own account": {
        policy: {
          policy: document(
            allow({ Principal: { AWS: "arn:aws:iam::123456789012:role/admin" }, Action: "s3:Put*", Resource: both }),
          ),
        },
      },
    },
    broken: {
      "everyone of the organisation": {
        policy: {
          policy: document(
            allow({
              Principal: "*",
              Action: "s3:PutBucketPolicy",
              Resource: both,
              Condition: { StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } },
            }),
          ),
        },
      },
      "another account that may change the policy": {
        policy: {
          policy: document(
            allow({ Principal: { AWS: "arn:aws:iam::210987654321:root" }, Action: "s3:Put*", Resource: both }),
          ),
        },
      },
    },
  },
  "s3-access-point-public-access-block": {
    secure: {
      point: { type: "aws:s3/accessPoint:AccessPoint", inputs: { publicAccessBlockConfiguration: blockAll } },
      worldwide: {
        type: "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
        inputs: { details: { name: "orders", publicAccessBlock: blockAll } },
      },
    },
    broken: {
      "a public access point of several Regions": {
        worldwide: { details: { name: "orders", publicAccessBlock: { ...blockAll, blockPublicAcls: false } } },
      },
      "a public access point": { point: { publicAccessBlockConfiguration: { ...blockAll, blockPublicPolicy: false } } },
    },
    alsoSecure: {
      "AWS's default": { point: { publicAccessBlockConfiguration: undefined }, worldwide: { details: { name: "o" } } },
    },
  },
});

const queue = {
  type: "aws:sqs/queue:Queue",
  inputs: { kmsMasterKeyId: ref("key", "arn"), policy: document(denyPlainHttp("sqs")) },
};
const topic = {
  type: "aws:sns/topic:Topic",
  inputs: { kmsMasterKeyId: ref("key", "arn") },
};
const topicPolicy = {
  type: "aws:sns/topicPolicy:TopicPolicy",
  inputs: { arn: ref("topic", "arn"), policy: document({ ...denyPlainHttp("sns"), Action: "sns:Publish" }) },
};
const everyone = (action: string) => document(allow({ Principal: "*", Action: action, Resource: "*" }));
const ownKey = (node: string, property: string, more: Record<string, unknown> = {}) => ({
  "no key": { [node]: { [property]: undefined } },
  "AWS's key": { [node]: { [property]: "alias/aws/sqs" } },
  ...more,
});

ruleCases(pciDss, {
  "sqs-customer-key": { secure: { queue, key }, broken: ownKey("queue", "kmsMasterKeyId") },
  "sns-customer-key": { secure: { topic, key }, broken: ownKey("topic", "kmsMasterKeyId") },
  "event-bus-customer-key": {
    secure: { bus: { type: "aws:cloudwatch/eventBus:EventBus", inputs: { kmsKeyIdentifier: ref("key", "arn") } }, key },
    broken: ownKey("bus", "kmsKeyIdentifier"),
  },
  "sqs-tls-only": {
    secure: { queue, key },
    broken: {
      "no policy": { queue: { policy: undefined } },
      "another policy": { queue: { policy: document() } },
      "a denial for senders only": {
        queue: { policy: document({ ...denyPlainHttp("sqs"), Action: "sqs:SendMessage" }) },
      },
    },
  },
  "sns-tls-only": {
    secure: { topic, topicPolicy, key },
    broken: { "no policy": { topicPolicy: undefined }, "another policy": { topicPolicy: { policy: document() } } },
  },
  "sqs-not-public": {
    secure: { queue, key },
    broken: { "everyone may send": { queue: { policy: everyone("sqs:SendMessage") } } },
  },
  "sns-not-public": {
    secure: { topic, topicPolicy, key },
    broken: { "everyone may publish": { topicPolicy: { policy: everyone("sns:Publish") } } },
  },
  "kms-key-rotation": {
    secure: { key: { ...key, inputs: { enableKeyRotation: true } } },
    broken: { "AWS's default": { key: { enableKeyRotation: undefined } }, off: { key: { enableKeyRotation: false } } },
    notApplicable: {
      "a key for signing": { key: { customerMasterKeySpec: "RSA_4096" } },
      "a key of a custom key store": { key: { enableKeyRotation: undefined, customKeyStoreId: "cks-1" } },
    },
  },
  "kms-key-not-public": {
    secure: {
      key: {
        ...key,
        inputs: {
          policy: document(
            allow({ Principal: { AWS: "arn:aws:iam::123456789012:root" }, Action: "kms:*", Resource: "*" }),
          ),
        },
      },
    },
    broken: { "everyone may decrypt": { key: { policy: everyone("kms:Decrypt") } } },
    alsoSecure: { "AWS's default policy": { key: { policy: undefined } } },
  },
  "secret-customer-key": {
    secure: {
      secret: {
        type: "aws:secretsmanager/secret:Secret",
        inputs: { kmsKeyId: ref("key", "arn"), replicas: [{ region: "eu-central-1", kmsKeyId: ref("key", "arn") }] },
      },
      key,
    },
    broken: {
      ...ownKey("secret", "kmsKeyId"),
      "a replica without a key": { secret: { replicas: [{ region: "eu-central-1" }] } },
    },
  },
  "secret-not-public": {
    secure: {
      policy: {
        type: "aws:secretsmanager/secretPolicy:SecretPolicy",
        inputs: {
          policy: document(
            allow({
              Principal: { AWS: "arn:aws:iam::123456789012:role/x" },
              Action: "secretsmanager:GetSecretValue",
              Resource: "*",
            }),
          ),
        },
      },
    },
    broken: { "everyone may read": { policy: { policy: everyone("secretsmanager:GetSecretValue") } } },
  },
  "ecr-customer-key": {
    secure: {
      repository: {
        type: "aws:ecr/repository:Repository",
        inputs: { encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: ref("key", "arn") }] },
      },
      key,
    },
    broken: {
      "AES256, the default": { repository: { encryptionConfigurations: undefined } },
      "AWS's key": { repository: { encryptionConfigurations: [{ encryptionType: "KMS" }] } },
    },
  },
  "ecr-scan-on-push": {
    secure: {
      repository: {
        type: "aws:ecr/repository:Repository",
        inputs: { imageScanningConfiguration: { scanOnPush: true } },
      },
    },
    broken: { "no scan": { repository: { imageScanningConfiguration: { scanOnPush: false } } } },
  },
  "ecr-immutable-tags": {
    secure: { repository: { type: "aws:ecr/repository:Repository", inputs: { imageTagMutability: "IMMUTABLE" } } },
    broken: { "AWS's default": { repository: { imageTagMutability: undefined } } },
  },
  "ecr-lifecycle": {
    secure: {
      repository: { type: "aws:ecr/repository:Repository", inputs: { name: "shop" } },
      lifecycle: { type: "aws:ecr/lifecyclePolicy:LifecyclePolicy", inputs: { repository: ref("repository", "name") } },
    },
    broken: { "no lifecycle": { lifecycle: undefined } },
  },
});
