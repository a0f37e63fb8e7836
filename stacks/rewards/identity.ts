import type { Function } from "../../components/compute/function";
import { fitName, shortRegion } from "../../components/core";
import { Firewall } from "../../components/edge/firewall";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { UserPool } from "../../components/security/user-pool";
import type { RewardsConfig } from "./config";

/**
 * Where users sign up and in, behind a web ACL of its own. Nobody gets an account before the ID validator has said who they are: Cognito asks `identityCheck`
 * first, and makes none when it refuses.
 */
export function identity(
  config: RewardsConfig,
  {
    region,
    logKey,
    identityCheck,
  }: { readonly region: Region; readonly logKey: Key; readonly identityCheck: Function },
): UserPool {
  const here = { parent: region };
  const { clients, domain, firewall } = config;
  const pool = new UserPool(
    "rewards-sign-in",
    {
      key: logKey,
      domain: { prefix: fitName("userPoolDomain", `${domain.name}-${shortRegion(region.region)}`) },
      callbackUrls: clients.callbackUrls,
      logoutUrls: clients.logoutUrls,
      email: clients.email,
      selfSignUp: true,
      preSignUp: identityCheck,
    },
    here,
  );
  new Firewall(
    "rewards-sign-in-firewall",
    {
      scope: "REGIONAL",
      key: logKey,
      mode: firewall.mode,
      rateLimitPer5Minutes: firewall.requestsPer5Minutes,
      associate: { "sign-in": pool.arn },
    },
    here,
  );
  return pool;
}
