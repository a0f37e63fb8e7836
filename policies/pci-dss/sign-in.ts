import type { Property, ResourceGraph, ResourceNode } from "../../analysis/graph";
import { signIn } from "../catalogue/sign-in";
import { atLeast, each, given, joined, on, oneOf, when } from "../checks";
import { all, any, fail, implement, notApplicable, type Outcome, PASS, type Rule, undetermined } from "../rule";

const USER_POOL = "aws:cognito/userPool:UserPool";
const PERMISSION = "aws:lambda/permission:Permission";
const FUNCTION = "aws:lambda/function:Function";
const ALIAS = "aws:lambda/alias:Alias";
const CLIENT = "aws:cognito/userPoolClient:UserPoolClient";

/** PCI DSS 8.3.6 and 8.3.7. */
const LENGTH = 12;
const HISTORY = 4;
/** What AWS takes where the program gives no length. */
const DEFAULT_LENGTH = 8;

export const signInRules: readonly Rule[] = implement(signIn, {
  "cognito-mfa": {
    types: [USER_POOL],
    check(pool) {
      const missing = "Users have no second factor to set up.";
      return all(
        oneOf(pool.property("mfaConfiguration"), ["ON"], "A password alone is enough to sign in."),
        any(
          [
            on(pool.property("softwareTokenMfaConfiguration.enabled"), missing),
            given(pool.property("smsConfiguration"), missing),
            given(pool.property("emailMfaConfiguration"), missing),
          ],
          fail(missing, "softwareTokenMfaConfiguration"),
        ),
      );
    },
  },
  "cognito-password-policy": {
    types: [USER_POOL],
    check(pool) {
      const policy = pool.property("passwordPolicy");
      return all(
        atLeast(policy.at("minimumLength"), LENGTH, `Passwords have less than ${LENGTH} characters.`, DEFAULT_LENGTH),
        on(policy.at("requireLowercase"), "Passwords need no small letter."),
        on(policy.at("requireUppercase"), "Passwords need no capital."),
        on(policy.at("requireNumbers"), "Passwords need no digit."),
        atLeast(policy.at("passwordHistorySize"), HISTORY, `One of the last ${HISTORY} passwords may be used again.`),
      );
    },
  },
  "cognito-threat-protection": {
    types: [USER_POOL],
    check(pool) {
      const mode = pool.property("userPoolAddOns.advancedSecurityMode");
      return oneOf(mode, ["ENFORCED"], "Sign-ins that look stolen are let in.");
    },
  },
  "cognito-client-flows": {
    types: [CLIENT],
    check(client) {
      return all(
        on(client.property("enableTokenRevocation"), "Its tokens can not be taken back.", true),
        each(client.property("allowedOauthFlows"), (flow) =>
          when(flow, (name) => (name === "implicit" ? fail("Tokens stand in the browser's address.", flow) : PASS)),
        ),
        each(client.property("explicitAuthFlows"), (flow) =>
          when(flow, (name) =>
            /^(ALLOW_)?USER_PASSWORD_AUTH$/.test(String(name)) ? fail("The client sends passwords.", flow) : PASS,
          ),
        ),
      );
    },
  },
  "cognito-waf": {
    types: [USER_POOL],
    check(pool, graph) {
      return joined(graph.referring("aws:wafv2/webAclAssociation:WebAclAssociation", "resourceArn", pool), (acls) =>
        acls.length > 0 ? PASS : fail("No web ACL stands before its sign-in pages."),
      );
    },
  },
  "cognito-triggers-asked": {
    types: [USER_POOL],
    check(pool, graph) {
      const config = pool.property("lambdaConfig");
      if (config.unknown) return undetermined(config);
      const triggers = config.entries.map(([, one]) =>
        one.unknown || one.at("lambdaArn").absent ? one : one.at("lambdaArn"),
      );
      return joined(graph.referring(PERMISSION, "sourceArn", pool), (permissions) =>
        permissions.length === 0
          ? notApplicable("No permission of the program is for it.")
          : all(
              ...permissions.map((permission) => {
                const asked = permission.property("function");
                return any(
                  triggers.map((trigger) => isSameFunction(trigger, asked, graph)),
                  fail(`It may ask ${permission.name}'s function, and does not.`, config),
                );
              }),
            ),
      );
    },
  },
});

/** By the function that both lead to; else by its name, which stands in each form that AWS takes. */
function isSameFunction(trigger: Property, asked: Property, graph: ResourceGraph): Outcome {
  const another = fail("It is another function.");
  const own = functionsOf(asked, graph);
  const found = functionsOf(trigger, graph);
  if (own.length > 0 && found.length > 0) return found.some((one) => own.includes(one)) ? PASS : another;
  return when(trigger, (arn) =>
    when(asked, (name) => (nameOfFunction(String(arn)) === nameOfFunction(String(name)) ? PASS : another)),
  );
}

/** An ARN that is not known yet is that of a function or of an alias. */
function functionsOf(reference: Property, graph: ResourceGraph): readonly ResourceNode[] {
  if (!reference.unknown) return graph.resolve(reference, FUNCTION).nodes;
  const makers = reference.producers.flatMap((urn) => graph.get(urn) ?? []);
  return makers.flatMap((maker) => {
    if (maker.type === ALIAS) return graph.resolve(maker.property("functionName"), FUNCTION).nodes;
    return maker.type === FUNCTION ? [maker] : [];
  });
}

function nameOfFunction(reference: string): string | undefined {
  const parts = reference.split(":");
  return parts.includes("function") ? parts[parts.indexOf("function") + 1] : parts[0];
}
