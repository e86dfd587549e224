import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"

/** Without a key nothing can be proven, and what can't be must not look as if it were. */
export function noKey(context: CommandContext): number {
  const message =
    "There is no key to check checkpoints with. Give the log's with --key, as `linklatch audit keys` prints it where the log is signed."
  return printError(context, { code: "no_key", message }, exitCodes.usage)
}
