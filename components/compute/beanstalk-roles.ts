import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Component, policyDocument, type Statement, type Transform } from "../core";
import { secretStatements, type SecretByArn } from "./task-containers";

/** Who an environment is, as far as its roles need to know. */
export interface BeanstalkIdentity {
  readonly applicationName: string;
  readonly environmentName: string;
  readonly secrets: Readonly<Record<string, Omit<SecretByArn, "jsonKey">>>;
}

const logGroups = (owner: Component, environment: string): pulumi.Output<string> =>
  owner.arnOf("logs", `log-group:/aws/elasticbeanstalk/${environment}/*`);

/**
 * What the instances' own agents call, and no more: of AWS's AWSElasticBeanstalkWebTier neither every bucket of the name elasticbeanstalk-* in the world, nor
 * X-Ray, Bedrock and Marketplace.
 */
export function instanceStatements(owner: Component, identity: BeanstalkIdentity): Statement[] {
  const bucket = owner.account.apply((account) => `elasticbeanstalk-${owner.context.region}-${account}`);
  const bucketArn = pulumi.interpolate`arn:${owner.context.partition.id}:s3:::${bucket}`;
  const { applicationName, environmentName } = identity;
  return [
    {
      Sid: "FetchVersions",
      Effect: "Allow",
      Action: ["s3:GetObject", "s3:GetObjectVersion"],
      Resource: pulumi.interpolate`${bucketArn}/*`,
    },
    { Sid: "ListVersions", Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn },
    {
      Sid: "PublishLogsOnRequest",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: pulumi.interpolate`${bucketArn}/resources/environments/logs/*`,
    },
    {
      Sid: "ReportHealth",
      Effect: "Allow",
      Action: "elasticbeanstalk:PutInstanceStatistics",
      Resource: [
        owner.arnOf("elasticbeanstalk", `application/${applicationName}`),
        owner.arnOf("elasticbeanstalk", `environment/${applicationName}/${environmentName}`),
      ],
    },
    {
      Sid: "WriteLogs",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: logGroups(owner, environmentName),
    },
    ...secretStatements(identity.secrets),
  ];
}

/** What Elastic Beanstalk looks at to tell an environment's health. AWS lets nobody narrow these calls but those on logs. */
export function serviceStatements(
  owner: Component,
  { applicationName, environmentName }: Omit<BeanstalkIdentity, "secrets">,
): Statement[] {
  return [
    {
      Sid: "LookAtHealth",
      Effect: "Allow",
      Action: [
        "autoscaling:DescribeAutoScalingGroups",
        "autoscaling:DescribeAutoScalingInstances",
        "autoscaling:DescribeNotificationConfigurations",
        "autoscaling:DescribeScalingActivities",
        "ec2:DescribeInstanceStatus",
        "ec2:DescribeInstances",
        "ec2:DescribeSecurityGroups",
        "elasticloadbalancing:DescribeInstanceHealth",
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeTargetHealth",
      ],
      Resource: "*",
    },
    {
      Sid: "RemoveOldVersions",
      Effect: "Allow",
      Action: "elasticbeanstalk:DeleteApplicationVersion",
      Resource: owner.arnOf("elasticbeanstalk", `applicationversion/${applicationName}/*`),
    },
    {
      Sid: "StreamHealth",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      Resource: logGroups(owner, environmentName),
    },
  ];
}

/** The instances' role. EC2 sends no source with its call; only who may pass the role can use it. */
export function instanceRole(owner: Component, transform?: Transform<aws.iam.RoleArgs>): aws.iam.Role {
  return new aws.iam.Role(
    owner.childName("instance-role"),
    {
      name: owner.physicalName("iamRole", "instance"),
      description: `What the instances of ${owner.name} may do`,
      assumeRolePolicy: policyDocument([
        {
          Effect: "Allow",
          Principal: { Service: `ec2.${owner.context.partition.dnsSuffix}` },
          Action: "sts:AssumeRole",
        },
      ]),
    },
    owner.childOptions({}, transform),
  );
}

export function serviceRole(owner: Component, transform?: Transform<aws.iam.RoleArgs>): aws.iam.Role {
  return new aws.iam.Role(
    owner.childName("service-role"),
    {
      name: owner.physicalName("iamRole", "service"),
      description: `What Elastic Beanstalk may look at for ${owner.name}`,
      assumeRolePolicy: policyDocument([
        {
          Effect: "Allow",
          Principal: { Service: "elasticbeanstalk.amazonaws.com" },
          Action: "sts:AssumeRole",
          // AWS documents the external id, and no source (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/iam-servicerole.html).
          Condition: { StringEquals: { "sts:ExternalId": "elasticbeanstalk" } },
        },
      ]),
    },
    owner.childOptions({}, transform),
  );
}
