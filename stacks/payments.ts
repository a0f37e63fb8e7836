import { ShieldProtection } from "../components/edge/shield-protection";
import type { System } from "./config/system";
import { crossChecks } from "./payments/checks";
import { type PaymentsConfig, paymentsSchema } from "./payments/config";
import type { PaymentsOutputs, RegionOutputs } from "./payments/outputs";
import { paymentsRegion, type RegionalPayments } from "./payments/region";
import { webFront } from "./payments/web-front";
import { world } from "./payments/world";

/**
 * Global payment services.
 *
 *     Route 53 -> CloudFront + WAF -> S3                    the web front, worldwide
 *     Route 53 (latency, health) -> regional API + WAF      mobile apps and external clients
 *       -> VPC link -> NLB -> Fargate services over three zones
 *          -> queues -> processor integration -> NAT -> payment processors
 *          -> write buffer -> ledger writer -> sharded PostgreSQL, Valkey in front
 *
 * Regions share nothing, unless an Aurora global database is chosen in place of the shards, and roll out one after another.
 */
export const payments: System<typeof paymentsSchema> = { schema: paymentsSchema, crossChecks, build };

function build(config: PaymentsConfig): PaymentsOutputs {
  const shared = world(config);
  const web = webFront(config, shared);
  if (config.shieldAdvanced) {
    new ShieldProtection(
      "payments-shield",
      {
        resources: {
          web: { kind: "distribution", arn: web.distributionArn },
          zone: { kind: "hosted-zone", arn: shared.dns.zoneArn },
        },
      },
      { parent: shared.site },
    );
  }

  const regions: Record<string, RegionOutputs> = {};
  let previous: RegionalPayments | undefined;
  for (const site of config.regions) {
    previous = paymentsRegion(config, site, shared, previous);
    regions[site.name] = previous.outputs;
  }

  return {
    frontendUrl: web.url,
    apiUrl: `https://${config.domain.api}.${config.domain.name}`,
    frontend: { bucket: web.bucketName, distributionId: web.distributionId },
    nameServers: shared.dns.nameServers,
    regions,
  };
}
