import { closeSync, mkdirSync, openSync } from "node:fs"
import { dirname } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { LinklatchError } from "../../core/fault.ts"

// SQLite waits for another process's lock without letting anything else run. While a process starts there is nothing else;
// from then on it waits briefly, and we try again.
const STARTING_TIMEOUT_MS = 5_000
const BUSY_TIMEOUT_MS = 50

/** Opens a database file, readable by its owner alone, in the mode that the promises rest on. */
export function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ":memory:") createPrivateFile(path)
    // `defensive` refuses SQL that could corrupt the file or rewrite its schema under the triggers.
    const database = new DatabaseSync(path, { timeout: STARTING_TIMEOUT_MS, defensive: true })
    // `full` makes each commit wait for the disk: what was answered is still there after a power cut (P6).
    database.exec(
      "pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536; pragma wal_autocheckpoint = 16384; pragma temp_store = memory",
    )
    // Deleted rows are overwritten, and not only forgotten (decisions/063).
    database.exec("pragma secure_delete = on")
    const mode = database.prepare("pragma journal_mode").get()?.["journal_mode"]
    if (mode !== "wal" && path !== ":memory:")
      throw new Error(`The file system allows no write-ahead log (mode ${mode}).`)
    return database
  } catch (cause) {
    throw new LinklatchError("store_unavailable", `The database ${path} can't be opened: ${String(cause)}`, { cause })
  }
}

/** Called once the tables are up to date. */
export function waitBriefly(database: DatabaseSync): void {
  database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
}

// Never opens a file that is there: to close it gives up the locks of every other connection that this process has on it, and
// another process then deletes the log that they still write to. SQLite before 3.51, as Node 22.18 has it, loses what they
// commit (sqlite.org/howtocorrupt.html, 2.2).
function createPrivateFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  try {
    closeSync(openSync(path, "wx", 0o600))
  } catch (fault) {
    if (!(fault instanceof Error && "code" in fault && fault.code === "EEXIST")) throw fault
  }
}
