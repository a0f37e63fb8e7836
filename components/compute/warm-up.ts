/** What `warmEvery` sends. It stands apart from the component, so that a handler can import it and nothing of Pulumi. */
export const WARM_UP = { "palisade:warm-up": true } as const;

/** Whether a call is the schedule's, which wants nothing but that the function is there: the handler returns at once. */
export function isWarmUp(event: unknown): boolean {
  return typeof event === "object" && event !== null && Reflect.get(event, "palisade:warm-up") === true;
}
