import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { ArgumentCheck } from "../core";

/** What a request must be like for a rule: every kind that is given, and of each kind any one value. */
export interface RuleConditions {
  /** Paths, case-sensitive, with `*` and `?`, e.g. `/api/*`. */
  paths?: readonly string[];
  /** Host names, with `*` and `?`, e.g. `www.example.com`. */
  hosts?: readonly pulumi.Input<string>[];
  /** HTTP methods in capitals, e.g. `GET`. */
  methods?: readonly string[];
  /** Header -> values, with `*` and `?`, e.g. `{ "X-Api-Version": ["2*"] }`. */
  headers?: Readonly<Record<string, readonly string[]>>;
  /** IPv4 ranges that the request comes from. */
  sources?: readonly string[];
}

/** AWS's quota on values in all conditions of one rule (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html). */
const MOST_VALUES = 5;
const PATH = /^\/[A-Za-z0-9_.$/~"'@:+&*?-]{0,127}$/;

export function checkConditions(check: ArgumentCheck, at: string, conditions: RuleConditions): void {
  const { paths = [], hosts = [], methods = [], headers = {}, sources = [] } = conditions;
  const lists = [paths, hosts, methods, sources, ...Object.values(headers)];
  const values = lists.reduce((sum, list) => sum + list.length, 0);
  check.that(
    values >= 1 && values <= MOST_VALUES,
    at,
    values,
    `Give 1 to ${MOST_VALUES} values of conditions in all; AWS takes no more in one rule.`,
  );
  for (const path of paths)
    check.matches(`${at}.paths`, path, PATH, "Give paths that begin with / and have at most 128 characters.");
  for (const method of methods) check.matches(`${at}.methods`, method, /^[A-Z_-]{1,40}$/, "Give methods in capitals.");
}

export function ruleConditions(conditions: RuleConditions): aws.types.input.lb.ListenerRuleCondition[] {
  const { paths, hosts, methods, headers = {}, sources } = conditions;
  return [
    ...(paths ? [{ pathPattern: { values: [...paths] } }] : []),
    ...(hosts ? [{ hostHeader: { values: [...hosts] } }] : []),
    ...(methods ? [{ httpRequestMethod: { values: [...methods] } }] : []),
    ...Object.entries(headers).map(([httpHeaderName, values]) => ({
      httpHeader: { httpHeaderName, values: [...values] },
    })),
    ...(sources ? [{ sourceIp: { values: [...sources] } }] : []),
  ];
}
