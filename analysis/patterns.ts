/** IAM's patterns: `*` stands for any characters, also none, and `?` for one. */

const compiled = new Map<string, RegExp>();
const MAX_COMPILED = 20_000;

/** Does `pattern` fit `text`? `i` when case does not count, as in action names. */
export function fits(pattern: string, text: string, flags: "" | "i" = ""): boolean {
  if (pattern === "*" || pattern === text) return true;
  if (flags === "" && !/[*?]/.test(pattern)) return false;
  const key = `${flags}${pattern}`;
  let regex = compiled.get(key);
  if (regex === undefined) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*+/g, ".*")
      .replace(/\?/g, ".");
    regex = new RegExp(`^${source}$`, `s${flags}`);
    if (compiled.size >= MAX_COMPILED) compiled.clear();
    compiled.set(key, regex);
  }
  return regex.test(text);
}

/** Is there a text that both patterns fit? */
export function overlaps(a: string, b: string): boolean {
  if (a === "*" || b === "*" || a === b) return true;
  if (!sameLiteralStart(a, b)) return false;
  // Whether what is left of `a` and of `b` can fit one text, row by row from the end.
  let below = new Array<boolean>(b.length + 1).fill(false);
  for (let i = a.length; i >= 0; i--) {
    const row = new Array<boolean>(b.length + 1).fill(false);
    for (let j = b.length; j >= 0; j--) {
      const left = a[i];
      const right = b[j];
      if (left === undefined && right === undefined) row[j] = true;
      else if (left === "*") row[j] = below[j] === true || (right !== undefined && row[j + 1] === true);
      else if (right === "*") row[j] = row[j + 1] === true || (left !== undefined && below[j] === true);
      else row[j] = left !== undefined && (left === right || left === "?" || right === "?") && below[j + 1] === true;
    }
    below = row;
  }
  return below[0] === true;
}

/** Do the patterns agree as far as neither has a wildcard? ARNs of different services differ early. */
function sameLiteralStart(a: string, b: string): boolean {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const left = a[i];
    const right = b[i];
    if (left === "*" || right === "*") return true;
    if (left !== right && left !== "?" && right !== "?") return false;
  }
  return true;
}

/** Does everything that fits `inner` also fit `outer`? */
export function contains(outer: string, inner: string): boolean {
  // What a `*` or `?` stands for is tried with characters that only a wildcard of the outer pattern fits: none, one and two.
  const text = inner.replace(/\?/g, "\u0001");
  return ["", "\u0000", "\u0000\u0000"].every((some) => fits(outer, text.replace(/\*+/g, some)));
}
