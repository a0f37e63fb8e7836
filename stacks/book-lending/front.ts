import { ApplicationLoadBalancer } from "../../components/compute/application-load-balancer";
import { Certificate } from "../../components/edge/certificate";
import { Firewall } from "../../components/edge/firewall";
import type { Vpc } from "../../components/network/vpc";
import type { BookLendingConfig } from "./config";
import type { Foundation } from "./foundation";

export interface Front {
  readonly url: string;
  readonly balancer: ApplicationLoadBalancer;
}

/** The way in: name, certificate, web ACL, load balancer. */
export function front({ domain, firewall }: BookLendingConfig, base: Foundation, vpc: Vpc): Front {
  const here = { parent: base.region };
  const host = `${domain.app}.${domain.name}`;
  const certificate = new Certificate("book-lending-certificate", { domainName: host, zone: base.dns }, here);
  const webAcl = new Firewall(
    "book-lending-firewall",
    {
      scope: "REGIONAL",
      key: base.logKey,
      mode: firewall.mode,
      rateLimitPer5Minutes: firewall.requestsPer5Minutes,
    },
    here,
  );
  const balancer = new ApplicationLoadBalancer(
    "book-lending-alb",
    {
      vpc,
      certificateArn: certificate.certificateArn,
      internal: false,
      openTo: "internet",
      firewall: webAcl,
    },
    here,
  );
  base.dns.alias("app", host, balancer);
  return { url: `https://${host}`, balancer };
}
