import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { Key } from "../../../components/security/key";
import { signInUrl, UserPool, type UserPoolArgs } from "../../../components/security/user-pool";
import { componentContract } from "../../support/contract";
import { echoFunction } from "../../support/functions";
import { keyErrors } from "../../support/key-errors";
import { named, ofType, recordProgram, statements } from "../../support/record";

/** The least a pool needs, its key named after it. */
const least = (name: string, opts: pulumi.ComponentResourceOptions = {}): UserPoolArgs => ({
  key: new Key(`${name}-key`, { description: "Logs", services: ["log-delivery"] }, opts),
  domain: { prefix: "pay-example-com" },
  callbackUrls: ["https://www.pay.example.com/signed-in"],
  logoutUrls: ["https://www.pay.example.com/"],
});
const pool = (name: string, args: Partial<UserPoolArgs> = {}) => new UserPool(name, { ...least(name), ...args });
const recorded = (args: Partial<UserPoolArgs> = {}) => recordProgram(() => void pool("users", args));

describe("UserPool", () => {
  componentContract("security", "UserPool", {
    minimal: (name, opts) => new UserPool(name, least(name, opts), opts),
    complete: (name, opts) =>
      new UserPool(
        name,
        {
          ...least(name, opts),
          domain: {
            name: "sign-in.pay.example.com",
            certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/0f9c",
          },
          callbackUrls: ["https://www.pay.example.com/signed-in", "http://localhost:5173/signed-in"],
          logoutUrls: ["https://www.pay.example.com/", "http://localhost:5173/"],
          mfa: "required",
          selfSignUp: true,
          passwordLength: 16,
          tokenMinutes: 5,
          sessionHours: 1,
          email: {
            from: "Example Pay <no-reply@pay.example.com>",
            identityArn: "arn:aws:ses:eu-west-1:123456789012:identity/pay.example.com",
          },
          confidential: true,
          preSignUp: echoFunction(`${name}-check`, { timeoutSeconds: 5 }, opts),
          federation: { name: "CompanyDirectory", metadataUrl: "https://login.example.com/metadata" },
          logRetentionDays: 90,
          environment: "development",
          transform: {
            userPool: (args) => void (args.smsAuthenticationMessage = undefined),
            client: { authSessionValidity: 5 },
            domain: { managedLoginVersion: 2 },
            branding: { useCognitoProvidedValues: true },
          },
        },
        opts,
      ),
    errors: {
      ...keyErrors(`UserPool "one"`, (name, key) => pool(name, { key }), ["log-delivery"]),
      "a prefix with a word of Amazon's": {
        build: (name) => pool(name, { domain: { prefix: "laws-example-com" } }),
        message: /domain.prefix = "laws-example-com" .* without the words aws, amazon and cognito/,
      },
      "a prefix with dots": {
        build: (name) => pool(name, { domain: { prefix: "pay.example.com" } }),
        message: /domain.prefix .* lower-case letters, digits and hyphens/,
      },
      "a domain name that is none": {
        build: (name) => pool(name, { domain: { name: "https://sign-in", certificateArn: "arn:x" } }),
        message: /domain.name .* such as sign-in.pay.example.com/,
      },
      "a domain name that is too long": {
        build: (name) => pool(name, { domain: { name: `${"a".repeat(60)}.example.com`, certificateArn: "arn:x" } }),
        message: /domain.name .* up to 63 characters/,
      },
      "no callback": { build: (name) => pool(name, { callbackUrls: [] }), message: /callbackUrls .* at least 1 URL/ },
      "a callback twice": {
        build: (name) => pool(name, { callbackUrls: ["https://a.example.com/", "https://a.example.com/"] }),
        message: /callbackUrls .* stands twice/,
      },
      "a callback in plain HTTP": {
        build: (name) => pool(name, { callbackUrls: ["http://www.example.com/"], environment: "development" }),
        message: /callbackUrls = "http:.* over HTTPS/,
      },
      "localhost in production": {
        build: (name) => pool(name, { logoutUrls: ["http://localhost:5173/"] }),
        message: /logoutUrls .* Production sends codes to HTTPS alone/,
      },
      "a short password": {
        build: (name) => pool(name, { passwordLength: 8 }),
        message: /passwordLength = 8 .* from 12 to 99/,
      },
      "a token of a minute": {
        build: (name) => pool(name, { tokenMinutes: 1 }),
        message: /tokenMinutes = 1 .* from 5 to 1440/,
      },
      "a session of a week": {
        build: (name) => pool(name, { sessionHours: 168 }),
        message: /sessionHours = 168 .* from 1 to 24/,
      },
      "a token that outlives the session": {
        build: (name) => pool(name, { tokenMinutes: 120, sessionHours: 1 }),
        message: /tokenMinutes = 120 .* may not outlive the session/,
      },
      "no day of logs": {
        build: (name) => pool(name, { logRetentionDays: 0 }),
        message: /logRetentionDays = 0 .* from 1 to 3650/,
      },
      "a function that Cognito does not wait for": {
        build: (name) => pool(name, { preSignUp: echoFunction(`${name}-check`, { timeoutSeconds: 6 }) }),
        message: /preSignUp\.timeoutSeconds = 6 .* waits 5 seconds/,
      },
      "a federation without a name": {
        build: (name) => pool(name, { federation: { name: "x", metadataUrl: "https://login.example.com/metadata" } }),
        message: /federation\.name = "x" .* 3 to 32 letters/,
      },
      "metadata without TLS": {
        build: (name) => pool(name, { federation: { name: "Company", metadataUrl: "http://login.example.com" } }),
        message: /federation\.metadataUrl = "http:.* HTTPS address/,
      },
      "a sender without a domain": {
        build: (name) => pool(name, { email: { from: "Example Pay", identityArn: "arn:x" } }),
        message: /email.from = "Example Pay" .* e-mail address/,
      },
    },
  });

  it("sends people to a federated provider alone, and gives a load balancer a client with a secret", async () => {
    const federation = { name: "CompanyDirectory", metadataUrl: "https://login.example.com/metadata" };
    const recording = await recordProgram(() => void pool("users", { confidential: true, federation }));
    const client = named(recording, "users-client").inputs;
    assert.equal(client.generateSecret, true);
    assert.deepEqual(client.supportedIdentityProviders, ["CompanyDirectory"]);
    const provider = named(recording, "users-federation").inputs;
    assert.equal(provider.providerType, "SAML");
    assert.deepEqual(provider.providerDetails, { MetadataURL: federation.metadataUrl, IDPSignout: "true" });
    const alone = await recordProgram(() => void pool("users"));
    assert.equal(named(alone, "users-client").inputs.generateSecret, false);
    assert.deepEqual(named(alone, "users-client").inputs.supportedIdentityProviders, ["COGNITO"]);
  });

  it("asks for a second factor and a password by PCI DSS 8.3, and keeps the directory from deletion", async () => {
    const { inputs, protect } = named(await recorded(), "users-pool");
    assert.equal(inputs.mfaConfiguration, "ON");
    assert.deepEqual(inputs.softwareTokenMfaConfiguration, { enabled: true });
    assert.equal(inputs.smsConfiguration, undefined);
    assert.equal(inputs.deviceConfiguration, undefined, "a remembered device would skip the second factor");
    assert.deepEqual(inputs.passwordPolicy, {
      minimumLength: 12,
      requireLowercase: true,
      requireUppercase: true,
      requireNumbers: true,
      requireSymbols: false,
      passwordHistorySize: 4,
      temporaryPasswordValidityDays: 3,
    });
    assert.deepEqual(inputs.adminCreateUserConfig, { allowAdminCreateUserOnly: true });
    assert.deepEqual([inputs.deletionProtection, protect], ["ACTIVE", true]);
  });

  it("relaxes only the second factor and the deletion in development", async () => {
    const production = named(await recorded(), "users-pool");
    const development = named(await recorded({ environment: "development" }), "users-pool");
    assert.equal(development.protect, false);
    const relaxed = Object.keys(production.inputs).filter(
      (key) => JSON.stringify(production.inputs[key]) !== JSON.stringify(development.inputs[key]),
    );
    assert.deepEqual(relaxed.sort(), ["deletionProtection", "mfaConfiguration", "tags"]);
    assert.equal(development.inputs.mfaConfiguration, "OPTIONAL");
  });

  it("gives a page no secret, no implicit grant, short tokens and refresh tokens that work once", async () => {
    const { inputs } = named(await recorded(), "users-client");
    assert.equal(inputs.generateSecret, false);
    assert.deepEqual(inputs.allowedOauthFlows, ["code"]);
    assert.deepEqual(inputs.explicitAuthFlows, ["ALLOW_USER_SRP_AUTH"]);
    assert.deepEqual(inputs.refreshTokenRotation, { feature: "ENABLED", retryGracePeriodSeconds: 10 });
    assert.deepEqual(
      [inputs.accessTokenValidity, inputs.idTokenValidity, inputs.refreshTokenValidity, inputs.tokenValidityUnits],
      [15, 15, 8, { accessToken: "minutes", idToken: "minutes", refreshToken: "hours" }],
    );
    assert.equal(inputs.preventUserExistenceErrors, "ENABLED");
    assert.equal(inputs.enableTokenRevocation, true);
  });

  it("blocks stolen passwords and takeovers, on the plan that can", async () => {
    const recording = await recorded();
    const { inputs } = named(recording, "users-pool");
    assert.deepEqual([inputs.userPoolTier, inputs.userPoolAddOns], ["PLUS", { advancedSecurityMode: "ENFORCED" }]);
    const risk = named(recording, "users-risk").inputs;
    assert.deepEqual(risk.compromisedCredentialsRiskConfiguration, {
      eventFilters: ["PASSWORD_CHANGE", "SIGN_IN", "SIGN_UP"],
      actions: { eventAction: "BLOCK" },
    });
  });

  for (const [mfa, medium] of [
    ["required", "MFA_IF_CONFIGURED"],
    ["optional", "MFA_REQUIRED"],
  ] as const) {
    it(`meets medium risk with ${medium} where the second factor is ${mfa}`, async () => {
      const { inputs } = named(await recorded({ mfa }), "users-risk");
      const answer = (eventAction: string) => ({ eventAction, notify: false });
      assert.deepEqual(inputs.accountTakeoverRiskConfiguration, {
        actions: {
          lowAction: answer("MFA_IF_CONFIGURED"),
          mediumAction: answer(medium),
          highAction: answer("BLOCK"),
        },
      });
    });
  }

  it("logs every sign-in to a bucket with the customer's key, which only this account's log delivery writes to", async () => {
    const recording = await recorded();
    const bucket = "arn:aws:s3:::test-users-logs-123456789012-eu-west-1";
    assert.deepEqual(named(recording, "users-log-delivery").inputs.logConfigurations, [
      { eventSource: "userAuthEvents", logLevel: "INFO", s3Configuration: { bucketArn: bucket } },
    ]);
    const condition = {
      StringEquals: { "aws:SourceAccount": "123456789012" },
      ArnLike: { "aws:SourceArn": "arn:aws:logs:eu-west-1:123456789012:*" },
    };
    const allows = statements(named(recording, "users-logs-policy").inputs.policy).filter(
      ({ Effect }) => Effect === "Allow",
    );
    const common = { Effect: "Allow", Principal: { Service: "delivery.logs.amazonaws.com" } };
    assert.deepEqual(allows, [
      { Sid: "LogDeliveryAclCheck", ...common, Action: "s3:GetBucketAcl", Resource: bucket, Condition: condition },
      {
        Sid: "LogDeliveryWrite",
        ...common,
        Action: "s3:PutObject",
        Resource: `${bucket}/AWSLogs/123456789012/*`,
        Condition: {
          ...condition,
          StringEquals: { ...condition.StringEquals, "s3:x-amz-acl": "bucket-owner-full-control" },
        },
      },
    ]);
    const [rule] = named(recording, "users-logs-encryption").inputs.rules as [Record<string, unknown>];
    assert.ok(JSON.stringify(rule).includes("aws:kms"), JSON.stringify(rule));
    assert.deepEqual(ofType(recording, "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration").length, 1);
    const { dependencies } = named(recording, "users-log-delivery");
    assert.ok(
      dependencies.some((urn) => urn.endsWith("users-logs-policy")),
      "the policy stands first",
    );
  });

  it("opens the pages of managed login, which need a style", async () => {
    const recording = await recorded();
    const domain = named(recording, "users-domain").inputs;
    assert.deepEqual([domain.domain, domain.managedLoginVersion], ["pay-example-com", 2]);
    const branding = named(recording, "users-branding").inputs;
    assert.equal(branding.clientId, named(recording, "users-client").id);
    assert.equal(branding.useCognitoProvidedValues, true);
  });

  it("says at once where users sign in", async () => {
    await recordProgram(
      () => {
        assert.equal(pool("a").url, "https://pay-example-com.auth.eu-west-1.amazoncognito.com");
        const domain = { name: "sign-in.pay.example.com", certificateArn: "arn:x" };
        assert.equal(pool("b", { domain }).url, "https://sign-in.pay.example.com");
      },
      { preview: true },
    );
    assert.equal(signInUrl("x", "us-gov-west-1"), "https://x.auth-fips.us-gov-west-1.amazoncognito.com");
  });

  it("tells the issuer of its tokens and where a name of one's own points", async () => {
    let users: UserPool | undefined;
    const recording = await recordProgram(() => void (users = pool("users")));
    assert.ok(users);
    const { id } = named(recording, "users-pool");
    const read = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));
    assert.equal(await read(users.issuer), `https://cognito-idp.eu-west-1.amazonaws.com/${id}`);
    assert.equal(await read(users.arn), `arn:aws:cognito-idp:eu-west-1:123456789012:userpool/${id}`);
    const { dnsName, zoneId } = users.aliasTarget();
    assert.match(await read(dnsName), /\.cloudfront\.net$/);
    assert.equal(await read(zoneId), "Z2FDTNDATAQYW2");
  });

  it("watches risk and throttling by the dimensions that Cognito publishes", async () => {
    const recording = await recorded();
    const { id } = named(recording, "users-pool");
    const client = named(recording, "users-client").id;
    const watched = ofType(recording, "aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => [
      inputs.metricName,
      inputs.dimensions,
    ]);
    const signIn = { UserPoolId: id, Operation: "SignIn" };
    const ofClient = { UserPool: id, UserPoolClient: client };
    assert.deepEqual(watched, [
      ["Risk", signIn],
      ["AccountTakeoverRisk", { ...signIn, RiskLevel: "High" }],
      ["CompromisedCredentialRisk", { ...signIn, RiskLevel: "High" }],
      ["SignInThrottles", ofClient],
      ["TokenRefreshThrottles", ofClient],
    ]);
  });

  it("asks a function before it makes an account, by its alias, and lets no other pool do so", async () => {
    const recording = await recordProgram(() => {
      pool("users", { preSignUp: echoFunction("check", { timeoutSeconds: 5 }) });
    });
    const userPool = named(recording, "users-pool");
    assert.deepEqual(userPool.inputs.lambdaConfig, {
      preSignUp: "arn:aws:lambda:eu-west-1:123456789012:function:test-check:live",
    });
    const { principal, qualifier, sourceArn } = named(recording, "check-invoke-users").inputs;
    assert.deepEqual([principal, qualifier, sourceArn], ["cognito-idp.amazonaws.com", "live", userPool.outputs.arn]);
  });
});
