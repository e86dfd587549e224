import { styleText } from "node:util"
import type { SettingFault } from "../server/setting-fault.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { printError } from "./print-error.ts"
import { unreadEnvFile } from "./unread-env-file.ts"

/** Tells everything that is wrong with the settings at once, on standard error. Returns the exit code. */
export function printFaults(
  context: CommandContext,
  faults: readonly SettingFault[],
  warnings: readonly SettingFault[],
): number {
  const count = faults.length === 1 ? "one setting is" : `${faults.length} settings are`
  const message = `Linklatch can't go on: ${count} at fault.`
  if (context.isJson) {
    const error = { code: "invalid_configuration", message, faults, warnings, envFile: context.envFile } as const
    return printError(context, error, exitCodes.configuration)
  }
  const from = envFileLine(context)
  context.printError(
    [message, "", faultLines(faults), "", ...from, "Every setting and its state: linklatch doctor"].join("\n"),
  )
  if (warnings.length > 0) context.printError(`\nAlso worth a look:\n\n${faultLines(warnings)}`)
  return exitCodes.configuration
}

export function faultLines(faults: readonly SettingFault[]): string {
  const width = Math.max(...faults.map(({ variable }) => variable.length))
  return faults
    .map(
      ({ variable, problem, cure }) =>
        `  ${styleText("bold", variable.padEnd(width))}  ${problem}\n  ${" ".repeat(width)}  ${cure}`,
    )
    .join("\n")
}

function envFileLine(context: CommandContext): readonly string[] {
  if (context.envFile !== null) return [`Settings were read from ${context.envFile} too; --no-env-file leaves it out.`]
  const hint = unreadEnvFile(context)
  return hint === null ? [] : [hint]
}
