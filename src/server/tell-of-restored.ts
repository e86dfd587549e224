import { findRestored } from "../core/erasing/replay-erasures.ts"
import type { Log } from "../core/log.ts"
import type { Store } from "../core/store.ts"
import { chooseJournal } from "../erasures/choose-journal.ts"
import type { PlainOptions } from "./server-config.ts"

/** Says loudly if somebody is in the database again who was erased: a backup was restored, and nobody replayed what came after it. */
export async function tellOfRestored(
  erasureJournal: NonNullable<PlainOptions["audit"]>["erasureJournal"],
  store: Store,
  log: Log,
): Promise<void> {
  const chosen = chooseJournal(erasureJournal, store)
  if (chosen.status === "missing" || chosen.journal === null) return
  const { journal } = chosen
  try {
    const { length: users } = await findRestored({ store }, journal)
    if (users === 0) return
    const cure = "A backup was restored. Erase them again with: linklatch users erase --replay"
    log.error("erased_users_are_back", { users, journal: journal.name, cure })
  } catch (error) {
    log.error("erasure_journal_unread", { journal: journal.name, error })
  }
}
