import type { VerifyProgress } from "../../core/verifying/verify-log.ts"
import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"
import { createProgressLine } from "../progress-line.ts"

/** Shows how far verifying is. */
export function createVerifyProgress({ isJson }: Pick<CommandContext, "isJson">) {
  const line = createProgressLine({ isWanted: !isJson })
  return {
    show({ events, size }: VerifyProgress): void {
      line.show((seconds) => {
        const share = Math.floor((events / size) * 100)
        return `${grouped(events)} of ${grouped(size)} events, ${share} %, ${grouped(Math.round(events / seconds))} a second`
      })
    },
    clear: line.clear,
  }
}
