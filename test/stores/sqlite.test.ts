import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { DAY, HOUR, MINUTE } from "../../src/core/clock.ts"
import { sqlite } from "../../src/sqlite.ts"
import { createSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts"
import { ask, START } from "../../src/testing/contract/steps/ask.ts"
import { claim, mailTo } from "../../src/testing/contract/steps/deliver.ts"
import { redeemLink, signIn } from "../../src/testing/contract/steps/redeem.ts"
import { sweep } from "../../src/testing/contract/steps/sweep.ts"
import { everyContract } from "./contract/every-contract.ts"

everyContract("SQLite in a file", emptyFile, { module: new URL("./open-sqlite.ts", import.meta.url) })
everyContract("SQLite in memory", async () => ({ open: async () => sqlite(":memory:") }), { module: null })

describe("the log in a SQLite file", () => {
  const attempts = {
    "an update": "update auth_events set type = 'checkpoint' where seq = 1",
    "an update of every row": "update or replace auth_events set at = at + 1",
    "a move of a row": "update auth_events set seq = seq + 1000",
    "a delete": "delete from auth_events where seq = 1",
    "a delete of every row": "delete from auth_events",
    "a replace of every row": "insert or replace into auth_events select * from auth_events",
    "a replace by position": `insert or replace into auth_events (seq, event_id, at, type, detail)
      values (1, 'new', 0, 'forged', '{}')`,
    "an upsert": `insert into auth_events (seq, event_id, at, type, detail) values (1, 'new', 0, 'forged', '{}')
      on conflict (seq) do update set type = 'forged'`,
    "other personal data": "update auth_event_pii set address = 'eve@example.com'",
    "replaced personal data": "insert or replace into auth_event_pii select * from auth_event_pii",
  }

  for (const [title, statement] of Object.entries(attempts)) {
    it(`refuses ${title} (AUD-1)`, async () => {
      const { path, store, discard } = await signedInFile()
      const database = new DatabaseSync(path)
      const before = readLog(database)
      expect(before.events.length).toBeGreaterThan(5)
      expect(() => database.exec(statement)).toThrow(/append-only|can be erased, not changed/)
      expect(readLog(database)).toEqual(before)
      database.close()
      await store.close()
      await discard()
    })
  }

  it("goes on after a person was erased, with the commitment and without the data", async () => {
    const { path, store, discard } = await signedInFile()
    const before = await store.audit.read({ after: 0, max: 100 })
    const database = new DatabaseSync(path)
    database.exec("delete from auth_event_pii")
    database.close()
    expect(await store.audit.read({ after: 0, max: 100 })).toEqual(before.map((event) => ({ ...event, person: null })))
    await store.close()
    await discard()
  })
})

describe("the SQLite file", () => {
  it("has the schema that is written down in schema.sql", async () => {
    const { path, open, discard } = await emptyFile()
    const store = await open()
    const migrated = new DatabaseSync(path)
    const written = new DatabaseSync(":memory:")
    written.exec(await readFile(new URL("../../src/stores/sqlite/schema.sql", import.meta.url), "utf8"))
    expect(readSchema(migrated)).toEqual(readSchema(written))
    migrated.close()
    written.close()
    await store.close()
    await discard()
  })

  it("keeps every event of a log that was begun before 002-lighter-log.sql, and goes on after it", async () => {
    const { path, open, discard } = await emptyFile()
    const before = new DatabaseSync(path)
    before.exec(await readFile(new URL("../../src/stores/sqlite/migrations/001-sign-in.sql", import.meta.url), "utf8"))
    before.exec(`
      create table schema_migrations (name text primary key, migrated_at integer not null) strict, without rowid;
      insert into schema_migrations values ('001-sign-in.sql', 0);
      insert into auth_event_pii values ('pii', zeroblob(32), 'ada@example.com', null, null);
      insert into auth_events values (3, 'first', 1, 'link_requested', null, '{"requestId":"r"}', 'pii', 'bound');
      insert into auth_events values (7, 'second', 2, 'user_disabled', 'u', '{}', null, null);`)
    before.close()
    const store = await open()
    await ask(store)
    expect(await store.audit.read({ after: 0, max: 9 })).toMatchObject([
      {
        seq: 3,
        id: "first",
        at: 1,
        type: "link_requested",
        commitment: "bound",
        person: { address: "ada@example.com" },
      },
      { seq: 7, id: "second", at: 2, type: "user_disabled", userId: "u", person: null },
      { seq: 8, type: "link_requested" },
    ])
    await store.close()
    await discard()
  })

  it("holds nothing any more of a request and a session that went, but what is in the log", async () => {
    const { path, open, discard } = await emptyFile()
    const store = await open()
    const { flowHash } = (await signIn(store)).mail
    await mailTo(store, { flowHash })
    const at = START + 30 * DAY
    expect(await sweep(store, { at, askedBefore: at, endedBefore: at })).toMatchObject({ requests: 2, sessions: 1 })
    await store.close()
    const database = new DatabaseSync(path)
    const count = (table: string) => database.prepare(`select count(*) as rows from ${table}`).get()?.["rows"]
    for (const table of ["sign_in_requests", "magic_link_tokens", "outbox", "sessions"]) expect(count(table)).toBe(0)
    expect(count("users")).toBe(1)
    database.close()
    await discard()
  })

  it("keeps what was asked before 004-retention.sql, and counts on from there", async () => {
    const { path, open, discard } = await emptyFile()
    const before = new DatabaseSync(path)
    before.exec(
      "create table schema_migrations (name text primary key, migrated_at integer not null) strict, without rowid",
    )
    // Its own store has statements about the sealed log and about walks, which stand beside all this.
    for (const name of [
      "001-sign-in.sql",
      "002-lighter-log.sql",
      "003-looking-up.sql",
      "005-sealing.sql",
      "006-erasure.sql",
    ]) {
      before.exec(await readFile(new URL(`../../src/stores/sqlite/migrations/${name}`, import.meta.url), "utf8"))
      before.prepare("insert into schema_migrations values (?, 0)").run(name)
    }
    const first = createSqliteStore(before, [])
    const [browser, mail] = [await signIn(first), await mailTo(first)]
    const owed = await ask(first, { at: START + MINUTE })
    await first.close()
    const store = await open()
    expect(await store.sessions.list({ userId: browser.user.id, at: START + 5 * MINUTE })).toEqual([browser.session])
    expect((await redeemLink(store, browser.mail)).status).toBe("used")
    expect((await redeemLink(store, mail)).status).toBe("redeemed")
    expect(await claim(store, { at: START + HOUR })).toMatchObject([
      { outboxId: owed.request.outboxId, isClosed: true },
    ])
    expect((await redeemLink(store, await mailTo(store, { at: START + HOUR }))).status).toBe("redeemed")
    await store.close()
    await discard()
  })

  it("is opened while another process writes, rather than said to be locked", async () => {
    const { path, open, discard } = await emptyFile()
    await (await open()).close()
    const holder = spawn(process.execPath, ["--eval", HOLD_FOR_A_WHILE, path], { stdio: ["ignore", "pipe", "inherit"] })
    await once(holder.stdout, "data")
    const store = await open()
    await store.ping()
    await store.close()
    if (holder.exitCode === null) await once(holder, "exit")
    await discard()
  })

  it("is readable by its owner alone", async () => {
    const { path, store, discard } = await signedInFile()
    for (const file of [path, `${path}-wal`]) expect((await stat(file)).mode & 0o077, file).toBe(0)
    await store.close()
    await discard()
  })
})

// Longer than a running process waits without looking after anything else.
const HOLD_FOR_A_WHILE = `
  const database = new (require("node:sqlite").DatabaseSync)(process.argv[1])
  database.exec("begin exclusive")
  console.log("held")
  setTimeout(() => database.exec("commit"), 400)`

async function emptyFile() {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-store-"))
  const path = join(folder, "auth.db")
  const query = async (sql: string) => {
    const database = new DatabaseSync(path, { readOnly: true })
    const rows = database.prepare(sql).all()
    database.close()
    return rows
  }
  return { path, address: path, open: async () => sqlite(path), query, discard: () => rm(folder, { recursive: true }) }
}

async function signedInFile() {
  const file = await emptyFile()
  const store = await file.open()
  await store.migrate()
  await signIn(store)
  await ask(store)
  return { ...file, store }
}

function readLog(database: DatabaseSync) {
  const events = database.prepare("select * from auth_events order by seq").all()
  return { events, people: database.prepare("select * from auth_event_pii order by pii_id").all() }
}

function readSchema(database: DatabaseSync) {
  const statement = `select type, name, sql from sqlite_master
    where name not like 'sqlite\\_%' escape '\\' and name <> 'schema_migrations' order by name`
  return database.prepare(statement).all()
}
