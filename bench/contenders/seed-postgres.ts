import pg from "pg"

/** A statement with its values, for rows of a table that PostgreSQL makes by itself from `generate_series`. */
export interface SeedStatement {
  readonly table: string
  readonly text: string
  readonly values: readonly unknown[]
}

/**
 * Runs these on a database, then leaves it as a server that has run for days would have it. Indexes are built once all rows are
 * there, and references aren't checked row by row. A site that is running meanwhile waits.
 */
export async function seedPostgres(connectionString: string, statements: readonly SeedStatement[]): Promise<void> {
  const client = new pg.Client({ connectionString, options: "-c search_path=linklatch,public" })
  await client.connect()
  try {
    await client.query("set session_replication_role = replica; set synchronous_commit = off; set jit = off")
    for (const { table, text, values } of statements) {
      // One table at a time: a site that asks for several would wait for us while we wait for it.
      await client.query("begin")
      const indexes = (await client.query<IndexCommands>(INDEXES, [table])).rows
      for (const { drop } of indexes) await client.query(drop)
      await client.query(text, [...values])
      for (const { create } of indexes) await client.query(create)
      await client.query("commit")
    }
    // Tables that stay empty are left alone, as by a server's own vacuum: it would note that they are empty, and plans that are
    // kept would believe it for long after.
    for (const { table } of statements) await client.query(`vacuum analyze ${table}`)
    // Else the first that commit would pay for writing all of this to the disk.
    await client.query("checkpoint")
  } finally {
    await client.end()
  }
}

interface IndexCommands {
  readonly drop: string
  readonly create: string
}

// How to drop each index of a table and to make it again; but for those that a foreign key needs.
const INDEXES = `
  select case when c.oid is null then format('drop index %s', i.indexrelid::regclass)
      else format('alter table %s drop constraint %I', i.indrelid::regclass, c.conname) end as drop,
    case when c.oid is null then pg_get_indexdef(i.indexrelid)
      else format('alter table %s add constraint %I %s', i.indrelid::regclass, c.conname, pg_get_constraintdef(c.oid)) end as create
  from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype in ('p', 'u')
  where i.indrelid = $1::regclass and not exists (select from pg_constraint f where f.conindid = i.indexrelid and f.contype = 'f')`
