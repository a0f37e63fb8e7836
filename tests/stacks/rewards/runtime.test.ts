import assert from "node:assert/strict";
import { NEWEST_KUBERNETES, STANDARD_SUPPORT_ENDS } from "../../../components/kubernetes/kubernetes-version";
import { FUNCTIONS, SERVICES } from "../../../stacks/rewards/config";
import { named, ofType } from "../../support/record";
import { HERE, listOf, PODS, POLLING, RewardsRecording } from "../../support/rewards";
import { stackValues } from "../../support/stack-file";

const ALL_FUNCTIONS = [...FUNCTIONS, "qr"] as const;

interface ClusterInputs {
  readonly version: string;
  readonly vpcConfig: { readonly endpointPrivateAccess: boolean; readonly endpointPublicAccess: boolean };
  readonly enabledClusterLogTypes: readonly string[];
  readonly encryptionConfig: object;
  readonly accessConfig: {
    readonly authenticationMode: string;
    readonly bootstrapClusterCreatorAdminPermissions: boolean;
  };
  readonly upgradePolicy: object;
}

describe("rewards: what runs", function () {
  this.timeout(180_000);
  let prod: RewardsRecording;
  before(async () => {
    prod = await RewardsRecording.of("rewards");
  });

  describe("cluster", () => {
    const cluster = () => prod.inputs("rewards-cluster-cluster") as unknown as ClusterInputs;

    it("has an API that the internet does not reach, all logs, and secrets under a customer key", () => {
      const { vpcConfig, enabledClusterLogTypes, encryptionConfig, accessConfig } = cluster();
      assert.equal(vpcConfig.endpointPrivateAccess, true);
      assert.equal(vpcConfig.endpointPublicAccess, false);
      assert.deepEqual([...enabledClusterLogTypes].sort(), [
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
      ]);
      assert.deepEqual(encryptionConfig, { resources: ["secrets"], provider: { keyArn: prod.arn("rewards-key-key") } });
      assert.equal(accessConfig.authenticationMode, "API");
    });

    it("runs a version of Kubernetes that EKS supports, by a table with dates", () => {
      const { version } = cluster();
      assert.equal(version, NEWEST_KUBERNETES);
      const end = Object.entries(STANDARD_SUPPORT_ENDS).find(([key]) => key === version)?.[1] ?? "";
      assert.match(end, /^\d{4}-\d{2}-\d{2}$/);
      assert.ok(
        Object.values(STANDARD_SUPPORT_ENDS).every((date) => date <= end),
        "the newest is supported longest",
      );
      assert.deepEqual(cluster().upgradePolicy, { supportType: "STANDARD" });
    });

    it("lets in whom access entries name, and nobody for having made it", () => {
      const entries = ofType(prod.recording, "aws:eks/accessEntry:AccessEntry").map(({ inputs }) => inputs);
      assert.deepEqual(
        entries.map(({ principalArn, kubernetesGroups }) => [principalArn, kubernetesGroups]),
        [
          ["arn:aws:iam::123456789012:role/platform-administrator", undefined],
          ["arn:aws:iam::123456789012:role/bootstrap-delivery-rewards-deploy", ["palisade:deployers"]],
        ],
      );
      const policies = ofType(prod.recording, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
      assert.deepEqual(
        policies.map(({ inputs }) => inputs.principalArn),
        ["arn:aws:iam::123456789012:role/platform-administrator"],
      );
      assert.equal(cluster().accessConfig.bootstrapClusterCreatorAdminPermissions, false);
    });

    it("has nodes over three zones, three at least", () => {
      const { subnetIds, scalingConfig, nodeRoleArn } = prod.inputs("rewards-cluster-services");
      const zones = ofType(prod.recording, "aws:ec2/subnet:Subnet")
        .filter(({ id }) => listOf(subnetIds).includes(String(id)))
        .map(({ inputs }) => inputs.availabilityZone);
      assert.deepEqual(zones.sort(), ["us-east-2a", "us-east-2b", "us-east-2c"]);
      assert.equal(Reflect.get(Object(scalingConfig), "minSize"), 3);
      assert.equal(nodeRoleArn, prod.arn("rewards-cluster-nodes-role"));
    });

    it("keeps its Kubernetes provider as it is when the cluster changes", async () => {
      const provider = (stack: RewardsRecording) =>
        stack.inputs("rewards-cluster-kubernetes", "pulumi:providers:kubernetes");
      const kubernetes = JSON.parse(stackValues("rewards")["palisade:kubernetes"] ?? "");
      const changed = await RewardsRecording.of("rewards", {
        "palisade:kubernetes": {
          ...kubernetes,
          version: "1.35",
          instanceTypes: ["m8g.xlarge"],
          nodes: { min: 4, max: 12 },
          deployers: { pipeline: "arn:aws:iam::123456789012:role/rewards-deploy" },
        },
      });
      assert.equal(named(changed.recording, "rewards-cluster-cluster").inputs.version, "1.35");
      assert.deepEqual(provider(changed), provider(prod));
      assert.match(String(provider(prod).clusterIdentifier), /:cluster\/rewards-rewards-cluster$/);
      const kubernetesUrns = (stack: RewardsRecording) =>
        stack.resources.filter(({ type }) => type.startsWith("kubernetes:")).map(({ urn }) => urn);
      const gone = kubernetesUrns(prod).filter((urn) => !kubernetesUrns(changed).includes(urn));
      assert.deepEqual(gone, []);
    });

    it("lets GuardDuty watch what runs on its nodes, where the account does", () => {
      const features = ofType(prod.recording, "aws:guardduty/detectorFeature:DetectorFeature");
      const runtime = features.find(({ inputs }) => inputs.name === "RUNTIME_MONITORING");
      assert.match(
        JSON.stringify(runtime?.inputs.additionalConfigurations),
        /"EKS_ADDON_MANAGEMENT","status":"ENABLED"/,
      );
    });

    it("runs every service in all zones, with a budget for disruptions, probes, and scaling", () => {
      for (const service of SERVICES) {
        const { containers, topologySpreadConstraints = [] } = prod.pod(service);
        const zones = topologySpreadConstraints.find(
          ({ topologyKey }) => topologyKey === "topology.kubernetes.io/zone",
        );
        assert.equal(zones?.whenUnsatisfiable, "DoNotSchedule", service);
        const [container] = containers;
        assert.ok(container?.startupProbe && container.readinessProbe && container.livenessProbe, service);
        const scaling = prod.spec(`rewards-${service}-autoscaler`) as { minReplicas: number; maxReplicas: number };
        assert.ok(scaling.minReplicas >= 3 && scaling.maxReplicas > scaling.minReplicas, service);
        const budget = prod.spec(`rewards-${service}-disruption-budget`) as { maxUnavailable: number };
        assert.equal(budget.maxUnavailable, 1, service);
      }
    });

    it("gives the namespace room for every service at its largest, twice, while a release goes on", async () => {
      const services = JSON.parse(stackValues("rewards")["palisade:services"] ?? "");
      const scaling = { min: 3, max: 200 };
      const large = await RewardsRecording.of("rewards", {
        "palisade:services": { ...services, onboarding: { ...services.onboarding, scaling } },
      });
      const hard = (stack: RewardsRecording) =>
        (stack.spec("rewards-services-quota") as { hard: Record<string, string> }).hard;
      assert.deepEqual(
        [hard(prod).pods, hard(prod)["requests.cpu"], hard(prod)["requests.memory"]],
        ["82", "25", "49Gi"],
      );
      assert.ok(Number(hard(large).pods) > 2 * scaling.max && Number(hard(large)["requests.cpu"]) >= 0.5 * scaling.max);
    });

    it("runs every container as nobody, on a read-only file system, without a token of Kubernetes", () => {
      const namespace = prod.inputs("rewards-services-namespace").metadata;
      assert.equal(
        Reflect.get(Object(Reflect.get(Object(namespace), "labels")), "pod-security.kubernetes.io/enforce"),
        "restricted",
      );
      for (const who of PODS) {
        const { securityContext, containers, automountServiceAccountToken } = prod.pod(who);
        assert.equal(automountServiceAccountToken, false);
        assert.equal(securityContext.runAsNonRoot, true);
        for (const container of containers) {
          assert.deepEqual(container.securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          });
          assert.ok(container.resources.requests.cpu && container.resources.requests.memory);
        }
      }
    });

    it("asks the catalogs' sources on a schedule, never twice at a time, and tells when it has not", () => {
      const job = prod.spec("rewards-catalog-polling-cron-job") as { schedule: string; concurrencyPolicy: string };
      assert.deepEqual([job.schedule, job.concurrencyPolicy], ["17 */6 * * *", "Forbid"]);
      assert.deepEqual(Object.keys(JSON.parse(prod.podVariables(POLLING).PROVIDERS ?? "{}")), [
        "charities",
        "families",
      ]);
      const alarm = prod.inputs("rewards-catalog-polling-no-success");
      assert.equal(alarm.treatMissingData, "breaching");
      assert.equal(Number(alarm.period) * Number(alarm.evaluationPeriods), 780 * 60);
    });
  });

  describe("functions", () => {
    it("are five for arm64, each with copies of its own, behind the alias live", () => {
      const given = JSON.parse(stackValues("rewards")["palisade:functions"] ?? "");
      for (const name of ALL_FUNCTIONS) {
        const { inputs } = named(prod.recording, `rewards-${name}-function`);
        assert.deepEqual(inputs.architectures, ["arm64"], name);
        assert.equal(inputs.reservedConcurrentExecutions, given[name].concurrency, name);
        assert.equal(inputs.memorySize, given[name].memoryMiB, name);
        assert.deepEqual(inputs.tracingConfig, { mode: "Active" }, name);
        const alias = prod.inputs(`rewards-${name}-alias`);
        assert.deepEqual([alias.name, alias.functionVersion], ["live", "1"], name);
      }
    });

    it("have their log group, with a customer key, before they can write", () => {
      for (const name of ALL_FUNCTIONS) {
        const group = named(prod.recording, `rewards-${name}-logs`, "aws:cloudwatch/logGroup:LogGroup");
        assert.equal(group.inputs.kmsKeyId, prod.arn("rewards-log-key-key"), name);
        assert.ok(prod.ancestors(named(prod.recording, `rewards-${name}-function`)).has(group.urn), name);
      }
    });

    it("stand in the VPC only where they call what is reached there alone, or by known addresses", () => {
      const inVpc = ALL_FUNCTIONS.filter((name) => prod.inputs(`rewards-${name}-function`).vpcConfig !== undefined);
      assert.deepEqual(inVpc, ["scoring", "identity-check"]);
    });

    it("are kept warm where the stack file says so", async () => {
      const pings = ofType(prod.recording, "aws:scheduler/schedule:Schedule").map(
        ({ name, inputs }) => `${name} ${String(inputs.scheduleExpression)}`,
      );
      assert.deepEqual(pings.sort(), [
        "rewards-identity-check-warm-up rate(5 minutes)",
        "rewards-scoring-warm-up rate(5 minutes)",
      ]);
      const dev = await RewardsRecording.of("rewards-dev");
      assert.deepEqual(
        dev.resources.filter(({ type }) => type === "aws:scheduler/schedule:Schedule"),
        [],
      );
    });

    it("are released in steps when the stack file says so", async () => {
      const functions = JSON.parse(stackValues("rewards")["palisade:functions"] ?? "");
      const canary = { version: "7", weight: 0.1 };
      const { recording } = await RewardsRecording.of("rewards", {
        "palisade:functions": { ...functions, scoring: { ...functions.scoring, canary } },
      });
      const { functionVersion, routingConfig } = named(recording, "rewards-scoring-alias").inputs;
      assert.equal(functionVersion, "7");
      assert.deepEqual(routingConfig, { additionalVersionWeights: { "1": 0.1 } });
      assert.equal(named(recording, "rewards-qr-alias").inputs.routingConfig, undefined);
    });

    it("put aside what nobody waits for and what fails: who came near whom", () => {
      const { destinationConfig } = prod.inputs("rewards-tracking-asynchronous");
      assert.match(JSON.stringify(destinationConfig), /rewards-rewards-tracking-dead-letters/);
      const target = prod.inputs("rewards-tracker-nearby-target");
      assert.match(JSON.stringify(target.deadLetterConfig), /rewards-rewards-tracker-nearby-undelivered/);
      const rule = JSON.parse(String(prod.inputs("rewards-tracker-nearby-rule").eventPattern));
      assert.deepEqual(rule.source, ["aws.geo"]);
      assert.deepEqual(rule["detail-type"], ["Location Geofence Event"]);
    });

    it("have the ID validator asked before an account is made", () => {
      const { lambdaConfig } = prod.inputs("rewards-sign-in-pool");
      assert.deepEqual(lambdaConfig, {
        preSignUp: `arn:aws:lambda:${HERE}:function:rewards-rewards-identity-check:live`,
      });
      assert.equal(prod.inputs("rewards-identity-check-function").timeout, 5);
    });
  });
});
