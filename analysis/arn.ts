import { contains, overlaps } from "./patterns";

/** An ARN or a pattern of ARNs in its six parts: a wildcard of one part never reaches into the next. Fewer for `*` and what is no ARN. */
export function arnParts(arn: string): readonly string[] {
  const all = arn.split(":");
  return all.length <= 6 ? all : [...all.slice(0, 5), all.slice(5).join(":")];
}

/** Is there an ARN that both patterns name? */
export function arnsOverlap(a: string, b: string): boolean {
  return pairwise(a, b, overlaps);
}

/** Does `outer` name every ARN that `inner` names? */
export function arnContains(outer: string, inner: string): boolean {
  return pairwise(outer, inner, contains);
}

function pairwise(a: string, b: string, compare: (a: string, b: string) => boolean): boolean {
  const left = arnParts(a);
  const right = arnParts(b);
  if (left.length < 6 || right.length < 6) return compare(a, b);
  return left.every((part, index) => compare(part, right[index] ?? ""));
}

/** Does `pattern` name every resource of the form (`arn:*:iam::*:role/*`) that some account has in some Region? */
export function namesAll(pattern: string, form: string): boolean {
  const own = arnParts(pattern);
  const forms = arnParts(form);
  if (own.length < 6 || forms.length < 6) return contains(pattern, form);
  const place = own.slice(0, 5).every((part, index) => overlaps(part, forms[index] ?? ""));
  return place && contains(own[5] ?? "", forms[5] ?? "");
}

/** Policy variables (`${aws:username}`) stand for text that only the request brings. */
export function withoutVariables(resource: string): string {
  return resource.replace(/\$\{([^}]*)\}/g, (_, name: string) => (/^[*?$]$/.test(name) ? "?" : "*"));
}
