import { BlueGreenVms } from "../../components/compute/blue-green-vms";
import { ContainerImage } from "../../components/delivery/container-image";
import type { Vpc } from "../../components/network/vpc";
import type { BookLendingConfig } from "./config";
import type { Data } from "./data";
import type { Foundation } from "./foundation";
import type { Front } from "./front";

/** The user that the application logs in as, with IAM tokens. A migration creates it and grants it `rds_iam`. */
export const DATABASE_USER = "lending_app";

export interface Machines {
  readonly vms: BlueGreenVms;
  readonly image: ContainerImage;
}

/** Two machines with two containers each, and whom they talk to. What is not here is closed. */
export function machines(
  config: BookLendingConfig,
  base: Foundation,
  vpc: Vpc,
  { balancer }: Front,
  { database, reservations, processorCredentials, identityClient }: Data,
): Machines {
  const here = { parent: base.region };
  // Which image runs is the pipeline's to say: it deploys by digest, and the tag here names none of them.
  const image = new ContainerImage("book-lending-image", { key: base.key, tag: "by-digest" }, here);
  const vms = new BlueGreenVms(
    "book-lending-vms",
    {
      vpc,
      key: base.key,
      logKey: base.logKey,
      launch: config.machines,
      balancer,
      application: {
        image,
        ...config.application,
        settings: {
          DATABASE_HOST: database.address,
          DATABASE_PORT: String(database.port),
          DATABASE_NAME: database.databaseName,
          DATABASE_USER,
          RESERVATIONS_QUEUE_URL: reservations.url,
          OIDC_ISSUER: config.identityProvider.issuer,
          OIDC_CLIENT_ID: config.identityProvider.clientId,
          OIDC_CLIENT_SECRET_ARN: identityClient.arn,
          PROCESSOR_CREDENTIALS_ARN: processorCredentials.arn,
        },
      },
    },
    here,
  );

  database.connections.allowFrom(vms);
  database.grantConnect(vms, DATABASE_USER);
  reservations.grantSend(vms);
  reservations.grantConsume(vms, { longestProcessingSeconds: 30 });
  processorCredentials.grantRead(vms);
  identityClient.grantRead(vms);
  const partners = { "payment-processor": config.paymentProcessor, "identity-provider": config.identityProvider };
  for (const [name, partner] of Object.entries(partners)) vms.connections.allowToPartner(name, partner);
  return { vms, image };
}
