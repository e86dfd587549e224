import { LinklatchError } from "../../core/fault.ts"
import type { MoveSource } from "../../core/move/move-port.ts"
import { quoteName } from "./database.ts"
import { createMoveEnd, type MoveConnection, one } from "./move-end.ts"

const PATIENCE = "10s"
const LACKS_PRIVILEGE = "42501"
const LOCK_NOT_AVAILABLE = "55P03"

// In the order in which decisions take them, so that one under way is waited for and none is stuck with us.
const LOCKED = [
  "rate_limits",
  "outbox",
  "sign_in_requests",
  "magic_link_tokens",
  "users",
  "user_providers",
  "sessions",
  "auth_event_pii",
  "auth_events",
  "audit_log",
  "audit_tiles",
  "audit_bundles",
  "audit_checkpoints",
  "audit_prunes",
]
const HELD_UP =
  "select count(distinct pid) as n from pg_locks where not granted and relation = any ($1::regclass[]::oid[]) and database = (select oid from pg_database where datname = current_database())"
// The newest event is never deleted, so the log's numbers are those of its rows, as SQLite counts them.
const LAST_EVENT = "select coalesce(max(seq), 0) as number from {s}.auth_events"

/**
 * Begins a transaction in which a schema can be read as it is now. Until the connection ends, nobody writes to it: who wants to is
 * held up, and gives up with 503 after ten seconds.
 *
 * @throws LinklatchError `store_unavailable` where this role may not, or where a transaction doesn't end.
 */
export async function openPostgresSource(connection: MoveConnection, schema: string): Promise<MoveSource> {
  const quoted = quoteName(schema)
  const tables = LOCKED.map((table) => `${quoted}.${table}`)
  try {
    // The snapshot is taken by the first question, so the lock comes before it.
    await connection.query("begin transaction isolation level repeatable read")
    await connection.query(`set local lock_timeout = '${PATIENCE}'`)
    await connection.query("set local idle_in_transaction_session_timeout = 0")
    await connection.query("set local statement_timeout = 0")
    for (const table of tables) await connection.query(`lock table ${table} in share mode`)
    // Rows are read by the index of their key, whatever the statistics say.
    await connection.query("set local enable_seqscan = off")
    await connection.query("set local enable_bitmapscan = off")
  } catch (cause) {
    throw explain(cause)
  }
  const end = createMoveEnd(connection, schema)
  return {
    ...end,
    async numbers() {
      const highest = await one(connection, LAST_EVENT.replace("{s}", quoted), "number")
      return { ...(await end.numbers()), auth_events: Number(highest) }
    },
    async heldUp() {
      return Number(await one(connection, HELD_UP, "n", [tables]))
    },
  }
}

function explain(cause: unknown): unknown {
  const { code } = cause as { code?: unknown }
  if (code === LACKS_PRIVILEGE) {
    const problem = "This role may not keep others from writing while everything is read."
    return new LinklatchError("store_unavailable", `${problem} Use the role that owns the tables.`, { cause })
  }
  if (code !== LOCK_NOT_AVAILABLE) return cause
  const problem = `Somebody is in the middle of writing, and was for ${PATIENCE.replace("s", " seconds")}.`
  return new LinklatchError("store_unavailable", `${problem} Stop the servers, and run this again.`, { cause })
}
