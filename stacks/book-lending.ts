import { BlueGreenVms } from "../components/compute/blue-green-vms";
import { Vpc } from "../components/network/vpc";
import { Dashboard } from "../components/observability/dashboard";
import { crossChecks } from "./book-lending/checks";
import { type BookLendingConfig, bookLendingSchema } from "./book-lending/config";
import { data } from "./book-lending/data";
import { delivery } from "./book-lending/delivery";
import { foundation } from "./book-lending/foundation";
import { front } from "./book-lending/front";
import { machines } from "./book-lending/machines";
import type { BookLendingOutputs } from "./book-lending/outputs";
import type { System } from "./config/system";

/**
 * Book lending: an application on two machines, blue and green, one of which serves.
 *
 *     borrowers -> Route 53 -> WAF -> load balancer -> blue | green: nginx -> two containers
 *       -> PostgreSQL, primary and standby
 *       -> reservations, one after the other for each book
 *       -> NAT -> payment processor, identity provider
 *
 *     a commit -> image, tests -> the idle machine -> healthy -> load balancer -> watched
 *
 * Which machine serves, and which image each runs, is the pipeline's to say: no update of this program changes either.
 */
export const bookLending: System<typeof bookLendingSchema> = { schema: bookLendingSchema, crossChecks, build };

function build(config: BookLendingConfig): BookLendingOutputs {
  const base = foundation(config);
  const here = { parent: base.region };
  const { cidr, name, zones } = config.region;
  const vpc = new Vpc(
    "book-lending-vpc",
    {
      cidr,
      zones,
      key: base.logKey,
      endpoints: ["ec2", "ecr", "kms", "logs", "monitoring", "secretsmanager", "sqs", "ssm", "sts"],
      readableBuckets: [BlueGreenVms.packageBucket(name)],
      publicPorts: [80, 443],
      outboundPorts: [...new Set([config.paymentProcessor.port, config.identityProvider.port])],
    },
    here,
  );

  const entrance = front(config, base, vpc);
  const stores = data(config, base, vpc);
  const { vms, image } = machines(config, base, vpc, entrance, stores);
  const pipeline = delivery(config, base, vms, image);

  const dashboard = new Dashboard(
    "book-lending-dashboard",
    { components: [base.region], title: `Book lending, ${name}` },
    here,
  );
  const { database, identityClient, processorCredentials, reservations } = stores;
  return {
    url: entrance.url,
    nameServers: base.dns.nameServers,
    deployment: { listenerRuleArn: vms.listenerRuleArn, vms: vms.vms, deployDocument: vms.deployDocument },
    imageRepository: image.repositoryUrl,
    pipeline: { name: pipeline.pipelineName, connectionArn: pipeline.connectionArn },
    natAddresses: vpc.natAddresses,
    database: { endpoint: database.endpoint, masterSecretArn: database.secretArn },
    reservations: { url: reservations.url, arn: reservations.arn },
    secretArns: { paymentProcessor: processorCredentials.arn, identityProvider: identityClient.arn },
    dashboardUrl: dashboard.url,
  };
}
