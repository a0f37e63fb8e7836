import assert from "node:assert/strict";
import { tcp } from "../../../components/network/connections";
import type { Recording } from "../../../simulator";
import { componentContract } from "../../support/contract";
import { TestGrantee } from "../../support/grantee";
import { testMicroservice, testPollingJob, testSite } from "../../support/workloads";
import { checkManifests, manifestsOf } from "../../support/kubernetes-schemas";
import { named, ofType, recordProgram, statements } from "../../support/record";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule";

type Json = Record<string, unknown>;
interface Pod {
  readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
  readonly spec: Json & { readonly containers: (Json & { readonly env: { name: string; value: string }[] })[] };
}

function pod(recording: Recording, name = "users-deployment"): Pod {
  const { spec } = named(recording, name, DEPLOYMENT).inputs as { spec: { template: Pod } };
  return spec.template;
}

const policy = (recording: Recording, name: string): Json => named(recording, name, NETWORK_POLICY).inputs.spec as Json;

describe("Microservice", () => {
  componentContract("kubernetes", "Microservice", {
    minimal: (name, opts) => testMicroservice(name, {}, opts),
    complete: (name, opts) => {
      const site = testSite(name, opts);
      const service = testMicroservice(
        name,
        {
          environment: "development",
          architecture: "amd64",
          command: ["python", "-m", "users"],
          variables: { TABLE: "users", AWS_REGION: "eu-west-1" },
          secrets: {
            "validator.json": site.tls,
            "ca.crt": { arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ca-1a2b3c", jsonKey: "root-ca" },
          },
          scratchMiB: 256,
          stopTimeoutSeconds: 60,
          healthPath: "/live",
          readyPath: "/ready",
          startSeconds: 60,
          replicas: { min: 2, max: 4, cpuPercent: 70 },
          nodePort: 30_443,
          transform: { deployment: (args) => void args, service: (args) => void args },
        },
        opts,
        site,
      );
      service.allowFrom(testPollingJob(`${name}-job`, {}, opts, site));
      service.connections.allowTo(site.vpc.endpointConnections, tcp(8443));
      service.connections.allowToCidr("partner", "203.0.113.0/24", tcp(443));
      service.connections.allowToPrefixList("dynamodb", site.vpc.dynamodbPrefixListId, tcp(443));
      return service;
    },
    errors: {
      "a name that no service may have": {
        build: (name) => testMicroservice(`${name}${"x".repeat(63)}`, {}, {}, testSite(name)),
        message: /at most 63 letters/,
      },
      "a namespace of another cluster": {
        build: (name) => testMicroservice(name, { namespace: testSite(`${name}-other`).namespace }),
        message: /namespace = .* It is in another cluster/,
      },
      "an image that may change": {
        build: (name) => testMicroservice(name, { image: "users:latest" }),
        message: /image = "users:latest" .* digest/,
      },
      "an architecture that is none": {
        build: (name) => testMicroservice(name, { architecture: "ARM64" as "arm64" }),
        message: /architecture = "ARM64" .* arm64, amd64/,
      },
      "a variable's name with a hyphen": {
        build: (name) => testMicroservice(name, { variables: { "a-b": "1" } }),
        message: /variables = "a-b"/,
      },
      "a path for a file of a secret": {
        build: (name) => {
          const site = testSite(name);
          testMicroservice(name, { secrets: { "../key": { secret: site.tls, field: "privateKey" } } }, {}, site);
        },
        message: /secrets = "..\/key" .* Name the file/,
      },
      "a field that the secret does not have": {
        build: (name) => {
          const site = testSite(name);
          testMicroservice(name, { secrets: { key: { secret: site.tls, field: "key" } } }, {}, site);
        },
        message: /field = "key" .* certificate, privateKey/,
      },
      "a second file for a whole secret": {
        build: (name) => {
          const site = testSite(name);
          testMicroservice(name, { secrets: { a: site.tls, b: site.tls } }, {}, site);
        },
        message: /secrets = \["a","b"\] .* name one file/,
      },
      "a file that the certificate has": {
        build: (name) => {
          const site = testSite(name);
          testMicroservice(name, { secrets: { "tls.crt": site.tls } }, {}, site);
        },
        message: /secrets = "tls.crt" .* give another/,
      },
      "no room to write": {
        build: (name) => testMicroservice(name, { scratchMiB: 0 }),
        message: /scratchMiB = 0/,
      },
      "no time to stop": {
        build: (name) => testMicroservice(name, { stopTimeoutSeconds: 0 }),
        message: /stopTimeoutSeconds = 0/,
      },
      "vCPUs where thousandths are meant": {
        build: (name) => testMicroservice(name, { cpuMillis: 0.5 }),
        message: /cpuMillis = 0.5 .* thousandths/,
      },
      "no memory": { build: (name) => testMicroservice(name, { memoryMiB: 1 }), message: /memoryMiB = 1 / },
      "a port that only root may bind": {
        build: (name) => testMicroservice(name, { port: 443 }),
        message: /port = 443 .* from 1024/,
      },
      "a port that no node opens": {
        build: (name) => testMicroservice(name, { nodePort: 8443 }),
        message: /nodePort = 8443 .* from 30000 to 32767/,
      },
      "a path that is none": {
        build: (name) => testMicroservice(name, { healthPath: "health" }),
        message: /healthPath = "health" .* absolute path/,
      },
      "no pods": {
        build: (name) => testMicroservice(name, { replicas: { min: 0, max: 1 } }),
        message: /replicas.min = 0/,
      },
      "fewer pods at most than at least": {
        build: (name) => testMicroservice(name, { replicas: { min: 3, max: 2 } }),
        message: /replicas.max = 2 .* from 3/,
      },
      "more use than there is": {
        build: (name) => testMicroservice(name, { replicas: { min: 1, max: 2, cpuPercent: 100 } }),
        message: /replicas.cpuPercent = 100/,
      },
      "a start that takes no time": {
        build: (name) => testMicroservice(name, { startSeconds: 1 }),
        message: /startSeconds = 1 /,
      },
    },
  });

  it("is made of manifests that Kubernetes' own schemas take", async () => {
    for (const args of [{}, { nodePort: 30_443, replicas: { min: 1, max: 1 } }]) {
      const recording = await recordProgram(() => void testMicroservice("users", args));
      const { count, problems } = checkManifests(recording);
      assert.deepEqual(problems, []);
      assert.ok(count >= 12, String(count));
    }
  });

  it("runs as Kubernetes' restricted standard asks, on a root that it cannot write to, without the API's token", async () => {
    const { spec } = pod(await recordProgram(() => void testMicroservice("users")));
    assert.equal(spec.automountServiceAccountToken, false);
    assert.deepEqual(spec.securityContext, {
      runAsNonRoot: true,
      runAsUser: 10_001,
      runAsGroup: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: "RuntimeDefault" },
    });
    assert.deepEqual(spec.containers[0]?.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    for (const field of ["hostNetwork", "hostPID", "hostIPC", "priorityClassName"]) assert.equal(field in spec, false);
  });

  it("is probed by HTTPS on the port that it serves, and given time to leave the service before it stops", async () => {
    const { spec } = pod(await recordProgram(() => void testMicroservice("users", { stopTimeoutSeconds: 45 })));
    const [container] = spec.containers;
    const probes = ["startupProbe", "readinessProbe", "livenessProbe"].map(
      (name) => (container?.[name] as Json).httpGet,
    );
    for (const probe of probes) assert.deepEqual(probe, { path: "/health", port: "https", scheme: "HTTPS" });
    assert.deepEqual(container?.ports, [{ name: "https", containerPort: 8443, protocol: "TCP" }]);
    assert.deepEqual(container?.lifecycle, { preStop: { sleep: { seconds: 10 } } });
    assert.equal(spec.terminationGracePeriodSeconds, 55);
  });

  it("mounts its certificate and secrets as files, read by its own role, and nothing of them in the cluster", async () => {
    const recording = await recordProgram(() => {
      const site = testSite("users");
      testMicroservice("users", { secrets: { "all.json": site.tls } }, {}, site);
    });
    const { spec } = named(recording, "users-secrets").inputs as {
      spec: { provider: string; parameters: Record<string, string> };
    };
    assert.equal(spec.parameters.usePodIdentity, "true");
    const [object, ...others] = JSON.parse(spec.parameters.objects ?? "") as Json[];
    assert.deepEqual(others, []);
    assert.match(String(object?.objectName), /^arn:aws:secretsmanager:eu-west-1:\d+:secret:test-users-tls-/);
    assert.equal(object?.objectAlias, "all.json");
    assert.deepEqual(object?.jmesPath, [
      { path: "certificate", objectAlias: "tls.crt" },
      { path: "privateKey", objectAlias: "tls.key" },
    ]);
    const environment = pod(recording).spec.containers[0]?.env ?? [];
    assert.deepEqual(
      environment.map(({ value }) => value),
      ["/mnt/secrets", "/mnt/secrets/tls.crt", "/mnt/secrets/tls.key"],
    );
    const [read, decrypt, ...rest] = statements(named(recording, "users-secrets-policy").inputs.policy);
    assert.deepEqual(read?.Action, ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"]);
    assert.equal(String(read?.Resource), String(object?.objectName));
    assert.deepEqual(decrypt?.Action, ["kms:Decrypt"]);
    assert.deepEqual(rest, []);
    assert.deepEqual(
      manifestsOf(recording).filter(({ type }) => type.endsWith(":Secret")),
      [],
    );
  });

  it("starts other pods when its secrets or its security group are others", async () => {
    const annotations = async (args: Parameters<typeof testMicroservice>[1]) =>
      pod(await recordProgram(() => void testMicroservice("users", args))).metadata.annotations;
    const before = await annotations({});
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ca-1a2b3c";
    const after = await annotations({ secrets: { ca: { arn } } });
    assert.match(before["palisade/security-group"] ?? "", /^sg-/);
    assert.notEqual(before["palisade/secrets"], after["palisade/secrets"]);
  });

  it("refuses a secret among its plain settings", async () => {
    const { secret } = await import("@pulumi/pulumi");
    await assert.rejects(
      recordProgram(() => void testMicroservice("users", { variables: { TOKEN: secret("hunter2") } })),
      /variables.TOKEN = "\[secret\]"/,
    );
  });

  describe("network", () => {
    it("is closed but for names, its role's credentials and the endpoints of AWS", async () => {
      const recording = await recordProgram(() => void testMicroservice("users"));
      const { policyTypes, ingress, egress } = policy(recording, "users-own");
      assert.deepEqual(policyTypes, ["Ingress", "Egress"]);
      assert.equal(ingress, undefined);
      const [names, credentials, ...others] = egress as { to: Json[]; ports: Json[] }[];
      assert.deepEqual(
        names?.ports.map(({ protocol, port }) => `${protocol} ${port}`),
        ["UDP 53", "TCP 53"],
      );
      assert.deepEqual(credentials, {
        to: [{ ipBlock: { cidr: "169.254.170.23/32" } }],
        ports: [{ protocol: "TCP", port: 80 }],
      });
      assert.deepEqual(others, []);
      const opened = ofType(recording, NETWORK_POLICY).map(({ name }) => name);
      assert.deepEqual(opened.sort(), ["users-namespace-deny-all", "users-own", "users-to-users-vpc-tcp-443"]);
    });

    it("lets nodes in for probes and out of it for names, in the security groups of both", async () => {
      const recording = await recordProgram(() => void testMicroservice("users"));
      const rules = (type: string) =>
        ofType(recording, type)
          .map(({ name }) => name)
          .sort();
      assert.deepEqual(rules(INGRESS), [
        "users-cluster-from-users-tcp-53",
        "users-cluster-from-users-udp-53",
        "users-from-users-cluster-tcp-8443",
        "users-vpc-from-users-tcp-443",
      ]);
      assert.deepEqual(rules(EGRESS), [
        "users-cluster-to-users-tcp-8443",
        "users-to-users-cluster-tcp-53",
        "users-to-users-cluster-udp-53",
        "users-to-users-vpc-tcp-443",
      ]);
      const { spec } = named(recording, "users-security-group").inputs as { spec: Json };
      assert.deepEqual(spec.podSelector, { matchLabels: { "app.kubernetes.io/name": "users" } });
      assert.deepEqual(spec.securityGroups, { groupIds: [named(recording, "users-sg").id] });
    });

    it("opens to another workload on both sides, in security groups and in network policies by labels", async () => {
      const recording = await recordProgram(() => {
        const site = testSite("rewards");
        const users = testMicroservice("users", {}, {}, site);
        users.allowFrom(testMicroservice("onboarding", {}, {}, site));
      });
      const peer = (app: string) => ({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "rewards-namespace" } },
        podSelector: { matchLabels: { "app.kubernetes.io/name": app } },
      });
      const ports = [{ protocol: "TCP", port: 8443 }];
      const inward = policy(recording, "users-from-onboarding-tcp-8443");
      assert.deepEqual(inward.podSelector, { matchLabels: { "app.kubernetes.io/name": "users" } });
      assert.deepEqual(inward.ingress, [{ from: [peer("onboarding")], ports }]);
      const outward = policy(recording, "onboarding-to-users-tcp-8443");
      assert.deepEqual(outward.egress, [{ to: [peer("users")], ports }]);
      assert.deepEqual([inward.policyTypes, outward.policyTypes], [["Ingress"], ["Egress"]]);
      const group = (name: string) => named(recording, name).id;
      const rule = named(recording, "users-from-onboarding-tcp-8443", INGRESS).inputs;
      assert.deepEqual(
        [rule.securityGroupId, rule.referencedSecurityGroupId],
        [group("users-sg"), group("onboarding-sg")],
      );
    });

    it("opens to the world outside exactly what is named", async () => {
      const recording = await recordProgram(() => {
        const site = testSite("rewards");
        const { connections } = testMicroservice("users", {}, {}, site);
        connections.allowToCidr("partner", "203.0.113.0/24", tcp(443));
        connections.allowToPrefixList("dynamodb", site.vpc.dynamodbPrefixListId, tcp(443));
      });
      const block = (name: string) => policy(recording, name).egress;
      const ports = [{ protocol: "TCP", port: 443 }];
      assert.deepEqual(block("users-to-partner-tcp-443"), [{ to: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports }]);
      assert.deepEqual(block("users-to-dynamodb-tcp-443"), [
        { to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.20.0.0/16"] } }], ports },
      ]);
    });

    it("is reached from a load balancer through the nodes where it has a port there", async () => {
      const recording = await recordProgram(() => void testMicroservice("users", { nodePort: 30_443 }));
      const { spec } = named(recording, "users-service").inputs as { spec: Json & { ports: Json[] } };
      assert.equal(spec.type, "NodePort");
      assert.equal(spec.ports[0]?.nodePort, 30_443);
      assert.deepEqual(policy(recording, "users-own").ingress, [
        { from: [{ ipBlock: { cidr: "10.20.0.0/16" } }], ports: [{ protocol: "TCP", port: 8443 }] },
      ]);
    });
  });

  it("starts pods when role, security group, secrets and network stand", async () => {
    const recording = await recordProgram(() => void testMicroservice("users"));
    const { dependencies } = named(recording, "users-deployment");
    const names = dependencies.map((urn) => urn.slice(urn.lastIndexOf("::") + 2));
    for (const name of [
      "service-account",
      "security-group",
      "secrets",
      "secrets-policy",
      "own",
      "to-users-cluster-udp-53",
    ])
      assert.ok(names.includes(`users-${name}`), name);
    assert.ok(names.includes("users-cluster-users-role"));
  });

  it("is given a name and a role that others can use", async () => {
    const recording = await recordProgram(() => {
      const users = testMicroservice("users");
      new TestGrantee("other");
      assert.equal(users.internalUrl, "https://users.users-namespace.svc.cluster.local:8443");
      assert.equal(users.grantName, "users");
    });
    assert.equal(named(recording, "users-service-account").inputs.automountServiceAccountToken, false);
  });

  it("scales by the autoscaler alone, or not at all", async () => {
    const scaled = await recordProgram(() => void testMicroservice("users"));
    const specOf = (recording: Recording) => named(recording, "users-deployment").inputs.spec as Json;
    assert.equal("replicas" in specOf(scaled), false);
    assert.deepEqual((named(scaled, "users-autoscaler").inputs.spec as Json).scaleTargetRef, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      name: "users",
    });
    const fixed = await recordProgram(() => void testMicroservice("users", { replicas: { min: 2, max: 2 } }));
    assert.equal(specOf(fixed).replicas, 2);
    assert.equal(
      fixed.resources.some(({ name }) => name === "users-autoscaler"),
      false,
    );
  });

  it("relaxes in development only where a zone has no node", async () => {
    const policies = async (environment: "production" | "development") => {
      const { spec } = pod(await recordProgram(() => void testMicroservice("users", { environment })));
      return (spec.topologySpreadConstraints as Json[]).map(({ whenUnsatisfiable }) => whenUnsatisfiable);
    };
    assert.deepEqual(await policies("production"), ["DoNotSchedule", "ScheduleAnyway"]);
    assert.deepEqual(await policies("development"), ["ScheduleAnyway", "ScheduleAnyway"]);
  });

  it("raises an alarm when pods are missing, even when nothing is told of any", async () => {
    const recording = await recordProgram(() => void testMicroservice("users"));
    const { dimensions, threshold, treatMissingData } = named(recording, "users-pods-missing").inputs;
    assert.deepEqual(dimensions, { ClusterName: "users-cluster", Namespace: "users-namespace", Service: "users" });
    assert.deepEqual([threshold, treatMissingData], [3, "breaching"]);
  });
});
