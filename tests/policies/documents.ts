/** Policy documents for fixtures. */
export type Statement = Readonly<Record<string, unknown>>;

export const document = (...statements: Statement[]): string =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

export const allow = (statement: Statement): Statement => ({ Effect: "Allow", ...statement });

export const denyPlainHttp = (service: string, resources: string | string[] = "*"): Statement => ({
  Effect: "Deny",
  Principal: "*",
  Action: `${service}:*`,
  Resource: resources,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

export const ACCOUNT = "123456789012";
