import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AlarmRule, Component, type ComponentArgs, type Grantee, policyDocument, type Transform } from "../core";
import type { BlueGreenTarget, BlueGreenVm, Colour } from "../delivery/blue-green-target";
import type { ContainerImage } from "../delivery/container-image";
import { Connections, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import type { ApplicationLoadBalancer, ApplicationTargetGroup } from "./application-load-balancer";
import type { RuleConditions } from "./listener-rules";
import { blueGreenAlarms } from "./vm/alarms";
import { checkBlueGreen } from "./vm/checks";
import { deployDocument, NO_IMAGE } from "./vm/deploy-script";
import { machineFiles } from "./vm/machine-files";
import { machineStatements } from "./vm/machine-role";
import { userData } from "./vm/user-data";

const COLOURS = ["blue", "green"] as const satisfies readonly Colour[];
export type ByColour<T> = Readonly<Record<Colour, T>>;

/** How one of the two machines is launched. Any change but of `volumeGiB` and `replaceable` makes it anew. */
export interface VmLaunch {
  /**
   * Id of an Amazon Linux 2023 image for arm64, e.g. `ami-0123456789abcdef0`. It is pinned: a newer one never replaces a machine by itself. The newest:
   * `aws ssm get-parameter --name /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64`.
   */
  imageId: string;
  /** A Graviton type, e.g. `m7g.large`. */
  instanceType: string;
  /** Zone, e.g. `eu-west-1a`; not the other machine's. Default: the network's first for blue, its second for green. */
  zone?: string;
  /** GiB of the encrypted root volume, 16-16384. Default 30. It can grow while the machine runs, and never shrink. */
  volumeGiB?: number;
  /**
   * True while the machine is to be made anew on purpose: lifts its protection and AWS's termination protection. Only for the one that does not serve, and for
   * one of them at a time. Default false.
   */
  replaceable?: boolean;
}

/** The application's containers, alike on both machines. */
export interface VmApplication {
  /** Repository that a deployment's image must come from. Which image runs is the pipeline's to say. */
  image: ContainerImage;
  /** Port on which a container listens, with plain HTTP. Default 8080. */
  port?: number;
  /** Path of the health check. Default `/health`. */
  healthCheckPath?: string;
  /** MiB of memory for each of the two containers, 64-262144. Default 1024. */
  memoryMiB?: number;
  /** `<user>:<group>` that it runs as, by number; never root. Default `10001:10001`. */
  user?: string;
  /** Environment variables, in a parameter of at most 4 KiB in all that the next deployment reads. Nothing secret: secrets are read with the machines' role. */
  settings?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Seconds that a container may take to answer a request, 1-3600. Default 55, under the load balancer's idle timeout. */
  responseSeconds?: number;
  /** Seconds that a container may take to answer its first health check, 1-300. Default 60. */
  startSeconds?: number;
}

export interface BlueGreenVmsArgs extends ComponentArgs {
  vpc: NetworkLike;
  /** Encrypts the disks. */
  key: Key;
  /** Encrypts the logs; its policy must name the service `logs`. Default: `key`. */
  logKey?: Key;
  launch: ByColour<VmLaunch>;
  application: VmApplication;
  balancer: ApplicationLoadBalancer;
  /** Which requests of the load balancer come here. Default: all, at priority 100. */
  rule?: { priority: number; when: RuleConditions };
  /** Who serves after the first update. From then on the pipeline decides. Default `blue`. */
  first?: Colour;
  /** Days that logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  transform?: {
    instance?: Transform<aws.ec2.InstanceArgs>;
    securityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    role?: Transform<aws.iam.RoleArgs>;
    document?: Transform<aws.ssm.DocumentArgs>;
  };
}

/** Ports on the loopback address, by the container's number. */
const HOST_PORTS = { 1: 8081, 2: 8082 } as const;
const HTTPS = 443;

/**
 * Two machines in two zones, blue and green: one serves, the other is the failover and takes the next release. On each, systemd keeps two containers of the
 * application running behind nginx, which takes TLS from the load balancer.
 *
 *     const vms = new BlueGreenVms("lending", { vpc, key, balancer, launch: { blue: vm, green: vm }, application: { image } });
 *     database.grantConnect(vms, "lending");
 *     new DeliveryPipeline("lending-delivery", { ..., target: vms });
 *
 * **Who serves is the pipeline's to say.** The listener rule's weights are given once; no later update sets them back, refreshed or not. So are
 * the two image parameters. **No update replaces or restarts a machine unasked**: image, type, zone and user data can only change with a new machine, which protection (in
 * production) and `palisade`'s guard against losses refuse. To make the idle one anew: set `replaceable`, update; then change it, and update with
 * `--allow-loss`. What changes often is not in the user data: units, nginx, settings and image lie in parameters, which a machine takes up at its first boot and
 * whenever the document `deployDocument` is run on it.
 *
 * Nobody logs in but through Session Manager: no key pair, no SSH, no public address. IMDSv2 only; two hops, as containers ask for the role's credentials.
 * Packages come from Amazon Linux's repositories through the S3 endpoint: the VPC must have `packageBucket` among its `readableBuckets`, and the endpoints
 * `ssm`, `logs`, `monitoring`, `ecr`.
 *
 * A machine whose host fails is recovered by AWS onto another one, with its disk; one whose system hangs is rebooted. Alarms: both of these (critical), full disk, full
 * memory; whether the targets answer is the load balancer's. Cost, us-east-1: two m7g.large with 30 GiB about 125 USD a month. Data loss: none, machines hold no data.
 */
export class BlueGreenVms extends Component implements BlueGreenTarget, Grantee {
  readonly grantName: string;
  readonly role: aws.iam.Role;
  /** Default port 443. */
  readonly connections: Connections;
  /** Its forward weights say who serves: 100 and 0. */
  readonly listenerRuleArn: pulumi.Output<string>;
  readonly vms: ByColour<BlueGreenVm>;
  readonly deployDocument: string;
  /** Known before the document exists. */
  readonly deployDocumentArn: pulumi.Output<string>;
  readonly healthCheckPath: string;
  readonly nodes: {
    readonly instances: ByColour<aws.ec2.Instance>;
    readonly targetGroups: ByColour<ApplicationTargetGroup>;
    readonly rule: aws.lb.ListenerRule;
    readonly imageParameters: ByColour<aws.ssm.Parameter>;
    readonly document: aws.ssm.Document;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly securityGroup: aws.ec2.SecurityGroup;
  };
  private readonly args: BlueGreenVmsArgs;
  /** Path of all parameters, e.g. `/prod/lending`. */
  private readonly parameters: string;

  constructor(name: string, args: BlueGreenVmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:compute:BlueGreenVms", name, args, opts);
    this.args = args;
    this.grantName = this.identity;
    this.healthCheckPath = args.application.healthCheckPath ?? "/health";
    checkBlueGreen(this.check, args, this.context.region);
    this.parameters = `/${pulumi.getStack()}/${this.identity}`;

    const logs = logGroup(this, "logs", {
      keyArn: (args.logKey ?? args.key).arn,
      retentionInDays: args.logRetentionInDays,
    });
    this.role = this.createRole();
    const securityGroup = this.createSecurityGroup();
    this.connections = new Connections(this, securityGroup, tcp(HTTPS));
    const ready = [...this.openNetwork(), ...this.grantMachine(logs), ...this.createMachineFiles(logs)];
    const imageParameters = byColour((colour) => this.createImageParameter(colour));
    const profile = this.createProfile();
    const instances = byColour((colour) =>
      this.createInstance(colour, profile, securityGroup, [...ready, imageParameters[colour]]),
    );
    const targetGroups = byColour((colour) => this.createTargets(colour, instances[colour]));
    const rule = this.createRule(targetGroups);
    const document = this.createDocument();
    for (const colour of COLOURS) this.createAlarms(colour, instances[colour]);

    this.listenerRuleArn = rule.arn;
    this.vms = byColour((colour) => ({
      instanceId: instances[colour].id,
      targetGroupArn: targetGroups[colour].targetGroup.arn,
      imageParameter: this.imageParameterName(colour),
    }));
    this.deployDocument = this.physicalName("ssmDocument", "deploy");
    this.deployDocumentArn = this.arnOf("ssm", `document/${this.deployDocument}`);
    this.nodes = { instances, targetGroups, rule, imageParameters, document, logGroup: logs, securityGroup };
    this.registerOutputs({
      listenerRuleArn: this.listenerRuleArn,
      vms: this.vms,
      deployDocument: this.deployDocument,
    });
  }

  /** Bucket of Amazon Linux's packages in a region, for the network's `readableBuckets` (https://docs.aws.amazon.com/linux/al2023/ug/managing-repos-os-updates.html). */
  static packageBucket(region: string): string {
    return `al2023-repos-${region}-de612dc2`;
  }

  private zoneOf(colour: Colour): string {
    const { launch, vpc } = this.args;
    return launch[colour].zone ?? vpc.zones[COLOURS.indexOf(colour)] ?? "";
  }

  private imageParameterName(colour: Colour): string {
    return `${this.parameters}/${colour}/image`;
  }

  private createRole(): aws.iam.Role {
    return new aws.iam.Role(
      this.childName("role"),
      {
        name: this.physicalName("iamRole", "machine"),
        description: `What the machines of ${this.name} may do`,
        // No condition on the account: EC2 sends none when a machine's role is taken, and nobody but this account's EC2 can be told to use it (iam:PassRole).
        assumeRolePolicy: policyDocument([
          {
            Effect: "Allow",
            Principal: { Service: `ec2.${this.context.partition.dnsSuffix}` },
            Action: "sts:AssumeRole",
          },
        ]),
      },
      this.childOptions({}, this.args.transform?.role),
    );
  }

  private createProfile(): aws.iam.InstanceProfile {
    return new aws.iam.InstanceProfile(
      this.childName("profile"),
      { name: this.physicalName("instanceProfile", "machine"), role: this.role.name },
      this.childOptions(),
    );
  }

  private createSecurityGroup(): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: this.args.vpc.vpcId, description: `Machines of ${this.identity}` },
      this.childOptions({}, this.args.transform?.securityGroup),
    );
  }

  /** In: the load balancer alone. Out: AWS's services through the network's own endpoints. */
  private openNetwork(): pulumi.Resource[] {
    const { balancer, vpc } = this.args;
    return [
      ...this.connections.allowFrom(balancer, tcp(HTTPS)),
      ...this.connections.allowTo(vpc.endpointConnections),
      ...this.connections.allowToPrefixList("s3", vpc.s3PrefixListId, tcp(HTTPS)),
    ];
  }

  private grantMachine(logs: aws.cloudwatch.LogGroup): pulumi.Resource[] {
    const arn = pulumi.interpolate`${logs.arn}:*`;
    return [
      new aws.iam.RolePolicy(
        this.childName("machine"),
        { role: this.role.name, policy: policyDocument(machineStatements(this, this.parameters, arn)) },
        this.childOptions(),
      ),
      this.args.application.image.grantPull(this),
    ];
  }

  /** What a machine takes up at its next deployment: units, nginx, agent, settings, and the script that puts them in place. */
  private createMachineFiles(logs: aws.cloudwatch.LogGroup): aws.ssm.Parameter[] {
    const { application, vpc } = this.args;
    const files = machineFiles({
      application,
      hostPorts: HOST_PORTS,
      healthCheckPath: this.healthCheckPath,
      region: this.context.region,
      logGroup: logs.name,
      trustedRange: vpc.cidr,
    });
    return Object.entries(files).map(
      ([file, text]) =>
        new aws.ssm.Parameter(
          this.childName(`file-${file.replaceAll(".", "-")}`),
          {
            name: `${this.parameters}/machine/${file}`,
            description: `${file} of the machines of ${this.identity}`,
            type: "String",
            insecureValue: text,
          },
          this.childOptions(),
        ),
    );
  }

  private createImageParameter(colour: Colour): aws.ssm.Parameter {
    return new aws.ssm.Parameter(
      this.childName(`${colour}-image`),
      {
        name: this.imageParameterName(colour),
        description: `Image that the ${colour} machine of ${this.identity} runs`,
        type: "String",
        insecureValue: NO_IMAGE,
      },
      // The pipeline's from the first deployment on.
      this.childOptions({ ignoreChanges: ["insecureValue", "value"] }),
    );
  }

  private createInstance(
    colour: Colour,
    profile: aws.iam.InstanceProfile,
    securityGroup: aws.ec2.SecurityGroup,
    ready: pulumi.Resource[],
  ): aws.ec2.Instance {
    const { key, launch, vpc } = this.args;
    const { imageId, instanceType, volumeGiB = 30, replaceable = false } = launch[colour];
    const zone = this.zoneOf(colour);
    const isHeld = this.production && !replaceable;
    return new aws.ec2.Instance(
      this.childName(colour),
      {
        ami: imageId,
        instanceType,
        subnetId: vpc.privateSubnetIds[vpc.zones.indexOf(zone)],
        vpcSecurityGroupIds: [securityGroup.id],
        associatePublicIpAddress: false,
        iamInstanceProfile: profile.name,
        metadataOptions: {
          httpEndpoint: "enabled",
          httpTokens: "required",
          httpPutResponseHopLimit: 2,
          instanceMetadataTags: "disabled",
        },
        rootBlockDevice: {
          volumeType: "gp3",
          volumeSize: volumeGiB,
          encrypted: true,
          kmsKeyId: key.arn,
          deleteOnTermination: true,
        },
        ebsOptimized: true,
        monitoring: true,
        maintenanceOptions: { autoRecovery: "default" },
        disableApiTermination: isHeld,
        userData: userData({ region: this.context.region, colour, parameters: this.parameters }),
        userDataReplaceOnChange: true,
        tags: { "palisade:colour": colour },
      },
      this.childOptions(
        {
          protect: isHeld,
          dependsOn: ready,
          // AWS could change these on a machine that it stops first: no update may stop the one that serves.
          replaceOnChanges: ["ebsOptimized", "instanceType"],
        },
        this.args.transform?.instance,
      ),
    );
  }

  private createTargets(colour: Colour, instance: aws.ec2.Instance): ApplicationTargetGroup {
    const group = this.args.balancer.addTargetGroup(`${this.name}-${colour}`, {
      port: HTTPS,
      targetType: "instance",
      healthCheckPath: this.healthCheckPath,
    });
    new aws.lb.TargetGroupAttachment(
      this.childName(`${colour}-target`),
      { targetGroupArn: group.targetGroup.arn, targetId: instance.id, port: HTTPS },
      this.childOptions(),
    );
    return group;
  }

  private createRule(targetGroups: ByColour<ApplicationTargetGroup>): aws.lb.ListenerRule {
    const { balancer, first = "blue", rule = { priority: 100, when: { paths: ["/*"] } } } = this.args;
    return balancer.addRule(this.name, {
      ...rule,
      to: COLOURS.map((colour) => ({ target: targetGroups[colour], weight: colour === first ? 100 : 0 })),
      weightsOwnedBy: "deployer",
    });
  }

  private createDocument(): aws.ssm.Document {
    return new aws.ssm.Document(
      this.childName("deploy"),
      {
        name: this.physicalName("ssmDocument", "deploy"),
        documentType: "Command",
        documentFormat: "JSON",
        targetType: "/AWS::EC2::Instance",
        content: JSON.stringify(deployDocument(`Brings a machine of ${this.identity} to what its parameters say`)),
      },
      this.childOptions({}, this.args.transform?.document),
    );
  }

  private createAlarms(colour: Colour, instance: aws.ec2.Instance): void {
    const automate = (action: string) =>
      `arn:${this.context.partition.id}:automate:${this.context.region}:ec2:${action}`;
    const rules: Readonly<Record<string, AlarmRule>> = blueGreenAlarms(colour, instance.id, automate);
    for (const [suffix, rule] of Object.entries(rules)) this.alarm(`${colour}-${suffix}`, rule);
  }
}

function byColour<T>(make: (colour: Colour) => T): ByColour<T> {
  return { blue: make("blue"), green: make("green") };
}
