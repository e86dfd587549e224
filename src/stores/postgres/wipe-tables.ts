import { randomUUID } from "node:crypto"
import { SMALL_BYTES, type Wiped, type Wiping } from "../../core/erasing/wiped.ts"
import { quoteName } from "./database.ts"
import { DEFAULT_SCHEMA } from "./default-schema.ts"

/** Something that asks on one connection, outside of a transaction. */
export interface Asks {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
}

/** Every table whose rows name people. */
const TABLES = [
  ...["users", "user_providers", "sessions", "sign_in_requests", "magic_link_tokens", "outbox", "rate_limits"],
  "auth_event_pii",
]
// Since 17 there is a right to maintain tables; before, their owner and that of the database had it.
const TOLD = `
  select sum(pg_total_relation_size(c.oid))::float8 as bytes,
    bool_and(pg_has_role(c.relowner, 'usage')
      or pg_has_role((select datdba from pg_database where datname = current_database()), 'usage')
      or case when current_setting('server_version_num')::int >= 170000 then has_table_privilege(c.oid, 'maintain') else false end
    ) as "mayVacuum"
  from pg_class c where c.relnamespace = $1::regnamespace and c.relname = any ($2)`
const CANCEL_IF_WAITING = `
  select pg_cancel_backend(pid) from pg_stat_activity
  where starts_with(query, $1) and pid <> pg_backend_pid() and wait_event_type = 'Lock'
    and clock_timestamp() - query_start > interval '1 second'`
const QUERY_CANCELED = "57014"
const TRIES = 10
const LOOK_EVERY_MS = 250

/**
 * Takes deleted rows out of the tables that name people. PostgreSQL doesn't overwrite them: their bytes stay in the files until the room is
 * used again, or the table is written anew, for which others wait. That needs a lock that an open transaction may hold up, and would then hold up everybody
 * else: it is given up after a second, and tried again. `watch` is a second connection.
 */
export async function wipeTables(
  { work, watch }: { readonly work: Asks; readonly watch: Asks },
  { rewrite }: Pick<Wiping, "rewrite">,
  schema = DEFAULT_SCHEMA,
): Promise<Wiped> {
  const quoted = quoteName(schema)
  const names = TABLES.map((table) => `${quoted}.${table}`)
  const [told] = (await work.query(TOLD, [quoted, TABLES])).rows as { bytes: number; mayVacuum: boolean }[]
  const { bytes = 0, mayVacuum = false } = told ?? {}
  const isWhole = rewrite === "always" || (rewrite === "if_small" && bytes <= SMALL_BYTES)
  if (!mayVacuum) return { status: "not_allowed", statement: `vacuum (full) ${names.join(", ")}` }
  if (!isWhole) {
    await work.query(`vacuum ${names.join(", ")}`)
    return { status: "left", bytes }
  }
  for (const name of names) if (!(await writeAnew({ work, watch }, name))) return { status: "busy" }
  return { status: "clean", rewritten: true }
}

async function writeAnew(
  { work, watch }: { readonly work: Asks; readonly watch: Asks },
  name: string,
): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries++) {
    // Behind a pooler nobody knows which process runs it, but what it runs can be seen.
    const tag = `/* linklatch ${randomUUID()} */`
    const timer = setInterval(() => void watch.query(CANCEL_IF_WAITING, [tag]).catch(() => undefined), LOOK_EVERY_MS)
    try {
      await work.query(`${tag} vacuum (full) ${name}`)
      return true
    } catch (fault) {
      if ((fault as { code?: unknown }).code !== QUERY_CANCELED) throw fault
    } finally {
      clearInterval(timer)
    }
  }
  return false
}
