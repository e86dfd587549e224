import type { Client } from "pg"
import { LinklatchError } from "../core/fault.ts"

const PATIENCE_MS = 10_000

/** Lets `act` ask on one connection of its own, and closes it. Rejects with `store_unavailable` where there is none. */
export async function withPostgres<Result>(
  url: string,
  act: (client: Client) => Promise<Result>,
  { patienceMs = PATIENCE_MS } = {},
): Promise<Result> {
  const { default: pg } = await import("pg")
  const patience = { connectionTimeoutMillis: PATIENCE_MS, query_timeout: patienceMs, keepAlive: true }
  const client = new pg.Client({ connectionString: url, application_name: "linklatch", ...patience })
  // A connection that is lost rejects what was asked; without a listener it would end the process.
  client.on("error", () => undefined)
  try {
    await client.connect()
    return await act(client)
  } catch (cause) {
    if (cause instanceof LinklatchError) throw cause
    throw new LinklatchError("store_unavailable", "The database did not answer.", { cause })
  } finally {
    // Also where it was not let in: the server would wait a minute for a password.
    await client.end()
  }
}
