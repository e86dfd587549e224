import pg from "pg"
import { expect, it } from "vitest"
import { withPostgres } from "../../scripts/services/ask-postgres.ts"
import { postgres } from "../../src/postgres.ts"
import { openPostgresLog } from "../../src/stores/postgres/open-log.ts"
import { seal, writeEvents } from "../../src/testing/contract/steps/seal.ts"
import { createPostgresDatabase } from "../postgres.ts"

// What an administrator of the database can put in the log's place, so that whoever verifies it sees another one than everybody else.
it.each([
  ["a view", "alter table auth_events rename to truth; create view auth_events as select * from truth"],
  ["a table that inherits", "create table more () inherits (auth_events)"],
  ["row security", "alter table auth_events enable row level security"],
  ["a rule", "create rule nothing as on insert to auth_events do instead nothing"],
  [
    "a view of persons",
    "alter table auth_event_pii rename to truth; create view auth_event_pii as select * from truth",
  ],
  [
    "a function of theirs",
    `alter table auth_events rename to truth; create table auth_events as select * from truth;
     do $$ begin execute replace(pg_get_functiondef('sealed_events'::regproc), 'from auth_events', 'from truth'); end $$`,
  ],
  ["a function with another path", "alter function sealed_events set search_path = elsewhere"],
])("doesn't ask a log in whose place stands %s", async (_, sql) => {
  const { ownerUrl, schema, drop } = await createPostgresDatabase()
  const store = postgres(ownerUrl, { schema })
  try {
    await store.migrate()
    await writeEvents(store, 3)
    await seal(store)
    const read = () => opened(ownerUrl, schema)
    expect((await read()).size).toBe(3)
    await withPostgres(ownerUrl, async (ask) => {
      await ask(`set search_path = ${schema}`)
      await ask(sql)
    })
    await expect(read()).rejects.toMatchObject({ code: "store_unavailable", message: expect.stringContaining("isn't") })
  } finally {
    await store.close()
    await drop()
  }
})

it("finds an event at a position that nothing of ours reaches, and one with a time that no number of JavaScript is", async () => {
  const { ownerUrl, schema, drop } = await createPostgresDatabase()
  const store = postgres(ownerUrl, { schema })
  const insert = (seq: string, at: string) =>
    `insert into auth_events (seq, event_id, at, type, detail) overriding system value values (${seq}, 'x', ${at}, 'x', '{}')`
  try {
    await store.migrate()
    await withPostgres(ownerUrl, async (ask) => {
      await ask(`set search_path = ${schema}`)
      for (const seq of ["-9223372036854775808", "9223372036854775807"]) await ask(insert(seq, "1"))
      await ask(insert("1", "9007199254740993"))
    })
    const [least, most] = [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    expect(await store.sealing.eventBetween({ from: least, through: 0 })).toMatchObject({ id: "x", at: 1 })
    expect(await store.sealing.eventBetween({ from: most + 1, through: Infinity })).toMatchObject({ id: "x", at: 1 })
    expect(await store.sealing.eventBetween({ from: 2, through: most - 1 })).toBe(null)
    expect((await store.sealing.unsealed({ max: 9 })).events).toMatchObject([{ position: 1, at: null }])
  } finally {
    await store.close()
    await drop()
  }
})

async function opened(url: string, schema: string) {
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  try {
    return await (await openPostgresLog(pool, schema)).head()
  } finally {
    await pool.end()
  }
}
