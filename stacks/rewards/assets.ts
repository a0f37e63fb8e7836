import { Certificate } from "../../components/edge/certificate";
import { ContentStore } from "../../components/edge/content-store";
import type { Dns } from "../../components/edge/dns";
import { Firewall } from "../../components/edge/firewall";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import type { RewardsConfig } from "./config";

/** Merchants' pictures and catalogs: uploaded by signed forms, read by everyone through CloudFront, behind a web ACL of its own. */
export function assets(
  { clients, firewall }: RewardsConfig,
  { site, dns, key, host }: { readonly site: Region; readonly dns: Dns; readonly key: Key; readonly host: string },
): ContentStore {
  const here = { parent: site };
  return new ContentStore(
    "rewards-assets",
    {
      domainNames: [host],
      dns,
      key,
      certificate: new Certificate("rewards-assets-certificate", { domainName: host, zone: dns }, here),
      firewall: new Firewall(
        "rewards-assets-firewall",
        { scope: "CLOUDFRONT", key, mode: firewall.mode, rateLimitPer5Minutes: firewall.requestsPer5Minutes },
        here,
      ),
      // Catalogs of goods, and pictures of them.
      contentTypes: ["application/json", "image/avif", "image/jpeg", "image/png", "image/webp"],
      // Buyers are in the United States.
      priceClass: "PriceClass_100",
      uploadFrom: [...new Set(clients.callbackUrls.map((url) => new URL(url).origin))],
    },
    here,
  );
}
