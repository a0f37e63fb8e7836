import type { z } from "zod";
import { FARGATE_SIZES } from "../../components/compute/fargate-size";
import { overlaps, parseCidr, vpcCidrProblem } from "../../components/network/cidr";
import type { region, size } from "./fields";
import type { ConfigProblem } from "./problems";

type RegionConfig = z.output<typeof region>;

/** Of `regions`: each once, ranges that fit a VPC and do not overlap, zones of the region, in production two at least. */
export function regionProblems(regions: readonly RegionConfig[], production: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  regions.forEach((region, index) => {
    const at = `regions[${index}]`;
    const earlier = regions.slice(0, index);
    if (earlier.some(({ name }) => name === region.name)) {
      problems.push({
        path: `${at}.name`,
        value: region.name,
        message: "This region stands twice.",
        fix: "Remove one.",
      });
    }
    const wrongCidr = vpcCidrProblem(region.cidr);
    if (wrongCidr !== undefined) problems.push({ path: `${at}.cidr`, value: region.cidr, message: wrongCidr });
    for (const other of earlier) {
      if (overlaps(other.cidr, region.cidr)) {
        problems.push({
          path: `${at}.cidr`,
          value: region.cidr,
          message: `Overlaps ${other.cidr} of ${other.name}; regions that may one day be connected need ranges of their own.`,
        });
      }
    }
    if (production && new Set(region.zones).size < 2) {
      problems.push({
        path: `${at}.zones`,
        value: region.zones,
        message: "Production needs at least two zones: one may fail.",
        fix: `For example [${region.name}a, ${region.name}b, ${region.name}c].`,
      });
    }
    region.zones.forEach((zone, position) => {
      const path = `${at}.zones[${position}]`;
      if (region.zones.indexOf(zone) < position) {
        problems.push({ path, value: zone, message: "This zone stands twice.", fix: "Remove one." });
      } else if (!new RegExp(`^${region.name}[a-h]$`).test(zone)) {
        problems.push({
          path,
          value: zone,
          message: `Is not a zone of ${region.name}.`,
          fix: `Zones are ${region.name}a to ${region.name}h.`,
        });
      }
    });
  });
  return problems;
}

/** {@link regionProblems} of a system with one region, under the key `region`. */
export function oneRegionProblems(region: RegionConfig, production: boolean): ConfigProblem[] {
  return regionProblems([region], production).map((problem) => ({
    ...problem,
    path: problem.path.replace("regions[0]", "region"),
  }));
}

/** A Fargate size that AWS does not have; `path` is its key. */
export function sizeProblems(path: string, { cpu, memory }: z.output<typeof size>): ConfigProblem[] {
  const memories = FARGATE_SIZES.get(cpu);
  if (memories === undefined) {
    const message = `Fargate has no such CPU size. Use one of: ${[...FARGATE_SIZES.keys()].join(", ")}.`;
    return [{ path: `${path}.cpu`, value: cpu, message }];
  }
  if (memories.includes(memory)) return [];
  return [
    {
      path: `${path}.memory`,
      value: memory,
      message: `With cpu ${cpu} Fargate takes, in MiB: ${memories.join(", ")}.`,
    },
  ];
}

/** A partner has its own addresses; a wider range is somebody else's. */
const WIDEST_PARTNER_PREFIX = 16;

/** Of a partner's address ranges, `whose` for a person, those that are wider than a partner's can be. */
export function partnerProblems(path: string, whose: string, cidrs: readonly string[]): ConfigProblem[] {
  return cidrs.flatMap((cidr, index): ConfigProblem[] => {
    if (parseCidr(cidr).prefix >= WIDEST_PARTNER_PREFIX) return [];
    const message = `Is wider than /${WIDEST_PARTNER_PREFIX}: services would reach far more than the ${whose}.`;
    return [{ path: `${path}[${index}]`, value: cidr, message, fix: `Give the ${whose}'s own ranges.` }];
  });
}
