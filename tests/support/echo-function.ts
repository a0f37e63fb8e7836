import { isWarmUp } from "../../components/compute/warm-up";

/** The smallest function there is, for tests of what runs one. */
export async function handler(event: unknown): Promise<unknown> {
  return isWarmUp(event) ? undefined : { echo: event };
}
