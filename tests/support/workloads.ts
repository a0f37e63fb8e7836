import * as aws from "@pulumi/aws";
import { Provider } from "@pulumi/kubernetes/provider";
import type * as pulumi from "@pulumi/pulumi";
import { Component, policyDocument } from "../../components/core";
import type { KubernetesClusterLike, PodIdentity, PodSubject } from "../../components/kubernetes/cluster-like";
import { Microservice, type MicroserviceArgs } from "../../components/kubernetes/microservice";
import { Namespace } from "../../components/kubernetes/namespace";
import { PollingJob, type PollingJobArgs } from "../../components/kubernetes/polling-job";
import { Connections } from "../../components/network/connections";
import type { NetworkLike } from "../../components/network/network-like";
import { Key } from "../../components/security/key";
import { Secret } from "../../components/security/secret";
import { TestNetwork } from "./fixtures";

export const POD_IMAGE = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/rewards/users@sha256:${"0a".repeat(32)}`;

/** A cluster that exists already, for tests of what runs in one. */
export class TestKubernetesCluster extends Component implements KubernetesClusterLike {
  readonly clusterName: string;
  readonly provider: Provider;
  readonly connections: Connections;

  constructor(name: string, vpc: NetworkLike, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:test:TestKubernetesCluster", name, {}, opts);
    this.clusterName = name;
    this.provider = new Provider(
      this.childName("provider"),
      { kubeconfig: "{}", clusterIdentifier: name },
      this.childOptions(),
    );
    const group = new aws.ec2.SecurityGroup(
      this.childName("nodes"),
      { vpcId: vpc.vpcId, description: "Nodes" },
      this.childOptions(),
    );
    this.connections = new Connections(this, group);
    this.registerOutputs({});
  }

  podIdentity(key: string, { namespace, serviceAccount }: PodSubject): PodIdentity {
    const trust = policyDocument([
      {
        Effect: "Allow",
        Principal: { Service: "pods.eks.amazonaws.com" },
        Action: ["sts:AssumeRole", "sts:TagSession"],
      },
    ]);
    const role = new aws.iam.Role(
      this.childName(`${key}-role`),
      { assumeRolePolicy: trust, description: `${namespace}/${serviceAccount}` },
      this.childOptions(),
    );
    return { grantName: `${this.name}-${key}`, role, association: role };
  }
}

export interface TestSite {
  readonly vpc: NetworkLike;
  readonly cluster: KubernetesClusterLike;
  readonly namespace: Namespace;
  readonly tls: Secret;
}

/** Network, cluster, namespace and certificate, all named after `name`. */
export function testSite(name: string, opts?: pulumi.ComponentResourceOptions): TestSite {
  const vpc = new TestNetwork(`${name}-vpc`, opts);
  const cluster = new TestKubernetesCluster(`${name}-cluster`, vpc, opts);
  const namespace = new Namespace(`${name}-namespace`, { cluster }, opts);
  const key = new Key(`${name}-key`, { description: "Secrets" }, opts);
  const fields = ["certificate", "privateKey"];
  return { vpc, cluster, namespace, tls: new Secret(`${name}-tls`, { key, description: "TLS", fields }, opts) };
}

export function testMicroservice(
  name: string,
  args: Partial<MicroserviceArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
  site: TestSite = testSite(name, opts),
): Microservice {
  const size = { cpuMillis: 500, memoryMiB: 512, replicas: { min: 3, max: 12 } };
  return new Microservice(name, { ...site, image: POD_IMAGE, port: 8443, ...size, ...args }, opts);
}

export function testPollingJob(
  name: string,
  args: Partial<PollingJobArgs> = {},
  opts?: pulumi.ComponentResourceOptions,
  site: TestSite = testSite(name, opts),
): PollingJob {
  const { cluster, vpc, namespace } = site;
  return new PollingJob(name, { cluster, vpc, namespace, image: POD_IMAGE, schedule: "0/15 * * * *", ...args }, opts);
}
