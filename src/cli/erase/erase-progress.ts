import type { CommandContext } from "../command-context.ts"
import { grouped } from "../grouped.ts"
import { createProgressLine } from "../progress-line.ts"

export interface EraseProgress {
  readonly tell: (looked: number) => void
  readonly end: () => void
}

/** Shows how much was looked through for somebody. */
export function createEraseProgress({ isJson }: Pick<CommandContext, "isJson">): EraseProgress {
  const line = createProgressLine({ isWanted: !isJson })
  return {
    tell: (looked) => line.show(() => `Looking through ${grouped(looked)} requests and events …`),
    end: line.clear,
  }
}
