import { existsSync, statSync } from "node:fs"
import { resolve } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { pathToFileURL } from "node:url"
import { LinklatchError } from "../../core/fault.ts"
import type { ReadableLog } from "../../core/verifying/readable-log.ts"
import { createDrafts } from "./sealed-events.ts"
import { createSealing } from "./sealing.ts"

export interface OpenedLog {
  readonly log: ReadableLog
  close(): void
}

/**
 * Opens the log in a file to be read: nothing is written to it, and nothing beside it where nobody has it open. It may be a copy on a disk
 * that can't be written to.
 *
 * @throws LinklatchError `store_unavailable` where there is no such file, or no sealed log in it
 */
export function openSqliteLog(path: string): OpenedLog {
  if (!existsSync(path)) throw unavailable(path, "There is no such file.")
  const database = openReadOnly(path)
  try {
    checkTables(database, path)
    const fail = (cause: unknown): never => {
      throw unavailable(path, "It can't be read.", cause)
    }
    const answer = async <T>(question: () => T): Promise<T> => {
      try {
        return question()
      } catch (cause) {
        return fail(cause)
      }
    }
    const decide = () => Promise.reject(unavailable(path, "It was opened to be read."))
    const drafts = createDrafts(database)
    const log: ReadableLog = {
      ...createSealing(database, { read: answer, decide }),
      drafts: (ask) => drafts(ask).catch(fail),
    }
    return { log, close: () => database.close() }
  } catch (cause) {
    database.close()
    throw cause instanceof LinklatchError ? cause : unavailable(path, "It can't be read.", cause)
  }
}

// A file of a write-ahead log is opened only beside its index, which SQLite would make anew: not where nobody may write. One that
// nobody has open, and whose log is folded in, says all by itself, and `immutable` lets SQLite believe that.
function openReadOnly(path: string): DatabaseSync {
  const isAlone = !hasContent(`${path}-wal`) && !existsSync(`${path}-shm`) && !hasContent(`${path}-journal`)
  const url = pathToFileURL(resolve(path))
  url.searchParams.set("mode", "ro")
  if (isAlone) url.searchParams.set("immutable", "1")
  try {
    const database = new DatabaseSync(url, { readOnly: true, timeout: 5_000, defensive: true })
    database.exec("pragma query_only = on; pragma cache_size = -65536; pragma temp_store = memory")
    return database
  } catch (cause) {
    throw unavailable(path, "It can't be opened.", cause)
  }
}

function hasContent(path: string): boolean {
  return existsSync(path) && statSync(path).size > 0
}

const STRANGE = `
  select name from sqlite_schema
  where name in ('auth_events', 'auth_event_pii', 'audit_log', 'audit_tiles', 'audit_bundles', 'audit_checkpoints', 'audit_prunes')
    and (type <> 'table' or rootpage = 0)`

function checkTables(database: DatabaseSync, path: string): void {
  // A view or a virtual table can answer one reader otherwise than the next.
  const strange = database.prepare(STRANGE).get()?.["name"]
  if (strange !== undefined) throw unavailable(path, `${String(strange)} isn't a plain table in it, so it isn't asked.`)
  const names = database.prepare("select name from sqlite_schema where type = 'table'").all()
  const tables = new Set(names.map(({ name }) => name))
  if (!tables.has("auth_events")) throw unavailable(path, "There are no tables of Linklatch in it.")
  if (tables.has("audit_log")) return
  const problem = "It is of a version that sealed nothing: there is no log in it to verify."
  throw unavailable(path, `${problem} A server of this version seals it, from its first event on.`)
}

function unavailable(path: string, problem: string, cause?: unknown): LinklatchError {
  return new LinklatchError("store_unavailable", `${path}: ${problem}`, { cause })
}
