import type { Facts, Models } from "../model";

/** Letters and digits of Cognito's ids, from the resource's own digest. */
const poolId = (f: Facts): string => `${f.region}_${f.hex(9)}`;

export const cognito: Models = {
  "aws:cognito/userPool:UserPool": {
    nameProperty: "name",
    id: poolId,
    outputs: (f) => ({
      arn: f.arn("cognito-idp", `userpool/${poolId(f)}`),
      creationDate: "2026-01-01T00:00:00Z",
      customDomain: "",
      domain: "",
      endpoint: `cognito-idp.${f.region}.amazonaws.com/${poolId(f)}`,
      estimatedNumberOfUsers: 0,
      lastModifiedDate: "2026-01-01T00:00:00Z",
    }),
  },
  "aws:cognito/userPoolClient:UserPoolClient": {
    nameProperty: "name",
    id: (f) => f.hex(26),
    outputs: (f) => ({ clientSecret: f.inputs.generateSecret === true ? f.hex(51) : "" }),
  },
  "aws:cognito/identityProvider:IdentityProvider": {
    nameProperty: "providerName",
    id: (f) => `${f.text("userPoolId")}:${f.name}`,
  },
  "aws:cognito/userPoolDomain:UserPoolDomain": {
    id: (f) => f.text("domain"),
    outputs: (f) => ({
      awsAccountId: f.account,
      cloudfrontDistribution: `d${f.hex(13)}.cloudfront.net`,
      cloudfrontDistributionArn: `d${f.hex(13)}.cloudfront.net`,
      cloudfrontDistributionZoneId: "Z2FDTNDATAQYW2",
      s3Bucket: `aws-cognito-prod-${f.region}-assets`,
      version: "20260101000000",
    }),
  },
  "aws:cognito/managedLoginBranding:ManagedLoginBranding": {
    id: (f) => `${f.text("userPoolId")},${f.uuid()}`,
    outputs: (f) => ({ managedLoginBrandingId: f.uuid(), settingsAll: f.text("settings") || "{}" }),
  },
  "aws:cognito/riskConfiguration:RiskConfiguration": { id: (f) => f.text("userPoolId") },
  "aws:cognito/logDeliveryConfiguration:LogDeliveryConfiguration": { id: (f) => f.text("userPoolId") },
};
