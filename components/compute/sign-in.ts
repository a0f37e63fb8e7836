import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../core";

/** An external authorization manager that speaks OpenID Connect: it signs people in, and it alone holds who may do what. */
export interface OidcProvider {
  /** `iss` of its tokens, e.g. `https://login.example.com/oauth2/default`. */
  issuer: string;
  /** Where browsers are sent. It, and the next two, must be HTTPS URLs that the internet's DNS knows: the load balancer looks them up there. */
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userInfoEndpoint: string;
  clientId: pulumi.Input<string>;
  /**
   * Elastic Load Balancing takes the secret as an argument of the rule and nothing else, no reference to Secrets Manager: it passes through Pulumi's state,
   * always as a Pulumi secret (`pulumi config set --secret`), which the stack's secrets provider encrypts. AWS never gives it back. To rotate it,
   * make a second one at the provider, set it, update, and take the first one away. Cognito, or mutual TLS at the provider's side, avoids it.
   */
  clientSecret: pulumi.Input<string>;
}

/** A Cognito user pool, alone or with a federated provider behind it; `UserPool.balancerSignIn` makes one. Its client's secret never leaves AWS. */
export interface CognitoProvider {
  userPoolArn: pulumi.Input<string>;
  /** A client with a secret and the authorization code grant, whose callback is `https://<host>/oauth2/idpresponse`. */
  clientId: pulumi.Input<string>;
  /** Prefix of the pool's domain, or the whole name of a domain of one's own. */
  domain: pulumi.Input<string>;
}

/** Who signs people in at a load balancer, before a request reaches a target. */
export type SignIn = ({ oidc: OidcProvider } | { cognito: CognitoProvider }) & {
  /** What is asked for. Default `openid`. */
  scopes?: readonly string[];
  /**
   * Minutes until the load balancer asks the provider again, 1-10080. Default 15: whoever was idle so long has to prove that a session is left there
   * (PCI DSS 8.2.8); if it is, the way there and back goes unnoticed, but what a form sent at that moment is lost.
   */
  sessionMinutes?: number;
  /** Where the provider's token and user info endpoints can be: label -> IPv4 range that the load balancer may call on 443. Default: everywhere. */
  providerRanges?: Readonly<Record<string, string>>;
};

const HTTPS = /^https:\/\/[a-z0-9.-]+(:\d+)?(\/[^\s#?]*)?$/;

export function checkSignIn(check: ArgumentCheck, signIn: SignIn): void {
  const scopes = signIn.scopes ?? ["openid"];
  check.that(scopes.includes("openid"), "signIn.scopes", scopes, "Name `openid`: without it there is no identity.");
  check.integer("signIn.sessionMinutes", signIn.sessionMinutes ?? 15, 1, 10_080, "of minutes");
  if (signIn.providerRanges !== undefined)
    check.atLeast("signIn.providerRanges", signIn.providerRanges, 1, "range, or leave it out");
  if (!("oidc" in signIn)) return;
  for (const argument of ["issuer", "authorizationEndpoint", "tokenEndpoint", "userInfoEndpoint"] as const) {
    check.matches(`signIn.oidc.${argument}`, signIn.oidc[argument], HTTPS, "Give a whole HTTPS URL, without a query.");
  }
}

/** The action that stands before all others of a rule. */
export function signInAction(
  signIn: SignIn,
  unauthenticated: "authenticate" | "deny",
): aws.types.input.lb.ListenerRuleAction {
  const session = {
    scope: (signIn.scopes ?? ["openid"]).join(" "),
    sessionTimeout: (signIn.sessionMinutes ?? 15) * 60,
    sessionCookieName: "AWSELBAuthSessionCookie",
    onUnauthenticatedRequest: unauthenticated,
  };
  if ("cognito" in signIn) {
    const { userPoolArn, clientId, domain } = signIn.cognito;
    return {
      type: "authenticate-cognito",
      order: 1,
      authenticateCognito: { userPoolArn, userPoolClientId: clientId, userPoolDomain: domain, ...session },
    };
  }
  return {
    type: "authenticate-oidc",
    order: 1,
    authenticateOidc: { ...signIn.oidc, clientSecret: pulumi.secret(signIn.oidc.clientSecret), ...session },
  };
}
