import { parseCidr } from "../../components/network/cidr";
import { oneRegionProblems, sizeProblems } from "../config/checks";
import type { ConfigProblem } from "../config/problems";
import { type CreditScoreConfig, SERVICES, type ServiceName } from "./config";
import { sizesOf } from "./sizes";
import { LONGEST_STOP, timeoutsOf } from "./timeouts";

/** A bank and a client have their own addresses; a wider range is somebody else's. */
const WIDEST_PREFIX = 16;
/** AWS Backup takes snapshots of tables, hourly at most and up to an hour late. */
const TABLE_RPO_MINUTES = 120;

/** What the schema can not say: rules between two keys. Paths are relative to the `palisade:` namespace. */
export function crossChecks(config: CreditScoreConfig): ConfigProblem[] {
  return [
    ...oneRegionProblems(config.region, config.environment === "production"),
    ...SERVICES.flatMap((name) => sizeProblems(`services.${name}.size`, config.services[name].size)),
    ...SERVICES.flatMap((name) => imageProblems(name, config)),
    ...throughputProblems(config),
    ...rangeProblems(config),
    ...otherProblems(config),
  ];
}

function imageProblems(name: ServiceName, { services, delivery }: CreditScoreConfig): ConfigProblem[] {
  const { digest, image, repository } = services[name];
  const problems: ConfigProblem[] = [];
  if (digest !== undefined && image.context !== undefined) {
    const message = "Names a build that stands in the repository already, and image.context asks for a new one.";
    problems.push({ path: `services.${name}.digest`, value: digest, message, fix: "Keep one of them." });
  }
  if (repository !== undefined && (image.context !== undefined || delivery !== undefined)) {
    const builder = delivery === undefined ? "image.context" : "delivery";
    const message = `Its images are made by another stack, and ${builder} makes some here.`;
    problems.push({ path: `services.${name}.repository`, value: repository, message, fix: "Keep one of them." });
  }
  if (delivery !== undefined && image.context !== undefined) {
    const message = "The pipeline builds it already.";
    problems.push({ path: `services.${name}.image.context`, value: image.context, message, fix: "Give image.tag." });
  }
  return problems;
}

function throughputProblems(config: CreditScoreConfig): ConfigProblem[] {
  const { throughput, services } = config;
  const problems: ConfigProblem[] = [];
  const { deregistration } = timeoutsOf(throughput);
  if (deregistration > LONGEST_STOP) {
    problems.push({
      path: "throughput",
      value: throughput,
      message: `A client could wait for ${deregistration} s, and Fargate ends a task within ${LONGEST_STOP}: deployments would cut it off.`,
      fix: "Lower bankSeconds or calculationSeconds; together they may be 26.",
    });
  }
  if (services.calculation.size.cpu < 1024) {
    problems.push({
      path: "services.calculation.size.cpu",
      value: services.calculation.size.cpu,
      message: "A calculation keeps one vCPU busy; on less it takes longer than calculationSeconds.",
      fix: "Give 1024 or more.",
    });
  }
  try {
    sizesOf(config);
  } catch (error) {
    problems.push({
      path: "throughput",
      value: throughput,
      message: error instanceof Error ? error.message : String(error),
    });
  }
  return problems;
}

function rangeProblems({ banks, clients }: CreditScoreConfig): ConfigProblem[] {
  const ranges = [
    ...Object.entries(banks).map(([name, { cidrs }]) => ({ at: `banks.${name}`, cidrs })),
    ...Object.entries(clients).map(([name, { webhook }]) => ({ at: `clients.${name}.webhook`, cidrs: webhook.cidrs })),
  ];
  return ranges.flatMap(({ at, cidrs }) =>
    cidrs.flatMap((cidr, index): ConfigProblem[] => {
      if (parseCidr(cidr).prefix >= WIDEST_PREFIX) return [];
      const message = `Is wider than /${WIDEST_PREFIX}: services would reach far more than whom they call.`;
      return [{ path: `${at}.cidrs[${index}]`, value: cidr, message, fix: "Give its own ranges." }];
    }),
  );
}

function otherProblems({ domain, objectives }: CreditScoreConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (domain.api === domain.direct) {
    problems.push({
      path: "domain.direct",
      value: domain.direct,
      message: "The API gateway has this host already.",
      fix: "Give the load balancer a host of its own.",
    });
  }
  if (objectives.rpoMinutes < TABLE_RPO_MINUTES) {
    problems.push({
      path: "objectives.rpoMinutes",
      value: objectives.rpoMinutes,
      message: `Locked backups of a table are snapshots, hourly at most and up to an hour late: ${TABLE_RPO_MINUTES}.`,
      fix: "A table restores to any second besides, as long as nobody deletes it.",
    });
  }
  return problems;
}
