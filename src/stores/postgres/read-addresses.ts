import type { Address } from "../../core/addresses/canonical-address.ts"
import type { ErasureStore } from "../../core/erasing/erasure-store.ts"
import type { Database } from "./database.ts"

const TABLES = [
  ["users", "user_id"],
  ["sign_in_requests", "request_id"],
  ["auth_event_pii", "pii_id"],
].map(
  ([table, key]) => `
  with stretch as materialized (select ${key} as key, address from {s}.${table} where ${key} > $1 order by ${key} limit $2)
  select json_build_object('looked', count(*), 'last', max(key), 'addresses', coalesce(json_agg(distinct address) filter
    (where address is not null), '[]'))::text as result from stretch`,
)

interface Place {
  readonly table: number
  readonly key: string
}

/** Goes through every table that names people, by its key. Links name nobody whom their request doesn't. */
export function createReadAddresses(database: Database): ErasureStore["addresses"] {
  return async ({ from, reach }) => {
    const { table, key }: Place = from === null ? { table: 0, key: "" } : JSON.parse(from)
    const statement = TABLES[table]
    if (statement === undefined) return { addresses: [], next: null }
    const [answer] = await database.ask(statement, [key, reach])
    const { looked, last, addresses } = answer as {
      readonly looked: number
      readonly last: string | null
      readonly addresses: readonly Address[]
    }
    const next: Place = looked < reach || last === null ? { table: table + 1, key: "" } : { table, key: last }
    return { addresses, next: next.table === TABLES.length ? null : JSON.stringify(next) }
  }
}
