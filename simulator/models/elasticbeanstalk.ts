import type { Facts, Models } from "../model";

const environmentId = (f: Facts): string => `e-${f.hex(10)}`;
/** What CloudFormation names for an environment: `awseb-<id>-stack-<part>-<random>`. */
const part = (f: Facts, name: string): string =>
  `awseb-${environmentId(f)}-stack-${name}-${f.hex(26).slice(10, 22).toUpperCase()}`;
const innerBalancer = (f: Facts): string =>
  `${part(f, "AWSEB").slice(0, 32).replace(/-$/, "")}-${f.hex(10)}.${f.region}.elb.amazonaws.com`;

export const elasticbeanstalk: Models = {
  "aws:elasticbeanstalk/application:Application": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticbeanstalk", `application/${f.name}`) }),
  },
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": {
    nameProperty: "name",
    id: (f) => f.name,
    outputs: (f) => ({ arn: f.arn("elasticbeanstalk", `applicationversion/${f.text("application")}/${f.name}`) }),
  },
  "aws:elasticbeanstalk/environment:Environment": {
    nameProperty: "name",
    id: environmentId,
    outputs: (f) => ({
      arn: f.arn("elasticbeanstalk", `environment/${f.text("application")}/${f.name}`),
      allSettings: f.list("settings"),
      autoscalingGroups: [part(f, "AWSEBAutoScalingGroup")],
      cname: `${f.name}.eba-${f.hex(8)}.${f.region}.elasticbeanstalk.com`,
      endpointUrl: innerBalancer(f),
      instances: [`i-${f.hex(17)}`],
      launchConfigurations: [],
      loadBalancers: [f.arn("elasticloadbalancing", `loadbalancer/app/awseb-AWSEB-${f.hex(12)}/${f.hex(16)}`)],
      queues: [],
      triggers: [part(f, "AWSEBAutoScalingScaleUpPolicy")],
      cnamePrefix: f.text("cnamePrefix"),
      platformArn:
        f.text("platformArn") ||
        `arn:${f.partition}:elasticbeanstalk:${f.region}::platform/Python 3.14 running on 64bit Amazon Linux 2023/4.13.0`,
      solutionStackName: f.text("solutionStackName"),
      version: f.text("version"),
    }),
  },
  "aws:autoscaling/attachment:Attachment": { id: (f) => `${f.text("autoscalingGroupName")}-${f.hex(26)}` },
};
