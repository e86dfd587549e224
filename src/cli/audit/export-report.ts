import type { ExportedEvent } from "../../core/exporting/exported-event.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { grouped } from "../grouped.ts"
import { printError } from "../print-error.ts"
import type { AuditExportOptions } from "./export-options.ts"

/** What there is to say about an export, on standard error; with --json, what came of it on standard output unless records go there. */
export interface ExportReport {
  /** The export goes on after `from`, but begins at `minIndex`. */
  pruned(from: number, minIndex: number): void
  beyond(from: number, size: number): void
  damaged(event: ExportedEvent): void
  wrote(events: readonly ExportedEvent[]): void
  /** Returns the exit code. */
  end(backlog: { readonly events: number }): number
}

export function createExportReport(context: CommandContext, options: AuditExportOptions): ExportReport {
  const isPrinted = options.output === undefined && options.syslog === undefined
  const say = (text: string) => {
    if (!context.isJson) context.printError(text)
  }
  let [exported, missing, altered] = [0, 0, 0]
  let first: ExportedEvent | null = null
  let range: { readonly from: number; through: number } | null = null
  return {
    pruned: (from, minIndex) =>
      say(`Events ${grouped(from)} to ${grouped(minIndex - 1)} were pruned: it begins after them.`),
    beyond: (from, size) => say(`Nothing has index ${grouped(from)} yet: ${grouped(size)} events are sealed.`),
    damaged(event) {
      if (event.state === "missing") missing++
      else altered++
      if (first === null)
        say(`At index ${event.index} an event ${event.state === "missing" ? "is missing" : "was altered"}.`)
      first ??= event
    },
    wrote(events) {
      exported += events.length
      const [begins, ends] = [events[0], events.at(-1)]
      if (begins === undefined || ends === undefined) return
      range = { from: range?.from ?? begins.index, through: ends.index }
    },
    end({ events: unsealed }) {
      const { from = null, through = null } = range ?? {}
      if (context.isJson && !isPrinted) {
        context.print(JSON.stringify({ exported, from, through, missing, altered, unsealed }))
      }
      if (!isPrinted)
        say(
          range === null
            ? "There was nothing to export."
            : `Exported ${grouped(exported)} events, index ${from} to ${through}.`,
        )
      if (unsealed > 0)
        say(`${grouped(unsealed)} events wait to be sealed, which a running server does within a second.`)
      return first === null ? exitCodes.ok : notAsSealed(context, { first: first.index, missing, altered })
    },
  }
}

function notAsSealed(
  context: CommandContext,
  damage: { readonly first: number; readonly missing: number; readonly altered: number },
): number {
  const { first, missing, altered } = damage
  const message = [
    `The log isn't as it was sealed: ${missing} events are missing and ${altered} were altered, the first of them at index ${first}.`,
    "All of it was exported, and says so. `linklatch audit verify` says more.",
  ].join(" ")
  return printError(context, { code: "not_as_sealed", message, ...damage }, exitCodes.findings)
}
