import pg from "pg"

export type Row = Readonly<Record<string, unknown>>
export type Ask = (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>

const PATIENCE_MS = 5_000

/** One question on a connection of its own. */
export function askPostgres(url: string, sql: string, values?: readonly unknown[]): Promise<readonly Row[]> {
  return withPostgres(url, (ask) => ask(sql, values))
}

/** Several questions on one connection, which is closed afterwards. */
export async function withPostgres<Result>(url: string, act: (ask: Ask) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: PATIENCE_MS })
  // The server may go while we ask; the question then rejects, which is enough.
  client.on("error", () => undefined)
  try {
    await client.connect()
    return await act(async (sql, values = []) => (await client.query<Row>(sql, [...values])).rows)
  } finally {
    // Also where it was not let in: the server would wait a minute for a password, and nothing dropped meanwhile.
    await client.end()
  }
}
