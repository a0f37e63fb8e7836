import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Function } from "../compute/function";
import { Component, type ComponentArgs, type Metric, type Statement, type Transform } from "../core";
import { Bucket } from "../data/bucket";
import { deliveryStatements } from "../data/bucket-delivery";
import type { Key } from "./key";

/** Where users sign in: under a prefix of Amazon's domain, unique in its region over all accounts, or under a name of one's own. */
export type UserPoolDomain =
  | {
      /** Up to 63 lower-case letters, digits and hyphens, without the words aws, amazon and cognito, e.g. `pay-example-com-euw1`. */
      prefix: string;
    }
  | {
      /** e.g. `sign-in.pay.example.com`. Its parent (`pay.example.com`) must have an A record before AWS takes it. */
      name: string;
      /** ACM certificate of us-east-1 that covers the name, wherever the pool is. */
      certificateArn: pulumi.Input<string>;
    };

export interface UserPoolArgs extends ComponentArgs {
  /** Customer key of the log of sign-ins; its services must include `log-delivery`. */
  key: Key;
  domain: UserPoolDomain;
  /** Pages of the web front that take the authorization code, e.g. `["https://www.pay.example.com/signed-in"]`. */
  callbackUrls: readonly string[];
  /** Pages that users may be sent to after signing out, e.g. `["https://www.pay.example.com/"]`. */
  logoutUrls: readonly string[];
  /**
   * `required`: everyone enters a code of an authenticator app, which is set up at the first sign-in. `optional`: whoever has set
   * one up. Default `required`; in development `optional`. Required later on, it locks nobody out: users set it up when they come.
   */
  mfa?: "required" | "optional";
  /** True lets anyone with an e-mail address make an account. Default false: administrators create users, who get a temporary password. */
  selfSignUp?: boolean;
  /** Least length of passwords, 12-99. Default 12 (PCI DSS 8.3.6), with lower-case and upper-case letters and digits. */
  passwordLength?: number;
  /** Minutes that access and identity tokens are valid, 5-1440. Default 15. */
  tokenMinutes?: number;
  /** Hours until a user has to sign in again, however active, 1-24. Default 8. */
  sessionHours?: number;
  /**
   * Sender of invitations and codes: an SES identity that is verified and out of the sandbox. Default: Cognito's own sender, which
   * stops at 50 messages a day.
   */
  email?: {
    /** e.g. `no-reply@pay.example.com` or `Example Pay <no-reply@pay.example.com>`. */
    from: string;
    identityArn: pulumi.Input<string>;
  };
  /**
   * True: the client has a secret, which stays with AWS, as a load balancer that signs people in asks for; its callback is
   * `https://<host>/oauth2/idpresponse`. Default false: a public client of a web front. It cannot be changed later.
   */
  confidential?: boolean;
  /**
   * Function that looks at every new account before it is made and refuses it with an error, which its user reads: the place to have an
   * identity document validated. Cognito waits five seconds and tries three times, so it has 5 seconds at most
   * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html). Default: none.
   */
  preSignUp?: Function;
  /**
   * Where people sign in instead of at the pool: a provider that speaks SAML 2.0, by its metadata. It holds passwords and second factors.
   * Default: the pool.
   */
  federation?: {
    /** e.g. `CompanyDirectory`; up to 32 letters, digits, hyphens and underscores. */
    name: string;
    /** HTTPS address of the provider's metadata, e.g. `https://login.example.com/metadata`. */
    metadataUrl: string;
  };
  /** Days that the log of sign-ins is kept. Default 365 (PCI DSS 10.5.1 asks for twelve months); in development 30. */
  logRetentionDays?: number;
  transform?: {
    userPool?: Transform<aws.cognito.UserPoolArgs>;
    client?: Transform<aws.cognito.UserPoolClientArgs>;
    domain?: Transform<aws.cognito.UserPoolDomainArgs>;
    branding?: Transform<aws.cognito.ManagedLoginBrandingArgs>;
  };
}

const PREFIX = /^(?!.*(?:aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const DOMAIN = /^(?=.{1,63}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const PAGE = /^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/localhost(:\d+)?)\/[^#\s]*$/;
/** Passwords that may not come again (PCI DSS 8.3.7). */
const PASSWORD_HISTORY = 4;
const PRE_SIGN_UP_SECONDS = 5;
/** Sign-ins in five minutes that are judged risky at any level: below it are people on journeys and new computers. */
const RISKY_SIGN_INS = 10;

/**
 * A Cognito user pool for the people who use a web front: sign-in pages by Cognito (managed login), a second factor, passwords by PCI
 * DSS 8.3, threat protection that blocks stolen passwords and takeovers, a log of every sign-in, and one client for a single-page
 * application: authorization code grant, no secret, no implicit grant. The pages answer the same whether a user exists or not.
 *
 *     const users = new UserPool("users", {
 *       key,
 *       domain: { prefix: "pay-example-com-euw1" },
 *       callbackUrls: ["https://www.pay.example.com/signed-in"],
 *       logoutUrls: ["https://www.pay.example.com/"],
 *     });
 *     new ApiGateway("api", { ..., cognitoUserPoolArns: [users.arn], routes: { "/orders": { to: "orders", auth: "cognito" } } });
 *     firewall.associate("users", users.arn);
 *
 * What the front owes: it sends a PKCE challenge, which Cognito then checks but can not insist on; the identity token goes to the API in
 * `Authorization`; refresh tokens come new with each use. Without activity for 15 minutes (PCI DSS 8.2.8) it forgets its tokens, calls
 * `/oauth2/revoke` and sends the user to `/logout`, as Cognito lets no refresh token end before an hour and its own cookie lasts one.
 *
 * Left out: clients for machines (they have API keys), SMS codes (phishing, SIM swaps), device tracking (it belongs to sign-in by API, and
 * its use is to skip the second factor). What this version of the AWS provider can not say yet: a customer key for the directory of
 * users (a key of AWS encrypts it), passkeys as a second factor, replicas in another region. Wrong passwords lock an account for up to
 * 15 minutes, which Cognito fixes; blocking by risk comes on top of it.
 *
 * Cost: feature plan Plus, 0.02 USD a month for each user who signs in; storage of the log; 0.50 USD a month for the alarms. Data loss:
 * deleting the pool deletes its users, whose passwords no backup holds; in production it is protected twice.
 */
export class UserPool extends Component {
  /** For `cognitoUserPoolArns` of an API and for a web ACL. */
  readonly arn: pulumi.Output<string>;
  readonly userPoolId: pulumi.Output<string>;
  /** Client of the web front; public, as it has no secret. */
  readonly clientId: pulumi.Output<string>;
  /** `iss` of the tokens; `<issuer>/.well-known/openid-configuration` describes it. */
  readonly issuer: pulumi.Output<string>;
  /** Origin of the sign-in pages and of `/oauth2/token`: the front's content security policy must let it be called. */
  readonly url: string;
  readonly nodes: {
    readonly userPool: aws.cognito.UserPool;
    readonly client: aws.cognito.UserPoolClient;
    readonly federation: aws.cognito.IdentityProvider | undefined;
    readonly domain: aws.cognito.UserPoolDomain;
    readonly branding: aws.cognito.ManagedLoginBranding;
    readonly risk: aws.cognito.RiskConfiguration;
    readonly logs: Bucket;
    readonly logDelivery: aws.cognito.LogDeliveryConfiguration;
  };

  constructor(name: string, args: UserPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("palisade:security:UserPool", name, args, opts);
    this.validate(args);
    const mfa = args.mfa ?? (this.production ? "required" : "optional");

    const userPool = this.createPool(args, mfa);
    args.preSignUp?.permit(this.identity, "cognito-idp.amazonaws.com", userPool.arn);
    const risk = this.createRiskResponses(userPool, mfa);
    const federation = this.createFederation(args, userPool);
    const client = this.createClient(args, userPool, federation);
    const domain = this.createDomain(args, userPool);
    const branding = this.createBranding(args, userPool, client);
    const logs = this.createLogBucket(args);
    const logDelivery = this.createLogDelivery(userPool, logs);

    this.arn = userPool.arn;
    this.userPoolId = userPool.id;
    this.clientId = client.id;
    this.issuer = pulumi.interpolate`https://${userPool.endpoint}`;
    this.url =
      "prefix" in args.domain ? signInUrl(args.domain.prefix, this.context.region) : `https://${args.domain.name}`;
    this.nodes = { userPool, client, federation, domain, branding, risk, logs, logDelivery };
    this.createAlarms();
    this.registerOutputs({
      arn: this.arn,
      userPoolId: this.userPoolId,
      clientId: this.clientId,
      issuer: this.issuer,
      url: this.url,
    });
  }

  /** Where the alias record of a domain of one's own has to point: `dns.alias("sign-in", name, users.aliasTarget())`. */
  aliasTarget(): { dnsName: pulumi.Output<string>; zoneId: pulumi.Output<string> } {
    const { domain } = this.nodes;
    return { dnsName: domain.cloudfrontDistribution, zoneId: domain.cloudfrontDistributionZoneId };
  }

  private validate(args: UserPoolArgs): void {
    args.key.requireFor(this.check, this.context.region, ["log-delivery"]);
    if ("prefix" in args.domain) {
      this.check.matches(
        "domain.prefix",
        args.domain.prefix,
        PREFIX,
        "Give up to 63 lower-case letters, digits and hyphens, without the words aws, amazon and cognito.",
      );
    } else {
      this.check.matches(
        "domain.name",
        args.domain.name,
        DOMAIN,
        "Give a lower-case domain name of up to 63 characters such as sign-in.pay.example.com.",
      );
    }
    for (const [argument, urls] of [
      ["callbackUrls", args.callbackUrls],
      ["logoutUrls", args.logoutUrls],
    ] as const) {
      this.check.atLeast(argument, urls, 1, "URL");
      this.check.unique(argument, urls);
      for (const url of urls) {
        this.check.matches(
          argument,
          url,
          PAGE,
          "Give whole URLs over HTTPS, without a fragment; for tests http://localhost.",
        );
        this.check.that(
          !this.production || url.startsWith("https:"),
          argument,
          url,
          "Production sends codes to HTTPS alone: another program of the same computer could listen on localhost.",
        );
      }
    }
    if (args.preSignUp !== undefined) {
      const { timeoutSeconds } = args.preSignUp;
      this.check.that(
        timeoutSeconds <= PRE_SIGN_UP_SECONDS,
        "preSignUp.timeoutSeconds",
        timeoutSeconds,
        `Cognito waits ${PRE_SIGN_UP_SECONDS} seconds: give the function no more.`,
      );
    }
    if (args.federation !== undefined) {
      const { name, metadataUrl } = args.federation;
      this.check.matches(
        "federation.name",
        name,
        /^[A-Za-z][A-Za-z0-9_-]{2,31}$/,
        "Give 3 to 32 letters, digits, - and _.",
      );
      this.check.matches("federation.metadataUrl", metadataUrl, /^https:\/\/\S+$/, "Give an HTTPS address.");
    }
    this.check.integer("passwordLength", args.passwordLength ?? 12, 12, 99, "of characters");
    this.check.integer("tokenMinutes", args.tokenMinutes ?? 15, 5, 1440, "of minutes");
    this.check.integer("sessionHours", args.sessionHours ?? 8, 1, 24, "of hours");
    this.check.that(
      (args.tokenMinutes ?? 15) <= (args.sessionHours ?? 8) * 60,
      "tokenMinutes",
      args.tokenMinutes,
      "A token may not outlive the session: give at most sessionHours.",
    );
    this.check.integer("logRetentionDays", args.logRetentionDays ?? 365, 1, 3650, "of days");
    if (args.email)
      this.check.matches(
        "email.from",
        args.email.from,
        /^[^@\s<>]+@[^@\s<>]+$|<[^@\s<>]+@[^@\s<>]+>$/,
        "Give an e-mail address.",
      );
  }

  private createPool(args: UserPoolArgs, mfa: "required" | "optional"): aws.cognito.UserPool {
    return new aws.cognito.UserPool(
      this.childName("pool"),
      {
        name: this.physicalName("userPool"),
        userPoolTier: "PLUS",
        userPoolAddOns: { advancedSecurityMode: "ENFORCED" },
        deletionProtection: this.production ? "ACTIVE" : "INACTIVE",
        usernameAttributes: ["email"],
        usernameConfiguration: { caseSensitive: false },
        autoVerifiedAttributes: ["email"],
        userAttributeUpdateSettings: { attributesRequireVerificationBeforeUpdates: ["email"] },
        adminCreateUserConfig: { allowAdminCreateUserOnly: !(args.selfSignUp ?? false) },
        mfaConfiguration: mfa === "required" ? "ON" : "OPTIONAL",
        softwareTokenMfaConfiguration: { enabled: true },
        passwordPolicy: {
          minimumLength: args.passwordLength ?? 12,
          requireLowercase: true,
          requireUppercase: true,
          requireNumbers: true,
          requireSymbols: false,
          passwordHistorySize: PASSWORD_HISTORY,
          temporaryPasswordValidityDays: 3,
        },
        accountRecoverySetting: { recoveryMechanisms: [{ name: "verified_email", priority: 1 }] },
        ...(args.preSignUp && { lambdaConfig: { preSignUp: args.preSignUp.nodes.alias.arn } }),
        ...(args.email && {
          emailConfiguration: {
            emailSendingAccount: "DEVELOPER",
            fromEmailAddress: args.email.from,
            sourceArn: args.email.identityArn,
          },
        }),
      },
      this.statefulOptions({}, args.transform?.userPool),
    );
  }

  private createRiskResponses(
    userPool: aws.cognito.UserPool,
    mfa: "required" | "optional",
  ): aws.cognito.RiskConfiguration {
    // MFA_REQUIRED refuses whoever has no second factor yet: where everyone must have one, that would be each new user.
    const secondFactor = mfa === "required" ? "MFA_IF_CONFIGURED" : "MFA_REQUIRED";
    const answer = (eventAction: string) => ({ eventAction, notify: false });
    return new aws.cognito.RiskConfiguration(
      this.childName("risk"),
      {
        userPoolId: userPool.id,
        compromisedCredentialsRiskConfiguration: {
          eventFilters: ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"],
          actions: { eventAction: "BLOCK" },
        },
        accountTakeoverRiskConfiguration: {
          actions: {
            lowAction: answer("MFA_IF_CONFIGURED"),
            mediumAction: answer(secondFactor),
            highAction: answer("BLOCK"),
          },
        },
      },
      this.childOptions(),
    );
  }

  private createFederation(
    { federation }: UserPoolArgs,
    userPool: aws.cognito.UserPool,
  ): aws.cognito.IdentityProvider | undefined {
    if (federation === undefined) return undefined;
    return new aws.cognito.IdentityProvider(
      this.childName("federation"),
      {
        userPoolId: userPool.id,
        providerName: federation.name,
        providerType: "SAML",
        providerDetails: { MetadataURL: federation.metadataUrl, IDPSignout: "true" },
        attributeMapping: { email: "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" },
      },
      // What Cognito reads in the metadata and adds.
      this.childOptions({
        ignoreChanges: ["ActiveEncryptionCertificate", "SLORedirectBindingURI", "SSORedirectBindingURI"].map(
          (detail) => `providerDetails.${detail}`,
        ),
      }),
    );
  }

  private createClient(
    args: UserPoolArgs,
    userPool: aws.cognito.UserPool,
    federation: aws.cognito.IdentityProvider | undefined,
  ): aws.cognito.UserPoolClient {
    const minutes = args.tokenMinutes ?? 15;
    return new aws.cognito.UserPoolClient(
      this.childName("client"),
      {
        name: this.physicalName("userPool", "web"),
        userPoolId: userPool.id,
        generateSecret: args.confidential ?? false,
        allowedOauthFlowsUserPoolClient: true,
        allowedOauthFlows: ["code"],
        allowedOauthScopes: ["email", "openid"],
        callbackUrls: [...args.callbackUrls],
        logoutUrls: [...args.logoutUrls],
        supportedIdentityProviders: [federation?.providerName ?? "COGNITO"],
        // Left out, Cognito would add two more; a refresh by the API does not go with the rotation of refresh tokens.
        explicitAuthFlows: ["ALLOW_USER_SRP_AUTH"],
        preventUserExistenceErrors: "ENABLED",
        enableTokenRevocation: true,
        refreshTokenRotation: { feature: "ENABLED", retryGracePeriodSeconds: 10 },
        accessTokenValidity: minutes,
        idTokenValidity: minutes,
        refreshTokenValidity: args.sessionHours ?? 8,
        tokenValidityUnits: { accessToken: "minutes", idToken: "minutes", refreshToken: "hours" },
      },
      this.childOptions({}, args.transform?.client),
    );
  }

  private createDomain(args: UserPoolArgs, userPool: aws.cognito.UserPool): aws.cognito.UserPoolDomain {
    return new aws.cognito.UserPoolDomain(
      this.childName("domain"),
      {
        userPoolId: userPool.id,
        managedLoginVersion: 2,
        ...("prefix" in args.domain
          ? { domain: args.domain.prefix }
          : { domain: args.domain.name, certificateArn: args.domain.certificateArn }),
      },
      // A name belongs to one pool at a time.
      this.childOptions({ deleteBeforeReplace: true }, args.transform?.domain),
    );
  }

  /** Without a style the pages of managed login do not open at all. */
  private createBranding(
    args: UserPoolArgs,
    userPool: aws.cognito.UserPool,
    client: aws.cognito.UserPoolClient,
  ): aws.cognito.ManagedLoginBranding {
    return new aws.cognito.ManagedLoginBranding(
      this.childName("branding"),
      { userPoolId: userPool.id, clientId: client.id, useCognitoProvidedValues: true },
      this.childOptions({ deleteBeforeReplace: true }, args.transform?.branding),
    );
  }

  private createLogBucket(args: UserPoolArgs): Bucket {
    return new Bucket(
      this.childName("logs"),
      {
        key: args.key,
        expirationInDays: args.logRetentionDays ?? this.logRetentionInDays,
        policyStatements: (bucketArn) => this.deliveryStatements(bucketArn),
      },
      { parent: this },
    );
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-S3.html */
  private deliveryStatements(bucketArn: pulumi.Output<string>): Statement[] {
    return deliveryStatements(bucketArn, {
      service: "delivery.logs.amazonaws.com",
      sid: "LogDelivery",
      source: {
        StringEquals: { "aws:SourceAccount": this.account },
        ArnLike: { "aws:SourceArn": this.arnOf("logs", "*") },
      },
      objects: pulumi.interpolate`AWSLogs/${this.account}/*`,
    });
  }

  /**
   * Sign-ins go to S3, as Cognito writes to no log group with a customer key. For that reason errors of message delivery, which AWS
   * sends to log groups only, are not kept.
   */
  private createLogDelivery(userPool: aws.cognito.UserPool, logs: Bucket): aws.cognito.LogDeliveryConfiguration {
    return new aws.cognito.LogDeliveryConfiguration(
      this.childName("log-delivery"),
      {
        userPoolId: userPool.id,
        logConfigurations: [
          { eventSource: "userAuthEvents", logLevel: "INFO", s3Configuration: { bucketArn: logs.arn } },
        ],
      },
      // Where the bucket's policy does not let it in yet, AWS writes one of its own, which this one would then undo.
      this.childOptions({ dependsOn: [logs.nodes.policy] }),
    );
  }

  private createAlarms(): void {
    const rule = (metric: Metric, threshold: number, description: string) => ({
      severity: "warning" as const,
      description,
      metric: { ...metric, period: 300 },
      comparison: "GreaterThanThreshold" as const,
      threshold,
      evaluationPeriods: 1,
    });
    const risk = (name: string, level?: string): Metric => ({
      namespace: "AWS/Cognito",
      name,
      dimensions: { UserPoolId: this.userPoolId, Operation: "SignIn", ...(level && { RiskLevel: level }) },
      statistic: "Sum",
    });
    const ofClient = (name: string): Metric => ({
      namespace: "AWS/Cognito",
      name,
      dimensions: { UserPool: this.userPoolId, UserPoolClient: this.clientId },
      statistic: "Sum",
    });
    const log = "Look at who and from where in the log of sign-ins.";
    this.alarm(
      "risky",
      rule(
        risk("Risk"),
        RISKY_SIGN_INS,
        `More than ${RISKY_SIGN_INS} sign-ins in five minutes look risky: an attack may be under way. ${log}`,
      ),
    );
    this.alarm(
      "takeover",
      rule(
        risk("AccountTakeoverRisk", "High"),
        0,
        `A sign-in was blocked as a likely takeover of somebody's account. ${log}`,
      ),
    );
    this.alarm(
      "stolen-password",
      rule(
        risk("CompromisedCredentialRisk", "High"),
        0,
        `Somebody tried a password that is known to be stolen, and was blocked: ask the user to reset it. ${log}`,
      ),
    );
    this.alarm(
      "sign-ins-throttled",
      rule(ofClient("SignInThrottles"), 0, "Cognito throttles sign-ins: raise its request quota, or block the source."),
    );
    this.alarm(
      "refreshes-throttled",
      rule(
        ofClient("TokenRefreshThrottles"),
        0,
        "Cognito throttles refreshes of tokens, so users are signed out: raise its request quota.",
      ),
    );
  }
}

/** Where users of a pool with a prefix domain sign in; known without the pool. */
export function signInUrl(prefix: string, region: string): string {
  const host = region.startsWith("us-gov-") ? "auth-fips" : "auth";
  return `https://${prefix}.${host}.${region}.amazoncognito.com`;
}
