import * as pulumi from "@pulumi/pulumi";
import { UsageError } from "./usage-error";

/** True for what the user can mend: wrong configuration or arguments. */
function isUsers(error: unknown): error is Error {
  return error instanceof UsageError || pulumi.RunError.isInstance(error);
}

/** One message for a person; the stack trace only for a defect of the program. */
export function messageOf(error: unknown): string {
  if (isUsers(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** 2 for wrong input, 70 (EX_SOFTWARE) for a defect. */
export function exitCodeOf(error: unknown): number {
  return isUsers(error) ? 2 : 70;
}
