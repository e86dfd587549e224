import { readFile } from "node:fs/promises"
import { askPostgres, withPostgres } from "../../scripts/services/ask-postgres.ts"
import { postgres } from "../../src/postgres.ts"
import { createPostgresDatabase, type PostgresRoom } from "../postgres.ts"
import type { PostgresAddress } from "./open-postgres.ts"
import { createWarmPools, type WarmPools } from "./warm-pools.ts"

// Making tables takes ten times as long as emptying them.
const free: MigratedRoom[] = []

interface MigratedRoom extends PostgresRoom {
  /** As the application's role. */
  readonly pools: WarmPools
  /** As the owner. */
  readonly ownerPools: WarmPools
}

/** Tables that one role owns, for a store that runs as another (docs/postgres-roles.sql). They are empty, and given back by `discard`. */
export async function createMigratedRoom() {
  const room = free.pop() ?? (await createRoom())
  const { schema, appUrl, pools, ownerPools } = room
  const address: PostgresAddress = { url: appUrl, schema }
  return {
    room,
    address,
    open: async () => pools.open((pool) => postgres(pool, { schema })),
    openOwner: async () => ownerPools.open((pool) => postgres(pool, { schema })),
    query: (sql: string) =>
      withPostgres(appUrl, async (askIn) => {
        await askIn(`set search_path = ${schema}`)
        return askIn(sql)
      }),
    discard: async () => {
      await ownerPools.use((pool) => pool.query(emptied(schema)))
      free.push(room)
    },
  }
}

async function createRoom(): Promise<MigratedRoom> {
  const room = await createPostgresDatabase()
  const { schema, ownerUrl, appUrl, appRole } = room
  const owner = postgres(ownerUrl, { schema })
  await owner.migrate()
  await owner.close()
  await askPostgres(ownerUrl, await rolesFor(schema, appRole))
  return { ...room, pools: createWarmPools(appUrl), ownerPools: createWarmPools(ownerUrl) }
}

const TABLES = [
  ...["users", "user_providers", "sign_in_requests", "magic_link_tokens", "sessions", "outbox", "rate_limits"],
  ...["auth_events", "auth_event_pii", "audit_log", "audit_tiles", "audit_bundles", "audit_checkpoints"],
  ...["audit_prunes", "walks"],
]
const SMALL_BYTES = 65_536

/**
 * Every table without its rows. Only their owner can do this, and not by accident. Small ones aren't truncated: that makes new
 * files for them, their indexes and what they keep aside, a hundred in all. Unless somebody has analyzed one: after deleting,
 * PostgreSQL would go on planning for what it held then.
 */
function emptied(schema: string): string {
  return `
    begin;
    set local search_path = ${schema};
    alter table auth_events disable trigger user;
    alter table auth_event_pii disable trigger user;
    do $$
    declare name text; is_analyzed boolean;
    begin
      for name, is_analyzed in
        select relname, reltuples >= 0 from pg_class where oid = any ('{${TABLES.join()}}'::regclass[])
      loop
        if is_analyzed or pg_table_size(name::regclass) > ${SMALL_BYTES} then
          execute 'truncate ' || name;
        else
          execute 'delete from ' || name;
        end if;
      end loop;
    end $$;
    select setval(quote_ident(sequencename)::regclass, 1, false) from pg_sequences where schemaname = '${schema}';
    insert into audit_log default values;
    alter table auth_events enable always trigger auth_events_append_only;
    alter table auth_events enable always trigger auth_events_no_truncate;
    alter table auth_event_pii enable always trigger auth_event_pii_no_update;
    alter table auth_event_pii enable always trigger auth_event_pii_no_truncate;
    commit`
}

async function rolesFor(schema: string, role: string): Promise<string> {
  const text = await readFile(new URL("../../docs/postgres-roles.sql", import.meta.url), "utf8")
  return text
    .replaceAll("linklatch_app", role)
    .replaceAll(/schema linklatch\b/g, `schema ${schema}`)
    .replaceAll("linklatch.", `${schema}.`)
}
