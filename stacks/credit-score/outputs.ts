import type * as pulumi from "@pulumi/pulumi";
import type { ServiceName } from "./config";

/** What a release pipeline has to know of one service. */
export interface ReleaseTarget {
  /** Where its image is pushed to. */
  readonly repositoryUrl: pulumi.Output<string>;
  readonly serviceArn: pulumi.Output<string>;
  readonly taskDefinitionArn: pulumi.Output<string>;
}

/** Outputs of a credit-score stack. Nothing in them is secret; secrets are named by their ARNs. */
export interface CreditScoreOutputs {
  /** Asynchronous requests and authorizations. */
  readonly apiUrl: string;
  /** Clients that wait for the answer. */
  readonly directUrl: string;
  /** Zone -> address that webhooks and calls to banks come from: clients and banks whitelist them. */
  readonly natAddresses: Record<string, pulumi.Output<string>>;
  readonly eventBus: {
    readonly name: string;
    readonly arn: pulumi.Output<string>;
    /** Registry with the contracts between the services. */
    readonly registry: string;
    readonly undeliveredUrl: pulumi.Output<string>;
  };
  /** Consumer -> its queue, and where go the messages that it could not work off. */
  readonly queues: Record<string, { readonly url: pulumi.Output<string>; readonly dlqUrl: pulumi.Output<string> }>;
  readonly tables: { readonly scores: string; readonly tokens: string };
  /** What each secret opens -> its ARN. */
  readonly secretArns: Record<string, pulumi.Output<string>>;
  readonly clusterName: string;
  /** Service -> what a pipeline releases it by. */
  readonly releases: Record<ServiceName, ReleaseTarget>;
  /** What builds and deploys, where the stack has it. */
  readonly pipeline?: {
    readonly name: string;
    /** Somebody has to complete it in the console once. */
    readonly connectionArn: pulumi.Output<string>;
    /** Stage -> its role: those of QA and Production stand under `deployments.<stack>.roles` in the bootstrap stack's file. */
    readonly roleArns: Readonly<Record<string, pulumi.Output<string>>>;
    /** Holds the API key that the integration tests use at QA. */
    readonly testClientArn: pulumi.Output<string>;
  };
  /** Name servers to enter at the parent zone, where the stack made the zone. */
  readonly nameServers: pulumi.Output<string[]>;
  readonly dashboardUrl: pulumi.Output<string>;
}
