import type { Catalogue } from "./catalogue";

const COGNITO = "https://docs.aws.amazon.com/cognito/latest/developerguide";

export const signIn = {
  "cognito-mfa": {
    title: "Cognito users sign in with a second factor.",
    severity: "high",
    requirements: ["8.4.2"],
    controls: [],
    relaxedInDevelopment: true,
    remediation:
      "Set mfaConfiguration to ON and softwareTokenMfaConfiguration.enabled to true; Palisade's UserPool does.",
    url: `${COGNITO}/user-pool-settings-mfa.html`,
  },
  "cognito-password-policy": {
    title: "Cognito passwords have 12 characters of every kind, and are not used again.",
    severity: "medium",
    requirements: ["8.3.6", "8.3.7"],
    controls: [],
    remediation:
      "Set passwordPolicy: minimumLength 12, requireLowercase, requireUppercase and requireNumbers true, passwordHistorySize 4 or more; Palisade's UserPool does.",
    url: `${COGNITO}/managing-users-passwords.html`,
  },
  "cognito-threat-protection": {
    title: "Cognito refuses sign-ins that look stolen.",
    severity: "medium",
    requirements: ["8.3.4", "11.5.1"],
    controls: [],
    remediation: "Set userPoolAddOns.advancedSecurityMode to ENFORCED; Palisade's UserPool does.",
    url: `${COGNITO}/cognito-user-pool-settings-threat-protection.html`,
  },
  "cognito-client-flows": {
    title: "Cognito's clients never send passwords or tokens in the open, and tokens can be taken back.",
    severity: "medium",
    requirements: ["8.2.8", "8.3.2"],
    controls: [],
    remediation:
      "Leave implicit out of allowedOauthFlows and ALLOW_USER_PASSWORD_AUTH out of explicitAuthFlows; leave enableTokenRevocation on.",
    url: `${COGNITO}/token-revocation.html`,
  },
  "cognito-waf": {
    title: "Cognito's sign-in pages stand behind a web ACL.",
    severity: "medium",
    requirements: ["6.4.2"],
    controls: [],
    remediation: "Add a wafv2.WebAclAssociation with the pool's ARN; Palisade's UserPool takes a firewall.",
    url: `${COGNITO}/user-pool-waf.html`,
  },
  "cognito-triggers-asked": {
    title: "Cognito asks each function that the program lets it ask, e.g. whether somebody may sign up.",
    severity: "medium",
    requirements: ["7.2.5", "8.2.1"],
    controls: [],
    remediation:
      "Name the function in lambdaConfig of the user pool, or take back the lambda.Permission. Palisade's UserPool keeps both together.",
    url: `${COGNITO}/cognito-user-pools-working-with-lambda-triggers.html`,
  },
} as const satisfies Catalogue;
