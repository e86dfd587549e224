import { existsSync, statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { SMALL_BYTES, type Wiped, type Wiping } from "../../core/erasing/wiped.ts"
import { LinklatchError } from "../../core/fault.ts"
import { isAnyInFile } from "./search-file.ts"

const SQLITE_BUSY = 5
const PATIENCE_MS = 15_000
const LOOK_AGAIN_MS = 100
const LOCK_MS = 500

/**
 * Sees to it that a file, its journal and its free pages hold nothing of rows that were deleted. Deleted bytes are overwritten as they go
 * (`secure_delete`), but moving rows between pages leaves copies that SQLite doesn't know of: so it looks, and writes the
 * file anew where there are any. Servers may run on it; while it is written anew they wait. This process must not have it open.
 *
 * @throws LinklatchError `store_unavailable` where the file can't be opened, or the disk is too full for a second one.
 */
export async function wipeFile(
  path: string,
  { marks, rewrite }: Wiping,
  { patienceMs = PATIENCE_MS } = {},
): Promise<Wiped> {
  const onFile = (act: (database: DatabaseSync) => boolean) => insist(path, act, patienceMs)
  if (!existsSync(path)) throw new LinklatchError("store_unavailable", `There is no file ${path}.`)
  try {
    if (!(await onFile(emptyJournal))) return { status: "busy" }
    const isLeft = rewrite === "always" || isAnyInFile(path, marks)
    if (!isLeft) return { status: "clean", rewritten: false }
    const bytes = statSync(path).size
    if (rewrite === "never" || (rewrite === "if_small" && bytes > SMALL_BYTES)) return { status: "left", bytes }
    if (!(await onFile(writeAnew))) return { status: "busy" }
    // What is found now stands in a row: one address may be the end of another.
    return { status: "clean", rewritten: true }
  } catch (cause) {
    throw new LinklatchError("store_unavailable", `The file ${path} can't be cleaned: ${String(cause)}`, { cause })
  }
}

// A connection of its own: what is written anew goes through a second file, which the store's would keep in memory.
async function insist(path: string, act: (database: DatabaseSync) => boolean, patienceMs: number): Promise<boolean> {
  const database = new DatabaseSync(path, { timeout: LOCK_MS, defensive: true })
  try {
    const until = performance.now() + patienceMs
    for (;;) {
      if (act(database)) return true
      if (performance.now() > until) return false
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
    }
  } finally {
    database.close()
  }
}

// What was in the journal is in the file by then, and the journal is empty. Whoever reads keeps it from that.
function emptyJournal(database: DatabaseSync): boolean {
  return database.prepare("pragma wal_checkpoint(truncate)").get()?.["busy"] === 0
}

function writeAnew(database: DatabaseSync): boolean {
  try {
    database.exec("vacuum")
    return emptyJournal(database)
  } catch (fault) {
    if ((fault as { errcode?: unknown }).errcode === SQLITE_BUSY) return false
    throw fault
  }
}
