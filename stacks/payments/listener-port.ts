import { createHash } from "node:crypto";

const FIRST = 20_000;
const COUNT = 10_000;

/**
 * Port of the load balancer that leads to a service: from its name alone, so that adding or removing a service moves no other's listener. The
 * configuration refuses two names with the same port.
 */
export function listenerPort(service: string): number {
  return FIRST + (createHash("sha256").update(service).digest().readUInt32BE(0) % COUNT);
}
