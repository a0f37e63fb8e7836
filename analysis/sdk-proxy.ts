const EMPTY: Record<string, unknown> = {};

/**
 * The object behind the policy SDK's proxies, whose plain reads throw on the first unknown; secrets that are wrapped stay so. The key is the SDK's own
 * (`getSpecialProxyTarget` in its proxy.js); objects that are no such proxy are returned as they are.
 */
export function unwrap(props: Record<string, unknown>): Record<string, unknown> {
  let target: unknown = props;
  while (isRecord(target) && target.__isSpecialProxy === true) target = target.__getSpecialProxyTarget;
  return isRecord(target) ? target : EMPTY;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
