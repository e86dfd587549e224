import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"

export interface ExportProgress {
  /** So many places of the log were dealt with. */
  tell(done: number): void
  /** Takes the line away. */
  clear(): void
}

const EVERY = 250

/** One line on standard error that is written over, where somebody watches it and the records go elsewhere. */
export function createExportProgress(
  context: CommandContext,
  { total, isPrinted }: { readonly total: number; readonly isPrinted: boolean },
): ExportProgress {
  const isAmongRecords = isPrinted && context.isTerminal
  const isShown = process.stderr.isTTY === true && !isAmongRecords && !context.isJson
  const startedAt = performance.now()
  let shownAt = startedAt
  return {
    tell(done) {
      const now = performance.now()
      if (!isShown || now - shownAt < EVERY) return
      shownAt = now
      const pace = Math.round(done / ((now - startedAt) / 1_000))
      process.stderr.write(`\r${grouped(done)} of ${grouped(total)} events, ${grouped(pace)} a second\u001b[K`)
    },
    clear() {
      if (isShown) process.stderr.write("\r\u001b[K")
    },
  }
}
