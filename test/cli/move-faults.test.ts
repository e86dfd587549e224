import pg from "pg"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import { nobody } from "../../src/core/audit/event.ts"
import { openPostgresSource } from "../../src/stores/postgres/move-source.ts"
import { openTcpProxy } from "../faults/tcp-proxy.ts"
import {
  expectKilled,
  expectMoved,
  expectRefused,
  makeEvent,
  migrate,
  ownFile,
  type Place,
  place,
  places,
  ROUTES,
  words,
} from "./move-places.ts"
import { beginSite, expectToGoOn } from "./moved-site.ts"
import { finish } from "./run-command.ts"

vi.setConfig({ testTimeout: 120_000 })

const throughProxy = (url: string, port: number) => Object.assign(new URL(url), { port: String(port) }).href

describe("a move that is cut off", () => {
  it.each([
    ["target", "before", 'into "linklatch".sessions'],
    ["target", "after", 'into "linklatch".sessions'],
    ["target", "after", "setval"],
    ["source", "before", 'from "linklatch".auth_events  order'],
  ] as const)("goes on where it was: the %s's connection, %s %s", async (end, when, word) => {
    const [from, to] = (await places(["postgres", "postgres"])) as [Place, Place]
    const begun = await beginSite(from.open)
    const cut = end === "source" ? from : to
    const proxy = await openTcpProxy(Number(new URL(cut.url).port))
    onTestFinished(() => proxy.close())
    const lost = { url: throughProxy(cut.url, proxy.port) }
    proxy.next({ word, when })
    const refused = await expectRefused(end === "source" ? words(lost, to) : words(from, lost))
    expect(proxy.cuts).toBe(1)
    expect(refused).toMatchObject({ exitCode: 1, code: "store_unavailable" })
    expect(refused.message).toMatch(/goes on where it was\.$/)
    await expectMoved(from, to)
    const app = begun.resume(to.open)
    onTestFinished(() => app.close())
    await expectToGoOn(begun, app)
  })
})

describe("a move whose source is written to", () => {
  it.each(ROUTES)("notices new rows when it goes on, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    await beginSite(from.open)
    await migrate(to)
    await expectKilled(from, to, "after write 9")
    await makeEvent(from.open)
    const refused = await expectRefused(words(from, to))
    expect(refused).toMatchObject({ exitCode: 1, code: "source_changed" })
    expect(refused.message).toMatch(/was written to since this move began.*Stop the servers, empty the target/)
  })

  it.each(ROUTES)(
    "finds changed rows when it compares, and keeps the target shut, from %s to %s",
    async (...engines) => {
      const [from, to] = (await places(engines)) as [Place, Place]
      await beginSite(from.open)
      await migrate(to)
      await expectKilled(from, to, "before finish 1")
      await from.run("update sessions set last_seen_at = last_seen_at + 1")
      for (let i = 0; i < 2; i++) {
        const refused = await expectRefused(words(from, to))
        expect(refused).toMatchObject({ exitCode: 1, code: "different" })
        expect(refused.message).toMatch(/sessions differs, first in row [0-9a-f-]{36}: last_seen_at\..*Nothing opens/)
      }
      const { message } = await expectRefused(["users", "list"], { DATABASE_URL: to.url })
      expect(message).toMatch(/not finished/)
    },
  )

  it("holds up whoever writes to PostgreSQL meanwhile, and tells how many", async () => {
    const from = await place("postgres")
    await migrate(from)
    const client = new pg.Client({ connectionString: from.url })
    await client.connect()
    const source = await openPostgresSource(client, "linklatch")
    expect(await source.heldUp()).toBe(0)
    const store = from.open()
    let isWritten = false
    const event = { type: "shop.made", detail: {}, at: 1, userId: null, address: null, client: nobody } as const
    const writing = store.audit.append(event).then(() => {
      isWritten = true
    })
    await expect.poll(() => source.heldUp(), { timeout: 5_000 }).toBe(1)
    expect(isWritten).toBe(false)
    await client.end()
    await writing
    await store.close()
  })

  it("doesn't begin while another process has the file open", async () => {
    const [from, to] = [ownFile(), ownFile()]
    const store = from.open()
    const refused = await expectRefused(words(from, to))
    expect(refused).toMatchObject({ exitCode: 1, code: "store_unavailable" })
    expect(refused.message).toMatch(/Another process has this file open.*Stop it, and run this again/)
    await store.close()
    await expectMoved(from, to)
  })
})

describe("what a move says of its ends", () => {
  it("refuses one database under two names", async () => {
    const file = ownFile()
    await migrate(file)
    const twin = { url: file.url.replace("/auth.db", "/./auth.db") }
    expect(await expectRefused(words(file, twin))).toMatchObject({ exitCode: 1, code: "same_database" })
    const server = await place("postgres")
    await migrate(server)
    const other = { url: server.url.replace("127.0.0.1", "localhost") }
    expect(await expectRefused(words(server, other))).toMatchObject({ exitCode: 1, code: "same_database" })
  })

  it("refuses a target with rows of its own, and one that another move has begun", async () => {
    const [one, other, to] = [ownFile(), ownFile(), ownFile()]
    for (const { open } of [one, other]) await makeEvent(open)
    const filled = await expectRefused(words(one, other))
    expect(filled).toMatchObject({ exitCode: 1, code: "not_empty", table: "auth_events" })
    await migrate(to)
    await expectKilled(one, to, "before finish 1")
    const begun = await expectRefused(words(other, to))
    expect(begun).toMatchObject({ exitCode: 1, code: "source_changed" })
    expect(begun.message).toMatch(/a part of another database, from a move out of .* that isn't finished/)
    await expectMoved(one, to)
  })

  it("refuses a source that isn't there, and makes no file for it", async () => {
    const [from, to] = [ownFile(), ownFile()]
    expect(await expectRefused(words(from, to))).toMatchObject({ exitCode: 1, code: "no_database" })
    const empty = await place("postgres")
    expect(await expectRefused(words(empty, to))).toMatchObject({ exitCode: 1, code: "no_database" })
    expect(await expectRefused(words(to, from, "--verify-only"))).toMatchObject({ exitCode: 1, code: "no_database" })
    expect(await askPostgres(empty.url, "select from pg_namespace where nspname = 'linklatch'")).toEqual([])
  })

  it.each(ROUTES)("refuses tables of an older or a newer version, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    await migrate(from)
    const at = engines[0] === "sqlite" ? "0" : "now()"
    await from.run(`insert into schema_migrations (name, migrated_at) values ('999-later.sql', ${at})`)
    const newer = await expectRefused(words(from, to))
    expect(newer).toMatchObject({ exitCode: 1, code: "outdated_database", migrations: ["999-later.sql"] })
    await from.run("delete from schema_migrations where name like '%-later.sql' or name like '%-retention.sql'")
    const older = await expectRefused(words(from, to))
    expect(older).toMatchObject({
      code: "outdated_database",
      migrations: [expect.stringMatching(/^\d+-retention\.sql$/)],
    })
    expect(older.message).toMatch(/first: linklatch migrate/)
  })

  it("asks for the role that owns the tables, on either end", async () => {
    const [server, file] = [await place("postgres"), ownFile()]
    for (const one of [server, file]) await migrate(one)
    await server.run(`grant usage on schema linklatch to ${server.appRole};
      grant select, insert on all tables in schema linklatch to ${server.appRole}`)
    const app = { url: server.appUrl }
    const target = await expectRefused(words(file, app))
    expect(target).toMatchObject({ exitCode: 1, code: "store_unavailable" })
    expect(target.message).toMatch(/doesn't own the tables.*role that ran `linklatch migrate`/)
    const source = await expectRefused(words(app, file))
    expect(source.message).toMatch(/may not keep others from writing.*role that owns the tables/)
  })

  it("prints no password", async () => {
    const [server, file] = [await place("postgres"), ownFile()]
    await migrate(file)
    const { password } = new URL(server.url)
    const wrong = Object.assign(new URL(server.url), { password: "hunter2hunter2" }).href
    const unread = ["postgres://owner:hunter2hunter2@/x/y", "hunter2hunter2"]
    for (const url of [wrong, ...unread]) {
      expect((await expectRefused(words(file, { url }))).everything).not.toContain("hunter2")
      expect((await expectRefused(words({ url }, file))).everything).not.toContain("hunter2")
    }
    const { out, err } = await finish(words(file, server))
    expect(out).toMatch(/both hold the same/)
    expect(out + err).not.toContain(password)
  })
})

describe("linklatch move --verify-only", () => {
  // From the last table to the first: each is found before those that were made already.
  const DIFFERENCES = [
    ["delete from auth_event_pii", /auth_event_pii differs: the target lacks row/],
    ["update rate_limits set reported_until = 7", /rate_limits differs, first in row [\w-]{8}…: reported_until/],
    ["delete from outbox where state = 'sent'", /outbox differs: the target lacks row \S{36}\./],
    [
      "insert into user_providers select user_id, 'a', 1, 1, 1 from users",
      /user_providers differs: row \S{36} is in the target alone/,
    ],
    [
      "update users set display_name = 'Eve' where address = 'ada@example.com'",
      /users differs, first in row \S{36}: display_name\./,
    ],
  ] as const

  // One way: both are read by the same code, in the order of their keys.
  it("finds a difference of one row", async () => {
    const [from, to] = (await places(["sqlite", "postgres"])) as [Place, Place]
    await beginSite(from.open)
    await expectMoved(from, to)
    const verify = words(from, to, "--verify-only")
    expect((await finish(verify)).code).toBe(0)
    for (const [sql, says] of DIFFERENCES) {
      await to.run(sql)
      const found = await expectRefused(verify)
      expect(found).toMatchObject({ exitCode: 1, code: "different" })
      expect(found.message).toMatch(says)
      expect(found.everything).not.toMatch(/Eve|(?<![\w-])[\w-]{43}(?![\w-])/)
    }
  })

  it.each(ROUTES)("finds that numbers would be given again, from %s to %s", async (...engines) => {
    const [from, to] = (await places(engines)) as [Place, Place]
    await beginSite(from.open)
    await from.run("delete from sign_in_requests where seq > 2")
    await expectMoved(from, to)
    await to.run(
      engines[1] === "sqlite"
        ? "update sqlite_sequence set seq = 2 where name = 'sign_in_requests'"
        : "select setval('sign_in_requests_seq_seq', 2)",
    )
    const found = await expectRefused(words(from, to, "--verify-only"))
    expect(found).toMatchObject({ exitCode: 1, code: "different" })
    expect(found.message).toMatch(/Numbers of sign_in_requests would be given again from 2 on, up to \d+/)
  })
})
