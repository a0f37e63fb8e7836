import "./lazy-modules";
import { Command, CommanderError } from "commander";
import { check, type CheckOptions } from "./check";
import { exitCodeOf, messageOf } from "./failure";

const program = new Command("palisade")
  .description("Payment-grade AWS infrastructure on Pulumi: checked before it is deployed.")
  .showHelpAfterError("(palisade --help shows the commands)")
  .exitOverride();

program
  .command("check")
  .argument("[stack]", "stack to check, by its file Pulumi.<stack>.yaml; needed when there are several")
  .description("record a stack in this process, without cloud account or engine, and judge it by the policy packs")
  .option("--cwd <folder>", "folder of the project", process.cwd())
  .option("--json", "print the resource graph, outputs and findings as JSON")
  .option("--full", "print every resource, not only each component's count")
  .addHelpText("after", "\nExit codes: 0 all rules pass, 1 a rule is violated, 2 the input is wrong.")
  .action(async (stack: string | undefined, options: CheckOptions) => {
    process.exitCode = await check(stack, options);
  });

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
    return;
  }
  console.error(messageOf(error));
  process.exitCode = exitCodeOf(error);
});
