import assert from "node:assert/strict";
import { supportOfRuntime } from "../../policies/pci-dss/lambda-runtimes";
import { pciDss } from "../../policies/pci-dss/rules";
import { evaluate } from "../../policies/rule";
import { graphOf, ref } from "./fixture-graph";
import { ruleCases } from "./rule-cases";

const FUNCTION = "aws:lambda/function:Function";
const PERMISSION = "aws:lambda/permission:Permission";
const key = { type: "aws:kms/key:Key" };

const permission = (inputs: Record<string, unknown>) => ({ permission: inputs });

const trust = (service: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: { Service: ["lambda.amazonaws.com", service] }, Action: "sts:AssumeRole" },
    ],
  });

ruleCases(pciDss, {
  "lambda-not-public": {
    secure: {
      topic: { type: "aws:sns/topic:Topic" },
      permission: {
        type: PERMISSION,
        inputs: {
          action: "lambda:InvokeFunction",
          function: "settle",
          principal: "sns.amazonaws.com",
          sourceArn: ref("topic", "arn"),
        },
      },
      url: {
        type: "aws:lambda/functionUrl:FunctionUrl",
        inputs: { functionName: "settle", authorizationType: "AWS_IAM" },
      },
      layer: {
        type: "aws:lambda/layerVersionPermission:LayerVersionPermission",
        inputs: { layerName: "tools", principal: "123456789012", action: "lambda:GetLayerVersion" },
      },
    },
    broken: {
      everyone: permission({ principal: "*", sourceArn: undefined }),
      "anybody's topic": permission({ sourceArn: undefined }),
      "a bucket's ARN": permission({ principal: "s3.amazonaws.com", sourceArn: "arn:aws:s3:::uploads" }),
      "every account's topics": permission({ sourceArn: "arn:aws:sns:*:*:orders" }),
      "a URL without authorization": { url: { authorizationType: "NONE" } },
      "a layer for everyone": { layer: { principal: "*" } },
    },
    alsoSecure: {
      "a bucket of one account": permission({
        principal: "s3.amazonaws.com",
        sourceArn: "arn:aws:s3:::uploads",
        sourceAccount: "123456789012",
      }),
      "everyone of one organization": permission({
        principal: "*",
        sourceArn: undefined,
        principalOrgId: "o-a1b2c3d4e5",
      }),
      "one account": permission({ principal: "123456789012", sourceArn: undefined }),
      "a layer for one organization": { layer: { principal: "*", organizationId: "o-a1b2c3d4e5" } },
    },
  },
  "lambda-supported-runtime": {
    secure: {
      settle: { type: FUNCTION, inputs: { role: "arn:role", runtime: "nodejs24.x", handler: "index.handler" } },
    },
    broken: {
      "a deprecated runtime": { settle: { runtime: "python3.9" } },
      "one whose support ended lately": { settle: { runtime: "dotnet8" } },
      "a preview": { settle: { runtime: "python3.15" } },
      "no known runtime": { settle: { runtime: "cobol85" } },
      "no runtime": { settle: { runtime: undefined } },
    },
    alsoSecure: {
      "a runtime newer than the table": { settle: { runtime: "nodejs28.x" } },
      "a custom runtime": { settle: { runtime: "provided.al2023" } },
    },
    notApplicable: { "an image": { settle: { runtime: undefined, packageType: "Image" } } },
  },
  "lambda-in-vpc": {
    secure: {
      subnet: { type: "aws:ec2/subnet:Subnet" },
      role: { type: "aws:iam/role:Role", inputs: { assumeRolePolicy: trust("scheduler.amazonaws.com") } },
      settle: {
        type: FUNCTION,
        inputs: { role: ref("role", "arn"), vpcConfig: { subnetIds: [ref("subnet")], securityGroupIds: ["sg-1"] } },
      },
    },
    broken: {
      "no VPC": { settle: { vpcConfig: undefined } },
      "no subnet": { settle: { vpcConfig: { subnetIds: [], securityGroupIds: [] } } },
      "no VPC, and a pipeline that runs another function": {
        settle: { vpcConfig: undefined, name: "settle" },
        pipeline: {
          type: "aws:codepipeline/pipeline:Pipeline",
          inputs: { stages: [{ name: "Deploy", actions: [{ configuration: { FunctionName: "swap" } }] }] },
        },
      },
      "no VPC, and card data": { settle: { vpcConfig: undefined, tags: { "palisade:data-class": "cardholder" } } },
      "no VPC, and a role that reaches card data, whatever the tag says": {
        settle: { vpcConfig: undefined, tags: { "palisade:data-class": "internal" } },
        cards: {
          type: "aws:s3/bucket:Bucket",
          inputs: { bucket: "cards", tags: { "palisade:data-class": "cardholder" } },
        },
        policy: {
          type: "aws:iam/rolePolicy:RolePolicy",
          inputs: {
            role: ref("role"),
            policy: JSON.stringify({
              Version: "2012-10-17",
              Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::cards/*" }],
            }),
          },
        },
      },
      "no VPC, and a role that is not known": {
        settle: { vpcConfig: undefined, role: "arn:aws:iam::123456789012:role/x" },
      },
    },
    notApplicable: {
      "a function of CloudFront's": {
        settle: { vpcConfig: undefined },
        role: { assumeRolePolicy: trust("edgelambda.amazonaws.com") },
      },
      "a function that no card data passes through": {
        settle: { vpcConfig: undefined, tags: { "palisade:data-class": "internal" } },
      },
      "a function that a pipeline runs": {
        settle: { vpcConfig: undefined, name: "swap" },
        pipeline: {
          type: "aws:codepipeline/pipeline:Pipeline",
          inputs: {
            stages: [
              { name: "Source", actions: [{ name: "Source", provider: "CodeStarSourceConnection" }] },
              {
                name: "Deploy",
                actions: [{ name: "Swap", provider: "Lambda", configuration: { FunctionName: "swap" } }],
              },
            ],
          },
        },
      },
      "a function that rotates a secret through AWS's API": {
        settle: { vpcConfig: undefined },
        rotation: {
          type: "aws:secretsmanager/secretRotation:SecretRotation",
          inputs: { secretId: "arn:secret", rotationLambdaArn: ref("settle", "arn") },
        },
      },
    },
  },
  "lambda-environment-key": {
    secure: {
      key,
      settle: {
        type: FUNCTION,
        inputs: { role: "arn:role", kmsKeyArn: ref("key", "arn"), environment: { variables: { STAGE: "prod" } } },
      },
    },
    broken: {
      "Lambda's key": { settle: { kmsKeyArn: undefined } },
      "AWS's key by name": { settle: { kmsKeyArn: "arn:aws:kms:eu-west-1:123456789012:alias/aws/lambda" } },
    },
    notApplicable: { "a function without variables": { settle: { environment: undefined, kmsKeyArn: undefined } } },
  },
  "lambda-no-secrets-in-environment": {
    secure: {
      settle: {
        type: FUNCTION,
        inputs: {
          role: "arn:role",
          environment: { variables: { STAGE: "prod", DB_SECRET: "arn:aws:secretsmanager:secret" } },
        },
      },
    },
    broken: {
      "a password": { settle: { environment: { variables: { DB_PASSWORD: "hunter2" } } } },
      "an access key under another name": { settle: { environment: { variables: { WHO: "AKIAIOSFODNN7EXAMPLE" } } } },
    },
    alsoSecure: {
      "names of resources that are not known yet": {
        queue: { type: "aws:sqs/queue:Queue", inputs: {} },
        settle: { environment: { variables: { QUEUE_URL: ref("queue", "url") } } },
      },
      "no variables": { settle: { environment: undefined } },
    },
  },
});

describe("palisade-pci-dss: lambda-not-public", () => {
  it("preview: fails a bucket whose ARN is not known yet: anybody may take its name next", () => {
    const fixture = {
      bucket: { type: "aws:s3/bucket:Bucket" },
      permission: { type: PERMISSION, inputs: { principal: "s3.amazonaws.com", sourceArn: ref("bucket", "arn") } },
    };
    const found = evaluate(
      pciDss.rules.filter(({ id }) => id === "lambda-not-public"),
      graphOf(fixture, "preview"),
    );
    assert.deepEqual(
      found.map(({ verdict }) => verdict.kind),
      ["fail"],
    );
  });
});

describe("Lambda's runtimes", () => {
  it("end on the day that AWS says, as of the table's day", () => {
    assert.deepEqual(supportOfRuntime("nodejs24.x"), { kind: "supported" });
    assert.deepEqual(supportOfRuntime("dotnet8"), { kind: "deprecated", since: "2026-11-10" });
    assert.deepEqual(supportOfRuntime("nodejs26.x"), { kind: "preview" });
  });

  it("that came out later are supported; that never were are unknown", () => {
    assert.deepEqual(supportOfRuntime("python3.16"), { kind: "supported" });
    assert.deepEqual(supportOfRuntime("python2.7"), { kind: "unknown" });
    assert.deepEqual(supportOfRuntime("toString"), { kind: "unknown" });
  });
});
