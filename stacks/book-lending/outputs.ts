import type * as pulumi from "@pulumi/pulumi";
import type { BlueGreenTarget } from "../../components/delivery/blue-green-target";

/** Outputs of the book-lending stack. Nothing in them is secret. */
export interface BookLendingOutputs {
  /** The application, e.g. `https://app.books.example.com`. */
  readonly url: string;
  /** Name servers to enter at the parent zone, where the stack made the zone. */
  readonly nameServers: pulumi.Output<string[]>;
  /** What a release swaps: the rule whose weights say who serves, both machines, the document that makes one run its image. */
  readonly deployment: BlueGreenTarget;
  /** Repository that images are pushed to. */
  readonly imageRepository: pulumi.Output<string>;
  /** What releases a commit. Its connection waits until somebody has completed it in the AWS console, once. */
  readonly pipeline: { readonly name: string; readonly connectionArn: pulumi.Output<string> };
  /** Zone -> address that the payment processor and the identity provider see: hand them over to be let in. */
  readonly natAddresses: Readonly<Record<string, pulumi.Output<string>>>;
  readonly database: { readonly endpoint: pulumi.Output<string>; readonly masterSecretArn: pulumi.Output<string> };
  /** FIFO queue of reservations; the message group is the book's id. */
  readonly reservations: { readonly url: pulumi.Output<string>; readonly arn: pulumi.Output<string> };
  /** What each secret opens -> its ARN; an operator fills them. */
  readonly secretArns: Readonly<Record<string, pulumi.Output<string>>>;
  /** Opens the dashboard in the AWS console. */
  readonly dashboardUrl: pulumi.Output<string>;
}
