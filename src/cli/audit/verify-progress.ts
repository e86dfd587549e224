import type { VerifyProgress } from "../../core/verifying/verify-log.ts"
import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"

const EVERY_MS = 250

/** Shows how far verifying is, on one line that is written over, and only where somebody watches. */
export function createVerifyProgress(context: Pick<CommandContext, "isJson">) {
  const isWatched = process.stderr.isTTY === true && !context.isJson
  const begun = performance.now()
  let shownAt = begun
  let isShown = false
  return {
    show({ events, size }: VerifyProgress): void {
      const now = performance.now()
      if (!isWatched || now - shownAt < EVERY_MS) return
      shownAt = now
      isShown = true
      const pace = grouped(Math.round(events / ((now - begun) / 1_000)))
      const share = Math.floor((events / size) * 100)
      process.stderr.write(`\r${grouped(events)} of ${grouped(size)} events, ${share} %, ${pace} a second\u001b[K`)
    },
    clear(): void {
      if (isShown) process.stderr.write("\r\u001b[K")
      isShown = false
    },
  }
}
