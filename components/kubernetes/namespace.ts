import * as core from "@pulumi/kubernetes/core/v1";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentArgs, type Transform } from "../core";
import type { KubernetesClusterLike } from "./cluster-like";

/** What all pods of a namespace may ask for together. */
export interface NamespaceQuota {
  /** Default 100. */
  pods?: number;
  /** vCPUs. Default 64. */
  cpu?: number;
  /** Default 128. */
  memoryGiB?: number;
}

export interface NamespaceArgs extends ComponentArgs {
  cluster: KubernetesClusterLike;
  /** Name in the cluster, 1-63 lower case letters, digits and hyphens. It cannot be changed without replacing all that is in it. Default: the component's own. */
  namespaceName?: string;
  /** Keeps one system's mistake from taking the nodes of the others. */
  quota?: NamespaceQuota;
  transform?: {
    namespace?: Transform<core.NamespaceArgs>;
    quota?: Transform<core.ResourceQuotaArgs>;
  };
}

const NAME = /^(?!default$|kube-)[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/**
 * A namespace in which nothing may talk to anything until somebody allows it, and in which only pods run that Kubernetes' `restricted` standard lets in: not as root, without
 * privileges, host access or Linux capabilities (https://kubernetes.io/docs/concepts/security/pod-security-standards/).
 *
 *     const namespace = new Namespace("rewards", { cluster });
 *     new Microservice("onboarding", { cluster, vpc, namespace, ... });
 *
 * Its quota admits no load balancers of Kubernetes' own making: they would stand outside of the program, and of its policies. A container that asks for nothing gets
 * 100 thousandths of a vCPU and 256 MiB.
 *
 * Cost: none. Data loss: deleting it deletes all that is in it (in production protected).
 */
export class Namespace extends Component {
  readonly namespaceName: string;
  /** The same, once it stands: what is made with it is made after it. */
  readonly ready: pulumi.Output<string>;
  readonly cluster: KubernetesClusterLike;
  readonly nodes: {
    readonly namespace: core.Namespace;
    readonly denyAll: networking.NetworkPolicy;
    readonly quota: core.ResourceQuota;
    readonly limits: core.LimitRange;
  };
  private readonly args: NamespaceArgs;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:kubernetes:Namespace", name, args, opts);
    this.args = args;
    this.cluster = args.cluster;
    this.namespaceName = args.namespaceName ?? this.identity.toLowerCase();
    this.validate();

    const namespace = this.createNamespace();
    this.ready = namespace.metadata.name;
    this.nodes = {
      namespace,
      denyAll: this.createDenyAll(),
      quota: this.createQuota(),
      limits: this.createLimits(),
    };
    this.registerOutputs({ namespaceName: this.namespaceName });
  }

  private validate(): void {
    const { quota = {} } = this.args;
    this.check.that(
      NAME.test(this.namespaceName) && this.namespaceName.length <= 63,
      "namespaceName",
      this.namespaceName,
      "Give 1 to 63 lower case letters, digits and hyphens; `default` and what begins with kube- is Kubernetes' own.",
    );
    this.check.integer("quota.pods", quota.pods ?? 100, 1, 100_000);
    this.check.integer("quota.cpu", quota.cpu ?? 64, 1, 100_000, "of vCPUs");
    this.check.integer("quota.memoryGiB", quota.memoryGiB ?? 128, 1, 1_000_000, "of GiB");
  }

  private createNamespace(): core.Namespace {
    const level = "restricted";
    return new core.Namespace(
      this.childName("namespace"),
      {
        metadata: {
          name: this.namespaceName,
          labels: {
            "pod-security.kubernetes.io/enforce": level,
            "pod-security.kubernetes.io/enforce-version": "latest",
            "pod-security.kubernetes.io/audit": level,
            "pod-security.kubernetes.io/warn": level,
          },
        },
      },
      this.statefulOptions({ provider: this.cluster.provider }, this.args.transform?.namespace),
    );
  }

  private createDenyAll(): networking.NetworkPolicy {
    return new networking.NetworkPolicy(
      this.childName("deny-all"),
      {
        metadata: { name: "deny-all", namespace: this.ready },
        // An empty selector is every pod.
        spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
      },
      this.childOptions({ provider: this.cluster.provider }),
    );
  }

  private createQuota(): core.ResourceQuota {
    const { pods = 100, cpu = 64, memoryGiB = 128 } = this.args.quota ?? {};
    return new core.ResourceQuota(
      this.childName("quota"),
      {
        metadata: { name: "quota", namespace: this.ready },
        spec: {
          hard: {
            pods: String(pods),
            "requests.cpu": String(cpu),
            "requests.memory": `${memoryGiB}Gi`,
            "limits.memory": `${memoryGiB}Gi`,
            "services.loadbalancers": "0",
          },
        },
      },
      this.childOptions({ provider: this.cluster.provider }, this.args.transform?.quota),
    );
  }

  private createLimits(): core.LimitRange {
    return new core.LimitRange(
      this.childName("limits"),
      {
        metadata: { name: "limits", namespace: this.ready },
        spec: {
          limits: [
            { type: "Container", default: { memory: "256Mi" }, defaultRequest: { cpu: "100m", memory: "256Mi" } },
          ],
        },
      },
      this.childOptions({ provider: this.cluster.provider }),
    );
  }
}
