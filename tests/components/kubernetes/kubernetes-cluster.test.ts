import assert from "node:assert/strict";
import { ResourceGraph } from "../../../analysis/graph";
import { KubernetesCluster, type KubernetesClusterArgs } from "../../../components/kubernetes/kubernetes-cluster";
import { KUBERNETES_VERSIONS, STANDARD_SUPPORT_ENDS } from "../../../components/kubernetes/kubernetes-version";
import { Vpc } from "../../../components/network/vpc";
import { Key } from "../../../components/security/key";
import { packs } from "../../../policies/packs";
import { AS_OF, isInStandardSupport } from "../../../policies/pci-dss/eks-versions";
import { evaluate, type Finding } from "../../../policies/rule";
import type { Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { TestNetwork } from "../../support/fixtures";
import { keyErrors } from "../../support/key-errors";
import { ADMIN, DEPLOYER, testKubernetesCluster } from "../../support/kubernetes";
import { named, ofType, recordProgram, statements } from "../../support/record";

const TARGETS = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/test-users/0a1b2c3d4e5f6071";
const TOPICS = {
  critical: "arn:aws:sns:eu-west-1:123456789012:critical",
  warning: "arn:aws:sns:eu-west-1:123456789012:warning",
};
const SUBJECT = { namespace: "rewards", serviceAccount: "onboarding" };

const nodes = (group: Partial<KubernetesClusterArgs["nodes"][string]>): KubernetesClusterArgs["nodes"] => ({
  general: { instanceTypes: ["m7g.large"], min: 3, max: 9, ...group },
});

const recorded = (args: Partial<KubernetesClusterArgs> = {}, use: (cluster: KubernetesCluster) => unknown = () => {}) =>
  recordProgram(() => void use(testKubernetesCluster("k", args)));

const cluster = (recording: Recording) => named(recording, "k-cluster").inputs;

describe("KubernetesCluster", () => {
  componentContract("kubernetes", "KubernetesCluster", {
    minimal: (name, opts) => testKubernetesCluster(name, {}, opts),
    complete: (name, opts) => {
      const made = new KubernetesCluster(
        name,
        {
          vpc: new TestNetwork(`${name}-vpc`, opts),
          key: new Key(`${name}-key`, { description: "Cluster", services: ["autoscaling"] }, opts),
          logKey: new Key(`${name}-log-key`, { description: "Logs", services: ["logs"] }, opts),
          version: "1.35",
          nodes: {
            general: {
              instanceTypes: ["m7g.large", "m6g.large"],
              min: 1,
              max: 4,
              diskGiB: 80,
              release: "1.58.0-0a1b2c3d",
              labels: { pool: "general" },
            },
            memory: { instanceTypes: ["r7i.xlarge"], min: 1, max: 2 },
          },
          admins: { platform: ADMIN },
          deployers: { pipeline: DEPLOYER },
          publicAccessCidrs: ["203.0.113.0/24"],
          runtimeMonitoring: true,
          addOnVersions: { coredns: "v1.13.2-eksbuild.3" },
          logRetentionInDays: 90,
          environment: "development",
          tags: { team: "rewards" },
          transform: {
            cluster: { forceUpdateVersion: true },
            controlPlaneSecurityGroup: { tags: { side: "control" } },
            nodeSecurityGroup: { tags: { side: "nodes" } },
            launchTemplate: { ebsOptimized: "true" },
            nodeGroup: { forceUpdateVersion: true },
            role: { maxSessionDuration: 7200 },
            logGroup: { logGroupClass: "STANDARD" },
          },
        },
        opts,
      );
      made.podIdentity("onboarding", SUBJECT);
      made.attachNodes("users", TARGETS);
      return made;
    },
    errors: {
      "a version out of standard support": {
        build: (name) => testKubernetesCluster(name, { version: "1.33" as never }),
        message: /KubernetesCluster "one": version = "1.33" .* 1\.36, 1\.35, 1\.34/,
      },
      "no nodes": {
        build: (name) => testKubernetesCluster(name, { nodes: {} }),
        message: /nodes = \{\} .* at least 1 group of nodes/,
      },
      "a group's name that is no label": {
        build: (name) => testKubernetesCluster(name, { nodes: { General: nodes({}).general! } }),
        message: /nodes\.General = "General"/,
      },
      "a group whose name EKS does not take": {
        build: (name) =>
          testKubernetesCluster(`${name}-${"x".repeat(40)}`, { nodes: { "general-purpose": nodes({}).general! } }),
        message: /nodes\.general-purpose = "one-x+-general-purpose" .* at most 55 characters/,
      },
      "a session in place of a role": {
        build: (name) =>
          testKubernetesCluster(name, { admins: { me: "arn:aws:sts::123456789012:assumed-role/admin/me" } }),
        message: /admins\.me = "arn:aws:sts::.* not of a session/,
      },
      "an entry without a name": {
        build: (name) => testKubernetesCluster(name, { deployers: { "": DEPLOYER } }),
        message: /deployers = ""/,
      },
      "one role in two entries": {
        build: (name) => testKubernetesCluster(name, { admins: { a: ADMIN }, deployers: { b: ADMIN } }),
        message: /admins and deployers = .* stands twice/,
      },
      "a group without a type": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ instanceTypes: [] }) }),
        message: /nodes\.general\.instanceTypes = \[\]/,
      },
      "a burstable type": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ instanceTypes: ["t4g.large"] }) }),
        message: /"t4g\.large" .* c, m or r families/,
      },
      "a flexible type": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ instanceTypes: ["m7i-flex.large"] }) }),
        message: /"m7i-flex\.large"/,
      },
      "a type before Nitro": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ instanceTypes: ["m4.large"] }) }),
        message: /"m4\.large"/,
      },
      "two architectures in one group": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ instanceTypes: ["m7g.large", "m7i.large"] }) }),
        message: /\["m7g\.large","m7i\.large"\] .* one machine image/,
      },
      "one node in production": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ min: 1 }) }),
        message: /nodes\.general\.min = 1 .* from 2 to 450/,
      },
      "fewer nodes at most than at least": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ max: 2 }) }),
        message: /nodes\.general\.max = 2 .* from 3 to 450/,
      },
      "a disk that holds no images": {
        build: (name) => testKubernetesCluster(name, { nodes: nodes({ diskGiB: 10 }) }),
        message: /nodes\.general\.diskGiB = 10 .* from 20 to 16384/,
      },
      "the whole internet": {
        build: (name) => testKubernetesCluster(name, { publicAccessCidrs: ["0.0.0.0/0"] }),
        message: /publicAccessCidrs = "0\.0\.0\.0\/0" .* \/8 or smaller/,
      },
      "no range at all": {
        build: (name) => testKubernetesCluster(name, { publicAccessCidrs: [] }),
        message: /publicAccessCidrs = \[\] .* leave it out/,
      },
      "an add-on that it has not": {
        build: (name) => testKubernetesCluster(name, { addOnVersions: { "aws-ebs-csi-driver": "v1" } as never }),
        message: /addOnVersions = "aws-ebs-csi-driver" .* vpc-cni/,
      },
      "one key for two pod identities": {
        build: (name) => {
          const made = testKubernetesCluster(name);
          made.podIdentity("a", SUBJECT);
          made.podIdentity("a", SUBJECT);
        },
        message: /podIdentity key = "a"/,
      },
      "a pod identity named as a role of the cluster's own": {
        build: (name) => testKubernetesCluster(name).podIdentity("nodes", SUBJECT),
        message: /podIdentity key = "nodes" .* control-plane, nodes, vpc-cni, cloudwatch/,
      },
      "a log key that does not name logs": {
        build: (name) => testKubernetesCluster(name, { logKey: new Key(`${name}-log`, { description: "x" }) }),
        message: /logKey = "one-log" .* add "logs"/,
      },
      ...keyErrors(`KubernetesCluster "one"`, (name, key) => testKubernetesCluster(name, { key }), [
        "autoscaling",
        "logs",
      ]),
    },
  });

  it("knows as many versions as the policy that judges them, with the same dates", () => {
    for (const version of KUBERNETES_VERSIONS) {
      assert.ok(isInStandardSupport(version), version);
      assert.ok(STANDARD_SUPPORT_ENDS[version] > AS_OF, version);
    }
  });

  it("has no public endpoint, no administrator of its own and every log, from the first moment", async () => {
    const recording = await recorded();
    const key = named(recording, "k-key-key").outputs.arn;
    const inputs = cluster(recording);
    assert.deepEqual(inputs.vpcConfig, {
      subnetIds: ["subnet-0a0000000000000a2", "subnet-0a0000000000000b2", "subnet-0a0000000000000c2"],
      securityGroupIds: [named(recording, "k-api-sg").id],
      endpointPrivateAccess: true,
      endpointPublicAccess: false,
    });
    assert.deepEqual(inputs.accessConfig, {
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
    assert.equal(inputs.bootstrapSelfManagedAddons, false);
    assert.deepEqual(inputs.encryptionConfig, { resources: ["secrets"], provider: { keyArn: key } });
    assert.deepEqual(inputs.enabledClusterLogTypes, [
      "api",
      "audit",
      "authenticator",
      "controllerManager",
      "scheduler",
    ]);
    assert.deepEqual(inputs.upgradePolicy, { supportType: "STANDARD" });
    const logs = named(recording, "k-logs");
    assert.equal(logs.inputs.name, "/aws/eks/test-k/cluster");
    assert.equal(logs.inputs.kmsKeyId, key);
    assert.ok(named(recording, "k-cluster").dependencies.includes(logs.urn));
  });

  it("is protected in production alone", async () => {
    const [production, development] = [await recorded(), await recorded({ environment: "development" })];
    assert.deepEqual([cluster(production).deletionProtection, named(production, "k-cluster").protect], [true, true]);
    assert.deepEqual(
      [cluster(development).deletionProtection, named(development, "k-cluster").protect],
      [false, false],
    );
  });

  it("lets nodes launch with encrypted disks, tokens that pods can not ask for, and no way to log in", async () => {
    const recording = await recorded();
    const template = named(recording, "k-general-template").inputs;
    const key = named(recording, "k-key-key").outputs.arn;
    assert.deepEqual(template.metadataOptions, {
      httpEndpoint: "enabled",
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      instanceMetadataTags: "disabled",
    });
    const disks = template.blockDeviceMappings as { deviceName: string; ebs: Record<string, unknown> }[];
    assert.deepEqual(
      disks.map(({ deviceName, ebs }) => [deviceName, ebs.encrypted, ebs.kmsKeyId, ebs.volumeSize]),
      [
        ["/dev/xvda", "true", key, undefined],
        ["/dev/xvdb", "true", key, 50],
      ],
    );
    assert.deepEqual(template.vpcSecurityGroupIds, [named(recording, "k-sg").id]);
    assert.equal(template.keyName, undefined);
    const settings = Buffer.from(String(template.userData), "base64").toString();
    assert.match(settings, /host-containers\.admin\]\nenabled = false/);
    assert.match(settings, /host-containers\.control\]\nenabled = true/);
    const group = named(recording, "k-general", "aws:eks/nodeGroup:NodeGroup").inputs;
    assert.equal(group.amiType, "BOTTLEROCKET_ARM_64");
    assert.equal(group.remoteAccess, undefined);
    assert.deepEqual(group.nodeRepairConfig, { enabled: true });
    assert.equal((group.subnetIds as string[]).length, 3);
    assert.deepEqual(group.updateConfig, { maxUnavailablePercentage: 33 });
  });

  it("gives nodes the image of their architecture", async () => {
    const recording = await recorded({ nodes: nodes({ instanceTypes: ["m7i.large", "c6in.xlarge"] }) });
    assert.equal(named(recording, "k-general", "aws:eks/nodeGroup:NodeGroup").inputs.amiType, "BOTTLEROCKET_x86_64");
  });

  it("lets Auto Scaling, and nobody else by that statement, launch machines with the key", async () => {
    const recording = await recorded();
    const own = statements(named(recording, "k-key-key").inputs.policy).filter(({ Sid }) =>
      String(Sid).startsWith("AutoScaling"),
    );
    const principal =
      "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    assert.equal(own.length, 2);
    for (const { Condition } of own) {
      const { StringEquals, ArnEquals } = Condition as Record<string, unknown>;
      assert.deepEqual(StringEquals, { "kms:CallerAccount": "123456789012" });
      assert.deepEqual(ArnEquals, { "aws:PrincipalArn": principal });
    }
    assert.deepEqual(own[1]?.Action, ["kms:CreateGrant"]);
    assert.deepEqual((own[1]?.Condition as Record<string, unknown>).Bool, { "kms:GrantIsForAWSResource": "true" });
  });

  it("gives nodes' own role nothing but images and pods' roles, and the network plugin a role of its own", async () => {
    const recording = await recorded();
    const attached = (role: string) =>
      ofType(recording, "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        .filter(({ inputs }) => inputs.role === named(recording, role).outputs.name)
        .map(({ inputs }) => String(inputs.policyArn).split("/").pop());
    assert.deepEqual(attached("k-nodes-role"), [
      "AmazonEKSWorkerNodeMinimalPolicy",
      "AmazonEC2ContainerRegistryPullOnly",
    ]);
    assert.deepEqual(attached("k-control-plane-role"), ["AmazonEKSClusterPolicy", "AmazonEKSVPCResourceController"]);
    assert.deepEqual(attached("k-vpc-cni-role"), ["AmazonEKS_CNI_Policy"]);
    assert.deepEqual(named(recording, "k-addon-vpc-cni").inputs.podIdentityAssociations, [
      { serviceAccount: "aws-node", roleArn: named(recording, "k-vpc-cni-role").outputs.arn },
    ]);
  });

  it("lets pods have security groups and network policies, and leaves their addresses to the NAT gateways", async () => {
    const recording = await recorded();
    assert.deepEqual(JSON.parse(String(named(recording, "k-addon-vpc-cni").inputs.configurationValues)), {
      enableNetworkPolicy: "true",
      env: {
        ENABLE_POD_ENI: "true",
        POD_SECURITY_GROUP_ENFORCING_MODE: "standard",
        AWS_VPC_K8S_CNI_EXTERNALSNAT: "true",
      },
      nodeAgent: { enablePolicyEventLogs: "true" },
    });
  });

  it("installs what nodes need before them, and what needs nodes after them", async () => {
    const recording = await recorded();
    const group = named(recording, "k-general", "aws:eks/nodeGroup:NodeGroup");
    for (const early of ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"])
      assert.ok(group.dependencies.includes(named(recording, `k-addon-${early}`).urn), early);
    for (const late of ["coredns", "metrics-server", "amazon-cloudwatch-observability"])
      assert.ok(named(recording, `k-addon-${late}`).dependencies.includes(group.urn), late);
  });

  it("asks AWS for the add-ons' versions unless they are pinned", async () => {
    const recording = await recorded({ version: "1.35", addOnVersions: { coredns: "v1.13.2-eksbuild.3" } });
    assert.equal(named(recording, "k-addon-kube-proxy").inputs.addonVersion, "v1.35.0-eksbuild.2");
    assert.equal(named(recording, "k-addon-coredns").inputs.addonVersion, "v1.13.2-eksbuild.3");
  });

  it("opens to nodes and control plane only what Kubernetes needs of them, both sides of each", async () => {
    const recording = await recorded();
    const idOf = (name: string) => String(named(recording, name).id);
    const names = new Map([
      [idOf("k-sg"), "nodes"],
      [idOf("k-api-sg"), "api"],
      [idOf("k-vpc-endpoints"), "endpoints"],
      ["pl-6da54004", "s3"],
    ]);
    const rules = (type: string) =>
      ofType(recording, type)
        .map(({ inputs }) => {
          const peer = String(inputs.referencedSecurityGroupId ?? inputs.prefixListId ?? inputs.cidrIpv4);
          const range = `${String(inputs.ipProtocol)} ${String(inputs.fromPort)}`;
          return `${names.get(String(inputs.securityGroupId)) ?? "?"} ${names.get(peer) ?? peer} ${range}`;
        })
        .sort();
    assert.deepEqual(rules("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"), [
      "api nodes tcp 443",
      "endpoints nodes tcp 443",
      "nodes api tcp 10250",
      "nodes api tcp 10251",
      "nodes api tcp 9443",
      "nodes nodes tcp 10250",
      "nodes nodes tcp 53",
      "nodes nodes udp 53",
    ]);
    assert.deepEqual(rules("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"), [
      "api nodes tcp 10250",
      "api nodes tcp 10251",
      "api nodes tcp 9443",
      "nodes api tcp 443",
      "nodes endpoints tcp 443",
      "nodes nodes tcp 10250",
      "nodes nodes tcp 53",
      "nodes nodes udp 53",
      "nodes s3 tcp 443",
    ]);
  });

  it("lets nodes reach GuardDuty's endpoint in the VPC where it is asked to, and no address otherwise", async () => {
    const ranges = async (runtimeMonitoring?: boolean) =>
      ofType(await recorded({ runtimeMonitoring }), "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule").flatMap(
        ({ inputs }) => (inputs.cidrIpv4 === undefined ? [] : [[inputs.cidrIpv4, inputs.fromPort, inputs.toPort]]),
      );
    assert.deepEqual(await ranges(), []);
    assert.deepEqual(await ranges(true), [["10.20.0.0/16", 443, 443]]);
  });

  it("gives the pods of one service account of this cluster a role, and no other", async () => {
    const recording = await recorded({}, (made) => made.podIdentity("onboarding", SUBJECT));
    const role = named(recording, "k-onboarding-role");
    assert.deepEqual(statements(role.inputs.assumeRolePolicy), [
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
        Condition: {
          StringEquals: {
            "aws:SourceAccount": "123456789012",
            "aws:RequestTag/eks-cluster-arn": "arn:aws:eks:eu-west-1:123456789012:cluster/test-k",
            "aws:RequestTag/kubernetes-namespace": "rewards",
            "aws:RequestTag/kubernetes-service-account": "onboarding",
          },
        },
      },
    ]);
    const association = named(recording, "k-onboarding-identity").inputs;
    assert.deepEqual(
      [association.clusterName, association.namespace, association.serviceAccount, association.roleArn],
      ["test-k", "rewards", "onboarding", role.outputs.arn],
    );
  });

  it("registers every group's Auto Scaling group with a target group", async () => {
    const two = { ...nodes({}), memory: { instanceTypes: ["r7i.large"], min: 2, max: 3 } };
    const recording = await recorded({ nodes: two }, (made) => made.attachNodes("users", TARGETS));
    const attachments = ofType(recording, "aws:autoscaling/attachment:Attachment");
    assert.deepEqual(
      attachments.map(({ name }) => name),
      ["k-users-general-targets", "k-users-memory-targets"],
    );
    for (const { inputs } of attachments) {
      assert.equal(inputs.lbTargetGroupArn, TARGETS);
      assert.match(String(inputs.autoscalingGroupName), /^eks-k-/);
    }
  });

  it("scales nodes by what pods reserve, and leaves their number alone", async () => {
    const recording = await recorded();
    const policies = ofType(recording, "aws:autoscaling/policy:Policy", 2);
    assert.deepEqual(
      policies.map(({ inputs }) => {
        const { customizedMetricSpecification, targetValue } = inputs.targetTrackingConfiguration as Record<
          string,
          { metricName: string }
        >;
        return [customizedMetricSpecification?.metricName, targetValue];
      }),
      [
        ["node_cpu_reserved_capacity", 70],
        ["node_memory_reserved_capacity", 70],
      ],
    );
  });

  it("lets administrators in by access entries alone", async () => {
    const recording = await recorded({ admins: { platform: ADMIN } });
    const association = named(recording, "k-admin-platform-policy").inputs;
    assert.equal(association.policyArn, "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy");
    assert.equal(association.principalArn, ADMIN);
    assert.deepEqual(association.accessScope, { type: "cluster" });
    assert.equal(ofType(recording, "aws:eks/accessEntry:AccessEntry").length, 1);
  });

  it("lets deployers make workloads, and neither read secrets, enter pods nor give rights", async () => {
    const recording = await recorded({ deployers: { pipeline: DEPLOYER } });
    const entry = named(recording, "k-deployer-pipeline").inputs;
    assert.deepEqual([entry.principalArn, entry.kubernetesGroups], [DEPLOYER, ["palisade:deployers"]]);
    assert.deepEqual(
      recording.resources.filter(({ type }) => type === "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"),
      [],
    );
    const binding = named(recording, "k-deployer-binding").inputs;
    assert.deepEqual(binding.subjects, [
      { apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: "palisade:deployers" },
    ]);
    const rules = named(recording, "k-deployer-role").inputs.rules as Record<string, string[]>[];
    const writable = rules.filter(({ verbs }) => verbs?.includes("create")).flatMap(({ resources }) => resources ?? []);
    const readable = rules.flatMap(({ resources }) => resources ?? []);
    assert.ok(["deployments", "namespaces", "securitygrouppolicies"].every((kind) => writable.includes(kind)));
    for (const kind of ["secrets", "pods/exec", "roles", "rolebindings", "*"])
      assert.ok(!readable.includes(kind), kind);
    assert.ok(!writable.some((kind) => kind.startsWith("clusterrole")));
    assert.ok(rules.flatMap(({ verbs }) => verbs ?? []).every((verb) => verb !== "*"));
  });

  describe("its provider", () => {
    const providerOf = (recording: Recording) => named(recording, "k-kubernetes", "pulumi:providers:kubernetes");
    const withProvider = (args: Partial<KubernetesClusterArgs>) => recorded(args, (made) => made.provider);

    it("appears when it is asked for, once", async () => {
      const without = await recorded();
      assert.ok(!without.resources.some(({ type }) => type.startsWith("pulumi:providers:kubernetes")));
      providerOf(await recorded({}, (made) => assert.equal(made.provider, made.provider)));
    });

    it("is the same whatever is updated: it is known by the cluster's ARN", async () => {
      const before = providerOf(await withProvider({ version: "1.35" })).inputs;
      assert.equal(before.clusterIdentifier, "arn:aws:eks:eu-west-1:123456789012:cluster/test-k");
      const changes: Partial<KubernetesClusterArgs>[] = [
        { version: "1.36" },
        { version: "1.35", publicAccessCidrs: ["203.0.113.0/24"] },
        { version: "1.35", transform: { cluster: { enabledClusterLogTypes: ["audit"] } } },
        { version: "1.35", nodes: nodes({ min: 4, diskGiB: 100 }) },
      ];
      for (const change of changes) assert.deepEqual(providerOf(await withProvider(change)).inputs, before);
    });

    it("is known by it at a first preview too, when the API has no address yet", async () => {
      const recording = await recordProgram(() => void testKubernetesCluster("k").provider, { preview: true });
      assert.equal(providerOf(recording).inputs.clusterIdentifier, "arn:aws:eks:eu-west-1:123456789012:cluster/test-k");
    });

    it("holds no credentials, applies on the server's side, and forgets nothing that it does not reach", async () => {
      const recording = await withProvider({});
      const { kubeconfig, enableServerSideApply, deleteUnreachable } = providerOf(recording).inputs;
      assert.deepEqual([enableServerSideApply, deleteUnreachable].map(String), ["true", "false"]);
      const config = JSON.parse(String(kubeconfig));
      const cluster = named(recording, "k-cluster").outputs;
      assert.equal(config.clusters[0].cluster.server, cluster.endpoint);
      const { exec, ...rest } = config.users[0].user;
      assert.deepEqual(rest, {});
      assert.equal(exec.command, "aws");
      assert.deepEqual(exec.args.slice(0, 6), [
        "eks",
        "get-token",
        "--cluster-name",
        "test-k",
        "--region",
        "eu-west-1",
      ]);
    });

    it("comes after the nodes, the add-ons and whoever is let in", async () => {
      const recording = await withProvider({ admins: { platform: ADMIN } });
      const { dependencies } = providerOf(recording);
      for (const name of ["k-addon-coredns", "k-admin-platform", "k-admin-platform-policy"])
        assert.ok(dependencies.includes(named(recording, name).urn), name);
      assert.ok(dependencies.includes(named(recording, "k-general", "aws:eks/nodeGroup:NodeGroup").urn));
    });
  });

  it("knows its name and ARN before it exists", async () => {
    let arn: unknown;
    const program = () => void testKubernetesCluster("k").arn.apply((value) => void (arn = value));
    await recordProgram(program, { preview: true });
    assert.equal(arn, "arn:aws:eks:eu-west-1:123456789012:cluster/test-k");
  });
});

describe("KubernetesCluster before the policy packs", function () {
  this.timeout(60_000);
  const rules = packs.flatMap((pack) => pack.rules);

  /** Findings on what the cluster makes, in a network of ours. */
  async function findings(preview: boolean): Promise<Finding[]> {
    const recording = await recordProgram(
      () => {
        const key = new Key("k-key", { description: "Cluster", services: ["autoscaling", "logs"] });
        const vpc = new Vpc("net", {
          cidr: "10.20.0.0/16",
          zones: ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
          key,
          endpoints: ["eks", "ecr", "kms", "logs", "secretsmanager", "ssm", "sts"],
        });
        const made = testKubernetesCluster("k", { key, vpc, admins: { platform: ADMIN }, alarmTopics: TOPICS });
        made.podIdentity("onboarding", SUBJECT);
        made.attachNodes("users", TARGETS);
      },
      { preview },
    );
    return evaluate(rules, ResourceGraph.fromRecording(recording)).filter(({ resource }) =>
      /^k(-|$)/.test(resource.name),
    );
  }
  const tell = ({ rule, resource, verdict }: Finding) => `${resource.name}: ${rule.id}: ${JSON.stringify(verdict)}`;

  it("violates none of their rules and leaves none undetermined, without a waiver", async () => {
    const all = await findings(false);
    const open = all.filter(({ verdict }) => verdict.kind === "fail" || verdict.kind === "undetermined");
    assert.deepEqual(open.map(tell), []);
    const passed = new Set(all.filter(({ verdict }) => verdict.kind === "pass").map(({ rule }) => rule.id));
    for (const rule of [
      "eks-private-endpoint",
      "eks-supported-version",
      "eks-encrypted-secrets",
      "eks-audit-logs",
      "ec2-imdsv2",
      "ec2-encrypted-volumes",
      "ec2-no-key-pair",
    ])
      assert.ok(passed.has(rule), rule);
  });

  it("violates none on a first preview, when no id is known", async () => {
    const failed = (await findings(true)).filter(({ verdict }) => verdict.kind === "fail");
    assert.deepEqual(failed.map(tell), []);
  });
});
