import { type ErasureJournal, journalBeside } from "../core/erasing/erasure-journal.ts"
import type { LinklatchOptions } from "../core/options.ts"
import type { Store } from "../core/store.ts"
import { erasureFile } from "./erasure-file.ts"

export type ChosenJournal =
  | { readonly status: "chosen"; readonly journal: ErasureJournal | null }
  /** Nobody said where, and there is no file to stand beside. */
  | { readonly status: "missing" }

/** Where erasures are noted: where somebody says, or beside the file that everything is kept in. A database in memory is in no backup. */
export function chooseJournal(
  option: NonNullable<LinklatchOptions["audit"]>["erasureJournal"],
  { name, file }: Pick<Store, "name" | "file">,
): ChosenJournal {
  if (option === false) return { status: "chosen", journal: null }
  if (typeof option === "string") return { status: "chosen", journal: erasureFile(option) }
  if (option !== undefined) return { status: "chosen", journal: option }
  if (file !== undefined) return { status: "chosen", journal: erasureFile(journalBeside(file)) }
  return name.startsWith("sqlite") ? { status: "chosen", journal: null } : { status: "missing" }
}
