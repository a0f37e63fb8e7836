/**
 * When AWS stops to patch each of Lambda's runtimes (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html). Runtimes are judged as
 * of the day of this table, not by the clock: the same program has the same verdict until the table and its day are brought up to date.
 */
export const AS_OF = "2026-11-21";

/** Runtime -> its deprecation date; undefined while it is a preview, which AWS does not support in production. */
const DEPRECATED_ON: Readonly<Record<string, string | undefined>> = {
  "nodejs26.x": undefined,
  "nodejs24.x": "2028-04-30",
  "nodejs22.x": "2027-04-30",
  "nodejs20.x": "2026-04-30",
  "nodejs18.x": "2025-09-01",
  "nodejs16.x": "2024-06-12",
  "nodejs14.x": "2023-12-04",
  "nodejs12.x": "2023-03-31",
  "python3.15": undefined,
  "python3.14": "2029-06-30",
  "python3.13": "2029-06-30",
  "python3.12": "2028-10-31",
  "python3.11": "2027-06-30",
  "python3.10": "2026-10-31",
  "python3.9": "2025-12-15",
  "python3.8": "2024-10-14",
  "python3.7": "2023-12-04",
  java25: "2029-06-30",
  java21: "2029-06-30",
  "java17.al2023": "2029-06-30",
  "java11.al2023": "2029-06-30",
  "java8.al2023": "2029-06-30",
  java17: "2027-06-30",
  java11: "2027-06-30",
  "java8.al2": "2027-06-30",
  java8: "2024-01-08",
  dotnet10: "2028-11-14",
  dotnet9: "2026-11-10",
  dotnet8: "2026-11-10",
  dotnet6: "2024-12-20",
  "ruby4.0": "2029-03-31",
  "ruby3.4": "2028-03-31",
  "ruby3.3": "2027-03-31",
  "ruby3.2": "2026-03-31",
  "ruby2.7": "2023-12-07",
  "go1.x": "2024-01-08",
  "provided.al2023": "2029-06-30",
  "provided.al2": "2026-07-31",
  provided: "2024-01-08",
};

export type RuntimeSupport =
  | { readonly kind: "supported" }
  | { readonly kind: "preview" }
  | { readonly kind: "deprecated"; readonly since: string }
  | { readonly kind: "unknown" };

export function supportOfRuntime(runtime: string): RuntimeSupport {
  if (Object.hasOwn(DEPRECATED_ON, runtime)) {
    const since = DEPRECATED_ON[runtime];
    if (since === undefined) return { kind: "preview" };
    return since > AS_OF ? { kind: "supported" } : { kind: "deprecated", since };
  }
  // What is newer than all that the table knows of its language came out after the table was read.
  const [language, version] = parts(runtime);
  const known = Object.keys(DEPRECATED_ON)
    .map(parts)
    .filter(([own]) => own === language);
  return known.length > 0 && known.every(([, own]) => version > own) ? { kind: "supported" } : { kind: "unknown" };
}

/** `python3.9` -> python, 3009. */
function parts(runtime: string): readonly [language: string, version: number] {
  const [, language = runtime, major = "0", minor = "0"] = /^([a-z]+)(\d+)(?:\.(\d+))?/.exec(runtime) ?? [];
  return [language, Number(major) * 1000 + Number(minor)];
}
