import { styleText } from "node:util"
import type { SettingFault } from "../server/setting-fault.ts"
import type { CommandContext } from "./command-context.ts"

/** Tells everything that is wrong with the settings at once: prose to standard error, or JSON to standard output. */
export function printFaults(
  context: CommandContext,
  faults: readonly SettingFault[],
  warnings: readonly SettingFault[],
): void {
  if (context.isJson) return context.print(JSON.stringify({ status: "faulty", faults, warnings }))
  const count = faults.length === 1 ? "one setting is" : `${faults.length} settings are`
  context.printError(
    `Linklatch can't start: ${count} at fault.\n\n${faultLines(faults)}\n\nEvery setting and its state: linklatch doctor`,
  )
  if (warnings.length > 0) context.printError(`\nAlso worth a look:\n\n${faultLines(warnings)}`)
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
