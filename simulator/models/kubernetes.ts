import { createHash } from "node:crypto";
import { KINDS, NAMESPACE } from "../kubernetes-kinds";
import type { Facts, Model, Models } from "../model";

type Values = Readonly<Record<string, unknown>>;

const recordOf = (value: unknown): Values =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
const numberOf = (value: unknown, otherwise: number): number => (typeof value === "number" ? value : otherwise);
const specOf = (facts: Facts): Values => recordOf(facts.inputs.spec);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const isTrue = (type: string, reason: string): Values => ({ type, status: "True", reason });

/** Answers that a controller writes beside the program's own fields. Kinds that are not here have none. */
const ANSWERS: Readonly<Record<string, (facts: Facts) => Values>> = {
  [NAMESPACE]: () => ({ status: { phase: "Active" } }),
  "kubernetes:core/v1:Secret": (facts) => {
    // What is given as text is kept encoded, beside the rest.
    const texts = Object.entries(recordOf(facts.inputs.stringData));
    const encoded = texts.map(([name, text]) => [name, Buffer.from(String(text)).toString("base64")]);
    return {
      data: { ...recordOf(facts.inputs.data), ...Object.fromEntries(encoded) },
      type: facts.text("type") || "Opaque",
    };
  },
  "kubernetes:core/v1:Service": service,
  "kubernetes:core/v1:PersistentVolume": () => ({ status: { phase: "Available" } }),
  "kubernetes:core/v1:PersistentVolumeClaim": (facts) => {
    const spec = specOf(facts);
    return {
      spec: { ...spec, volumeName: spec.volumeName ?? `pvc-${facts.uuid()}` },
      status: { phase: "Bound", accessModes: spec.accessModes, capacity: recordOf(spec.resources).requests },
    };
  },
  "kubernetes:core/v1:Pod": (facts) => ({
    status: { phase: "Running", podIP: address(facts, "10.0"), conditions: [isTrue("Ready", "PodReady")] },
  }),
  "kubernetes:core/v1:ResourceQuota": (facts) => ({ status: { hard: specOf(facts).hard, used: {} } }),
  "kubernetes:apps/v1:Deployment": (facts) => {
    const replicas = numberOf(specOf(facts).replicas, 1);
    const available = isTrue("Available", "MinimumReplicasAvailable");
    return {
      status: {
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
        conditions: [available, isTrue("Progressing", "NewReplicaSetAvailable")],
      },
    };
  },
  "kubernetes:apps/v1:StatefulSet": replicated,
  "kubernetes:apps/v1:ReplicaSet": replicated,
  "kubernetes:apps/v1:DaemonSet": () => ({
    status: {
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
    },
  }),
  "kubernetes:batch/v1:Job": (facts) => ({
    status: {
      succeeded: numberOf(specOf(facts).completions, 1),
      conditions: [isTrue("Complete", "CompletionsReached")],
    },
  }),
  "kubernetes:batch/v1:CronJob": () => ({ status: {} }),
  "kubernetes:networking.k8s.io/v1:Ingress": () => ({ status: { loadBalancer: {} } }),
  "kubernetes:networking.k8s.io/v1:NetworkPolicy": () => ({ status: {} }),
  "kubernetes:policy/v1:PodDisruptionBudget": () => ({
    status: { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 },
  }),
  "kubernetes:autoscaling/v1:HorizontalPodAutoscaler": scaled,
  "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": scaled,
  "kubernetes:admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy": () => ({ status: {} }),
  "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition": () => ({
    status: { conditions: [isTrue("Established", "InitialNamesAccepted")] },
  }),
};

function replicated(facts: Facts): Values {
  const replicas = numberOf(specOf(facts).replicas, 1);
  return { status: { replicas, readyReplicas: replicas, availableReplicas: replicas } };
}

function scaled(facts: Facts): Values {
  const replicas = numberOf(specOf(facts).minReplicas, 1);
  return { status: { currentReplicas: replicas, desiredReplicas: replicas } };
}

/** A Service has an address of its own in the cluster, and a port on every node where it is reached through the nodes. */
function service(facts: Facts): Values {
  const spec = specOf(facts);
  const type = typeof spec.type === "string" ? spec.type : "ClusterIP";
  const onNodes = type === "NodePort" || type === "LoadBalancer";
  const ports = listOf(spec.ports).map((port, index) => {
    const given = recordOf(port);
    const free = 30_000 + ((parseInt(facts.hex(6), 16) + index) % 2768);
    return {
      protocol: "TCP",
      targetPort: given.port,
      ...given,
      ...(onNodes ? { nodePort: given.nodePort ?? free } : {}),
    };
  });
  const clusterIP = type === "ExternalName" ? undefined : (spec.clusterIP ?? address(facts, "172.20"));
  const name = `${facts.hex(32)}-${facts.hex(10)}.elb.${facts.region}.amazonaws.com`;
  return {
    spec: { sessionAffinity: "None", ...spec, type, ports, clusterIP, clusterIPs: clusterIP && [clusterIP] },
    status: { loadBalancer: type === "LoadBalancer" ? { ingress: [{ hostname: name }] } : {} },
  };
}

const address = (facts: Facts, network: string): string =>
  `${network}.${parseInt(facts.hex(2), 16)}.${1 + (parseInt(facts.hex(4), 16) % 250)}`;

function metadata(facts: Facts, namespaced: boolean): Values {
  const given = recordOf(facts.inputs.metadata);
  const labels = facts.type === NAMESPACE ? { "kubernetes.io/metadata.name": facts.name } : {};
  const hasLabels = given.labels !== undefined || facts.type === NAMESPACE;
  return {
    ...given,
    ...(hasLabels ? { labels: { ...labels, ...recordOf(given.labels) } } : {}),
    name: facts.name,
    ...(namespaced ? { namespace: namespaceOf(facts) } : {}),
    uid: facts.uuid(),
    resourceVersion: versionOf(facts),
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
}

/** Another after every change; of no secret's contents. */
function versionOf({ type, urn, generation, inputs }: Facts): string {
  const told = type === "kubernetes:core/v1:Secret" ? inputs.metadata : inputs;
  const digest = createHash("sha256").update(JSON.stringify([urn, generation, told]));
  return String(digest.digest().readUInt32BE(0));
}

const namespaceOf = (facts: Facts): string => {
  const { namespace } = recordOf(facts.inputs.metadata);
  return typeof namespace === "string" ? namespace : "default";
};

/** Objects of a cluster's own API, with what the API server and the controllers add to them. */
export const kubernetes: Models = Object.fromEntries(
  Object.entries(KINDS).map(([type, { namespaced }]): [string, Model] => [
    type,
    {
      nameProperty: "metadata.name",
      id: (facts) => (namespaced ? `${namespaceOf(facts)}/${facts.name}` : facts.name),
      outputs: (facts) => ({ metadata: metadata(facts, namespaced), ...ANSWERS[type]?.(facts) }),
    },
  ]),
);
