import type { Durability } from "./serve-site.ts"

const SYNCHRONOUS: Readonly<Record<string, string>> = { 0: "off", 1: "normal", 2: "full", 3: "extra" }

/** What a connection to SQLite says of how it writes. */
export function sqliteDurability(get: (sql: string) => unknown): Durability {
  const pragma = (name: string) => String(Object.values(get(`pragma ${name}`) ?? {})[0])
  return { journal_mode: pragma("journal_mode"), synchronous: SYNCHRONOUS[pragma("synchronous")] ?? "unknown" }
}

/** What is asked of a PostgreSQL pool; `pg` in its copies all fit. */
interface Pool {
  query(sql: string): Promise<{ readonly rows: readonly unknown[] }>
}

/** What a connection of this pool says of how it writes. */
export async function postgresDurability(pool: Pool): Promise<Durability> {
  const settings = ["fsync", "synchronous_commit", "full_page_writes"].map(
    (name) => `current_setting('${name}') as ${name}`,
  )
  const { rows } = await pool.query(`select ${settings.join(", ")}`)
  return rows[0] as Durability
}

export async function postgresVersion(pool: Pool): Promise<string> {
  const { rows } = await pool.query("select current_setting('server_version') as version")
  return (rows[0] as { version: string }).version
}
