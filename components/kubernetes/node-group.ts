import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck, Component, Transform } from "../core";
import type { NetworkLike } from "../network/network-like";
import type { Key } from "../security/key";
import type { KubernetesVersion } from "./kubernetes-version";

/** Machines of one kind. */
export interface NodeGroup {
  /**
   * EC2 types, the preferred one first, all of one architecture: c, m or r types of the fifth generation or later, which give pods network interfaces of their
   * own (https://docs.aws.amazon.com/eks/latest/userguide/security-groups-for-pods.html). Another choice replaces the group.
   */
  instanceTypes: readonly string[];
  /**
   * Fewest nodes, 1-450; two or more in production. They are spread over all zones. EKS refuses a minimum above the number that runs, which is not set here: to
   * raise it, let as many run first (`aws eks update-nodegroup-config --scaling-config desiredSize=...`).
   */
  min: number;
  /** Most nodes, up to 450. */
  max: number;
  /** GiB of the volume with images, logs and what pods write, 20-16384. Default 50. */
  diskGiB?: number;
  /**
   * Release of Bottlerocket, e.g. `1.58.0-0a1b2c3d`. Default: the newest one at the group's creation and at each change of the cluster's version. The newest:
   * `aws ssm get-parameter --name /aws/service/bottlerocket/aws-k8s-1.36/arm64/latest/image_version`.
   */
  release?: string;
  /** Labels of its nodes in Kubernetes, for pods' node selectors. Default: those that EKS gives them. */
  labels?: Readonly<Record<string, string>>;
}

export interface NodeGroupNodes {
  readonly launchTemplate: aws.ec2.LaunchTemplate;
  readonly nodeGroup: aws.eks.NodeGroup;
}

interface NodeGroupOptions {
  readonly cluster: aws.eks.Cluster;
  readonly version: KubernetesVersion;
  readonly vpc: NetworkLike;
  readonly role: aws.iam.Role;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly key: Key;
  readonly dependsOn: readonly pulumi.Resource[];
  readonly transform?: {
    readonly launchTemplate?: Transform<aws.ec2.LaunchTemplateArgs>;
    readonly nodeGroup?: Transform<aws.eks.NodeGroupArgs>;
  };
}

/** Nitro machines with trunk interfaces; the small and burstable families have none. */
const WITH_TRUNK = /^[cmr]([5-9]|[1-9]\d)[a-z]*\.[a-z0-9-]+$/;
const GRAVITON = /^[cmr]\d+g/;
const MOST_NODES = 450;
/** EKS takes 63 characters; Pulumi adds a hyphen and seven of its own, so that a group can be replaced by another. */
const LONGEST_NAME = 55;

export function checkNodeGroups(
  check: ArgumentCheck,
  cluster: string,
  groups: Readonly<Record<string, NodeGroup>>,
  production: boolean,
): void {
  check.atLeast("nodes", groups, 1, "group of nodes");
  for (const [key, { instanceTypes, min, max, diskGiB = 50 }] of Object.entries(groups)) {
    const path = `nodes.${key}`;
    check.matches(path, key, /^[a-z][a-z0-9-]{0,30}$/, "Name the group with lower-case letters, digits and hyphens.");
    const name = `${cluster}-${key}`;
    check.that(
      name.length <= LONGEST_NAME,
      path,
      name,
      `EKS names the group by it: at most ${LONGEST_NAME} characters; give the cluster or the group a shorter name.`,
    );
    check.atLeast(`${path}.instanceTypes`, instanceTypes, 1, "instance type");
    for (const type of instanceTypes) {
      check.matches(
        `${path}.instanceTypes`,
        type,
        WITH_TRUNK,
        "Pods have network interfaces of their own, for which EC2 needs a type of the c, m or r families, fifth generation or later, e.g. m7g.large.",
      );
    }
    check.that(
      new Set(instanceTypes.map((type) => GRAVITON.test(type))).size === 1,
      `${path}.instanceTypes`,
      instanceTypes,
      "One group has one machine image: keep Graviton types (m7g) and others (m7i) in groups of their own.",
    );
    check.integer(`${path}.min`, min, production ? 2 : 1, MOST_NODES, "of nodes");
    check.integer(`${path}.max`, max, min, MOST_NODES, "of nodes");
    check.integer(`${path}.diskGiB`, diskGiB, 20, 16_384, "of GiB");
  }
}

/** A managed node group over the private subnets of all zones, launched from a template of its own. */
export function createNodeGroup(
  owner: Component,
  key: string,
  group: NodeGroup,
  options: NodeGroupOptions,
): NodeGroupNodes {
  const { cluster, version, vpc, role, dependsOn, transform } = options;
  const launchTemplate = createLaunchTemplate(owner, key, group, options);
  const nodeGroup = new aws.eks.NodeGroup(
    owner.childName(key),
    {
      clusterName: cluster.name,
      nodeRoleArn: role.arn,
      subnetIds: [...vpc.privateSubnetIds],
      version,
      releaseVersion: group.release,
      amiType: isGraviton(group) ? "BOTTLEROCKET_ARM_64" : "BOTTLEROCKET_x86_64",
      capacityType: "ON_DEMAND",
      instanceTypes: [...group.instanceTypes],
      // Named by its number: who may also say which version is the default could hand its nodes any start script.
      launchTemplate: { id: launchTemplate.id, version: launchTemplate.latestVersion.apply(String) },
      scalingConfig: { minSize: group.min, maxSize: group.max, desiredSize: group.min },
      // At most a zone's share at a time.
      updateConfig: { maxUnavailablePercentage: Math.floor(100 / vpc.zones.length) },
      nodeRepairConfig: { enabled: true },
      labels: group.labels && { ...group.labels },
    },
    // How many there are is for scaling to say.
    owner.childOptions(
      { ignoreChanges: ["scalingConfig.desiredSize"], dependsOn: [...dependsOn] },
      transform?.nodeGroup,
    ),
  );
  return { launchTemplate, nodeGroup };
}

const isGraviton = ({ instanceTypes }: NodeGroup): boolean => instanceTypes.every((type) => GRAVITON.test(type));

function createLaunchTemplate(
  owner: Component,
  key: string,
  group: NodeGroup,
  options: NodeGroupOptions,
): aws.ec2.LaunchTemplate {
  const { environment, dataClass, owner: team, tags } = owner.context;
  const inherited = {
    "palisade:component": "kubernetes/KubernetesCluster",
    "palisade:environment": environment,
    "palisade:data-class": dataClass,
    owner: team,
    ...tags,
    Name: owner.childName(key),
  };
  const volume = (deviceName: string, volumeSize?: number) => ({
    deviceName,
    ebs: {
      volumeType: "gp3",
      volumeSize,
      encrypted: "true",
      kmsKeyId: options.key.arn,
      deleteOnTermination: "true",
    },
  });
  return new aws.ec2.LaunchTemplate(
    owner.childName(`${key}-template`),
    {
      description: `Nodes ${key} of ${owner.identity}`,
      // One hop: pods have roles of their own and must not get at the node's.
      metadataOptions: {
        httpEndpoint: "enabled",
        httpTokens: "required",
        httpPutResponseHopLimit: 1,
        instanceMetadataTags: "disabled",
      },
      // Bottlerocket's system is on the first, which the image sizes; all else is on the second.
      blockDeviceMappings: [volume("/dev/xvda"), volume("/dev/xvdb", group.diskGiB ?? 50)],
      vpcSecurityGroupIds: [options.securityGroup.id],
      monitoring: { enabled: true },
      // EC2 does not pass a template's own tags on.
      tagSpecifications: ["instance", "volume", "network-interface"].map((resourceType) => ({
        resourceType,
        tags: inherited,
      })),
      userData: Buffer.from(BOTTLEROCKET_SETTINGS).toString("base64"),
    },
    owner.childOptions({}, options.transform?.launchTemplate),
  );
}

/**
 * Bottlerocket's settings beside those that EKS adds (https://bottlerocket.dev/en/os/latest/api/settings/): Systems Manager's agent in its container, no
 * container that could do more, and seccomp's default profile for every container that names none.
 */
const BOTTLEROCKET_SETTINGS = `[settings.host-containers.admin]
enabled = false

[settings.host-containers.control]
enabled = true

[settings.kubernetes]
seccomp-default = true
`;
