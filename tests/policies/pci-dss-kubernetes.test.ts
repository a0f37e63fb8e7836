import assert from "node:assert/strict";
import { pciDss } from "../../policies/pci-dss/rules";
import { evaluate } from "../../policies/rule";
import { graphOf, ref } from "./fixture-graph";
import { type RuleCase, ruleCases } from "./rule-cases";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CRON_JOB = "kubernetes:batch/v1:CronJob";
const GROUPS = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy";
const RBAC = "kubernetes:rbac.authorization.k8s.io/v1";
const ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop";

const LEVEL = "pod-security.kubernetes.io/enforce";
const namespace = { type: NAMESPACE, inputs: { metadata: { name: "shop", labels: { [LEVEL]: "restricted" } } } };
const inShop = { namespace: "shop" };

const container = {
  name: "orders",
  image: `${ECR}:1.0.0`,
  env: [{ name: "TABLE", value: "orders" }],
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  },
};
const pod = {
  serviceAccountName: "orders",
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container],
};

type Json = Readonly<Record<string, unknown>>;
const specOf = (change: Json) => ({
  template: { metadata: { labels: { app: "orders" } }, spec: { ...pod, ...change } },
});
const deployment = (change: Json = {}) => ({
  type: DEPLOYMENT,
  inputs: { metadata: { name: "orders", ...inShop }, spec: specOf(change) },
});
/** The deployment with other pods. */
const pods = (change: Json) => ({ orders: { spec: specOf(change) } });
/** The deployment with another container. */
const inside = (change: Json) => pods({ containers: [{ ...container, ...change }] });
const context = (change: Json) => inside({ securityContext: { ...container.securityContext, ...change } });
const hardened = (broken: RuleCase["broken"], alsoSecure: RuleCase["broken"] = {}): RuleCase => ({
  secure: { orders: deployment() },
  broken,
  alsoSecure: {
    "a job": {
      orders: undefined,
      job: {
        type: CRON_JOB,
        inputs: { metadata: inShop, spec: { schedule: "@daily", jobTemplate: { spec: specOf({}) } } },
      },
    },
    ...alsoSecure,
  },
});

const policy = (spec: Json) => ({ type: POLICY, inputs: { metadata: inShop, spec } });
const rules = (change: Json) => ({
  policy: { spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"], ...change } },
});
const role = (change: Json) => ({
  role: { rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"], ...change }] },
});
const account = { kind: "ServiceAccount", name: "orders", namespace: "shop" };
const binding = {
  type: `${RBAC}:RoleBinding`,
  inputs: {
    metadata: inShop,
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
    subjects: [account],
  },
};
const service = (spec: Json, annotations?: Json) => ({ service: { spec, metadata: { ...inShop, annotations } } });
const BALANCER = "service.beta.kubernetes.io/aws-load-balancer";

ruleCases(pciDss, {
  "k8s-default-deny": {
    secure: { namespace, policy: policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }) },
    broken: {
      "no policy": { policy: undefined },
      "incoming only": rules({ policyTypes: ["Ingress"] }),
      "outgoing only": rules({ policyTypes: ["Egress"] }),
      "the default, which is incoming": rules({ policyTypes: undefined }),
      "some pods": rules({ podSelector: { matchLabels: { app: "orders" } } }),
      "pods by an expression": rules({
        podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] },
      }),
      "another namespace": { policy: { metadata: { namespace: "other" } } },
      "the namespace `default`": { policy: { metadata: {} } },
    },
    alsoSecure: {
      "two policies": {
        ...rules({ policyTypes: ["Ingress"] }),
        out: policy({ podSelector: {}, policyTypes: ["Egress"], egress: [{ ports: [{ port: 53 }] }] }),
      },
      "a name that Pulumi draws": {
        namespace: { metadata: {} },
        policy: { metadata: { namespace: ref("namespace") } },
      },
      "types by what it has": rules({ policyTypes: undefined, egress: [{ ports: [{ port: 53 }] }] }),
    },
  },
  "k8s-network-policy-narrow": {
    secure: {
      policy: policy({
        podSelector: {},
        ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/16" } }], ports: [{ port: 8443 }] }],
        egress: [{ to: [{ podSelector: { matchLabels: { app: "orders" } } }] }, { ports: [{ port: 53 }] }],
      }),
    },
    broken: {
      everybody: rules({ ingress: [{}] }),
      "everybody by a port": rules({ ingress: [{ ports: [{ port: 8443 }] }] }),
      "the internet": rules({ ingress: [{ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] }),
      "the internet of version 6": rules({ ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }] }] }),
      everything: rules({ egress: [{}] }),
      "everything on the internet": rules({ egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] }] }),
    },
    alsoSecure: {
      "no rule": rules({}),
      "one port of the internet": rules({
        egress: [{ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/16"] } }], ports: [{ port: 443 }] }],
      }),
    },
  },
  "k8s-pod-security-groups": {
    secure: {
      orders: deployment(),
      groups: {
        type: GROUPS,
        inputs: {
          metadata: inShop,
          spec: { podSelector: { matchLabels: { app: "orders" } }, securityGroups: { groupIds: ["sg-1"] } },
        },
      },
    },
    broken: {
      "other pods": { groups: { spec: { podSelector: { matchLabels: { app: "ledger" } } } } },
      "all but these": {
        groups: {
          spec: { podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["orders"] }] } },
        },
      },
      "pods without the label": {
        groups: { spec: { podSelector: { matchExpressions: [{ key: "app", operator: "DoesNotExist" }] } } },
      },
    },
    alsoSecure: {
      "an expression": {
        groups: {
          spec: {
            podSelector: {
              matchExpressions: [
                { key: "app", operator: "In", values: ["orders", "ledger"] },
                { key: "app", operator: "Exists" },
              ],
            },
          },
        },
      },
    },
    notApplicable: {
      "a namespace without such groups": { groups: undefined },
      "groups in another namespace": { groups: { metadata: { namespace: "other" } } },
    },
  },
  "k8s-own-namespace": {
    secure: { namespace, orders: deployment() },
    broken: {
      "the namespace `default`": { orders: { metadata: { namespace: "default" } } },
      "no namespace": { orders: { metadata: {} } },
    },
    alsoSecure: {
      "a name that Pulumi draws": { orders: { metadata: { namespace: ref("namespace") } } },
    },
  },
  "k8s-pod-security": {
    secure: { namespace },
    broken: {
      privileged: { namespace: { metadata: { labels: { [LEVEL]: "privileged" } } } },
      "only told": {
        namespace: { metadata: { labels: { "pod-security.kubernetes.io/warn": "restricted" } } },
      },
      "no label": { namespace: { metadata: { name: "shop" } } },
    },
    alsoSecure: { baseline: { namespace: { metadata: { labels: { [LEVEL]: "baseline" } } } } },
  },
  "k8s-unprivileged": hardened(
    {
      privileged: context({ privileged: true }),
      "a capability of the host's": context({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } }),
      "one that prepares the others": pods({ initContainers: [{ name: "a", securityContext: { privileged: true } }] }),
    },
    { "low ports": context({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }) },
  ),
  "k8s-no-escalation": hardened(
    {
      "more privileges": context({ allowPrivilegeEscalation: true }),
      "Kubernetes' default": context({ allowPrivilegeEscalation: undefined }),
      "capabilities kept": context({ capabilities: undefined }),
      "some capabilities dropped": context({ capabilities: { drop: ["NET_RAW"] } }),
      "no seccomp": pods({ securityContext: { runAsUser: 10001 } }),
      "seccomp off": context({ seccompProfile: { type: "Unconfined" } }),
    },
    { "a profile of one's own": context({ seccompProfile: { type: "Localhost", localhostProfile: "a.json" } }) },
  ),
  "k8s-isolated-pods": hardened({
    "the node's network": pods({ hostNetwork: true }),
    "the node's processes": pods({ hostPID: true }),
    "the node's memory": pods({ hostIPC: true }),
    "the node's files": pods({ volumes: [{ name: "docker", hostPath: { path: "/var/run" } }] }),
    "the node's port": inside({ ports: [{ containerPort: 8443, hostPort: 443 }] }),
  }),
  "k8s-non-root": hardened(
    {
      root: pods({ securityContext: { runAsUser: 0 } }),
      "root in one container": context({ runAsUser: 0 }),
      "whoever the image names": pods({ securityContext: undefined }),
      "whoever the image names, by word": pods({ securityContext: { runAsNonRoot: false } }),
    },
    {
      "whoever the image names but root": pods({ securityContext: { runAsNonRoot: true } }),
      "one container's own user": {
        orders: {
          spec: specOf({
            securityContext: undefined,
            containers: [{ ...container, securityContext: { runAsUser: 10001 } }],
          }),
        },
      },
    },
  ),
  "k8s-read-only-root": hardened({
    "a root that may be written": context({ readOnlyRootFilesystem: false }),
    "Kubernetes' default": context({ readOnlyRootFilesystem: undefined }),
    "another container": pods({ containers: [container, { name: "second" }] }),
  }),
  "k8s-no-idle-tokens": hardened(
    {
      "a token": pods({ automountServiceAccountToken: true }),
      "Kubernetes' default": pods({ automountServiceAccountToken: undefined }),
      "an account that gives one": {
        ...pods({ automountServiceAccountToken: undefined }),
        account: {
          type: "kubernetes:core/v1:ServiceAccount",
          inputs: { metadata: { name: "orders", ...inShop }, automountServiceAccountToken: true },
        },
      },
      "another account that has rights": {
        ...pods({ automountServiceAccountToken: undefined }),
        binding: { ...binding, inputs: { ...binding.inputs, subjects: [{ ...account, name: "ledger" }] } },
      },
    },
    {
      "an account without one": {
        ...pods({ automountServiceAccountToken: undefined }),
        account: {
          type: "kubernetes:core/v1:ServiceAccount",
          inputs: { metadata: { name: "orders", ...inShop }, automountServiceAccountToken: false },
        },
      },
      "an account that has rights": { ...pods({ automountServiceAccountToken: undefined }), binding },
    },
  ),
  "k8s-no-secrets-in-environment": {
    ...hardened(
      {
        "a password": inside({ env: [{ name: "DB_PASSWORD", value: "correct-horse-battery" }] }),
        "an access key": inside({ env: [{ name: "KEY", value: "AKIAIOSFODNN7EXAMPLE" }] }),
        "a password in a ConfigMap": {
          settings: {
            type: "kubernetes:core/v1:ConfigMap",
            inputs: { metadata: inShop, data: { "db.password": "correct-horse-battery" } },
          },
        },
      },
      {
        "a secret by reference": inside({
          env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }],
        }),
        "harmless settings": {
          settings: { type: "kubernetes:core/v1:ConfigMap", inputs: { metadata: inShop, data: { TABLE: "orders" } } },
        },
      },
    ),
  },
  "k8s-pinned-images": hardened(
    {
      latest: inside({ image: `${ECR}:latest` }),
      "no tag": inside({ image: ECR }),
      "no tag, and a port": inside({ image: "registry.example.com:5000/shop" }),
      "a tag on somebody's registry": inside({ image: "nginx:1.29" }),
      "no image": inside({ image: undefined }),
    },
    { "a digest": inside({ image: `docker.io/library/nginx@sha256:${"a".repeat(64)}` }) },
  ),
  "k8s-not-public": {
    secure: {
      service: { type: "kubernetes:core/v1:Service", inputs: { metadata: inShop, spec: { type: "ClusterIP" } } },
      targets: { type: "aws:lb/targetGroup:TargetGroup", inputs: { port: 30443, targetType: "instance" } },
      ingress: {
        type: "kubernetes:networking.k8s.io/v1:Ingress",
        inputs: { metadata: { ...inShop, annotations: { "alb.ingress.kubernetes.io/scheme": "internal" } } },
      },
    },
    broken: {
      "a load balancer": service({ type: "LoadBalancer" }),
      "a load balancer on the internet": service(
        { type: "LoadBalancer" },
        { [`${BALANCER}-scheme`]: "internet-facing" },
      ),
      "one that two annotations are about": service(
        { type: "LoadBalancer" },
        { [`${BALANCER}-scheme`]: "internet-facing", [`${BALANCER}-internal`]: "true" },
      ),
      "a load balancer for every address": service({
        type: "LoadBalancer",
        loadBalancerSourceRanges: ["192.0.2.0/24", "0.0.0.0/0"],
      }),
      "a port that Kubernetes picks": service({ type: "NodePort", ports: [{ port: 8443 }] }),
      "a port for nobody": service({ type: "NodePort", ports: [{ port: 8443, nodePort: 30444 }] }),
      "addresses of others": service({ externalIPs: ["192.0.2.1"] }),
      "an Ingress without a web ACL": {
        ingress: { metadata: { annotations: { "alb.ingress.kubernetes.io/scheme": "internet-facing" } } },
      },
    },
    alsoSecure: {
      "Kubernetes' default": service({}),
      "a load balancer inside": service({ type: "LoadBalancer" }, { [`${BALANCER}-scheme`]: "internal" }),
      "a load balancer inside, in the older word": service(
        { type: "LoadBalancer" },
        { [`${BALANCER}-internal`]: "true" },
      ),
      "a load balancer for the office": service({
        type: "LoadBalancer",
        loadBalancerSourceRanges: ["192.0.2.0/24"],
      }),
      "a port for the program's load balancer": service({
        type: "NodePort",
        ports: [{ port: 8443, nodePort: 30443 }],
      }),
      "an Ingress with a web ACL": {
        ingress: {
          metadata: {
            annotations: {
              "alb.ingress.kubernetes.io/scheme": "internet-facing",
              "alb.ingress.kubernetes.io/wafv2-acl-arn": "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/a/b",
            },
          },
        },
      },
    },
  },
  "k8s-bindings": {
    secure: { binding },
    broken: {
      "cluster-admin": { binding: { roleRef: { kind: "ClusterRole", name: "cluster-admin" } } },
      anybody: { binding: { subjects: [{ kind: "User", name: "system:anonymous" }] } },
      "whoever is known": { binding: { subjects: [account, { kind: "Group", name: "system:authenticated" }] } },
    },
  },
  "k8s-rbac-named": {
    secure: {
      role: {
        type: `${RBAC}:Role`,
        inputs: { metadata: inShop, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] },
      },
    },
    broken: {
      "every verb": role({ verbs: ["*"] }),
      "every resource": role({ resources: ["*"] }),
      "every API": role({ apiGroups: ["*"] }),
      "more for oneself": role({ resources: ["clusterroles"], verbs: ["escalate"] }),
      "another's place": role({ resources: ["users"], verbs: ["impersonate"] }),
    },
    alsoSecure: { "a path": role({ apiGroups: undefined, resources: undefined, nonResourceURLs: ["/metrics"] }) },
  },
});

describe("an image whose name is not known yet", () => {
  const verdicts = (imageTagMutability: string, type = "aws:ecr/repository:Repository") => {
    const images = { type, inputs: { name: "shop", imageTagMutability } };
    const template = specOf({ containers: [{ ...container, image: ref("images", "repositoryUrl") }] });
    const orders = { type: DEPLOYMENT, inputs: { metadata: { name: "orders", ...inShop }, spec: template } };
    const rule = pciDss.rules.filter(({ id }) => id === "k8s-pinned-images");
    return evaluate(rule, graphOf({ images, orders }, "preview")).map(({ verdict }) => verdict.kind);
  };

  it("can not be exchanged where the program's repository lets no tag be overwritten", () => {
    assert.deepEqual(verdicts("IMMUTABLE"), ["pass"]);
  });

  it("is undetermined where it does, and where it is not of a repository", () => {
    assert.deepEqual(verdicts("MUTABLE"), ["undetermined"]);
    assert.deepEqual(verdicts("IMMUTABLE", "random:index/randomId:RandomId"), ["undetermined"]);
  });
});
