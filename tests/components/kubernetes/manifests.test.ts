import assert from "node:assert/strict";
import { Deployment } from "@pulumi/kubernetes/apps/v1";
import { checkManifests, manifestProblems, schemaDigest, schemaTable } from "../../support/kubernetes-schemas";
import { recordProgram } from "../../support/record";

const service = (spec: object) => ({ apiVersion: "v1", kind: "Service", metadata: { name: "a" }, spec });
const pod = (resources: object) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a" },
  spec: { containers: [{ name: "a", resources }] },
});

describe("Kubernetes' schemas", () => {
  it("are those that were made of its own release", () => {
    const table = schemaTable();
    assert.equal(schemaDigest(table), table.sha256);
    assert.match(table.sources[0] ?? "", /^kubernetes@v1\.36\./);
  });

  it("take what kubectl takes", () => {
    assert.deepEqual(manifestProblems(service({ ports: [{ port: 443, targetPort: "https" }] })), []);
    assert.deepEqual(manifestProblems(pod({ requests: { cpu: "250m", memory: "1.5Gi" }, limits: { cpu: 1 } })), []);
  });

  it("refuse a field that there is not, at any depth", () => {
    assert.deepEqual(manifestProblems(service({ port: 443 })), ["v1 Service/spec has no field port"]);
    assert.deepEqual(manifestProblems(service({ ports: [{ port: 443, tls: true }] })), [
      "v1 Service/spec/ports/0 has no field tls",
    ]);
    const policy = {
      apiVersion: "vpcresources.k8s.aws/v1beta1",
      kind: "SecurityGroupPolicy",
      metadata: { name: "a", tags: {} },
      spec: { securityGroups: { ids: ["sg-1"] } },
    };
    assert.deepEqual(manifestProblems(policy), [
      "vpcresources.k8s.aws/v1beta1 SecurityGroupPolicy/metadata has no field tags",
      "vpcresources.k8s.aws/v1beta1 SecurityGroupPolicy/spec/securityGroups has no field ids",
    ]);
  });

  it("refuse a field that is missing, of another type, or no quantity", () => {
    assert.match(manifestProblems(service({ ports: [{}] })).join(), /must have required property 'port'/);
    assert.match(manifestProblems(service({ ports: [{ port: "443" }] })).join(), /must be integer/);
    assert.match(manifestProblems(pod({ requests: { memory: "512MB" } })).join(), /must match pattern/);
    const secrets = { apiVersion: "secrets-store.csi.x-k8s.io/v1", kind: "SecretProviderClass" };
    const parameters = { usePodIdentity: true };
    assert.match(manifestProblems({ ...secrets, spec: { parameters } }).join(), /usePodIdentity must be string/);
  });

  it("are joined by what the API server checks beyond them", async () => {
    const recording = await recordProgram(() => {
      const labels = { app: "not a value" };
      const probe = { httpGet: { path: "/", port: "http" } };
      const container = {
        name: "a",
        image: "a:1",
        ports: [{ name: "a-name-that-is-too-long", containerPort: 80 }],
        readinessProbe: probe,
        volumeMounts: [{ name: "data", mountPath: "/data" }],
        env: [{ name: "A" }, { name: "A" }],
        resources: { requests: { memory: "1Gi" }, limits: { memory: "2Gi" } },
      };
      new Deployment("a", {
        metadata: { name: "A" },
        spec: {
          selector: { matchLabels: { app: "b" } },
          template: { metadata: { labels }, spec: { containers: [container] } },
        },
      });
    });
    const { problems } = checkManifests(recording);
    assert.equal(problems.length, 9, problems.join("\n"));
    assert.ok(problems.every((problem) => problem.startsWith("a: ")));
  });

  it("refuse kinds and versions that they do not have", () => {
    assert.match(manifestProblems({ apiVersion: "apps/v1beta1", kind: "Deployment" }).join(), /no schema/);
  });
});
