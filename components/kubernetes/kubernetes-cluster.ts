import * as aws from "@pulumi/aws";
import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Grantee, type Transform } from "../core";
import { Connections, type Port, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import { logGroup } from "../observability/log-group";
import type { Key } from "../security/key";
import {
  type AddOn,
  ADD_ONS,
  BEFORE_NODES,
  CLOUDWATCH_SUBJECT,
  cloudWatchStatements,
  CNI_SUBJECT,
  createAddOn,
  INSIGHTS_LOGS,
} from "./add-ons";
import { ClusterAccess } from "./cluster-access";
import { clusterAlarms } from "./cluster-alarms";
import { attachPolicies, controlPlaneRole, inlinePolicy, nodeRole } from "./cluster-roles";
import type { KubernetesClusterLike, PodSubject } from "./cluster-like";
import { ControlPlane } from "./control-plane";
import { createDeployerRole } from "./deployer-role";
import { kubeconfig } from "./kubeconfig";
import { KUBERNETES_VERSIONS, type KubernetesVersion, NEWEST_KUBERNETES } from "./kubernetes-version";
import { checkNodeGroups, createNodeGroup, type NodeGroup, type NodeGroupNodes } from "./node-group";
import { autoScalingGroupOf, scaleNodes } from "./node-scaling";
import { podIdentityAssociation, podRole } from "./pod-identity";

export interface KubernetesClusterArgs extends ComponentArgs {
  /**
   * Its private subnets hold nodes and the control plane's network interfaces. It needs the endpoints
   * `eks`, `ecr`, `logs` and `ssm`, and `secretsmanager` and `kms` where pods mount secrets.
   */
  vpc: NetworkLike;
  /** Encrypts Kubernetes' secrets and the nodes' disks; its services must include `autoscaling`, which launches nodes. It cannot be changed later. */
  key: Key;
  /** Encrypts the logs; its services must include `logs`. Default: `key`. */
  logKey?: Key;
  /** Default the newest. It goes up one minor version at a time and never down; nodes and add-ons follow. */
  version?: KubernetesVersion;
  /** Managed node groups, by name. */
  nodes: Readonly<Record<string, NodeGroup>>;
  /**
   * Roles, by ARN, that may do everything in the cluster; the key names the entry. The first update of a program that makes Kubernetes resources is one of an
   * administrator. Default: nobody, not even who makes the cluster.
   */
  admins?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * Roles, by ARN, that deploy workloads: they may make what `Namespace`, `Microservice` and `PollingJob` consist of, in every namespace, and read no secret of
   * Kubernetes nor get into a pod. A pipeline's role that may update the cluster itself can let itself in as an administrator. Default: none.
   */
  deployers?: Readonly<Record<string, pulumi.Input<string>>>;
  /** IPv4 ranges on the internet from which the API can be reached, e.g. `["203.0.113.0/24"]`. Default: from the VPC alone. */
  publicAccessCidrs?: readonly string[];
  /**
   * Lets GuardDuty's agent on the nodes reach its endpoint in the VPC. It switches nothing on: that is the account's detector (`RegionalBaseline`), which installs
   * the agent and makes the endpoint (`guardduty-data`) with a security group of its own, which no program knows, and which stay behind when the cluster goes
   * (https://docs.aws.amazon.com/guardduty/latest/ug/using-iac-with-gdu-automated-agents-runtime-monitoring.html). Default false.
   */
  runtimeMonitoring?: boolean;
  /** Versions of add-ons to keep, e.g. `{ coredns: "v1.13.2-eksbuild.3" }`. Default: AWS's default version for the cluster's version of Kubernetes. */
  addOnVersions?: Readonly<Partial<Record<AddOn, string>>>;
  /** Days that logs are kept. Default 365 (PCI DSS 10.5.1); in development 30. */
  logRetentionInDays?: number;
  transform?: {
    cluster?: Transform<aws.eks.ClusterArgs>;
    controlPlaneSecurityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    nodeSecurityGroup?: Transform<aws.ec2.SecurityGroupArgs>;
    launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
    nodeGroup?: Transform<aws.eks.NodeGroupArgs>;
    role?: Transform<aws.iam.RoleArgs>;
    logGroup?: Transform<aws.cloudwatch.LogGroupArgs>;
  };
}

const CONTROL_PLANE_LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"];
const KUBELET = tcp(10250);
/** The EKS add-on's port, which the API asks for pods' use of processor and memory. */
const METRICS_SERVER = tcp(10251);
/** Where CloudWatch's operator answers the API about pods to be made. */
const CLOUDWATCH_WEBHOOK = tcp(9443);
const DNS: readonly Port[] = [tcp(53), { protocol: "udp", from: 53, to: 53 }];
/** Names of roles that the cluster itself has. */
const OWN_ROLES = ["control-plane", "nodes", "vpc-cni", "cloudwatch"];
const PUBLIC_CIDR = /^(\d{1,3}\.){3}\d{1,3}\/([89]|[12]\d|3[0-2])$/;

/**
 * An EKS cluster whose API is reached from inside the VPC alone, with managed nodes over all zones. Nodes run Bottlerocket: nothing on it but what runs
 * containers, a read-only system whose integrity is checked at each start, no SSH, so there is little to harden and to patch. Who must look at a node does it by Session
 * Manager, in a container that sees little of it.
 *
 *     const cluster = new KubernetesCluster("rewards", { vpc, key, logKey, nodes: { general: { instanceTypes: ["m7g.large"], min: 3, max: 9 } }, admins });
 *     const identity = cluster.podIdentity("onboarding", { namespace: "rewards", serviceAccount: "onboarding" });
 *     stream.grantWrite(identity);
 *
 * **Who may do what** is said by access entries alone. Pods have roles by EKS Pod Identity; the nodes' own role can pull images, hand pods their roles and
 * talk to Systems Manager, no more, and pods can not take it.
 *
 * **Network.** Pods may have security groups of their own (`SecurityGroupPolicy`), and network policies hold. Nodes reach the API, each other's DNS, the VPC's endpoints and S3; what
 * else, and who reaches them, `connections` says. Beside our group around the control plane's interfaces stands one of EKS, which lets them, and nothing else, send anywhere: nodes do not have it.
 *
 * **Updates.** `version` updates the control plane, then add-ons and nodes, a zone's share at a time. None of it, nor another endpoint, replaces `provider`: it is
 * known by the cluster's ARN. An unreachable API never makes Pulumi forget what runs there, so deploy from where it is reached: the VPC, or a tunnel into it (docs/deploying.md).
 * Add-on versions are AWS's default for the Kubernetes version, asked for at each update; `addOnVersions` pins them.
 *
 * Alarms: server errors of the API, pods without a node, failed nodes. Cost, us-east-1: 73 USD a month for the control plane, three m7g.large with 50 GiB about 190 USD, logs and
 * Container Insights by use. Data loss: deleting the cluster deletes what Kubernetes keeps (in production protected); data belongs in databases.
 */
export class KubernetesCluster extends Component implements KubernetesClusterLike {
  readonly clusterName: string;
  /** Known before the cluster exists. */
  readonly arn: pulumi.Output<string>;
  /** URL of the Kubernetes API. */
  readonly endpoint: pulumi.Output<string>;
  readonly version: KubernetesVersion;
  /** The nodes', and of pods without a security group of their own. */
  readonly connections: Connections;
  /** The Kubernetes API: default port 443. */
  readonly controlPlane: ControlPlane;
  readonly nodes: {
    readonly cluster: aws.eks.Cluster;
    readonly nodeGroups: Readonly<Record<string, NodeGroupNodes>>;
    /** By the add-on's name, e.g. `vpc-cni`. */
    readonly addOns: Readonly<Record<string, aws.eks.Addon>>;
    readonly logGroup: aws.cloudwatch.LogGroup;
    readonly nodeRole: aws.iam.Role;
    readonly clusterRole: aws.iam.Role;
    readonly nodeSecurityGroup: aws.ec2.SecurityGroup;
  };
  private readonly args: KubernetesClusterArgs;
  private readonly identities = new Set(OWN_ROLES);
  private readonly access: ClusterAccess;
  private ownProvider: Provider | undefined;

  constructor(name: string, args: KubernetesClusterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:kubernetes:KubernetesCluster", name, args, opts);
    this.args = args;
    this.version = args.version ?? NEWEST_KUBERNETES;
    this.validate();
    this.clusterName = this.physicalName("eksCluster");
    this.arn = this.arnOf("eks", `cluster/${this.clusterName}`);

    const logs = this.createLogGroup("logs", `/aws/eks/${this.clusterName}/cluster`);
    const insights = this.createInsightsLogGroups();
    const forControlPlane = controlPlaneRole(this, this.arn, args.transform?.role);
    this.controlPlane = this.createControlPlane();
    const cluster = this.createCluster(forControlPlane.role, [logs, ...forControlPlane.policies]);
    const nodeSecurityGroup = this.createNodeSecurityGroup();
    this.connections = new Connections(this, nodeSecurityGroup);
    const rules = this.openNetwork();
    const forNodes = nodeRole(this, args.transform?.role);
    const early = this.createEarlyAddOns(cluster);
    const nodeGroups = this.createNodeGroups(cluster, forNodes.role, nodeSecurityGroup, [
      ...rules,
      ...forNodes.policies,
      ...Object.values(early),
    ]);
    const late = this.createLateAddOns(cluster, nodeGroups, insights);
    this.access = this.createAccess(cluster);
    for (const [suffix, rule] of Object.entries(clusterAlarms(this.clusterName))) this.alarm(suffix, rule);

    this.endpoint = cluster.endpoint;
    const addOns = { ...early, ...late };
    this.nodes = {
      cluster,
      nodeGroups,
      addOns,
      logGroup: logs,
      nodeRole: forNodes.role,
      clusterRole: forControlPlane.role,
      nodeSecurityGroup,
    };
    if (Object.keys(args.deployers ?? {}).length > 0) createDeployerRole(this, this.provider);
    this.registerOutputs({ clusterName: this.clusterName, arn: this.arn, endpoint: this.endpoint });
  }

  /**
   * Makes Kubernetes resources in this cluster, with the credentials of whoever runs the update. It appears when it is first asked for: a program that makes no
   * Kubernetes resources needs no access to the API.
   */
  get provider(): pulumi.ProviderResource {
    this.ownProvider ??= this.createProvider();
    return this.ownProvider;
  }

  /** A role for the pods of one service account. Pods that start before the role is theirs have none: make the deployment depend on it. */
  podIdentity(key: string, subject: PodSubject): Grantee & { readonly association: aws.eks.PodIdentityAssociation } {
    this.check.that(
      !this.identities.has(key),
      "podIdentity key",
      key,
      `Give each pod identity a key of its own, and none of: ${OWN_ROLES.join(", ")}.`,
    );
    this.identities.add(key);
    const role = podRole(this, key, this.arn, subject, this.args.transform?.role);
    const association = podIdentityAssociation(this, key, this.nodes.cluster, subject, role);
    return { grantName: `${this.identity}-${key}`, role, association };
  }

  /** Registers every node, present and future, with a load balancer's target group, whose port is a service's node port. */
  attachNodes(key: string, targetGroupArn: pulumi.Input<string>): aws.autoscaling.Attachment[] {
    return Object.entries(this.nodes.nodeGroups).map(
      ([group, { nodeGroup }]) =>
        new aws.autoscaling.Attachment(
          this.childName(`${key}-${group}-targets`),
          { autoscalingGroupName: autoScalingGroupOf(nodeGroup), lbTargetGroupArn: targetGroupArn },
          this.childOptions(),
        ),
    );
  }

  private validate(): void {
    const { key, logKey, nodes, vpc, publicAccessCidrs, addOnVersions = {} } = this.args;
    const { region } = this.context;
    this.check.oneOf("version", this.version, KUBERNETES_VERSIONS);
    key.requireFor(this.check, region, logKey ? ["autoscaling"] : ["autoscaling", "logs"]);
    logKey?.requireFor(this.check, region, ["logs"], "logKey");
    this.check.atLeast("vpc.zones", vpc.zones, 2, "zones, which EKS's control plane needs");
    checkNodeGroups(this.check, this.name, nodes, this.production);
    this.checkPrincipals();
    for (const addOn of Object.keys(addOnVersions)) this.check.oneOf<string>("addOnVersions", addOn, ADD_ONS);
    if (publicAccessCidrs === undefined) return;
    this.check.atLeast(
      "publicAccessCidrs",
      publicAccessCidrs,
      1,
      "range, or leave it out to close the public endpoint",
    );
    for (const cidr of publicAccessCidrs)
      this.check.matches(
        "publicAccessCidrs",
        cidr,
        PUBLIC_CIDR,
        "Give an IPv4 range of /8 or smaller, e.g. 203.0.113.0/24.",
      );
  }

  private checkPrincipals(): void {
    const { admins = {}, deployers = {} } = this.args;
    const arns: string[] = [];
    for (const [argument, roles] of Object.entries({ admins, deployers })) {
      for (const [key, arn] of Object.entries(roles)) {
        this.check.matches(argument, key, /^[A-Za-z][\w-]*$/, "Name the entry with letters, digits and hyphens.");
        if (typeof arn !== "string") continue;
        this.check.matches(
          `${argument}.${key}`,
          arn,
          /^arn:[^:]+:iam::\d{12}:role\/.+$/,
          "Give the ARN of an IAM role, arn:aws:iam::<account>:role/<name>, not of a session that has taken it.",
        );
        arns.push(arn);
      }
    }
    this.check.unique("admins and deployers", arns);
  }

  private createLogGroup(suffix: string, name: string): aws.cloudwatch.LogGroup {
    const { key, logKey = key, logRetentionInDays, transform } = this.args;
    return logGroup(this, suffix, {
      name,
      keyArn: logKey.arn,
      retentionInDays: logRetentionInDays,
      transform: transform?.logGroup,
    });
  }

  private get insightsPrefix(): string {
    return `/aws/containerinsights/${this.clusterName}`;
  }

  /** The agents would make them without key, and keep them for ever. */
  private createInsightsLogGroups(): aws.cloudwatch.LogGroup[] {
    return INSIGHTS_LOGS.map((kind) => this.createLogGroup(`${kind}-logs`, `${this.insightsPrefix}/${kind}`));
  }

  private createControlPlane(): ControlPlane {
    const { vpc, transform } = this.args;
    return new ControlPlane(
      this.childName("api"),
      { vpc, cluster: this.identity, transform: transform?.controlPlaneSecurityGroup },
      { parent: this },
    );
  }

  private createCluster(role: aws.iam.Role, dependsOn: pulumi.Resource[]): aws.eks.Cluster {
    const { key, vpc, publicAccessCidrs, transform } = this.args;
    return new aws.eks.Cluster(
      this.childName("cluster"),
      {
        name: this.clusterName,
        version: this.version,
        roleArn: role.arn,
        accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
        bootstrapSelfManagedAddons: false,
        vpcConfig: {
          subnetIds: [...vpc.privateSubnetIds],
          securityGroupIds: [this.controlPlane.connections.securityGroupId],
          endpointPrivateAccess: true,
          endpointPublicAccess: publicAccessCidrs !== undefined,
          publicAccessCidrs: publicAccessCidrs && [...publicAccessCidrs],
        },
        encryptionConfig: { resources: ["secrets"], provider: { keyArn: key.arn } },
        enabledClusterLogTypes: CONTROL_PLANE_LOGS,
        upgradePolicy: { supportType: "STANDARD" },
        zonalShiftConfig: { enabled: true },
        deletionProtection: this.production,
      },
      // Its name is fixed, so a second one can not stand beside it.
      this.statefulOptions({ dependsOn, deleteBeforeReplace: true }, transform?.cluster),
    );
  }

  private createNodeSecurityGroup(): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: this.args.vpc.vpcId, description: `Nodes of ${this.identity}` },
      this.childOptions({}, this.args.transform?.nodeSecurityGroup),
    );
  }

  /** https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html, port by port. */
  private openNetwork(): pulumi.Resource[] {
    const { runtimeMonitoring = false, vpc } = this.args;
    const { connections, controlPlane } = this;
    return [
      // The whole range: GuardDuty chooses the addresses of its endpoint.
      ...(runtimeMonitoring ? connections.allowToCidr("guardduty", vpc.cidr, tcp(443)) : []),
      ...connections.allowTo(controlPlane),
      ...[KUBELET, METRICS_SERVER, CLOUDWATCH_WEBHOOK].flatMap((port) => connections.allowFrom(controlPlane, port)),
      // The metrics server asks every node's kubelet.
      ...[KUBELET, ...DNS].flatMap((port) => connections.allowInternally(port)),
      ...connections.allowTo(vpc.endpointConnections),
      ...connections.allowToPrefixList("s3", vpc.s3PrefixListId, tcp(443)),
    ];
  }

  private createEarlyAddOns(cluster: aws.eks.Cluster): Record<string, aws.eks.Addon> {
    const role = podRole(this, "vpc-cni", this.arn, CNI_SUBJECT, this.args.transform?.role);
    const policies = attachPolicies(this, "vpc-cni", role, ["AmazonEKS_CNI_Policy"]);
    return this.createAddOns(cluster, BEFORE_NODES, policies, { "vpc-cni": { role, subject: CNI_SUBJECT } });
  }

  private createLateAddOns(
    cluster: aws.eks.Cluster,
    nodeGroups: Readonly<Record<string, NodeGroupNodes>>,
    insights: readonly aws.cloudwatch.LogGroup[],
  ): Record<string, aws.eks.Addon> {
    const role = podRole(this, "cloudwatch", this.arn, CLOUDWATCH_SUBJECT, this.args.transform?.role);
    const policy = inlinePolicy(this, "cloudwatch", role, cloudWatchStatements(this, this.insightsPrefix));
    const late = ADD_ONS.filter((addOn) => !BEFORE_NODES.includes(addOn));
    const ready = [policy, ...insights, ...Object.values(nodeGroups).map(({ nodeGroup }) => nodeGroup)];
    return this.createAddOns(cluster, late, ready, {
      "amazon-cloudwatch-observability": { role, subject: CLOUDWATCH_SUBJECT },
    });
  }

  private createAddOns(
    cluster: aws.eks.Cluster,
    addOns: readonly AddOn[],
    dependsOn: readonly pulumi.Resource[],
    identities: Partial<Record<AddOn, { role: aws.iam.Role; subject: PodSubject }>>,
  ): Record<string, aws.eks.Addon> {
    const { version } = this;
    const pinned = this.args.addOnVersions ?? {};
    return Object.fromEntries(
      addOns.map((addOn) => [
        addOn,
        createAddOn(this, addOn, { cluster, version, pinned, identity: identities[addOn], dependsOn }),
      ]),
    );
  }

  private createNodeGroups(
    cluster: aws.eks.Cluster,
    role: aws.iam.Role,
    securityGroup: aws.ec2.SecurityGroup,
    dependsOn: readonly pulumi.Resource[],
  ): Record<string, NodeGroupNodes> {
    const { key, nodes, transform, vpc } = this.args;
    const options = { cluster, version: this.version, vpc, role, securityGroup, key, dependsOn, transform };
    return Object.fromEntries(
      Object.entries(nodes).map(([name, group]) => {
        const made = createNodeGroup(this, name, group, options);
        scaleNodes(this, name, this.clusterName, made.nodeGroup);
        return [name, made];
      }),
    );
  }

  private createAccess(cluster: aws.eks.Cluster): ClusterAccess {
    const { admins = {}, deployers = {} } = this.args;
    const access = new ClusterAccess(this, cluster);
    for (const [key, arn] of Object.entries(admins)) access.admin(key, arn);
    for (const [key, arn] of Object.entries(deployers)) access.deployer(key, arn);
    return access;
  }

  private createProvider(): Provider {
    const { cluster, nodeGroups, addOns } = this.nodes;
    return new Provider(
      this.childName("kubernetes"),
      {
        kubeconfig: kubeconfig({
          clusterName: this.clusterName,
          region: this.context.region,
          endpoint: cluster.endpoint,
          certificateAuthority: cluster.certificateAuthority.data,
        }),
        // Known, and the same for as long as the cluster is: without it another endpoint or certificate would make all that runs there anew.
        clusterIdentifier: this.arn,
        enableServerSideApply: true,
        // An API that is not reached for a while has lost nothing.
        deleteUnreachable: false,
      },
      {
        parent: this,
        // What is made with it needs nodes to run on and DNS, and whoever makes it access.
        dependsOn: [
          ...this.access.resources,
          ...Object.values(nodeGroups).map(({ nodeGroup }) => nodeGroup),
          ...Object.values(addOns),
        ],
      },
    );
  }
}
