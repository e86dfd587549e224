import type { ErasureJournal } from "../../core/erasing/erasure-journal.ts"
import { chooseJournal } from "../../erasures/choose-journal.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"
import type { OpenedStore } from "../with-store.ts"

export type CommandJournal =
  | { readonly status: "chosen"; readonly journal: ErasureJournal | null }
  /** It was told. */
  | { readonly status: "refused"; readonly exitCode: number }

/** Where a command notes whom it erases. */
export function chooseCommandJournal(
  context: CommandContext,
  { store, environment }: Pick<OpenedStore, "store" | "environment">,
  options: { readonly journal: boolean },
): CommandJournal {
  if (!options.journal) return { status: "chosen", journal: null }
  const chosen = chooseJournal(environment.erasureJournal, store)
  if (chosen.status === "chosen") return chosen
  const problem = "Erasures are noted outside of the database, so that a restored backup doesn't bring people back."
  const cure = "Set ERASURE_JOURNAL to the path of a file that is in no backup of the database, or add --no-journal."
  const error = { code: "no_journal", message: `${problem} ${cure}` } as const
  return { status: "refused", exitCode: printError(context, error, exitCodes.configuration) }
}
