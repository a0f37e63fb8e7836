import "./lazy-modules";
import { Command, CommanderError } from "commander";
import { check, type CheckOptions } from "./check";
import type { DeployOptions, Operation } from "./deploy";
import type { RecoverOptions } from "./recover";
import { exitCodeOf, messageOf } from "./failure";
import type { RulesOptions } from "./rules";

const program = new Command("palisade")
  .description("Payment-grade AWS infrastructure on Pulumi: checked before it is deployed.")
  .showHelpAfterError("(palisade --help shows the commands)")
  .exitOverride();

const WAIVERS = "accepted risks (default: waivers.yaml in the project)";
const POLICIES = "levels, parameters and selection of the rules (default: policies.yaml in the project)";

program
  .command("check")
  .argument("[stack]", "stack to check, by its file Pulumi.<stack>.yaml; needed when there are several")
  .description("record a stack in this process, without cloud account or engine, and judge it by the policy packs")
  .option("--cwd <folder>", "folder of the project", process.cwd())
  .option("--json", "print the resource graph, outputs and findings as JSON")
  .option("--full", "print every resource, not only each component's count")
  .option(
    "--report <format=file>",
    "write a report: table, evidence (JSON), sarif, junit or markdown; without =file to standard output; may be repeated",
    (value: string, before: readonly string[]) => [...before, value],
    [],
  )
  .option("--waivers <file>", WAIVERS)
  .option("--policies <file>", POLICIES)
  .addHelpText("after", "\nExit codes: 0 all rules pass, 1 a rule is violated, 2 the input is wrong.")
  .action(async (stack: string | undefined, options: CheckOptions) => {
    process.exitCode = await check(stack, options);
  });

const CODES = "0 done, 1 it failed or a rule is violated, 2 the input is wrong.";
const DRIFT_CODES = "0 no drift, 1 drift, 2 the input is wrong or the comparison failed.";

program
  .command("rules")
  .description(
    "print the rules of the policy packs, with severity and PCI DSS requirements, and the controls to verify at runtime",
  )
  .option("--json", "print them as JSON, with controls, remediation and the resource types that they judge")
  .action(async (options: RulesOptions) => {
    const { rules } = await import("./rules.js");
    rules(options);
  });

const OPERATIONS: Readonly<Record<Operation, string>> = {
  preview: "show what an update would do, in Pulumi's engine, with the policy packs",
  up: "create and update the stack's resources; a mandatory rule that is violated stops it before anything changes",
  refresh: "bring the state up to what really exists",
  destroy: "delete the stack's resources",
};

for (const [operation, description] of Object.entries(OPERATIONS) as [Operation, string][]) {
  const command = engineCommand(operation, description)
    .option("--timeout <minutes>", "stop when it takes longer")
    .option("--full", "list every resource");
  if (operation === "preview" || operation === "up") {
    command.option("--allow-loss <names...>", "resources that may be lost with the data that they hold");
    command.option("--waivers <file>", WAIVERS).option("--policies <file>", POLICIES);
  }
  if (operation !== "preview") command.option("--yes", "do not ask before real resources change");
  if (operation === "preview" || operation === "up") {
    command.option("--no-refresh", "trust the state: do not look for what was changed behind its back");
  }
  command.action(async (stack: string | undefined, options: DeployOptions) => {
    const { deploy } = await import("./deploy.js");
    process.exitCode = await deploy(operation, stack, options);
  });
}

engineCommand("outputs", "print what the last update left, from the state")
  .option("--show-secrets", "print secret values as well")
  .action(async (stack: string | undefined, options: DeployOptions) => {
    const { outputs } = await import("./deploy.js");
    process.exitCode = await outputs(stack, options);
  });

engineCommand("drift", "report what stands otherwise than the state says; changes nothing", DRIFT_CODES)
  .option("--timeout <minutes>", "stop when it takes longer")
  .action(async (stack: string | undefined, options: DeployOptions) => {
    const { drift } = await import("./drift.js");
    process.exitCode = await drift(stack, options);
  });

engineCommand(
  "recover",
  "settle what a killed engine or a dead provider has left: locks, interrupted operations, orphans",
)
  .option("--timeout <minutes>", "stop when it takes longer")
  .option(
    "--import <urn=id>",
    "the interrupted creation made this (URN or name, =, id); may be given again",
    several,
    [],
  )
  .option("--drop <urn>", "the interrupted creation made nothing (URN or name); may be given again", several, [])
  .option("--force", "take the lock away even where its holder can not be seen to be gone")
  .action(async (stack: string | undefined, options: RecoverOptions) => {
    const { recoverCommand } = await import("./recover.js");
    process.exitCode = await recoverCommand(stack, options);
  });

function several(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** A command that runs Pulumi's engine. */
function engineCommand(name: string, description: string, codes: string = CODES): Command {
  return program
    .command(name)
    .argument("[stack]", "stack, by its file Pulumi.<stack>.yaml; needed when there are several")
    .description(description)
    .option("--cwd <folder>", "folder of the project", process.cwd())
    .option("--target <target>", "aws, or simulator: the same engine and program without a cloud account", "aws")
    .option("--state <folder>", "where the simulator keeps its state (default: .palisade in the project)")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      `\nThe engine is pulumi on PATH, or else palisade downloads or builds it once.\nExit codes: ${codes}`,
    );
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  console.error(messageOf(error));
  process.exitCode = exitCodeOf(error);
});
