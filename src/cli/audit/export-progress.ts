import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"
import { createProgressLine } from "../progress-line.ts"

export interface ExportProgress {
  /** So many places of the log were dealt with. */
  tell(done: number): void
  /** Takes the line away. */
  clear(): void
}

/** Shows how far an export is, where the records go elsewhere. */
export function createExportProgress(
  { isJson, isTerminal }: Pick<CommandContext, "isJson" | "isTerminal">,
  { total, isPrinted }: { readonly total: number; readonly isPrinted: boolean },
): ExportProgress {
  const isAmongRecords = isPrinted && isTerminal
  const line = createProgressLine({ isWanted: !isJson && !isAmongRecords })
  return {
    tell(done) {
      line.show((seconds) => {
        const pace = grouped(Math.round(done / seconds))
        return `${grouped(done)} of ${grouped(total)} events, ${pace} a second`
      })
    },
    clear: line.clear,
  }
}
