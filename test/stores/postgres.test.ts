import { describe, expect, it } from "vitest"
import { askPostgres, withPostgres } from "../../scripts/services/ask-postgres.ts"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import type { SessionTokenHash } from "../../src/core/sessions/session-token.ts"
import { postgres } from "../../src/postgres.ts"
import { ask, laptop, START } from "../../src/testing/contract/steps/ask.ts"
import { claim } from "../../src/testing/contract/steps/deliver.ts"
import { eventsOf } from "../../src/testing/contract/steps/events.ts"
import { signIn } from "../../src/testing/contract/steps/redeem.ts"
import { writeEvents } from "../../src/testing/contract/steps/seal.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { everyContract } from "./contract/every-contract.ts"
import { createMigratedRoom } from "./migrated-room.ts"

everyContract("PostgreSQL", createMigratedRoom, { module: new URL("./open-postgres.ts", import.meta.url) })

const WAITING =
  "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

describe("the log in PostgreSQL", () => {
  const attempts = {
    "an update": "update auth_events set type = 'checkpoint' where seq = 1",
    "a delete": "delete from auth_events",
    "a truncate": "truncate auth_events",
    "an upsert": `insert into auth_events (seq, event_id, at, type, detail) select seq, event_id, at, 'forged', '{}' from auth_events
      on conflict (seq) do update set type = excluded.type`,
    "other personal data": "update auth_event_pii set address = 'eve@example.com'",
    "a truncate of personal data": "truncate auth_event_pii",
  }
  const insert = "insert into auth_events (seq, event_id, at, type, detail)"
  const onlyOwner = {
    "an event in a gap": `${insert} values (0, 'x', 1, 'forged', '{}')`,
    "an event ahead of all readers": `${insert} overriding system value values (9223372036854775807, 'x', 1, 'forged', '{}')`,
    "a position of its own for the next one": "select setval('auth_events_seq_seq', 1)",
    "a switched off trigger": "alter table auth_events disable trigger all",
    "a dropped trigger": "drop trigger auth_events_append_only on auth_events",
    "a dropped table": "drop table auth_events",
    "another owner": "alter table auth_events owner to current_user",
    "a function in the trigger's place":
      "create or replace function refuse_change() returns trigger language plpgsql as 'begin return new; end'",
    "a migration of its own": "insert into schema_migrations (name) values ('999-evil.sql')",
    "a session that calls itself a replica":
      "set session_replication_role = replica; update auth_events set type = 'checkpoint'",
  }

  for (const [title, statement] of Object.entries({ ...attempts, ...onlyOwner }))
    it(`refuses ${title} to the application's role (AUD-1)`, async () => {
      await refuses(statement, "appUrl", /permission denied|must be owner|append-only/)
    })

  for (const [title, statement] of Object.entries(attempts))
    it(`refuses ${title} to the owner too (AUD-1)`, async () => {
      await refuses(statement, "ownerUrl", /append-only|can be erased, not changed/)
    })

  it("goes on after a person was erased, with the commitment and without the data", async () => {
    const { room, open, discard } = await createMigratedRoom()
    const store = await open()
    await signIn(store)
    const before = await eventsOf(store)
    await askPostgres(room.appUrl, `delete from ${room.schema}.auth_event_pii`)
    expect(await eventsOf(store)).toEqual(before.map((event) => ({ ...event, person: null })))
    await store.close()
    await discard()
  })

  it("is followed without losing what is committed late, and without waiting for it for ever", async () => {
    const { room, open, discard } = await createMigratedRoom()
    const store = await open()
    const insert = `insert into ${room.schema}.auth_events (event_id, at, type, detail) values ($1, 1, 'shop.late', '{}')`
    await withPostgres(room.appUrl, async (askLate) => {
      await askLate("begin")
      await askLate(insert, ["late"])
      await ask(store)
      expect((await eventsOf(store)).map(({ type }) => type)).toEqual(["link_requested"])
      // Its number is taken, and whether it will ever be seen is open.
      expect(await store.audit.follow({ after: 0, max: 10 })).toEqual([])
      await askLate("commit")
    })
    const followed = await store.audit.follow({ after: 0, max: 10 })
    expect(followed.map(({ type }) => type)).toEqual(["shop.late", "link_requested"])
    await withPostgres(room.appUrl, async (askNever) => {
      await askNever("begin")
      await askNever(insert, ["never"])
      await ask(store)
      const after = followed.at(-1)?.seq ?? 0
      const following = store.audit.follow({ after, max: 10 })
      await askNever("rollback")
      expect((await following).map(({ type }) => type)).toEqual(["link_requested"])
    })
    await store.close()
    await discard()
  })

  it("is read no further than a page goes, though nobody has analyzed it yet", async () => {
    const { ownerUrl, schema, drop } = await createPostgresDatabase()
    const store = postgres(ownerUrl, { schema })
    await writeEvents(store, 2_000)
    expect(await store.audit.read({ after: 100, max: 10 })).toHaveLength(10)
    await store.close()
    const told = "select n_tup_ins::int as written, idx_tup_fetch::int as fetched from pg_stat_user_tables"
    const counts = () => askPostgres(ownerUrl, `${told} where relid = '${schema}.auth_events'::regclass`)
    // A server counts when a connection ends.
    await expect.poll(counts, { timeout: 5_000 }).toEqual([{ written: 2_000, fetched: 10 }])
    await drop()
  })
})

describe("locks in PostgreSQL", () => {
  it("are taken on sessions in the order of their keys, by whoever ends them all too", async () => {
    const { room, open, discard } = await createMigratedRoom()
    const store = await open()
    const [high, low] = ["z", "a"].map((letter) => letter.repeat(43) as SessionTokenHash)
    const { user } = await signIn(store, {}, { tokenHash: high as SessionTokenHash })
    await signIn(store, { at: START + HOUR }, { tokenHash: low as SessionTokenHash })
    const hold = `select from ${room.schema}.sessions where token_hash = $1 for update nowait`
    await withPostgres(room.appUrl, async (askHolder) => {
      await askHolder("begin")
      await askHolder(hold, [low])
      const at = START + HOUR + MINUTE
      const ending = store.sessions.revoke({
        userId: user.id,
        sessionId: "all",
        reason: "signed_out",
        client: laptop,
        at,
      })
      await expect.poll(() => askPostgres(room.appUrl, WAITING), { timeout: 5_000 }).toEqual([{ count: 1 }])
      // Whoever holds the first needn't wait for one behind it: that would be a deadlock.
      await askHolder(hold, [high])
      await askHolder("commit")
      expect(await ending).toBe(2)
    })
    await store.close()
    await discard()
  })

  // PostgreSQL tells of an error before it lets go of what the failed transaction held: whoever claims next must not miss mail for that.
  it("of a link that is being minted, or failed to be, keep no mail from being claimed", async () => {
    const { room, open, discard } = await createMigratedRoom()
    const store = await open()
    const { request } = await ask(store)
    await withPostgres(room.appUrl, async (askHolder) => {
      await askHolder("begin")
      // As `mint_links` does.
      await askHolder(`select from ${room.schema}.outbox where outbox_id = $1 for key share`, [request.outboxId])
      expect(await claim(store, { at: START + MINUTE })).toMatchObject([{ outboxId: request.outboxId }])
      await askHolder("rollback")
    })
    await store.close()
    await discard()
  })
})

async function refuses(statement: string, by: "appUrl" | "ownerUrl", sentence: RegExp): Promise<void> {
  const { room, open, discard } = await createMigratedRoom()
  const store = await open()
  await signIn(store)
  const before = await eventsOf(store)
  expect(before.length).toBeGreaterThan(4)
  const attempt = withPostgres(room[by], async (askAs) => {
    await askAs(`set search_path = ${room.schema}`)
    // Several statements at once, as the driver only allows where none has values.
    await askAs(statement)
  })
  await expect(attempt).rejects.toThrow(sentence)
  expect(await eventsOf(store)).toEqual(before)
  await store.close()
  await discard()
}
