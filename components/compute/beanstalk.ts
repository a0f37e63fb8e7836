import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import {
  type ArgumentCheck,
  Component,
  type ComponentArgs,
  type Grantee,
  policyDocument,
  type Statement,
  type Transform,
} from "../core";
import type { Bucket } from "../data/bucket";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import type { ApplicationLoadBalancer, RuleArgs, TargetGroupArgs } from "./application-load-balancer";
import { type BeanstalkOptions, checkOptions } from "./beanstalk-options";
import { instanceRole, instanceStatements, serviceRole, serviceStatements } from "./beanstalk-roles";
import { environmentSettings } from "./beanstalk-settings";
import type { SecretByArn } from "./task-containers";

/** Branches of the Python platform on Amazon Linux 2023 that AWS supports (https://docs.aws.amazon.com/elasticbeanstalk/latest/platforms/platforms-supported.html). */
export const PYTHON_BRANCHES = ["3.14", "3.13", "3.12", "3.11"] as const;

export interface BeanstalkScalingArgs {
  /** Fewest instances. */
  min: number;
  /** Most instances. */
  max: number;
  /** Average CPU, in percent, above which an instance is added, 2-100. Default 60. */
  upperCpuPercent?: number;
  /** Average CPU, in percent, below which one is removed, 1-99. Default 25. */
  lowerCpuPercent?: number;
  /** Minutes that the average has to stay there, 1-600. Default 5. */
  breachMinutes?: number;
  /** Seconds between two steps, 0-10000. Default 300. */
  cooldownSeconds?: number;
}

export interface BeanstalkArgs extends ComponentArgs {
  /** Instances stand in its private subnets. Its endpoints must cover `beanstalk`, `logs`, and what the application calls. */
  vpc: NetworkLike;
  /** Customer key of the log groups; its services must include `logs`. */
  key: Key;
  /** Load balancer through which everything reaches the application: it signs people in before a rule leads on. */
  balancer: ApplicationLoadBalancer;
  /** What of the load balancer's requests is the application's. */
  rule: Omit<RuleArgs, "to" | "weightsOwnedBy">;
  /** Certificate of Beanstalk's own load balancer, which nobody can reach; the balancer's will do. */
  certificateArn: pulumi.Input<string>;
  /**
   * Branch of the Python platform. Default `3.14`. An environment begins with the branch's newest version, and managed updates go on from there. Another branch
   * makes a second environment, and takes the first one away when the second is healthy.
   */
  python?: (typeof PYTHON_BRANCHES)[number];
  /** Instance types in order of preference, all of `architecture`. Default `t4g.small`, `t4g.medium`. */
  instanceTypes?: readonly string[];
  /** Default `arm64`. */
  architecture?: "arm64" | "x86_64";
  /** Default: one instance per zone, up to four times as many; in development one. */
  scaling?: BeanstalkScalingArgs;
  /** Size of each instance's volume in GiB, 10-16384. Default 16. */
  volumeGiB?: number;
  /** Port on which nginx listens with TLS. Default 443. */
  port?: number;
  /** How the target group looks after instances. Default: as `TargetGroupArgs`. */
  target?: Omit<TargetGroupArgs, "port" | "targetType" | "protocol">;
  /**
   * Version of the application that the program deploys: a bundle in S3, under a label of its own. Default: none; a pipeline makes versions and deploys
   * them, and no update sets its version back.
   */
  release?: { label: string; bucket: Bucket; key: string };
  /** Versions that are kept, 1-1000; older ones are removed, their bundles in S3 stay. Default 50. */
  keepVersions?: number;
  /** Environment variables with plain settings. A Pulumi secret among them is an error: whoever may describe the environment reads them. */
  variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Environment variable -> secret, whole, which an instance reads when it starts; after a rotation instances must be restarted
   * (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/AWSHowTo.secrets.env-vars.html).
   */
  secrets?: Readonly<Record<string, Omit<SecretByArn, "jsonKey">>>;
  /** WSGI application, `<module>:<callable>`. Default `application:application`. */
  wsgi?: string;
  /** Weekly start, UTC, of the window of two hours in which AWS brings the platform up to date, e.g. `Sun:03:00` (default). */
  updateWindow?: string;
  /** `minor` (default) takes new minor versions of the platform too, `patch` only their patches. */
  updateLevel?: "minor" | "patch";
  /** Days that logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  /** Further option settings; they win over the component's own. */
  options?: BeanstalkOptions<pulumi.Input<string>>;
  transform?: {
    application?: Transform<aws.elasticbeanstalk.ApplicationArgs>;
    environment?: Transform<aws.elasticbeanstalk.EnvironmentArgs>;
    instanceRole?: Transform<aws.iam.RoleArgs>;
    serviceRole?: Transform<aws.iam.RoleArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
  };
}

/** Logs of an instance on Amazon Linux 2023 with Python that Beanstalk streams, and of the environment's health. */
const LOGS = {
  engine: "var/log/eb-engine.log",
  hooks: "var/log/eb-hooks.log",
  "web-stdout": "var/log/web.stdout.log",
  "nginx-access": "var/log/nginx/access.log",
  "nginx-error": "var/log/nginx/error.log",
  health: "environment-health.log",
} as const;

const WINDOW = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun):([01]\d|2[0-3]):[0-5]\d$/;

/**
 * A Python web application on Elastic Beanstalk: private instances on Amazon Linux 2023 behind an `ApplicationLoadBalancer`, with TLS to the instance, scaling
 * by CPU, immutable deployments and platform updates, enhanced health, logs in CloudWatch under a customer key.
 *
 *     const ui = new Beanstalk("ui", {
 *       vpc, key, balancer, certificateArn, rule: { priority: 100, when: { hosts: ["ui.example.com"] } }, secrets: { SESSION_KEY: sessionKey },
 *     });
 *     database.connections.allowFrom(ui);
 *     database.grantConnect(ui, "ui");
 *
 * The way in. Beanstalk can not sign anybody in, and a load balancer that it shares gets rules from it that forward by the environment's own name, on port 80
 * always and with priorities of its choice: whoever sends that name as `Host` would pass by the sign-in. So the environment has an internal load balancer
 * of its own, whose security group lets nobody in; it looks at the instances' health and carries no request. The application's requests come by a target group
 * and a rule of `balancer`, to which the environment's auto scaling group is attached. What that costs: 16.43 USD a month, and this: Beanstalk does not wait for
 * `balancer` in a deployment, so keep the health check short; and when Beanstalk rebuilds the environment (`RebuildEnvironment`), the new group serves
 * after the next `pulumi up --refresh`, until when the alarm on missing targets stands.
 * Sources: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-alb-shared.html, and environments-cfg-alb.html beside it.
 *
 * The application brings, in its bundle: nginx's TLS listener (`.platform/nginx/conf.d/https.conf`) with a certificate that a hook makes when an instance
 * starts (see docs/systems/ui-service.md), and its Python packages as wheels, as instances reach no package index. It logs to standard output.
 *
 * Network: in from the two load balancers on `port`, out to the VPC's interface endpoints and S3. No SSH, no key pair, session tokens for instance metadata
 * (IMDSv2) only. Beanstalk has no option to encrypt a root volume: the region's encryption by default does, which `RegionalBaseline` turns on.
 * Log groups that are not listed here but that `.ebextensions` add get no customer key.
 *
 * Managed updates move the platform's version; the program neither sets it back nor replaces the environment. Roles: exact statements in place of AWS's
 * managed policies; managed updates run under AWS's service-linked role.
 *
 * Alarms: the environment is degraded (critical) or in warning, beside those of its target group. Cost: the instances (`t4g.small`: 12.26 USD a month), its load
 * balancer, logs. Data loss: none, instances hold no data.
 */
export class Beanstalk extends Component implements Grantee {
  readonly applicationName: string;
  readonly environmentName: string;
  readonly environmentArn: pulumi.Output<string>;
  readonly grantName: string;
  /** The instances' role: what the application may do. */
  readonly role: aws.iam.Role;
  /** The instances. */
  readonly connections: Connections;
  readonly nodes: {
    readonly application: aws.elasticbeanstalk.Application;
    readonly environment: aws.elasticbeanstalk.Environment;
    readonly version: aws.elasticbeanstalk.ApplicationVersion | undefined;
    readonly instanceRole: aws.iam.Role;
    readonly instanceProfile: aws.iam.InstanceProfile;
    readonly serviceRole: aws.iam.Role;
    readonly securityGroup: aws.ec2.SecurityGroup;
    /** Of Beanstalk's own load balancer: nobody is let in. */
    readonly innerSecurityGroup: aws.ec2.SecurityGroup;
    readonly targetGroup: aws.lb.TargetGroup;
    readonly logGroups: Readonly<Record<keyof typeof LOGS, aws.cloudwatch.LogGroup>>;
  };
  private readonly args: BeanstalkArgs;
  private readonly scaling: BeanstalkScalingArgs;
  private readonly port: number;
  private readonly python: (typeof PYTHON_BRANCHES)[number];

  constructor(name: string, args: BeanstalkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:Beanstalk", name, args, opts);
    this.args = args;
    this.scaling = args.scaling ?? this.defaultScaling();
    this.port = args.port ?? 443;
    this.python = args.python ?? PYTHON_BRANCHES[0];
    this.validate();
    this.grantName = this.identity;
    this.applicationName = this.physicalName("beanstalkApplication");
    // With the branch: an environment of another one can stand beside it.
    const branch = `-py${this.python.replace(".", "")}`;
    this.environmentName = this.physicalName("beanstalkEnvironment", undefined, branch.length) + branch;
    this.environmentArn = this.arnOf("elasticbeanstalk", `environment/${this.applicationName}/${this.environmentName}`);

    const securityGroup = this.createSecurityGroup("sg", `Instances of ${this.identity}`);
    const innerSecurityGroup = this.createSecurityGroup("inner-sg", `Inner load balancer of ${this.identity}`);
    this.connections = new Connections(this, securityGroup, tcp(this.port));
    this.connect(innerSecurityGroup);
    const targetGroup = this.createEntry();

    this.role = instanceRole(this, args.transform?.instanceRole);
    const helper = serviceRole(this, args.transform?.serviceRole);
    const policies = this.createPolicies(this.role, helper);
    const instanceProfile = this.createInstanceProfile();
    const logGroups = this.createLogGroups();
    const application = this.createApplication(helper);
    const version = this.createVersion(application);
    const settings = environmentSettings(args, {
      owner: this,
      check: this.check,
      port: this.port,
      scaling: this.scaling,
      securityGroup,
      innerSecurityGroup,
      instanceProfile,
      helper,
    });
    const environment = this.createEnvironment(application, version, settings, [
      ...policies,
      ...Object.values(logGroups),
    ]);
    this.attach(environment, targetGroup);
    this.createAlarms();

    this.nodes = {
      application,
      environment,
      version,
      instanceRole: this.role,
      instanceProfile,
      serviceRole: helper,
      securityGroup,
      innerSecurityGroup,
      targetGroup,
      logGroups,
    };
    this.registerOutputs({
      applicationName: this.applicationName,
      environmentName: this.environmentName,
      environmentArn: this.environmentArn,
      roleArn: this.role.arn,
      securityGroupId: this.connections.securityGroupId,
    });
  }

  private defaultScaling(): BeanstalkScalingArgs {
    const min = this.production ? this.args.vpc.zones.length : 1;
    return { min, max: this.production ? min * 4 : min };
  }

  private validate(): void {
    const { args, scaling } = this;
    const check: ArgumentCheck = this.check;
    check.oneOf("python", this.python, PYTHON_BRANCHES);
    check.oneOf("architecture", args.architecture ?? "arm64", ["arm64", "x86_64"]);
    const types = args.instanceTypes ?? [];
    check.unique("instanceTypes", types);
    check.integer("scaling.min", scaling.min, 1, 10_000, "of instances");
    check.integer("scaling.max", scaling.max, scaling.min, 10_000, "of instances");
    const upper = scaling.upperCpuPercent ?? 60;
    check.integer("scaling.upperCpuPercent", upper, 2, 100, "of percent");
    check.integer("scaling.lowerCpuPercent", scaling.lowerCpuPercent ?? 25, 1, upper - 1, "of percent");
    check.integer("scaling.breachMinutes", scaling.breachMinutes ?? 5, 1, 600, "of minutes");
    check.integer("scaling.cooldownSeconds", scaling.cooldownSeconds ?? 300, 0, 10_000, "of seconds");
    check.integer("volumeGiB", args.volumeGiB ?? 16, 10, 16_384, "of GiB");
    check.integer("port", this.port, 1, 65_535);
    check.integer("keepVersions", args.keepVersions ?? 50, 1, 1000, "of versions");
    check.matches(
      "updateWindow",
      args.updateWindow ?? "Sun:03:00",
      WINDOW,
      "Give day and time in UTC, e.g. Sun:03:00.",
    );
    check.oneOf("updateLevel", args.updateLevel ?? "minor", ["minor", "patch"]);
    const both = [...Object.keys(args.variables ?? {}), ...Object.keys(args.secrets ?? {})];
    check.unique("variables and secrets", both);
    for (const variable of both) {
      const rule = "Use letters, digits and underscores, and begin with a letter or an underscore.";
      check.matches("variables and secrets", variable, /^[A-Za-z_][A-Za-z0-9_]*$/, rule);
    }
    checkOptions(check, args.options ?? {});
    args.key.requireFor(check, this.context.region, ["logs"]);
  }

  private createSecurityGroup(suffix: string, description: string): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName(suffix),
      { vpcId: this.args.vpc.vpcId, description },
      this.childOptions({}, suffix === "sg" ? this.args.transform?.securityGroup : undefined),
    );
  }

  private connect(innerSecurityGroup: aws.ec2.SecurityGroup): void {
    const { balancer, vpc } = this.args;
    this.connections.allowFrom(balancer);
    this.connections.allowFrom(new Connections(this, innerSecurityGroup));
    this.connections.allowTo(vpc.endpointConnections);
    this.connections.allowToPrefixList("s3", vpc.s3PrefixListId, tcp(443));
  }

  private createEntry(): aws.lb.TargetGroup {
    const { balancer, rule, target } = this.args;
    const group = balancer.addTargetGroup(this.name, { ...target, port: this.port, targetType: "instance" });
    balancer.addRule(this.name, { ...rule, to: group });
    return group.targetGroup;
  }

  private createPolicies(role: aws.iam.Role, helper: aws.iam.Role): aws.iam.RolePolicy[] {
    const identity = { applicationName: this.applicationName, environmentName: this.environmentName };
    const policy = (suffix: string, to: aws.iam.Role, statements: Statement[]) =>
      new aws.iam.RolePolicy(
        this.childName(suffix),
        { role: to.name, policy: policyDocument(statements) },
        this.childOptions(),
      );
    return [
      policy("instance", role, instanceStatements(this, { ...identity, secrets: this.args.secrets ?? {} })),
      policy("service", helper, serviceStatements(this, identity)),
    ];
  }

  private createInstanceProfile(): aws.iam.InstanceProfile {
    return new aws.iam.InstanceProfile(
      this.childName("instance-profile"),
      { name: this.physicalName("iamRole", "instance"), role: this.role.name },
      this.childOptions(),
    );
  }

  /** Beanstalk would make them, without a key, by these names. */
  private createLogGroups(): Record<keyof typeof LOGS, aws.cloudwatch.LogGroup> {
    const group = (suffix: keyof typeof LOGS) =>
      logGroup(this, `${suffix}-log`, {
        name: `/aws/elasticbeanstalk/${this.environmentName}/${LOGS[suffix]}`,
        keyArn: this.args.key.arn,
        retentionInDays: this.args.logRetentionInDays,
      });
    return {
      engine: group("engine"),
      hooks: group("hooks"),
      "web-stdout": group("web-stdout"),
      "nginx-access": group("nginx-access"),
      "nginx-error": group("nginx-error"),
      health: group("health"),
    };
  }

  private createApplication(helper: aws.iam.Role): aws.elasticbeanstalk.Application {
    return new aws.elasticbeanstalk.Application(
      this.childName("application"),
      {
        name: this.applicationName,
        description: `Palisade ${this.identity}`,
        appversionLifecycle: {
          serviceRole: helper.arn,
          maxCount: this.args.keepVersions ?? 50,
          deleteSourceFromS3: false,
        },
      },
      this.childOptions({}, this.args.transform?.application),
    );
  }

  private createVersion(
    application: aws.elasticbeanstalk.Application,
  ): aws.elasticbeanstalk.ApplicationVersion | undefined {
    const { release } = this.args;
    if (release === undefined) return undefined;
    return new aws.elasticbeanstalk.ApplicationVersion(
      this.childName(`version-${release.label}`),
      {
        application: application.name,
        name: release.label,
        bucket: release.bucket.bucketName,
        key: release.key,
        process: true,
      },
      // One that an environment still runs can not be deleted; the lifecycle removes it later.
      this.childOptions({ retainOnDelete: true }),
    );
  }

  private createEnvironment(
    application: aws.elasticbeanstalk.Application,
    version: aws.elasticbeanstalk.ApplicationVersion | undefined,
    settings: aws.types.input.elasticbeanstalk.EnvironmentSetting[],
    needed: pulumi.Resource[],
  ): aws.elasticbeanstalk.Environment {
    const newest = aws.elasticbeanstalk.getSolutionStackOutput(
      {
        mostRecent: true,
        nameRegex: `^64bit Amazon Linux 2023 v[0-9.]+ running Python ${this.python.replace(".", "\\.")}$`,
        region: this.context.region,
      },
      { parent: this },
    );
    return new aws.elasticbeanstalk.Environment(
      this.childName(`environment-python-${this.python.replace(".", "-")}`),
      {
        name: this.environmentName,
        application: application.name,
        description: `Palisade ${this.identity}`,
        tier: "WebServer",
        solutionStackName: newest.name,
        version: version?.name,
        settings,
        waitForReadyTimeout: "60m",
      },
      this.childOptions(
        {
          dependsOn: needed,
          // What managed updates, and without a release of the program's a pipeline, have put there.
          ignoreChanges: ["platformArn", "solutionStackName", ...(version === undefined ? ["version"] : [])],
        },
        this.args.transform?.environment,
      ),
    );
  }

  private attach(environment: aws.elasticbeanstalk.Environment, targetGroup: aws.lb.TargetGroup): void {
    new aws.autoscaling.Attachment(
      this.childName(`attachment-python-${this.python.replace(".", "-")}`),
      {
        autoscalingGroupName: environment.autoscalingGroups.apply(([group = ""]) => group),
        lbTargetGroupArn: targetGroup.arn,
      },
      this.childOptions(),
    );
  }

  private createAlarms(): void {
    const metric = {
      namespace: "AWS/ElasticBeanstalk",
      name: "EnvironmentHealth",
      dimensions: { EnvironmentName: this.environmentName },
      statistic: "Maximum",
    } as const;
    // 0 is ok, 15 a warning, 20 degraded, 25 severe.
    this.alarm("degraded", {
      severity: "critical",
      description: `${this.name} is degraded: instances or deployments fail. Look at the causes in its environment-health log.`,
      metric,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 20,
      evaluationPeriods: 3,
      treatMissingData: "breaching",
    });
    this.alarm("warning", {
      severity: "warning",
      description: `${this.name} is in warning: some requests or instances fail. Look at the causes in its environment-health log.`,
      metric,
      comparison: "GreaterThanOrEqualToThreshold",
      threshold: 15,
      evaluationPeriods: 10,
    });
  }
}
