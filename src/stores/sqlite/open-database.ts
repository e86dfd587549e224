import { closeSync, mkdirSync, openSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { LinklatchError } from "../../core/fault.ts"

// SQLite waits for another process's lock without letting anything else run, so it waits briefly and we try again.
const BUSY_TIMEOUT_MS = 50

/** Opens a database file, readable by its owner alone, in the mode that the promises rest on. */
export function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ":memory:") createPrivateFile(path)
    // `defensive` refuses SQL that could corrupt the file or rewrite its schema under the triggers.
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS, defensive: true })
    // `full` makes each commit wait for the disk: what was answered is still there after a power cut (P6).
    database.exec(
      "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 16384; pragma temp_store = memory",
    )
    const mode = database.prepare("pragma journal_mode").get()?.["journal_mode"]
    if (mode !== "wal" && path !== ":memory:")
      throw new Error(`The file system allows no write-ahead log (mode ${mode}).`)
    return database
  } catch (cause) {
    throw new LinklatchError("store_unavailable", `The database ${path} can't be opened: ${String(cause)}`, { cause })
  }
}

function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  closeSync(openSync(path, "a", 0o600))
}
