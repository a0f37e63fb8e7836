/** The engine that palisade downloads or builds; `go/go.mod` pins the same one. */
export const ENGINE_VERSION = "3.245.0";

/** Engines that speak what the SDK of this release speaks; the tests run with {@link ENGINE_VERSION}. */
export const OLDEST_ENGINE = "3.230.0";

/** True for an engine from {@link OLDEST_ENGINE} up to, and without, the next major version. */
export function isSupported(version: string): boolean {
  const found = parse(version);
  const oldest = parse(OLDEST_ENGINE);
  if (found === undefined || oldest === undefined || found[0] !== oldest[0]) return false;
  return found[1] > oldest[1] || (found[1] === oldest[1] && found[2] >= oldest[2]);
}

function parse(version: string): [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}
