import type { ArgumentCheck } from "../core";
import { ZONE_LETTERS, type ZoneLetter } from "./cidr";

/** One thing per zone in use. */
export type ByZone<T> = Partial<Record<ZoneLetter, T>>;

/** The zones in use, in order of the alphabet. */
export function zonesOf(byZone: ByZone<unknown>): ZoneLetter[] {
  return ZONE_LETTERS.filter((letter) => byZone[letter] !== undefined);
}

/** What stands in a zone; it is a mistake of the caller to ask for a zone that is not in use. */
export function inZone<T>(byZone: ByZone<T>, letter: ZoneLetter): T {
  const found = byZone[letter];
  if (found === undefined) throw new RangeError(`Nothing stands in zone ${letter}.`);
  return found;
}

/** Fails unless `zones` are at least `min` different zones of `region`, with letters that have a slot in the VPC's range. */
export function checkZones(check: ArgumentCheck, zones: readonly string[], region: string, min: number): void {
  check.atLeast(
    "zones",
    zones,
    min,
    min > 1 ? `zones, e.g. ${region}a and ${region}b: one may fail` : `zone, e.g. ${region}a`,
  );
  check.unique("zones", zones);
  zones.forEach((zone, index) => {
    check.that(
      zoneLetter(zone, region) !== undefined,
      `zones[${index}]`,
      zone,
      `Zones of ${region}, the component's region, are ${region}a to ${region}${ZONE_LETTERS.at(-1)}.`,
    );
  });
}

/** The letter of `zone` when it is a zone of `region`: `eu-west-1b` -> `b`. Local and Wavelength zones have none. */
function zoneLetter(zone: string, region: string): ZoneLetter | undefined {
  return ZONE_LETTERS.find((letter) => zone === `${region}${letter}`);
}

/** The letters of checked `zones`, in their order. */
export function zoneLetters(zones: readonly string[], region: string): ZoneLetter[] {
  return zones.flatMap((zone) => zoneLetter(zone, region) ?? []);
}
