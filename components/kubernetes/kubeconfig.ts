import * as pulumi from "@pulumi/pulumi";

export interface KubeconfigArgs {
  readonly clusterName: string;
  readonly region: string;
  readonly endpoint: pulumi.Input<string>;
  /** Base64, as EKS gives it. */
  readonly certificateAuthority: pulumi.Input<string>;
}

/**
 * How a client reaches the cluster. It holds no credentials: the AWS CLI signs a token with those of whoever runs it
 * (https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html), for 15 minutes.
 */
export function kubeconfig({
  clusterName,
  region,
  endpoint,
  certificateAuthority,
}: KubeconfigArgs): pulumi.Output<string> {
  return pulumi.all([endpoint, certificateAuthority]).apply(([server, authority]) =>
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: clusterName, cluster: { server, "certificate-authority-data": authority } }],
      users: [
        {
          name: clusterName,
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1beta1",
              command: "aws",
              args: ["eks", "get-token", "--cluster-name", clusterName, "--region", region, "--output", "json"],
              interactiveMode: "Never",
            },
          },
        },
      ],
      contexts: [{ name: clusterName, context: { cluster: clusterName, user: clusterName } }],
      "current-context": clusterName,
    }),
  );
}
