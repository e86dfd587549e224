import type { CommandContext } from "./command-context.ts"
import { printError } from "./print-error.ts"

/** Asks whoever sits at the terminal, unless `isYes`; a script is taken at its word. */
export async function isConfirmed(
  context: CommandContext,
  question: { readonly message: string; readonly isYes: boolean | undefined },
): Promise<boolean> {
  if (question.isYes === true || !context.canAsk) return true
  const { confirm } = await import("@clack/prompts")
  const answer = await confirm({ message: question.message, initialValue: false })
  if (answer === true) return true
  printError(context, { code: "unchanged", message: "Nothing was changed." })
  return false
}
