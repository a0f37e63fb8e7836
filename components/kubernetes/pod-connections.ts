import type * as aws from "@pulumi/aws";
import * as networking from "@pulumi/kubernetes/networking/v1";
import type { input } from "@pulumi/kubernetes/types";
import type { Component } from "../core";
import { Connections, describePort, type Peer, type Port } from "../network/connections";
import type { Namespace } from "./namespace";

/** Pods that share one set of labels, and with it one security group. */
export interface Pods {
  readonly namespace: Namespace;
  /** Value of the label {@link APP}, and name of all their objects. */
  readonly app: string;
  /** IPv4 range of the VPC that they stand in. */
  readonly vpcCidr: string;
}

/** The label by which a workload's pods are known. */
export const APP = "app.kubernetes.io/name";

/** Kubernetes' own label of every namespace. */
const NAMESPACE_NAME = "kubernetes.io/metadata.name";

/** The EKS Pod Identity agent's address on every node (https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html). */
const POD_IDENTITY_AGENT = "169.254.170.23/32";

/**
 * Connections of pods: security groups and network policies hold for them, so each rule is written as both. A peer in the cluster is named by its labels. Network policies know
 * no security groups: for any other peer of the VPC they open the port to the VPC's range, within which the security groups name who.
 */
export class PodConnections extends Connections {
  constructor(
    owner: Component,
    securityGroup: aws.ec2.SecurityGroup,
    readonly pods: Pods,
    defaultPort?: Port,
  ) {
    super(owner, securityGroup, defaultPort);
  }

  protected override ingress(
    suffix: string,
    port: Port,
    label: string,
    source: Peer,
  ): aws.vpc.SecurityGroupIngressRule {
    this.networkPolicy(`${suffix}-${describePort(port)}`, {
      policyTypes: ["Ingress"],
      ingress: [{ from: [this.peer(source)], ports: [policyPort(port)] }],
    });
    return super.ingress(suffix, port, label, source);
  }

  protected override egress(suffix: string, port: Port, label: string, target: Peer): aws.vpc.SecurityGroupEgressRule {
    this.networkPolicy(`${suffix}-${describePort(port)}`, {
      policyTypes: ["Egress"],
      egress: [{ to: [this.peer(target)], ports: [policyPort(port)] }],
    });
    return super.egress(suffix, port, label, target);
  }

  /**
   * Closes the pods to all but names and roles, which every pod needs, and `entrance`: the port that nodes hand requests from outside of the cluster to.
   * Between nodes such a request has the address of the node that took it.
   */
  close(entrance?: Port): networking.NetworkPolicy {
    const dns: input.networking.v1.NetworkPolicyPeer = {
      namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: "kube-system" } },
      podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
    };
    return this.networkPolicy("own", {
      policyTypes: ["Ingress", "Egress"],
      ingress: entrance && [{ from: [{ ipBlock: { cidr: this.pods.vpcCidr } }], ports: [policyPort(entrance)] }],
      egress: [
        {
          to: [dns],
          ports: [
            { protocol: "UDP", port: 53 },
            { protocol: "TCP", port: 53 },
          ],
        },
        { to: [{ ipBlock: { cidr: POD_IDENTITY_AGENT } }], ports: [{ protocol: "TCP", port: 80 }] },
      ],
    });
  }

  private peer(peer: Peer): input.networking.v1.NetworkPolicyPeer {
    const { namespace, vpcCidr } = this.pods;
    const pods = "connections" in peer && peer.connections instanceof PodConnections && peer.connections.pods;
    if (pods && pods.namespace.cluster === namespace.cluster) {
      return {
        namespaceSelector: { matchLabels: { [NAMESPACE_NAME]: pods.namespace.namespaceName } },
        podSelector: { matchLabels: { [APP]: pods.app } },
      };
    }
    if ("cidrIpv4" in peer) return { ipBlock: { cidr: peer.cidrIpv4 } };
    // The lists are AWS's public ranges.
    if ("prefixListId" in peer) return { ipBlock: { cidr: "0.0.0.0/0", except: [vpcCidr] } };
    return { ipBlock: { cidr: vpcCidr } };
  }

  private networkPolicy(
    suffix: string,
    rules: Omit<input.networking.v1.NetworkPolicySpec, "podSelector">,
  ): networking.NetworkPolicy {
    const { namespace, app } = this.pods;
    return new networking.NetworkPolicy(
      this.owner.childName(suffix),
      {
        metadata: { name: `${app}-${suffix}`.toLowerCase(), namespace: namespace.ready },
        spec: { podSelector: { matchLabels: { [APP]: app } }, ...rules },
      },
      this.owner.childOptions({ provider: namespace.cluster.provider }),
    );
  }
}

const policyPort = ({ protocol, from, to }: Port): input.networking.v1.NetworkPolicyPort => ({
  protocol: protocol.toUpperCase(),
  port: from,
  ...(to === from ? {} : { endPort: to }),
});
