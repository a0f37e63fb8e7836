import { z } from "zod";
import { cidr, key, url } from "./fields";

/** Who signs people in at a load balancer. Access lists, and which user has which account, are the provider's. */
export const signIn = z.discriminatedUnion("kind", [
  z.strictObject({
    /** An external authorization manager, asked by the load balancer itself over OpenID Connect. */
    kind: z.literal("oidc"),
    issuer: url,
    authorizationEndpoint: url,
    tokenEndpoint: url,
    userInfoEndpoint: url,
    clientId: z.string().min(1),
    /** A Pulumi secret: `pulumi config set --secret --path 'palisade:<path>.clientSecret'`. */
    clientSecret: z.string().min(1),
    scopes: z.array(z.string().regex(/^\S+$/, "Give a scope without blanks.")).default(["openid"]),
    sessionMinutes: z.int().min(1).max(10_080).default(15),
    /** Addresses that the manager publishes: the only ones that the load balancer may call. Default: everywhere, on 443. */
    providerRanges: z
      .record(key(24, "A range's name"), cidr)
      .refine((given) => Object.keys(given).length > 0, "Give at least one range, or leave it out.")
      .optional(),
  }),
  z.strictObject({
    /** A Cognito user pool in front of a provider that speaks SAML 2.0. */
    kind: z.literal("cognito"),
    provider: z.strictObject({
      name: z.string().regex(/^[A-Za-z][A-Za-z0-9_-]{2,31}$/, "Give 3 to 32 letters, digits, - and _."),
      metadataUrl: url,
    }),
    sessionMinutes: z.int().min(1).max(10_080).default(15),
  }),
]);

export type SignInConfig = z.output<typeof signIn>;
