import { Certificate } from "../../components/edge/certificate";
import { Firewall } from "../../components/edge/firewall";
import { Frontend } from "../../components/edge/frontend";
import type { PaymentsConfig } from "./config";
import { originsCalled } from "./sign-in";
import type { World } from "./world";

/** Route 53 -> CloudFront with WAF -> private S3: the web front, served from the edge nearest to the user. */
export function webFront(config: PaymentsConfig, { site, key, dns }: World): Frontend {
  const here = { parent: site };
  const host = `${config.domain.web}.${config.domain.name}`;
  const certificate = new Certificate("payments-web-certificate", { domainName: host, zone: dns }, here);
  const firewall = new Firewall(
    "payments-web-firewall",
    {
      scope: "CLOUDFRONT",
      key,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
    },
    here,
  );
  return new Frontend(
    "payments-web",
    {
      domainNames: [host],
      certificate,
      dns,
      firewall,
      key,
      connectTo: originsCalled(config),
      dataClass: "public",
    },
    here,
  );
}
