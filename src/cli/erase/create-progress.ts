import type { CommandContext } from "../command-context.ts"

export interface Progress {
  readonly tell: (looked: number) => void
  readonly end: () => void
}

// On one line that is written over, and only where somebody watches.
export function createProgress({ canAsk }: Pick<CommandContext, "canAsk">): Progress {
  return {
    tell: (looked) => {
      if (canAsk) process.stderr.write(`\rLooking through ${looked.toLocaleString("en")} requests and events …`)
    },
    end: () => {
      if (canAsk) process.stderr.write("\r\u001b[K")
    },
  }
}
