import type { DatabaseSync } from "node:sqlite"

/** How many rows each table holds. */
export function countRows(database: DatabaseSync): Record<string, number> {
  const names = database
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
  const count = (name: unknown) =>
    Number(database.prepare(`select count(*) as rows from "${String(name)}"`).get()?.["rows"])
  return Object.fromEntries(names.map(({ name }) => [String(name), count(name)]))
}

/** The counts of a limit's `rate_limited` events, in the order of the log. */
export function readRefusals(database: DatabaseSync, limit: string): readonly number[] {
  const select =
    "select detail ->> 'count' as count from auth_events where type = 'rate_limited' and detail ->> 'limit' = ? order by seq"
  return database
    .prepare(select)
    .all(limit)
    .map(({ count }) => Number(count))
}
