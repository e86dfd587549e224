import pg from "pg"

/** A statement with its values, for rows that PostgreSQL makes by itself from `generate_series`. */
export interface SeedStatement {
  readonly text: string
  readonly values: readonly unknown[]
}

const WRITTEN = `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = 'r' and n.nspname in ('linklatch', 'public') and pg_relation_size(c.oid) > 0`

/**
 * Runs these on a database, then leaves it as a server that has run for days would have it. References aren't checked row by
 * row, and nothing is durable before the end: these rows are only made for the run.
 */
export async function seedPostgres(connectionString: string, statements: readonly SeedStatement[]): Promise<void> {
  const client = new pg.Client({ connectionString, options: "-c search_path=linklatch,public" })
  await client.connect()
  try {
    await client.query("set session_replication_role = replica; set synchronous_commit = off; set jit = off")
    for (const { text, values } of statements) await client.query(text, [...values])
    // Tables that stay empty are left alone, as by a server's own vacuum: it would note that they are empty, and plans that are
    // kept would believe it for long after.
    const { rows } = await client.query<{ name: string }>(WRITTEN)
    for (const { name } of rows) await client.query(`vacuum analyze ${name}`)
    // Else the first that commit would pay for writing all of this to the disk.
    await client.query("checkpoint")
  } finally {
    await client.end()
  }
}
