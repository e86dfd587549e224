import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { LinklatchError } from "../../core/fault.ts"

const SQLITE_BUSY = 5
const PATIENCE_MS = 2_000

/**
 * Opens a file that nobody else has open, and keeps it so. Whoever has a file open in write-ahead mode holds a shared lock on it, so
 * the exclusive one is refused: that is how a server is noticed that still runs.
 */
export function openAlone(path: string): DatabaseSync {
  if (!existsSync(path)) throw new LinklatchError("store_unavailable", "There is no such file.")
  const database = new DatabaseSync(path, { timeout: PATIENCE_MS, defensive: true })
  try {
    // The mode counts from the first access on, and that must be one which locks.
    database.exec("pragma locking_mode = exclusive; begin immediate; commit")
    database.exec("pragma cache_size = -65536; pragma temp_store = memory")
    return database
  } catch (cause) {
    // Also gives up the shared lock that a refused opening leaves.
    database.close()
    if ((cause as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw cause
    const problem = "Another process has this file open: a server, a backup or a shell."
    throw new LinklatchError("store_unavailable", `${problem} Stop it, and run this again.`, { cause })
  }
}
