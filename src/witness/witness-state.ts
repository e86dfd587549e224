import { hash } from "node:crypto"
import { hashBytes, hashFrom } from "../core/tree/encode-hash.ts"
import type { TreeHash } from "../core/tree/hash.ts"
import { openDatabase } from "../stores/sqlite/open-database.ts"

/** The newest checkpoint of a log that this witness signed. */
export interface Cosigned {
  readonly size: number
  readonly root: TreeHash
  /** With the signatures of the log and of this witness. */
  readonly note: string
}

/** What a witness remembers, and all that it is worth: an older copy of it would sign a fork. */
export interface WitnessState {
  /**
   * One decision at a time, over all processes that share the file: `decide` is given what was signed last, and what it returns is on the disk
   * when this returns. Null: nothing changes.
   */
  update(origin: string, decide: (last: Cosigned | null) => Cosigned | null): void
  /** Of the log with this SHA-256 of its origin, in hex. */
  newest(originHash: string): string | null
  /** Throws where the file can't be read. */
  check(): void
  close(): void
}

const TABLE = `
  create table if not exists cosigned (
    origin text primary key not null,
    origin_hash text unique not null,
    size integer not null,
    root blob not null,
    note text not null
  ) strict`
const LAST = "select size, root, note from cosigned where origin = ?"
const KEEP = `
  insert into cosigned (origin, origin_hash, size, root, note) values (?, ?, ?, ?, ?)
  on conflict (origin) do update set size = excluded.size, root = excluded.root, note = excluded.note`
const NEWEST = "select note from cosigned where origin_hash = ?"

/** Opens the file, made where there is none: SQLite, readable by its owner alone, every change on the disk before it counts. */
export function openWitnessState(path: string): WitnessState {
  const database = openDatabase(path)
  database.exec(TABLE)
  const [last, keep, newest] = [database.prepare(LAST), database.prepare(KEEP), database.prepare(NEWEST)]

  function lastOf(origin: string): Cosigned | null {
    const row = last.get(origin)
    if (row === undefined) return null
    return { size: Number(row["size"]), root: hashFrom(row["root"] as Uint8Array), note: String(row["note"]) }
  }

  return {
    update(origin, decide) {
      // Takes the lock before it reads: between the two nobody else writes.
      database.exec("begin immediate")
      try {
        const next = decide(lastOf(origin))
        if (next !== null) keep.run(origin, originHash(origin), next.size, hashBytes(next.root), next.note)
        database.exec("commit")
      } catch (error) {
        if (database.isTransaction) database.exec("rollback")
        throw error
      }
    },
    newest: (one) => (newest.get(one)?.["note"] as string | undefined) ?? null,
    check: () => void newest.get(""),
    close: () => database.close(),
  }
}

function originHash(origin: string): string {
  return hash("sha256", origin, "hex")
}
