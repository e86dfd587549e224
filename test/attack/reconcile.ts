import { readFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type { Dump } from "./dump-tables.ts"

const SCHEMA = new URL("../../src/stores/sqlite/schema.sql", import.meta.url)

/** Two ways to tell the same story: what the tables hold, and what the events say. */
type Accounts = readonly [state: string, events: string]

// No state without its event and no event without its state (P5), at most one session for a link (P1), and no request
// without a row that owes its mail (P6). Each query lists one text for each thing, as often as it happened.
const ACCOUNTS: Readonly<Record<string, Accounts>> = {
  "used links": [
    "select link_id from magic_link_tokens where consumed_at is not null",
    "select detail ->> 'linkId' from auth_events where type = 'link_consumed'",
  ],
  sessions: [
    "select session_id || ' of ' || user_id from sessions",
    "select (detail ->> 'sessionId') || ' of ' || user_id from auth_events where type = 'session_created'",
  ],
  "sessions of used links": [
    "select user_id || ' by ' || provider from sessions",
    "select user_id || ' by ' || (detail ->> 'by') from auth_events where type = 'link_consumed'",
  ],
  "ended sessions": [
    "select session_id || ' ' || revoked_reason from sessions where revoked_at is not null",
    "select (detail ->> 'sessionId') || ' ' || (detail ->> 'reason') from auth_events where type = 'session_revoked'",
  ],
  users: ["select user_id from users", "select user_id from auth_events where type = 'user_created'"],
  "disabled users": [
    "select user_id from users where disabled_at is not null",
    `select user_id from (
      select user_id, type, max(seq) from auth_events where type in ('user_disabled', 'user_enabled') group by user_id
    ) where type = 'user_disabled'`,
  ],
  "uses of ways in": [
    "select user_id || ' ' || provider || ' ' || uses from user_providers",
    `select user_id || ' ' || (detail ->> 'provider') || ' ' || count(*) from auth_events where type = 'provider_used'
      group by user_id, detail ->> 'provider'`,
  ],
  "first uses": [
    "select user_id || ' ' || provider from user_providers",
    "select user_id || ' ' || (detail ->> 'provider') from auth_events where type = 'provider_used' and detail ->> 'isFirst'",
  ],
  requests: [
    "select request_id from sign_in_requests",
    "select detail ->> 'requestId' from auth_events where type = 'link_requested'",
  ],
  "requests and their mail": ["select request_id from sign_in_requests", "select request_id from outbox"],
  "closed flows": [
    "select distinct flow_hash from sign_in_requests where closed_at is not null",
    "select distinct flow_hash from magic_link_tokens where consumed_at is not null",
  ],
  "sent mail": [
    "select request_id from outbox where state = 'sent'",
    "select detail ->> 'requestId' from auth_events where type = 'link_sent'",
  ],
  "links of sent mail": [
    `select link_id from magic_link_tokens
      where link_id in (select detail ->> 'linkId' from auth_events where type = 'link_sent')`,
    "select detail ->> 'linkId' from auth_events where type = 'link_sent'",
  ],
  "withheld mail": [
    "select request_id || ' ' || reason from outbox where state = 'withheld'",
    "select (detail ->> 'requestId') || ' ' || (detail ->> 'reason') from auth_events where type = 'link_withheld'",
  ],
  "mail given up": [
    "select request_id || ' ' || reason from outbox where state = 'given_up'",
    `select (detail ->> 'requestId') || ' ' || (detail ->> 'reason') from auth_events
      where type = 'send_failed' and detail ->> 'next' = 'given_up'`,
  ],
  "fetched links": [
    "select link_id from magic_link_tokens where prefetched_at is not null",
    "select detail ->> 'linkId' from auth_events where type = 'link_prefetched'",
  ],
}

/** What the state of a database file says and its events don't, or the other way round; nothing when all is well. */
export function reconcile(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true, returnArrays: true })
  const faults = findFaults(database)
  database.close()
  return faults
}

/** The same of tables that were read from a database of any engine: they have the same names and columns. */
export function reconcileTables(tables: Dump): string[] {
  const copy = new DatabaseSync(":memory:", { returnArrays: true })
  const schema = new DatabaseSync(":memory:")
  schema.exec(readFileSync(SCHEMA, "utf8"))
  for (const { name } of schema
    .prepare("select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'")
    .all()) {
    const columns = schema.prepare(`select name, type from pragma_table_info('${name}')`).all()
    // Without the rules of the schema: what breaks them is to be found, not refused.
    copy.exec(`create table "${name}" (${columns.map((column) => `${column["name"]} ${column["type"]}`).join(", ")})`)
    const insert = copy.prepare(`insert into "${name}" values (${columns.map(() => "?").join(", ")})`)
    for (const row of tables[String(name)] ?? [])
      insert.run(...columns.map((column) => row[String(column["name"])] ?? null))
  }
  const faults = findFaults(copy)
  schema.close()
  copy.close()
  return faults
}

function findFaults(database: DatabaseSync): string[] {
  const list = (query: string) => (database.prepare(query).all() as unknown as string[][]).map(([text]) => String(text))
  return Object.entries(ACCOUNTS).flatMap(([name, [state, events]]) => {
    const [held, told] = [list(state), list(events)]
    return [
      ...beyond(held, told).map((text) => `${name}: ${text} has no event`),
      ...beyond(told, held).map((text) => `${name}: ${text} is told and not held`),
    ]
  })
}

/** What is in `texts` more often than in `others`. */
function beyond(texts: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>()
  for (const text of others) left.set(text, (left.get(text) ?? 0) + 1)
  return texts.filter((text) => {
    const count = left.get(text) ?? 0
    left.set(text, count - 1)
    return count <= 0
  })
}
