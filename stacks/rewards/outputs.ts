import type * as pulumi from "@pulumi/pulumi";
import type { Analytics } from "./analytics";
import type { FunctionName, ServiceName } from "./config";
import type { Topic } from "./streams";

/** Whose images are pushed. */
export type Repository = ServiceName | FunctionName | "metabase";

/** Outputs of a rewards stack. Nothing in them is secret; secrets are named by their ARNs. */
export interface RewardsOutputs {
  readonly apiUrl: string;
  readonly assetsUrl: string;
  readonly analyticsUrl: string;
  /** Where users sign in, and what clients need for it. */
  readonly signIn: {
    readonly url: string;
    readonly userPoolId: pulumi.Output<string>;
    readonly clientId: pulumi.Output<string>;
  };
  readonly cluster: { readonly name: string; readonly endpoint: pulumi.Output<string> };
  readonly streams: Record<Topic, string>;
  /** Topic -> where Athena finds its archive. */
  readonly archives: Record<Topic, { readonly database: string; readonly table: string }>;
  /** What an administrator enters into Metabase once; where its own database is, for who makes its user. */
  readonly analytics: Analytics["connection"] & {
    readonly database: { readonly endpoint: pulumi.Output<string>; readonly secretArn: pulumi.Output<string> };
  };
  readonly tables: Record<"catalogs" | "balances" | "rules" | "devices", string>;
  readonly database: { readonly endpoint: pulumi.Output<string>; readonly secretArn: pulumi.Output<string> };
  /** What each secret opens -> its ARN. */
  readonly secretArns: Record<string, pulumi.Output<string>>;
  /** Service, function or `metabase` -> where its image is pushed to. */
  readonly repositories: Record<Repository, pulumi.Output<string>>;
  /** Zone -> address that the ID validator and the catalogs' sources are called from. */
  readonly natAddresses: Record<string, pulumi.Output<string>>;
  /** Name servers to enter at the parent zone, where the stack made the zone. */
  readonly nameServers: pulumi.Output<string[]>;
  readonly dashboardUrl: pulumi.Output<string>;
}
