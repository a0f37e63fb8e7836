import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Component } from "../core";
import { TLS_POLICIES } from "./base-load-balancer";
import type { BeanstalkArgs, BeanstalkScalingArgs } from "./beanstalk";
import { type BeanstalkOptions, checkOptions, type OptionNamespace } from "./beanstalk-options";
import { plainVariables } from "./task-containers";

type Options = BeanstalkOptions<pulumi.Input<string>>;
type Setting = aws.types.input.elasticbeanstalk.EnvironmentSetting;

/** What an environment's settings name beside the arguments. */
export interface EnvironmentParts {
  readonly owner: Component;
  readonly check: ArgumentCheck;
  readonly port: number;
  readonly scaling: BeanstalkScalingArgs;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly innerSecurityGroup: aws.ec2.SecurityGroup;
  readonly instanceProfile: aws.iam.InstanceProfile;
  readonly helper: aws.iam.Role;
}

/** With it, Beanstalk makes a role of its own, whose policy AWS keeps, when managed updates are turned on. */
const UPDATES_ROLE = "AWSServiceRoleForElasticBeanstalkManagedUpdates";

/** Every option setting of an environment, by namespace and name, in the same order in every run. */
export function environmentSettings(args: BeanstalkArgs, parts: EnvironmentParts): Setting[] {
  const own: Options = {
    ...networkOptions(args, parts),
    ...instanceOptions(args, parts),
    ...operationOptions(args, parts),
  };
  checkOptions(parts.check, own);
  const further: Options = args.options ?? {};
  const namespaces = [...new Set([...Object.keys(own), ...Object.keys(further)])].sort() as OptionNamespace[];
  const secrets = Object.entries(args.secrets ?? {}).map(([variable, { arn }]) => [variable, arn] as const);
  return [
    ...namespaces.flatMap((namespace) => list(namespace, { ...own[namespace], ...further[namespace] })),
    ...list("aws:elasticbeanstalk:application:environment", plainVariables(parts.check, args.variables ?? {})),
    ...list("aws:elasticbeanstalk:application:environmentsecrets", Object.fromEntries(secrets)),
  ];
}

/** Where the environment stands, and the inner load balancer, which takes TLS alone and lets nobody in. */
function networkOptions(args: BeanstalkArgs, { owner, port, innerSecurityGroup }: EnvironmentParts): Options {
  const subnets = pulumi.all([...args.vpc.privateSubnetIds]).apply((ids) => ids.join(","));
  const interval = args.target?.healthCheckIntervalSeconds ?? 10;
  return {
    "aws:ec2:vpc": {
      VPCId: args.vpc.vpcId,
      Subnets: subnets,
      ELBSubnets: subnets,
      ELBScheme: "internal",
      AssociatePublicIpAddress: "false",
    },
    "aws:elbv2:listener:default": { ListenerEnabled: "false" },
    "aws:elbv2:listener:443": {
      ListenerEnabled: "true",
      Protocol: "HTTPS",
      SSLCertificateArns: args.certificateArn,
      SSLPolicy: TLS_POLICIES[0],
      DefaultProcess: "default",
    },
    "aws:elbv2:loadbalancer": {
      SecurityGroups: innerSecurityGroup.id,
      ManagedSecurityGroup: innerSecurityGroup.id,
      AccessLogsS3Enabled: "true",
      AccessLogsS3Bucket: args.balancer.nodes.logBucket.bucketName,
      AccessLogsS3Prefix: `${owner.name}/inner`,
    },
    "aws:elasticbeanstalk:environment:process:default": {
      Port: String(port),
      Protocol: "HTTPS",
      HealthCheckPath: args.target?.healthCheckPath ?? "/health",
      MatcherHTTPCode: args.target?.healthCheckCodes ?? "200",
      HealthCheckInterval: String(interval),
      HealthCheckTimeout: String(Math.min(5, interval - 1)),
      HealthyThresholdCount: "2",
      UnhealthyThresholdCount: "3",
      DeregistrationDelay: String(args.target?.deregistrationDelaySeconds ?? 60),
    },
  };
}

function instanceOptions(args: BeanstalkArgs, { scaling, securityGroup, instanceProfile }: EnvironmentParts): Options {
  const minutes = String(scaling.breachMinutes ?? 5);
  return {
    "aws:autoscaling:launchconfiguration": {
      IamInstanceProfile: instanceProfile.name,
      SecurityGroups: securityGroup.id,
      // The default group would let every load balancer of the environment in on port 80, and everything out.
      DisableDefaultEC2SecurityGroup: "true",
      DisableIMDSv1: "true",
      RootVolumeType: "gp3",
      RootVolumeSize: String(args.volumeGiB ?? 16),
      LaunchTemplateTagPropagationEnabled: "true",
      MonitoringInterval: "1 minute",
    },
    "aws:ec2:instances": {
      InstanceTypes: (args.instanceTypes ?? ["t4g.small", "t4g.medium"]).join(","),
      SupportedArchitectures: args.architecture ?? "arm64",
      EnableSpot: "false",
    },
    "aws:autoscaling:asg": {
      MinSize: String(scaling.min),
      MaxSize: String(scaling.max),
      Cooldown: String(scaling.cooldownSeconds ?? 300),
    },
    "aws:autoscaling:trigger": {
      MeasureName: "CPUUtilization",
      Statistic: "Average",
      Unit: "Percent",
      Period: minutes,
      EvaluationPeriods: "1",
      BreachDuration: minutes,
      UpperThreshold: String(scaling.upperCpuPercent ?? 60),
      UpperBreachScaleIncrement: "1",
      LowerThreshold: String(scaling.lowerCpuPercent ?? 25),
      LowerBreachScaleIncrement: "-1",
    },
  };
}

function operationOptions(args: BeanstalkArgs, { owner, helper }: EnvironmentParts): Options {
  const RetentionInDays = String(args.logRetentionInDays ?? owner.logRetentionInDays);
  return {
    "aws:elasticbeanstalk:environment": {
      EnvironmentType: "LoadBalanced",
      LoadBalancerType: "application",
      ServiceRole: helper.arn,
    },
    "aws:autoscaling:updatepolicy:rollingupdate": { RollingUpdateEnabled: "true", RollingUpdateType: "Immutable" },
    "aws:elasticbeanstalk:command": { DeploymentPolicy: "Immutable", Timeout: "1200" },
    "aws:elasticbeanstalk:managedactions": {
      ManagedActionsEnabled: "true",
      PreferredStartTime: args.updateWindow ?? "Sun:03:00",
      ServiceRoleForManagedUpdates: UPDATES_ROLE,
    },
    "aws:elasticbeanstalk:managedactions:platformupdate": {
      UpdateLevel: args.updateLevel ?? "minor",
      InstanceRefreshEnabled: "true",
    },
    "aws:elasticbeanstalk:healthreporting:system": { SystemType: "enhanced", EnhancedHealthAuthEnabled: "true" },
    "aws:elasticbeanstalk:cloudwatch:logs": { StreamLogs: "true", DeleteOnTerminate: "false", RetentionInDays },
    "aws:elasticbeanstalk:cloudwatch:logs:health": {
      HealthStreamingEnabled: "true",
      DeleteOnTerminate: "false",
      RetentionInDays,
    },
    "aws:elasticbeanstalk:container:python": { WSGIPath: args.wsgi ?? "application:application" },
    "aws:elasticbeanstalk:environment:proxy": { ProxyServer: "nginx" },
  };
}

const list = (namespace: string, options: Readonly<Record<string, pulumi.Input<string> | undefined>>): Setting[] =>
  Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [{ namespace, name, value }]));
