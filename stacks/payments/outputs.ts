import type * as pulumi from "@pulumi/pulumi";

/** By region name, e.g. `eu-west-1`. */
type ByRegion<T> = Record<string, T>;

/** Where the services of one region find each other and their data. Nothing in it is secret; secrets are named by their ARNs. */
export interface RegionOutputs {
  /** Public API of this region, whatever the health of the others: `https://<short region>.<api host>`. */
  readonly apiUrl: string;
  /**
   * Where the web front's users sign in: user pool, its public client, origin of the pages and of `/oauth2/token`. The token goes to this region's
   * own `apiUrl`. Absent where the configuration names the pools.
   */
  readonly signIn?: {
    readonly userPoolId: pulumi.Output<string>;
    readonly clientId: pulumi.Output<string>;
    readonly url: string;
  };
  /** Private API, reachable through the VPC's own endpoint. */
  readonly privateApiUrl: pulumi.Output<string>;
  /** Zone -> address that calls to payment processors come from: hand them over to be whitelisted. */
  readonly natAddresses: Record<string, pulumi.Output<string>>;
  /** Queue -> what a client library asks for. */
  readonly queues: Record<string, { readonly url: pulumi.Output<string>; readonly arn: pulumi.Output<string> }>;
  /** Kafka brokers (SASL/IAM over TLS), where `messaging.kind` is `kafka`. */
  readonly kafkaBrokers?: pulumi.Output<string>;
  readonly database: DatabaseOutputs;
  readonly cache: {
    readonly primary: pulumi.Output<string>;
    readonly reader: pulumi.Output<string>;
    readonly port: number;
  };
  /** What each secret opens -> its ARN. */
  readonly secretArns: Record<string, pulumi.Output<string>>;
  /** Service -> repository that its image is pushed to. */
  readonly imageRepositories: Record<string, pulumi.Output<string>>;
  /** Opens the dashboard in the AWS console. */
  readonly dashboardUrl: pulumi.Output<string>;
  /** OpenSearch Dashboards, where `observability.logSearch` is set. */
  readonly logSearchUrl?: pulumi.Output<string>;
  /** Grafana, where `observability.metrics` is set. */
  readonly grafanaUrl?: pulumi.Output<string>;
}

/** `rds`: the parameter that maps client ids to shards, and each shard's endpoints. `aurora-global`: those of the cluster. */
export interface DatabaseOutputs {
  /** Parameter that services read to find the shard of a client id. */
  readonly directory?: pulumi.Output<string>;
  /** `<host>:<port>` that follows the writer from region to region, for whoever has a network path to each of them. */
  readonly globalWriter?: pulumi.Output<string>;
  /**
   * Shard (or `ledger`, the region's Aurora cluster) -> `<host>:<port>` to write to and hosts to read from; without any, reads go to the
   * writer. The writer of an Aurora cluster that follows is inactive; its reader takes writes and sends them on.
   */
  readonly endpoints: Record<
    string,
    { readonly writer: pulumi.Output<string>; readonly readers: pulumi.Output<string>[] }
  >;
}

/** Outputs of the payments stack. */
export interface PaymentsOutputs {
  /** The web front, e.g. `https://www.pay.example.com`. */
  readonly frontendUrl: string;
  /** The API at the nearest healthy region. */
  readonly apiUrl: string;
  /** Bucket and distribution that a release of the web front is uploaded to and served by. */
  readonly frontend: { readonly bucket: pulumi.Output<string>; readonly distributionId: pulumi.Output<string> };
  /** Name servers to enter at the parent zone, where the stack made the zone. */
  readonly nameServers: pulumi.Output<string[]>;
  readonly regions: ByRegion<RegionOutputs>;
}
