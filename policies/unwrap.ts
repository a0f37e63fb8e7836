/** The values behind the SDK's proxies, which throw at what is unknown; secrets that are wrapped stay so. */
export function unwrap(props: Record<string, unknown>): Record<string, unknown> {
  let target = props;
  while (target.__isSpecialProxy === true) target = target.__getSpecialProxyTarget as Record<string, unknown>;
  return target;
}
