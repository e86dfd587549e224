import type { CommandContext } from "./command-context.ts"
import { printError } from "./print-error.ts"

export interface Question {
  readonly message: string
  /** Answered beforehand. */
  readonly isYes: boolean | undefined
  /** Nothing brings it back: whoever can't be asked must have said yes. */
  readonly isFinal?: boolean
}

/** Asks whoever sits at the terminal, unless `isYes`; a script is taken at its word, but for what is final. */
export async function isConfirmed(context: CommandContext, question: Question): Promise<boolean> {
  if (question.isYes === true) return true
  if (!context.canAsk) {
    if (question.isFinal === true) {
      const message = "Nothing was changed. This can't be undone, so where nobody can be asked it takes --yes."
      printError(context, { code: "unchanged", message })
    }
    return question.isFinal !== true
  }
  const { confirm } = await import("@clack/prompts")
  const answer = await confirm({ message: question.message, initialValue: false })
  if (answer === true) return true
  printError(context, { code: "unchanged", message: "Nothing was changed." })
  return false
}
