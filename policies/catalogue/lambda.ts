import type { Catalogue } from "./catalogue";

const DOCS = "https://docs.aws.amazon.com/lambda/latest/dg";
const HUB = "https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html";

export const lambda = {
  "lambda-not-public": {
    title: "Lambda functions and layers are invoked and read only by whom the program names.",
    severity: "critical",
    requirements: ["1.4.4", "7.2.1"],
    controls: ["Lambda.1"],
    remediation:
      "Name the caller in Permission.principal; with a service, set sourceArn, and for Amazon S3 sourceAccount as well. Set authorizationType AWS_IAM on a FunctionUrl, and organizationId on a public LayerVersionPermission.",
    url: `${HUB}#lambda-1`,
  },
  "lambda-supported-runtime": {
    title: "Lambda functions run on runtimes that AWS still patches.",
    severity: "medium",
    requirements: ["6.3.3", "12.3.4"],
    controls: ["Lambda.2"],
    remediation: "Set `runtime` to a newer one, e.g. nodejs24.x or python3.14.",
    url: `${HUB}#lambda-2`,
  },
  "lambda-in-vpc": {
    title: "Lambda functions reach the network through a VPC.",
    severity: "low",
    requirements: ["1.3.1", "1.3.2", "1.4.2"],
    controls: ["Lambda.3"],
    remediation:
      "Set vpcConfig with private subnetIds and a security group; Palisade's Vpc gives both. Or tag a function that no card data passes through: palisade:data-class confidential, internal or public.",
    url: `${HUB}#lambda-3`,
  },
  "lambda-environment-key": {
    title: "Environment variables of Lambda functions are encrypted with a customer key.",
    severity: "medium",
    requirements: ["3.5.1", "8.6.2"],
    controls: ["Lambda/environment"],
    remediation: "Set kmsKeyArn to a KMS key, as Palisade's LogSearch and MasterSecret do.",
    url: `${DOCS}/configuration-envvars-encryption.html`,
  },
  "lambda-no-secrets-in-environment": {
    title: "Secrets do not stand in the environment variables of Lambda functions.",
    severity: "high",
    requirements: ["8.6.2"],
    controls: ["Lambda/environment"],
    remediation: "Pass the secret's ARN, and read it from Secrets Manager by the function's role.",
    url: `${DOCS}/configuration-envvars.html`,
  },
  "lambda-logs": {
    title: "Lambda functions write to a log group that the program keeps.",
    severity: "medium",
    requirements: ["10.2.1", "10.5.1"],
    controls: [],
    remediation: "Set loggingConfig.logGroup to a LogGroup's name, or declare the LogGroup /aws/lambda/NAME.",
    url: "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html",
  },
} as const satisfies Catalogue;
