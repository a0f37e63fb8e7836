import type * as pulumi from "@pulumi/pulumi";
import { fitName, shortRegion } from "../../components/core";
import { Firewall } from "../../components/edge/firewall";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { signInUrl, UserPool } from "../../components/security/user-pool";
import type { PaymentsConfig } from "./config";

export interface SignIn {
  /** Pools whose identity tokens the region's API takes. */
  readonly userPoolArns: readonly pulumi.Input<string>[];
  /** The region's own pool, where the configuration names none. */
  readonly pool?: UserPool;
}

export interface SignInSite {
  readonly prefix: string;
  readonly region: Region;
  /** Key of logs. */
  readonly key: Key;
}

/**
 * People who use the web front sign in at a user pool of this region, behind a web ACL of its own: that of the API grants more requests to whoever
 * shows an API key, which passwords must not be guessed with. Or at pools that stand already; an API takes those of any region.
 */
export function signIn(config: PaymentsConfig, { prefix, region, key }: SignInSite): SignIn {
  const { userPoolArns, email } = config.signIn;
  if (userPoolArns !== undefined) return { userPoolArns };
  const here = { parent: region };
  const front = `https://${config.domain.web}.${config.domain.name}`;
  const pool = new UserPool(
    `${prefix}-sign-in`,
    {
      key,
      domain: { prefix: domainPrefix(config, region.region) },
      callbackUrls: [`${front}/signed-in`],
      logoutUrls: [`${front}/`],
      email: email && { from: email.from, identityArn: region.arnOf("ses", `identity/${email.identity}`) },
    },
    here,
  );
  new Firewall(
    `${prefix}-sign-in-firewall`,
    {
      scope: "REGIONAL",
      key,
      mode: config.firewall.mode,
      rateLimitPer5Minutes: config.firewall.requestsPer5Minutes,
      associate: { "sign-in": pool.arn },
    },
    here,
  );
  return { userPoolArns: [pool.arn], pool };
}

/** What the web front calls: the API, and where its users get their tokens. Known without any output, so that the front waits for no region. */
export function originsCalled(config: PaymentsConfig): string[] {
  const { domain, regions, signIn: given } = config;
  const api = `${domain.api}.${domain.name}`;
  if (given.origin !== undefined) return [`https://${api}`, given.origin];
  // A region's API takes the tokens of its own pool alone, so a user calls it by its own name.
  return [
    `https://${api}`,
    ...regions.flatMap(({ name }) => [
      `https://${shortRegion(name)}.${api}`,
      signInUrl(domainPrefix(config, name), name),
    ]),
  ];
}

/** Unique in a region over all accounts, as the domain is. */
function domainPrefix({ domain }: PaymentsConfig, region: string): string {
  return fitName("userPoolDomain", `${domain.name}-${shortRegion(region)}`);
}
