import {
  concernsAction,
  type Condition,
  isEveryone,
  isPublic,
  type PolicyStatement,
} from "../analysis/policy-document";
import { all, fail, type Outcome, PASS } from "./rule";

/** What rules of several packs ask of the statements of a resource policy. */

/** Does the statement deny everyone `action` without TLS? */
export function deniesPlainHttp(statement: PolicyStatement, action: string): boolean {
  return (
    !statement.allow &&
    isEveryone(statement) &&
    concernsAction(statement, action) &&
    statement.conditions.some(
      ({ operator, key, values }) =>
        operator === "Bool" && key === "aws:securetransport" && values.every((value) => value === "false"),
    ) &&
    statement.conditions.length === 1
  );
}

/** Statements that let in people or machines outside the account and organisation. */
export function publicStatements(statements: readonly PolicyStatement[]): Outcome {
  const open = statements.filter((statement) => statement.allow && isPublic(statement) && !isHeld(statement));
  return all(
    PASS,
    ...open.map((statement) => fail(`${statement.actions.join(", ")} is allowed to everyone.`, statement.path)),
  );
}

/**
 * Condition keys whose value names who calls or from where; with a fixed value they end "public", as in AWS's own definition
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status).
 */
const HOLDING_KEYS = new Set([
  "aws:principalaccount",
  "aws:principalarn",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceip",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:sourceowner",
  "aws:sourcevpc",
  "aws:sourcevpce",
  "aws:userid",
  "aws:vpcsourceip",
  "kms:calleraccount",
  "s3:dataaccesspointaccount",
  "s3:dataaccesspointarn",
  "elasticfilesystem:accesspointarn",
]);

const HOLDING_OPERATORS = new Set([
  "StringEquals",
  "StringEqualsIgnoreCase",
  "StringLike",
  "ArnEquals",
  "ArnLike",
  "IpAddress",
]);

function isHeld(statement: PolicyStatement): boolean {
  return statement.conditions.some(holds);
}

function holds({ operator, qualifier, ifExists, key, values }: Condition): boolean {
  // `...IfExists` and `ForAllValues` are true when the key is missing, and so hold nobody.
  if (ifExists || qualifier === "ForAllValues") return false;
  if (!HOLDING_OPERATORS.has(operator) || !HOLDING_KEYS.has(key)) return false;
  return values.length > 0 && values.every((value) => !isAnywhere(value));
}

/** Values that fit everything: `*`, any account's ARN, or the whole address space. */
function isAnywhere(value: string): boolean {
  return (
    /^\*+$/.test(value) || /^0\.0\.0\.0\/[0-7]$/.test(value) || /^::\/\d$/.test(value) || /^arn:\*?:?\*/.test(value)
  );
}
