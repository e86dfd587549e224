import { readFile } from "node:fs/promises"
import { askPostgres, withPostgres } from "../../scripts/services/ask-postgres.ts"
import { postgres } from "../../src/postgres.ts"
import { createPostgresDatabase, type PostgresRoom } from "../postgres.ts"
import type { PostgresAddress } from "./open-postgres.ts"

// Making tables takes ten times as long as emptying them.
const free: PostgresRoom[] = []

/** Tables that one role owns, for a store that runs as another (docs/postgres-roles.sql). They are empty, and given back by `discard`. */
export async function createMigratedRoom() {
  const room = free.pop() ?? (await createRoom())
  const { schema, appUrl } = room
  const address: PostgresAddress = { url: appUrl, schema }
  return {
    room,
    address,
    openOwner: async () => postgres(room.ownerUrl, { schema }),
    query: (sql: string) =>
      withPostgres(appUrl, async (askIn) => {
        await askIn(`set search_path = ${schema}`)
        return askIn(sql)
      }),
    discard: async () => {
      await askPostgres(room.ownerUrl, emptied(schema))
      free.push(room)
    },
  }
}

async function createRoom(): Promise<PostgresRoom> {
  const room = await createPostgresDatabase()
  const { schema, ownerUrl, appRole } = room
  const owner = postgres(ownerUrl, { schema })
  await owner.migrate()
  await owner.close()
  await askPostgres(ownerUrl, await rolesFor(schema, appRole))
  return room
}

const TABLES =
  "users, user_providers, sign_in_requests, magic_link_tokens, sessions, outbox, rate_limits, auth_events, auth_event_pii, audit_log, audit_tiles, audit_bundles, audit_checkpoints, audit_prunes, walks"

/**
 * Every table without its rows. Only their owner can do this, and not by accident. Truncated: after deleting, PostgreSQL plans for
 * tables that stay empty, until somebody analyzes them.
 */
function emptied(schema: string): string {
  return `
    set search_path = ${schema};
    alter table auth_events disable trigger user;
    alter table auth_event_pii disable trigger user;
    truncate ${TABLES} restart identity;
    insert into audit_log default values;
    alter table auth_events enable always trigger auth_events_append_only;
    alter table auth_events enable always trigger auth_events_no_truncate;
    alter table auth_event_pii enable always trigger auth_event_pii_no_update;
    alter table auth_event_pii enable always trigger auth_event_pii_no_truncate`
}

async function rolesFor(schema: string, role: string): Promise<string> {
  const text = await readFile(new URL("../../docs/postgres-roles.sql", import.meta.url), "utf8")
  return text
    .replaceAll("linklatch_app", role)
    .replaceAll(/schema linklatch\b/g, `schema ${schema}`)
    .replaceAll("linklatch.", `${schema}.`)
}
