import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { ErasureStore } from "../../core/erasing/erasure-store.ts"
import type { SharedCommit } from "./shared-commit.ts"

const TABLES = [
  "select user_id as key, address from users where user_id > ? order by user_id limit ?",
  "select request_id as key, address from sign_in_requests where request_id > ? order by request_id limit ?",
  "select pii_id as key, address from auth_event_pii where pii_id > ? order by pii_id limit ?",
]

interface Place {
  readonly table: number
  readonly key: string
}

/** Goes through every table that names people, by its key. Links name nobody whom their request doesn't. */
export function createReadAddresses(database: DatabaseSync, commits: SharedCommit): ErasureStore["addresses"] {
  const statements = TABLES.map((sql) => database.prepare(sql))
  return async ({ from, reach }) => {
    const { table, key }: Place = from === null ? { table: 0, key: "" } : JSON.parse(from)
    const rows = await commits.read(
      () =>
        (statements[table]?.all(key, reach) ?? []) as unknown as readonly { key: string; address: Address | null }[],
    )
    const last = rows.length < reach ? null : (rows.at(-1)?.key ?? null)
    const next: Place = last === null ? { table: table + 1, key: "" } : { table, key: last }
    const addresses = new Set(rows.flatMap(({ address }) => address ?? []))
    return { addresses: [...addresses], next: next.table === TABLES.length ? null : JSON.stringify(next) }
  }
}
