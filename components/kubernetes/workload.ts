import { createHash } from "node:crypto";
import * as aws from "@pulumi/aws";
import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as core from "@pulumi/kubernetes/core/v1";
import type * as networking from "@pulumi/kubernetes/networking/v1";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { checkImage, type ContainerImageSource, imageUri } from "../compute/image";
import { plainVariables } from "../compute/task-containers";
import {
  type ArgumentCheck,
  Component,
  type ComponentArgs,
  type Grantee,
  policyDocument,
  type Transform,
} from "../core";
import { Connections, type Port, type SecurityGroupRule, tcp } from "../network/connections";
import type { NetworkLike } from "../network/network-like";
import type { KubernetesClusterLike, PodIdentity } from "./cluster-like";
import {
  checkSecretFiles,
  secretFileStatements,
  type SecretFiles,
  secretObjects,
  SECRETS_FOLDER,
} from "./mounted-secrets";
import type { Namespace } from "./namespace";
import { APP, PodConnections } from "./pod-connections";

/** What runs in pods. */
export interface WorkloadArgs extends ComponentArgs {
  cluster: KubernetesClusterLike;
  /** Where the cluster's nodes stand. Its interface endpoints are the way to AWS. */
  vpc: NetworkLike;
  namespace: Namespace;
  /** Image with a digest or an immutable tag, in a registry that the nodes reach. */
  image: ContainerImageSource;
  /** What the image is built for; a node group must have it. Default `arm64`. */
  architecture?: "arm64" | "amd64";
  /** Replaces the image's entry point. */
  command?: readonly string[];
  /** Environment variables with plain settings. A Pulumi secret among them is an error: whoever may read pods may read them. */
  variables?: Readonly<Record<string, pulumi.Input<string>>>;
  /**
   * File -> secret that stands in it, in the folder that the environment variable SECRETS_FOLDER names. The Secrets Store CSI driver reads it by the pods' own role when they start and keeps it in the
   * node's memory; Kubernetes never stores it. Default: none.
   */
  secrets?: SecretFiles;
  /** MiB that it may write to /tmp, the one folder that it can write to. Default 64. */
  scratchMiB?: number;
  /** Seconds from SIGTERM to SIGKILL, 1-600. Default 30. */
  stopTimeoutSeconds?: number;
}

/** What a container asks for, and gets. */
export interface WorkloadSize {
  /** Thousandths of a vCPU that are kept free for it. It may use more where a node has more. */
  readonly cpuMillis: number;
  /** What it is given and what it is ended above: a node never runs out because one uses more than it asked for. */
  readonly memoryMiB: number;
}

export interface WorkloadNodes {
  readonly serviceAccount: core.ServiceAccount;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly securityGroupPolicy: CustomResource;
  readonly secretProviderClass?: CustomResource;
  readonly networkPolicy: networking.NetworkPolicy;
}

/** What a kind of workload tells of itself. */
interface WorkloadKind {
  /** Where its pods listen. */
  readonly port?: number;
  /** Port of the nodes that leads there. */
  readonly nodePort?: number;
  /** Characters that the name of its objects may have. */
  readonly longestName: number;
  /** Secrets that it mounts beside those of its arguments. */
  readonly files?: SecretFiles;
}

interface PodOptions {
  readonly size: WorkloadSize;
  readonly container?: Partial<input.core.v1.Container>;
  readonly pod?: Partial<input.core.v1.PodSpec>;
  readonly variables?: Readonly<Record<string, string>>;
  /** Seconds that a pod runs on after it has left the service, within its time to stop. */
  readonly drainSeconds?: number;
}

/** User and group of every container. */
const USER = 10_001;
/** What its log may take of the node's disk beside /tmp: the kubelet keeps five files of 10 MiB. */
const LOG_MIB = 64;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A service's name, which is a label of DNS that begins with a letter. */
const NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const DNS: readonly Port[] = [tcp(53), { protocol: "udp", from: 53, to: 53 }];

/** Pods with one role, one security group and one set of network policies of their own. What both {@link Microservice} and {@link PollingJob} are. */
export abstract class Workload<Args extends WorkloadArgs> extends Component implements Grantee {
  readonly grantName: string;
  /** Name of all its objects in the namespace, and value of the label `app.kubernetes.io/name` of its pods. */
  readonly app: string;
  /** The pods' role, by EKS Pod Identity. */
  readonly role: aws.iam.Role;
  readonly connections: PodConnections;
  protected readonly namespace: Namespace;
  protected readonly cluster: KubernetesClusterLike;
  protected readonly workloadNodes: WorkloadNodes;
  /** What must stand before the first pod starts. */
  protected readonly before: readonly pulumi.Resource[];
  protected readonly args: Args;
  private readonly secrets: SecretFiles;

  protected constructor(
    type: `palisade:kubernetes:${string}`,
    name: string,
    args: Args,
    { port, nodePort, longestName, files = {} }: WorkloadKind,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(type, name, args, opts);
    this.args = args;
    this.secrets = { ...files, ...args.secrets };
    this.cluster = args.cluster;
    this.namespace = args.namespace;
    this.grantName = this.identity;
    this.app = this.identity.toLowerCase();
    this.validateWorkload(longestName, files);
    this.validate();

    const serviceAccount = this.createServiceAccount();
    const identity = this.createIdentity();
    this.role = identity.role;
    const securityGroup = this.createSecurityGroup();
    const pods = { namespace: args.namespace, app: this.app, vpcCidr: args.vpc.cidr };
    this.connections = new PodConnections(this, securityGroup, pods, port === undefined ? undefined : tcp(port));
    const networkPolicy = this.connections.close(port === undefined || nodePort === undefined ? undefined : tcp(port));
    const rules = [
      ...this.connectToNodes(securityGroup, port),
      ...this.connections.allowTo(args.vpc.endpointConnections),
    ];
    const securityGroupPolicy = this.createSecurityGroupPolicy(securityGroup);
    const { secretProviderClass, policies } = this.createSecrets();

    this.workloadNodes = { serviceAccount, securityGroup, securityGroupPolicy, secretProviderClass, networkPolicy };
    this.before = [
      serviceAccount,
      identity.association,
      securityGroupPolicy,
      networkPolicy,
      ...rules,
      ...(secretProviderClass ? [secretProviderClass] : []),
      ...policies,
    ];
  }

  /** Checks what the kind of workload adds to its arguments, before anything is made. */
  protected abstract validate(): void;

  protected objectMeta(): input.meta.v1.ObjectMeta {
    return { name: this.app, namespace: this.namespace.ready, labels: this.labels };
  }

  protected get labels(): Record<string, string> {
    return { [APP]: this.app };
  }

  /** Options of an object in the cluster. */
  protected objectOptions<Args>(
    options: pulumi.CustomResourceOptions = {},
    transform?: Transform<Args>,
  ): pulumi.CustomResourceOptions {
    return this.childOptions({ ...options, provider: this.cluster.provider }, transform);
  }

  protected checkSize({ cpuMillis, memoryMiB }: WorkloadSize): void {
    this.check.integer("cpuMillis", cpuMillis, 10, 192_000, "of thousandths of a vCPU");
    this.check.integer("memoryMiB", memoryMiB, 16, 1_572_864, "of MiB");
  }

  /** The pods: what Kubernetes' `restricted` standard asks for, a root that nobody can write to, and nothing of the cluster's API. */
  protected podTemplate(options: PodOptions): input.core.v1.PodTemplateSpec {
    const {
      architecture = "arm64",
      scratchMiB = 64,
      stopTimeoutSeconds = 30,
      command,
      variables: plain = {},
    } = this.args;
    const { size, container, pod, variables = {}, drainSeconds = 0 } = options;
    const mounted = Object.keys(this.secrets).length > 0;
    const environment = {
      ...(mounted ? { SECRETS_FOLDER } : {}),
      ...variables,
      ...plainVariables(this.check, plain),
    };
    const disk = `${scratchMiB + LOG_MIB}Mi`;
    return {
      metadata: { labels: this.labels, annotations: this.annotations() },
      spec: {
        serviceAccountName: this.app,
        // The role's token comes by a volume of its own.
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        nodeSelector: { "kubernetes.io/arch": architecture },
        terminationGracePeriodSeconds: drainSeconds + stopTimeoutSeconds,
        securityContext: {
          runAsNonRoot: true,
          runAsUser: USER,
          runAsGroup: USER,
          fsGroup: USER,
          seccompProfile: { type: "RuntimeDefault" },
        },
        containers: [
          {
            name: this.app,
            image: imageUri(this.args.image),
            imagePullPolicy: "IfNotPresent",
            ...(command === undefined ? {} : { command: [...command] }),
            env: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
            resources: {
              requests: {
                cpu: `${size.cpuMillis}m`,
                memory: `${size.memoryMiB}Mi`,
                "ephemeral-storage": disk,
              },
              // No limit of the processor: it would slow a request down where the node has time to spare.
              limits: { memory: `${size.memoryMiB}Mi`, "ephemeral-storage": disk },
            },
            securityContext: {
              allowPrivilegeEscalation: false,
              readOnlyRootFilesystem: true,
              capabilities: { drop: ["ALL"] },
            },
            volumeMounts: [
              { name: "tmp", mountPath: "/tmp" },
              ...(mounted ? [{ name: "secrets", mountPath: SECRETS_FOLDER, readOnly: true }] : []),
            ],
            ...container,
          },
        ],
        volumes: [
          { name: "tmp", emptyDir: { sizeLimit: `${scratchMiB}Mi` } },
          ...(mounted ? [this.secretsVolume()] : []),
        ],
        ...pod,
      },
    };
  }

  /** What a pod takes when it starts and does not see changed later: another one has to start. */
  private annotations(): Record<string, pulumi.Input<string>> {
    const secrets = Object.keys(this.secrets).length > 0;
    return {
      "palisade/security-group": this.connections.securityGroupId,
      ...(secrets ? { "palisade/secrets": secretObjects(this.secrets).apply(digest) } : {}),
    };
  }

  private secretsVolume(): input.core.v1.Volume {
    return {
      name: "secrets",
      csi: {
        driver: "secrets-store.csi.k8s.io",
        readOnly: true,
        volumeAttributes: { secretProviderClass: this.app },
      },
    };
  }

  private validateWorkload(longestName: number, files: SecretFiles): void {
    const args: WorkloadArgs = this.args;
    const check: ArgumentCheck = this.check;
    check.that(
      NAME.test(this.app) && this.app.length <= longestName,
      "name",
      this.app,
      `It names objects in the cluster: give at most ${longestName} letters, digits and hyphens, the last no hyphen.`,
    );
    check.that(
      args.namespace.cluster === args.cluster,
      "namespace",
      args.namespace.name,
      "It is in another cluster; give one of this cluster.",
    );
    checkImage(check, "image", args.image);
    check.oneOf("architecture", args.architecture ?? "arm64", ["arm64", "amd64"]);
    for (const variable of Object.keys(args.variables ?? {})) {
      check.matches(
        "variables",
        variable,
        VARIABLE,
        "Use letters, digits and underscores, not beginning with a digit.",
      );
    }
    for (const file of Object.keys(files)) {
      check.that(
        args.secrets?.[file] === undefined,
        "secrets",
        file,
        "The workload has a file of that name; give another.",
      );
    }
    checkSecretFiles(check, this.secrets);
    check.integer("scratchMiB", args.scratchMiB ?? 64, 1, 102_400, "of MiB");
    check.integer("stopTimeoutSeconds", args.stopTimeoutSeconds ?? 30, 1, 600, "of seconds");
  }

  private createServiceAccount(): core.ServiceAccount {
    return new core.ServiceAccount(
      this.childName("service-account"),
      { metadata: this.objectMeta(), automountServiceAccountToken: false },
      this.objectOptions(),
    );
  }

  private createIdentity(): PodIdentity {
    const { namespaceName } = this.namespace;
    return this.cluster.podIdentity(this.identity, { namespace: namespaceName, serviceAccount: this.app });
  }

  private createSecurityGroup(): aws.ec2.SecurityGroup {
    return new aws.ec2.SecurityGroup(
      this.childName("sg"),
      { vpcId: this.args.vpc.vpcId, description: `Pods of ${this.identity}` },
      this.childOptions(),
    );
  }

  /**
   * Names by the cluster's DNS, and the kubelet's probes (https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html). In the security groups alone: the
   * network policy for names is written already, and Kubernetes lets a pod's own node through all of them.
   */
  private connectToNodes(securityGroup: aws.ec2.SecurityGroup, port: number | undefined): SecurityGroupRule[] {
    const groups = new Connections(this, securityGroup);
    return [
      ...DNS.flatMap((dns) => groups.allowTo(this.cluster, dns)),
      ...(port === undefined ? [] : groups.allowFrom(this.cluster, tcp(port))),
    ];
  }

  private createSecurityGroupPolicy(securityGroup: aws.ec2.SecurityGroup): CustomResource {
    return new CustomResource(
      this.childName("security-group"),
      {
        apiVersion: "vpcresources.k8s.aws/v1beta1",
        kind: "SecurityGroupPolicy",
        metadata: this.objectMeta(),
        spec: { podSelector: { matchLabels: this.labels }, securityGroups: { groupIds: [securityGroup.id] } },
      },
      this.objectOptions(),
    );
  }

  private createSecrets(): { secretProviderClass?: CustomResource; policies: pulumi.Resource[] } {
    if (Object.keys(this.secrets).length === 0) return { policies: [] };
    const policy = new aws.iam.RolePolicy(
      this.childName("secrets-policy"),
      { role: this.role.name, policy: policyDocument(secretFileStatements(this.secrets)) },
      this.childOptions(),
    );
    const secretProviderClass = new CustomResource(
      this.childName("secrets"),
      {
        apiVersion: "secrets-store.csi.x-k8s.io/v1",
        kind: "SecretProviderClass",
        metadata: this.objectMeta(),
        spec: {
          provider: "aws",
          parameters: {
            region: this.context.region,
            usePodIdentity: "true",
            objects: secretObjects(this.secrets),
          },
        },
      },
      this.objectOptions(),
    );
    return { secretProviderClass, policies: [policy] };
  }
}

const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
