import { execFileSync } from "node:child_process"
import { statSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** A way for a database file to fail while a site has it open. */
export interface StoreFault {
  /** Whether questions are still answered: then whoever is signed in stays so. */
  readonly readsGoOn: boolean
  /** Returns what ends it. */
  begin(path: string): () => void
}

export const storeFaults: Readonly<Record<string, StoreFault>> = {
  "a lock that somebody keeps": { readsGoOn: true, begin: holdLock },
  "a full disk": { readsGoOn: true, begin: fillDisk },
  "tables that are gone": { readsGoOn: false, begin: takeTablesAway },
}

function holdLock(path: string): () => void {
  const other = new DatabaseSync(path)
  other.exec("begin immediate")
  return () => other.close()
}

// To this process alone the disk is full: no file of its own may grow beyond what the journal is now (setrlimit(2),
// RLIMIT_FSIZE). It needs no rights, and SQLite meets it where it meets a full disk, when it writes.
function fillDisk(path: string): () => void {
  limitFiles(statSync(`${path}-wal`).size)
  return () => limitFiles("unlimited")
}

function limitFiles(bytes: number | "unlimited"): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${bytes}:`])
}

const TABLES = ["sign_in_requests", "magic_link_tokens", "sessions", "users", "outbox"]

function takeTablesAway(path: string): () => void {
  rename(path, (name) => `alter table ${name} rename to ${name}_gone`)
  return () => rename(path, (name) => `alter table ${name}_gone rename to ${name}`)
}

function rename(path: string, statement: (name: string) => string): void {
  const other = new DatabaseSync(path)
  // References stay as they are written.
  other.exec("pragma foreign_keys = off; pragma legacy_alter_table = on")
  other.exec(`begin immediate; ${TABLES.map(statement).join(";")}; commit`)
  other.close()
}
