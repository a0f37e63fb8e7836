import { knownText, type Property, type ResourceGraph, type ResourceNode } from "../../analysis/graph";
import { kubernetes } from "../catalogue/kubernetes";
import { each, isTrue, off, on, oneOf, when } from "../checks";
import { holdsNoPlainSecret, isNoPlainSecret } from "../plain-secrets";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";

const NAMESPACE = "kubernetes:core/v1:Namespace";
const NETWORK_POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy";
const SECURITY_GROUP_POLICY = "kubernetes:vpcresources.k8s.aws/v1beta1:SecurityGroupPolicy";
const SERVICE_ACCOUNT = "kubernetes:core/v1:ServiceAccount";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SERVICE = "kubernetes:core/v1:Service";
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const REPOSITORY = "aws:ecr/repository:Repository";
const TARGET_GROUPS = ["aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup"];
const PROVIDER = "pulumi:providers:kubernetes";
const ROLES = ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", "kubernetes:rbac.authorization.k8s.io/v1:Role"];
const BINDINGS = [
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

/** Where each kind of workload says what its pods are. */
const POD_TEMPLATES: Readonly<Record<string, string>> = {
  "kubernetes:core/v1:Pod": "",
  "kubernetes:core/v1:ReplicationController": "spec.template",
  "kubernetes:apps/v1:Deployment": "spec.template",
  "kubernetes:apps/v1:StatefulSet": "spec.template",
  "kubernetes:apps/v1:DaemonSet": "spec.template",
  "kubernetes:apps/v1:ReplicaSet": "spec.template",
  "kubernetes:batch/v1:Job": "spec.template",
  "kubernetes:batch/v1:CronJob": "spec.jobTemplate.spec.template",
};
const WORKLOADS = Object.keys(POD_TEMPLATES);

const CONTAINERS = ["containers", "initContainers", "ephemeralContainers"];

function ofPod(workload: ResourceNode, path: string): Property {
  const template = POD_TEMPLATES[workload.type] ?? "";
  return workload.property(template === "" ? path : `${template}.${path}`);
}

/** Judges each container of a workload's pods, those that prepare the others included. */
function containers(workload: ResourceNode, judge: (container: Property) => Outcome): Outcome {
  return all(...CONTAINERS.map((kind) => each(ofPod(workload, `spec.${kind}`), judge)));
}

function nameOf(container: Property): string {
  const name = container.at("name").fact;
  return `Container ${String((name.known && name.value) || "?")}`;
}

/** A setting of a container, or else that of its pod. */
function setting(workload: ResourceNode, container: Property, path: string): Property {
  const own = container.at(`securityContext.${path}`);
  return own.absent ? ofPod(workload, `spec.securityContext.${path}`) : own;
}

/** The name in the cluster. The provider draws one where the program gives none. */
function clusterName(node: ResourceNode): string | undefined {
  const { metadata } = node.outputs;
  const drawn = typeof metadata === "object" && metadata !== null ? Reflect.get(metadata, "name") : undefined;
  return knownText(drawn) ?? knownText(node.id);
}

/** Namespaces of the program that give a place its name. One that Pulumi has yet to draw is left out by a provider whose cluster is not there yet. */
function namespacesOf(place: Property, graph: ResourceGraph): readonly string[] {
  if (!place.unknown && !place.absent) return [];
  return place.producers.filter((urn) => graph.get(urn)?.type === NAMESPACE);
}

/** Does an object stand in the namespace? Passes, fails, or hangs on a name that is not known yet. */
function standsIn(node: ResourceNode, namespace: ResourceNode, graph: ResourceGraph): Outcome {
  const place = node.property("metadata.namespace");
  const given = namespacesOf(place, graph);
  if (given.length > 0) return given.includes(namespace.urn) ? PASS : fail("It stands in another namespace.");
  if (place.unknown) return undetermined(place);
  const name = namespace.property("metadata.name");
  if (name.unknown) return undetermined(name);
  return when(place, (given) =>
    (given ?? "default") === clusterName(namespace) ? PASS : fail("It stands in another namespace."),
  );
}

/** The name of the namespace as it is written; a stand-in for one that a resource of the program gives. */
function placeOf(node: ResourceNode, graph: ResourceGraph): string {
  const place = node.property("metadata.namespace");
  const given = namespacesOf(place, graph);
  if (given.length > 0) return `of ${given.join(" ")}`;
  if (place.unknown) return `of ${place.producers.join(" ")}`;
  const { fact } = place;
  return fact.known ? String(fact.value ?? "default") : "";
}

function selectsEverything(selector: Property): Outcome {
  const some = fail("It selects some pods only.");
  return all(
    when(selector.at("matchLabels"), (labels) => (Object.keys(Object(labels)).length === 0 ? PASS : some)),
    when(selector.at("matchExpressions"), (list) => (Array.isArray(list) && list.length > 0 ? some : PASS)),
  );
}

type Direction = "Ingress" | "Egress";

/** Does the policy close this direction to every pod of the namespace, but for what it and others allow? */
function closes(policy: ResourceNode, direction: Direction, namespace: ResourceNode, graph: ResourceGraph): Outcome {
  const types = policy.property("spec.policyTypes");
  const isConcerned = types.absent
    ? // https://kubernetes.io/docs/concepts/services-networking/network-policies/
      direction === "Ingress" || !policy.property("spec.egress").absent
      ? PASS
      : fail("It says nothing of this direction.")
    : when(types, (list) => (Array.isArray(list) && list.includes(direction) ? PASS : fail("It is of the other one.")));
  return all(standsIn(policy, namespace, graph), selectsEverything(policy.property("spec.podSelector")), isConcerned);
}

const EVERYWHERE = /^(0\.0\.0\.0|::|0:0:0:0:0:0:0:0)\/0$/;

function isOpen(rule: Property, peers: "from" | "to", message: string): Outcome {
  const list = rule.at(peers);
  if (list.unknown) return undetermined(list);
  if (list.items.length === 0) return fail(message, rule);
  return each(list, (peer) =>
    when(peer.at("ipBlock.cidr"), (range) => (EVERYWHERE.test(String(range ?? "")) ? fail(message, peer) : PASS)),
  );
}

/** What a selector says of labels, once all of it is known. */
function matches(selector: unknown, labels: Readonly<Record<string, unknown>>): boolean {
  const { matchLabels, matchExpressions } = Object(selector);
  const expressions: unknown[] = Array.isArray(matchExpressions) ? matchExpressions : [];
  return (
    Object.entries(Object(matchLabels)).every(([key, value]) => labels[key] === value) &&
    expressions.every((expression) => {
      const { key, operator, values } = Object(expression);
      const list: unknown[] = Array.isArray(values) ? values : [];
      switch (operator) {
        case "In":
          return list.includes(labels[String(key)]);
        case "NotIn":
          return !list.includes(labels[String(key)]);
        case "Exists":
          return String(key) in labels;
        case "DoesNotExist":
          return !(String(key) in labels);
        default:
          return false;
      }
    })
  );
}

/** Does a policy give the pods of a workload a security group? */
function hasGroups(workload: ResourceNode, policy: ResourceNode): Outcome {
  const byAccount = policy.property("spec.serviceAccountSelector");
  if (!byAccount.absent && policy.property("spec.podSelector").absent) return undetermined(byAccount);
  return when(policy.property("spec.podSelector"), (selector) =>
    when(ofPod(workload, "metadata.labels"), (labels) =>
      matches(selector, Object(labels)) ? PASS : fail("It selects other pods."),
    ),
  );
}

/** What the AWS load balancer controller takes for "not on the internet": its own word, and that of its predecessor. */
const PREFIX = "service.beta.kubernetes.io/aws-load-balancer";

function publicBalancer(service: ResourceNode): Outcome {
  const note = (name: string) => service.property(`metadata.annotations["${PREFIX}-${name}"]`);
  const message = "AWS makes a load balancer for it, with a public address unless an annotation says otherwise.";
  const ranges = service.property("spec.loadBalancerSourceRanges");
  const narrow = when(ranges, (list) =>
    Array.isArray(list) && list.length > 0 && !list.some((range) => EVERYWHERE.test(String(range)))
      ? PASS
      : fail(message),
  );
  return any(
    [
      oneOf(note("scheme"), ["internal"], message),
      when(note("scheme"), (scheme) =>
        scheme === undefined ? oneOf(note("internal"), ["true", true, "0.0.0.0/0"], message) : fail(message),
      ),
      narrow,
    ],
    fail(message, "spec.type"),
  );
}

/** A port on every node is there for a load balancer of the program; who else reaches it is in the nodes' security groups, which have rules of their own. */
function behindBalancer(service: ResourceNode, graph: ResourceGraph): Outcome {
  const message = "It opens a port on every node, to which no load balancer of the program leads.";
  const targets = graph.ofType(...TARGET_GROUPS).map((group) => group.property("port"));
  return each(service.property("spec.ports"), (port) =>
    when(port.at("nodePort"), (number) =>
      any(
        targets.map((target) =>
          when(target, (own) => (number !== undefined && Number(own) === Number(number) ? PASS : fail(message))),
        ),
        fail(message, port),
      ),
    ),
  );
}

/** May a pod with this service account do anything in Kubernetes, as far as the program says? */
function isBound(account: unknown, place: string, graph: ResourceGraph): Outcome {
  const nobody = fail("No binding of the program names it.");
  const bindings = graph.ofType(...BINDINGS).map((binding) =>
    any(
      binding.property("subjects").items.map((subject) =>
        when(subject, (known) => {
          const { kind, name, namespace } = Object(known);
          const isIt =
            kind === "ServiceAccount" && name === account && (namespace ?? placeOf(binding, graph)) === place;
          return isIt ? PASS : nobody;
        }),
      ),
      nobody,
    ),
  );
  return any(bindings, nobody);
}

const ECR = /^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?\//;

/** The repositories of the program that an image's name, unknown yet, is made from. */
function repositoriesOf(image: Property, graph: ResourceGraph): readonly ResourceNode[] {
  const makers = image.producers.flatMap((urn) => graph.get(urn) ?? []);
  return graph
    .ofType(REPOSITORY)
    .filter((one) => makers.some((maker) => maker === one || one.components.includes(maker)));
}

function isPinned(image: Property, graph: ResourceGraph): Outcome {
  if (image.unknown) {
    // Under whatever tag, once pushed it stays what it is.
    const repositories = repositoriesOf(image, graph);
    const isOurs =
      image.producers.every((urn) => /^awsx?:/.test(graph.get(urn)?.type ?? "")) && repositories.length > 0;
    if (!isOurs) return undetermined(image);
    return all(
      ...repositories.map((one) =>
        when(one.property("imageTagMutability"), (mutability) =>
          String(mutability).startsWith("IMMUTABLE") ? PASS : undetermined(image),
        ),
      ),
    );
  }
  return when(image, (value) => {
    const name = String(value ?? "");
    if (/@sha256:[0-9a-f]{64}$/.test(name)) return PASS;
    const tag = /:([^/:]+)$/.exec(name)?.[1];
    if (tag === undefined || tag === "latest")
      return fail(`${name} is whatever was pushed last, another one after each restart.`, image);
    // Whether a repository lets tags be overwritten is judged there (ecr-immutable-tags).
    return ECR.test(name) ? PASS : fail(`Whoever owns ${name} can put another image there.`, image);
  });
}

const EVERYBODY = ["system:anonymous", "system:unauthenticated", "system:authenticated", "system:serviceaccounts"];

/** Verbs by which one takes what one was not given: https://kubernetes.io/docs/concepts/security/rbac-good-practices/ */
const ESCALATING = ["bind", "escalate", "impersonate"];

export const kubernetesRules: readonly Rule[] = implement(kubernetes, {
  "k8s-default-deny": {
    types: [NAMESPACE],
    check(namespace, graph) {
      const policies = graph.ofType(NETWORK_POLICY);
      const closed = (direction: Direction, message: string) =>
        any(
          policies.map((policy) => closes(policy, direction, namespace, graph)),
          fail(message),
        );
      return all(
        closed("Ingress", "Whatever reaches its pods is let in, unless a policy is about them."),
        closed("Egress", "Its pods reach whatever they like, unless a policy is about them."),
      );
    },
  },
  "k8s-network-policy-narrow": {
    types: [NETWORK_POLICY],
    check(policy) {
      return all(
        each(policy.property("spec.ingress"), (rule) => isOpen(rule, "from", "It lets everybody in.")),
        each(policy.property("spec.egress"), (rule) => {
          const ports = rule.at("ports");
          if (ports.unknown) return undetermined(ports);
          return ports.items.length > 0 ? PASS : isOpen(rule, "to", "It lets everything out.");
        }),
      );
    },
  },
  "k8s-pod-security-groups": {
    types: WORKLOADS,
    check(workload, graph) {
      const policies = graph
        .ofType(SECURITY_GROUP_POLICY)
        .filter((policy) => placeOf(policy, graph) === placeOf(workload, graph));
      if (policies.length === 0) return notApplicable("No pod of its namespace has security groups of its own.");
      return any(
        policies.map((policy) => hasGroups(workload, policy)),
        fail("No SecurityGroupPolicy takes its pods: they have the security groups of their node.", "metadata"),
      );
    },
  },
  "k8s-own-namespace": {
    types: WORKLOADS,
    check(workload, graph) {
      const place = workload.property("metadata.namespace");
      if (namespacesOf(place, graph).length > 0) return PASS;
      if (place.unknown) return undetermined(place);
      const ofProvider = graph.ofType(PROVIDER).find((provider) => !provider.property("namespace").absent);
      if (place.absent && ofProvider !== undefined) return undetermined(ofProvider.property("namespace"));
      return when(place, (name) =>
        name === undefined || name === "" || name === "default"
          ? fail("It stands in the namespace `default`, among whatever else is put there.", place)
          : PASS,
      );
    },
  },
  "k8s-pod-security": {
    types: [NAMESPACE],
    check(namespace) {
      return oneOf(
        namespace.property('metadata.labels["pod-security.kubernetes.io/enforce"]'),
        ["restricted", "baseline"],
        "It takes privileged pods.",
      );
    },
  },
  "k8s-unprivileged": {
    types: WORKLOADS,
    check(workload) {
      return containers(workload, (container) =>
        all(
          off(container.at("securityContext.privileged"), `${nameOf(container)} is privileged.`),
          each(container.at("securityContext.capabilities.add"), (capability) =>
            oneOf(capability, ["NET_BIND_SERVICE"], `${nameOf(container)} has a privilege of the host's root.`),
          ),
        ),
      );
    },
  },
  "k8s-no-escalation": {
    types: WORKLOADS,
    check(workload) {
      return containers(workload, (container) => {
        const name = nameOf(container);
        const dropped = container.at("securityContext.capabilities.drop");
        return all(
          off(
            container.at("securityContext.allowPrivilegeEscalation"),
            `${name} may get more privileges than it starts with.`,
            true,
          ),
          when(dropped, (list) =>
            Array.isArray(list) && list.includes("ALL")
              ? PASS
              : fail(`${name} keeps capabilities of root that it does not need.`, dropped),
          ),
          oneOf(
            setting(workload, container, "seccompProfile.type"),
            ["RuntimeDefault", "Localhost"],
            `${name} may make any call to its node's kernel.`,
          ),
        );
      });
    },
  },
  "k8s-isolated-pods": {
    types: WORKLOADS,
    check(workload) {
      return all(
        off(
          ofPod(workload, "spec.hostNetwork"),
          "Its pods have their node's network, and no NetworkPolicy holds them.",
        ),
        off(ofPod(workload, "spec.hostPID"), "Its pods see their node's processes."),
        off(ofPod(workload, "spec.hostIPC"), "Its pods share memory with their node's processes."),
        each(ofPod(workload, "spec.volumes"), (volume) => {
          const path = volume.at("hostPath");
          if (path.unknown) return undetermined(path);
          return path.absent ? PASS : fail("Its pods have files of their node.", path);
        }),
        containers(workload, (container) =>
          each(container.at("ports"), (port) =>
            when(port.at("hostPort"), (number) =>
              number === undefined || number === 0
                ? PASS
                : fail(`${nameOf(container)} listens at its node's own address.`, port),
            ),
          ),
        ),
      );
    },
  },
  "k8s-non-root": {
    types: WORKLOADS,
    check(workload) {
      return containers(workload, (container) => {
        const user = setting(workload, container, "runAsUser");
        return when(user, (id) => {
          if (id === undefined)
            return on(setting(workload, container, "runAsNonRoot"), `${nameOf(container)} may run as root.`);
          return Number(id) === 0 ? fail(`${nameOf(container)} runs as root.`, user) : PASS;
        });
      });
    },
  },
  "k8s-read-only-root": {
    types: WORKLOADS,
    check(workload) {
      return containers(workload, (container) =>
        on(
          container.at("securityContext.readOnlyRootFilesystem"),
          `${nameOf(container)} may write to its root file system.`,
        ),
      );
    },
  },
  "k8s-no-idle-tokens": {
    types: WORKLOADS,
    check(workload, graph) {
      const own = ofPod(workload, "spec.automountServiceAccountToken");
      const message = "Whoever gets into a pod can ask Kubernetes' API in its name, which nothing in the pod needs to.";
      return when(own, (mounts) => {
        if (mounts === false) return PASS;
        return when(ofPod(workload, "spec.serviceAccountName"), (name) => {
          const account = name ?? "default";
          const place = placeOf(workload, graph);
          const accounts = graph
            .ofType(SERVICE_ACCOUNT)
            .filter((one) => clusterName(one)?.split("/").at(-1) === account && placeOf(one, graph) === place);
          // What the pod says goes before what its account says.
          const without = mounts === undefined ? accounts.map((one) => noToken(one, message)) : [];
          return any([...without, isBound(account, place, graph)], fail(message, own));
        });
      });
    },
  },
  "k8s-no-secrets-in-environment": {
    types: [...WORKLOADS, CONFIG_MAP],
    check(node, graph) {
      if (node.type === CONFIG_MAP) {
        const data = node.property("data");
        if (data.unknown) return undetermined(data);
        return all(
          ...data.entries.map(([name, value]) =>
            isNoPlainSecret(name, value, graph, `${name} holds a secret in plain text.`),
          ),
        );
      }
      return containers(node, (container) => holdsNoPlainSecret(container.at("env"), nameOf(container), graph));
    },
  },
  "k8s-pinned-images": {
    types: WORKLOADS,
    check(workload, graph) {
      return containers(workload, (container) => isPinned(container.at("image"), graph));
    },
  },
  "k8s-not-public": {
    types: [SERVICE, INGRESS],
    check(node, graph) {
      if (node.type === INGRESS) {
        const note = (name: string) => node.property(`metadata.annotations["alb.ingress.kubernetes.io/${name}"]`);
        return when(note("scheme"), (scheme) =>
          scheme === "internet-facing"
            ? when(note("wafv2-acl-arn"), (acl) =>
                acl ? PASS : fail("It is on the internet without a web ACL.", note("scheme")),
              )
            : PASS,
        );
      }
      const outside = node.property("spec.externalIPs");
      const type = node.property("spec.type");
      return all(
        when(outside, (list) =>
          Array.isArray(list) && list.length > 0 ? fail("It takes packets to addresses of others.", outside) : PASS,
        ),
        when(type, (kind) => {
          if (kind === "NodePort") return behindBalancer(node, graph);
          return kind === "LoadBalancer" ? publicBalancer(node) : PASS;
        }),
      );
    },
  },
  "k8s-bindings": {
    types: BINDINGS,
    check(binding) {
      const role = binding.property("roleRef.name");
      return all(
        when(role, (name) =>
          name === "cluster-admin" ? fail("Its subjects may do everything, everywhere.", role) : PASS,
        ),
        each(binding.property("subjects"), (subject) =>
          when(subject.at("name"), (name) =>
            EVERYBODY.includes(String(name)) ? fail(`${String(name)} is everybody.`, subject) : PASS,
          ),
        ),
      );
    },
  },
  "k8s-rbac-named": {
    types: ROLES,
    check(role) {
      return each(role.property("rules"), (rule) => {
        const list = (name: string, refused: readonly string[], message: string) =>
          each(rule.at(name), (item) =>
            when(item, (value) => (refused.includes(String(value)) ? fail(message, item) : PASS)),
          );
        return all(
          list("verbs", ["*"], "It allows everything, today's verbs and tomorrow's."),
          list("resources", ["*", "*/*"], "It is about everything, secrets included."),
          list("apiGroups", ["*"], "It is about every API that somebody adds to the cluster."),
          list("verbs", ESCALATING, "Whoever has it can give himself more."),
        );
      });
    },
  },
});

function noToken(account: ResourceNode, message: string): Outcome {
  return when(account.property("automountServiceAccountToken"), (mounts) =>
    mounts === undefined || isTrue(mounts) ? fail(message) : PASS,
  );
}
