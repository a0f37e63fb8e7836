import type { SignIn } from "../../components/compute/sign-in";
import { fitName, shortRegion } from "../../components/core";
import { Firewall } from "../../components/edge/firewall";
import type { Region } from "../../components/network/region";
import type { Key } from "../../components/security/key";
import { UserPool } from "../../components/security/user-pool";
import type { SignInConfig } from "../config/sign-in";

export interface SignInSettings {
  readonly signIn: SignInConfig;
  readonly firewall: { readonly mode: "block" | "count"; readonly requestsPer5Minutes: number };
}

export interface SignInSite {
  readonly prefix: string;
  readonly region: Region;
  /** Key of logs. */
  readonly key: Key;
  /** Host that people are signed in for. */
  readonly host: string;
}

/**
 * Who signs people in before a request goes further than the load balancer: an external authorization manager over OpenID Connect, or a user pool in front of
 * a company's directory. What a user may see is the manager's to say; it tells the application in the claims that the load balancer hands on.
 */
export function signInAtBalancer(
  { signIn: given, firewall }: SignInSettings,
  { prefix, region, key, host }: SignInSite,
): SignIn {
  if (given.kind === "oidc") {
    const { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint, clientId, clientSecret } = given;
    const endpoints = { issuer, authorizationEndpoint, tokenEndpoint, userInfoEndpoint };
    return {
      oidc: { ...endpoints, clientId, clientSecret },
      scopes: given.scopes,
      sessionMinutes: given.sessionMinutes,
    };
  }
  const here = { parent: region };
  const domain = fitName("userPoolDomain", `${host}-${shortRegion(region.region)}`);
  const pool = new UserPool(
    `${prefix}-sign-in`,
    {
      key,
      domain: { prefix: domain },
      callbackUrls: [`https://${host}/oauth2/idpresponse`],
      logoutUrls: [`https://${host}/`],
      confidential: true,
      federation: given.provider,
    },
    here,
  );
  new Firewall(
    `${prefix}-sign-in-firewall`,
    {
      scope: "REGIONAL",
      key,
      mode: firewall.mode,
      rateLimitPer5Minutes: firewall.requestsPer5Minutes,
      associate: { "sign-in": pool.arn },
    },
    here,
  );
  return {
    cognito: { userPoolArn: pool.arn, clientId: pool.clientId, domain: pool.nodes.domain.domain },
    sessionMinutes: given.sessionMinutes,
  };
}
