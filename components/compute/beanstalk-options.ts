import type { ArgumentCheck } from "../core";

/** What AWS takes for one option: listed values, whole numbers between two, a pattern, or any text. */
export type OptionRule =
  { readonly oneOf: readonly string[] } | { readonly between: readonly [number, number] } | { readonly like: RegExp };

const ANY = { like: /^[^]*$/ };
const SWITCH = { oneOf: ["true", "false"] };
const LIST = { like: /^[^,\s]+(,[^,\s]+)*$/ };
const between = (least: number, most: number): OptionRule => ({ between: [least, most] });
const oneOf = (...values: readonly string[]): OptionRule => ({ oneOf: values });
const RETENTION = oneOf(
  ...["1", "3", "5", "7", "14", "30", "60", "90", "120", "150", "180", "365", "400", "545", "731", "1827", "3653"],
);

/**
 * Namespace -> option -> what AWS takes, for load-balanced web environments on Amazon Linux 2023 with Python
 * (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html,
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-specific.html). Elastic Beanstalk refuses an unknown option only when the environment is
 * made, twenty minutes into an update.
 */
const OPTIONS = {
  "aws:autoscaling:asg": {
    Cooldown: between(0, 10_000),
    EnableCapacityRebalancing: SWITCH,
    MinSize: between(1, 10_000),
    MaxSize: between(1, 10_000),
  },
  "aws:autoscaling:launchconfiguration": {
    BlockDeviceMappings: ANY,
    DisableDefaultEC2SecurityGroup: SWITCH,
    DisableIMDSv1: SWITCH,
    IamInstanceProfile: { like: /^\S+$/ },
    LaunchTemplateTagPropagationEnabled: SWITCH,
    MonitoringInterval: oneOf("1 minute", "5 minute"),
    RootVolumeIOPS: between(100, 20_000),
    RootVolumeSize: between(10, 16_384),
    RootVolumeThroughput: between(125, 1000),
    RootVolumeType: oneOf("gp2", "gp3", "io1", "standard"),
    SecurityGroups: LIST,
  },
  "aws:autoscaling:trigger": {
    BreachDuration: between(1, 600),
    EvaluationPeriods: between(1, 600),
    LowerBreachScaleIncrement: { like: /^-\d{1,4}%?$/ },
    LowerThreshold: between(0, 20_000_000),
    MeasureName: oneOf(
      ...[
        "CPUUtilization",
        "NetworkIn",
        "NetworkOut",
        "DiskWriteOps",
        "DiskReadBytes",
        "DiskReadOps",
        "DiskWriteBytes",
      ],
      ...["Latency", "RequestCount", "HealthyHostCount", "UnhealthyHostCount", "TargetResponseTime"],
    ),
    Period: between(1, 600),
    Statistic: oneOf("Minimum", "Maximum", "Sum", "Average"),
    Unit: oneOf("Seconds", "Percent", "Bytes", "Bits", "Count", "Bytes/Second", "Bits/Second", "Count/Second", "None"),
    UpperBreachScaleIncrement: { like: /^\d{1,4}%?$/ },
    UpperThreshold: between(0, 20_000_000),
  },
  "aws:autoscaling:updatepolicy:rollingupdate": {
    RollingUpdateEnabled: SWITCH,
    RollingUpdateType: oneOf("Time", "Health", "Immutable"),
  },
  "aws:ec2:instances": {
    EnableSpot: SWITCH,
    InstanceTypes: { like: /^[a-z0-9-]+\.[a-z0-9-]+(,[a-z0-9-]+\.[a-z0-9-]+){0,39}$/ },
    SupportedArchitectures: oneOf("x86_64", "arm64"),
  },
  "aws:ec2:vpc": {
    AssociatePublicIpAddress: SWITCH,
    ELBScheme: oneOf("public", "internal"),
    ELBSubnets: LIST,
    Subnets: LIST,
    VPCId: { like: /^vpc-[0-9a-f]+$/ },
  },
  "aws:elasticbeanstalk:application": { "Application Healthcheck URL": ANY },
  "aws:elasticbeanstalk:cloudwatch:logs": { DeleteOnTerminate: SWITCH, RetentionInDays: RETENTION, StreamLogs: SWITCH },
  "aws:elasticbeanstalk:cloudwatch:logs:health": {
    DeleteOnTerminate: SWITCH,
    HealthStreamingEnabled: SWITCH,
    RetentionInDays: RETENTION,
  },
  "aws:elasticbeanstalk:command": {
    DeploymentPolicy: oneOf("AllAtOnce", "Rolling", "RollingWithAdditionalBatch", "Immutable", "TrafficSplitting"),
    IgnoreHealthCheck: SWITCH,
    Timeout: between(1, 3600),
  },
  "aws:elasticbeanstalk:container:python": {
    NumProcesses: between(1, 128),
    NumThreads: between(1, 1000),
    WSGIPath: { like: /^\S+$/ },
  },
  "aws:elasticbeanstalk:environment": {
    EnvironmentType: oneOf("LoadBalanced"),
    LoadBalancerType: oneOf("application"),
    ServiceRole: { like: /^\S+$/ },
  },
  "aws:elasticbeanstalk:environment:process:default": {
    DeregistrationDelay: between(0, 3600),
    HealthCheckInterval: between(5, 300),
    HealthCheckPath: { like: /^\/\S*$/ },
    HealthCheckTimeout: between(1, 60),
    HealthyThresholdCount: between(1, 10),
    MatcherHTTPCode: { like: /^\d{3}([,-]\d{3})*$/ },
    Port: between(1, 65_535),
    Protocol: oneOf("HTTP", "HTTPS"),
    StickinessEnabled: SWITCH,
    StickinessLBCookieDuration: between(1, 604_800),
    UnhealthyThresholdCount: between(1, 10),
  },
  "aws:elasticbeanstalk:environment:proxy": { ProxyServer: oneOf("nginx", "apache", "none") },
  "aws:elasticbeanstalk:healthreporting:system": {
    ConfigDocument: ANY,
    EnhancedHealthAuthEnabled: SWITCH,
    HealthCheckSuccessThreshold: oneOf("Ok", "Warning", "Degraded", "Severe"),
    SystemType: oneOf("basic", "enhanced"),
  },
  "aws:elasticbeanstalk:hostmanager": { LogPublicationControl: SWITCH },
  "aws:elasticbeanstalk:managedactions": {
    ManagedActionsEnabled: SWITCH,
    PreferredStartTime: { like: /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d$/ },
    ServiceRoleForManagedUpdates: { like: /^\S+$/ },
  },
  "aws:elasticbeanstalk:managedactions:platformupdate": {
    InstanceRefreshEnabled: SWITCH,
    UpdateLevel: oneOf("patch", "minor"),
  },
  "aws:elasticbeanstalk:monitoring": { "Automatically Terminate Unhealthy Instances": SWITCH },
  "aws:elasticbeanstalk:xray": { XRayEnabled: SWITCH },
  "aws:elbv2:listener:443": {
    DefaultProcess: ANY,
    ListenerEnabled: SWITCH,
    Protocol: oneOf("HTTPS"),
    SSLCertificateArns: { like: /^\S+$/ },
    SSLPolicy: { like: /^ELBSecurityPolicy-\S+$/ },
  },
  "aws:elbv2:listener:default": { ListenerEnabled: SWITCH },
  "aws:elbv2:loadbalancer": {
    AccessLogsS3Bucket: { like: /^\S+$/ },
    AccessLogsS3Enabled: SWITCH,
    AccessLogsS3Prefix: { like: /^\S*$/ },
    IdleTimeout: between(1, 4000),
    ManagedSecurityGroup: LIST,
    SecurityGroups: LIST,
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, OptionRule>>>>;

export type OptionNamespace = keyof typeof OPTIONS;

/** Option settings by namespace and name, each name one that AWS documents. */
export type BeanstalkOptions<Value = string> = {
  readonly [Namespace in OptionNamespace]?: { readonly [Name in keyof (typeof OPTIONS)[Namespace]]?: Value };
};

/** Holds every value that is known against what AWS takes. */
export function checkOptions(check: ArgumentCheck, options: BeanstalkOptions<unknown>): void {
  const rules: Readonly<Record<string, Readonly<Record<string, OptionRule>>>> = OPTIONS;
  for (const [namespace, settings] of Object.entries<Readonly<Record<string, unknown>>>(options)) {
    const known = rules[namespace];
    check.that(known !== undefined, "options", namespace, `Use one of: ${Object.keys(rules).join(", ")}.`);
    for (const [name, value] of Object.entries(settings)) {
      const at = `options["${namespace}"]["${name}"]`;
      const rule = known[name];
      check.that(
        rule !== undefined,
        at,
        value,
        `AWS has no such option. Use one of: ${Object.keys(known).join(", ")}.`,
      );
      if (typeof value === "string") checkValue(check, at, value, rule);
    }
  }
}

function checkValue(check: ArgumentCheck, at: string, value: string, rule: OptionRule): void {
  if ("oneOf" in rule) check.oneOf(at, value, rule.oneOf);
  else if ("between" in rule) check.integer(at, value === "" ? Number.NaN : Number(value), ...rule.between);
  else check.matches(at, value, rule.like, `It must look like ${rule.like.source}.`);
}
