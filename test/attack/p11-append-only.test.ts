import { createHmac } from "node:crypto"
import { DatabaseSync, type SQLOutputValue } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { openDatabase } from "../../src/stores/sqlite/open-database.ts"
import { createApp, signIn } from "../app.ts"
import { ownFile } from "./own-app.ts"
import { provokeEveryEvent, SHAPES } from "./provoke-events.ts"
import { untilIdle } from "./until-idle.ts"

/** A database in which somebody signed in and out. */
async function fileWithEvents(): Promise<string> {
  const path = await ownFile()
  const app = createApp({ path })
  const { browser } = await signIn(app, "ada@example.com")
  await browser.post("/auth/sign-out")
  await app.close()
  return path
}

type Row = Readonly<Record<string, SQLOutputValue>>

const readLog = (database: DatabaseSync): readonly Row[] =>
  database.prepare("select * from auth_events order by seq").all()
const readPeople = (database: DatabaseSync): readonly Row[] =>
  database.prepare("select * from auth_event_pii order by pii_id").all()

const REWRITES: Record<string, string> = {
  "an update of one event": "update auth_events set type = 'user_enabled' where seq = 2",
  "an update that changes nothing": "update auth_events set at = at",
  "an update of the time": "update auth_events set at = at - 1",
  "an update of the detail": "update auth_events set detail = '{}'",
  "an update of the commitment": "update auth_events set commitment = null, pii_id = null",
  "an update or replace": "update or replace auth_events set seq = 1 where seq = 2",
  "an update or ignore": "update or ignore auth_events set user_id = 'eve'",
  "a renumbering": "update auth_events set seq = seq + 1000",
  "an update from a join": "update auth_events set at = 0 from auth_event_pii p where p.pii_id = auth_events.pii_id",
  "a delete of one event": "delete from auth_events where seq = 3",
  "a delete of the newest": "delete from auth_events where seq = (select max(seq) from auth_events)",
  "a delete with no where": "delete from auth_events",
  "an insert or replace by number":
    "insert or replace into auth_events (seq, event_id, at, type, detail) values (1, 'x', 0, 'forged', '{}')",
  "a replace": "replace into auth_events select * from auth_events",
  "an insert or ignore over one that is there":
    "insert or ignore into auth_events (seq, event_id, at, type, detail) values (1, 'x', 0, 'forged', '{}')",
  "an upsert by number":
    "insert into auth_events (seq, event_id, at, type, detail) values (1, 'x', 0, 'f', '{}') on conflict (seq) do update set type = 'forged'",
  "an update with recursive triggers on":
    "pragma recursive_triggers = on; replace into auth_events select * from auth_events",
  "an update with foreign keys off": "pragma foreign_keys = off; update auth_events set user_id = null",
  "an update of somebody's data": "update auth_event_pii set address = 'eve@example.com'",
  "an update of a salt": "update auth_event_pii set salt = zeroblob(32)",
  "a replace of somebody's data":
    "insert or replace into auth_event_pii (pii_id, salt, ip) select pii_id, salt, '192.0.2.1' from auth_event_pii",
  "an upsert of somebody's data":
    "insert into auth_event_pii (pii_id, salt) select pii_id, salt from auth_event_pii where true on conflict do update set ip = null",
  "a detail that is no JSON": "insert into auth_events (event_id, at, type, detail) values ('x', 0, 'forged', 'text')",
  "a detail that is a list": "insert into auth_events (event_id, at, type, detail) values ('x', 0, 'forged', '[1]')",
  "a detail that is nothing": "insert into auth_events (event_id, at, type, detail) values ('x', 0, 'forged', null)",
  "a detail that is a JSON text": `insert into auth_events (event_id, at, type, detail) values ('x', 0, 'forged', '"x"')`,
}

const SCHEMA_REWRITES: Record<string, string> = {
  "an update of the schema": "update sqlite_schema set sql = '' where name = 'auth_events_no_update'",
  "a delete from the schema": "delete from sqlite_schema where type = 'trigger'",
  "an update of the schema after asking for it":
    "pragma writable_schema = on; delete from sqlite_schema where type = 'trigger'",
  "a reset of the schema": "pragma writable_schema = reset; delete from sqlite_schema where type = 'trigger'",
}

describe("the log in SQLite", () => {
  it.each(Object.entries(REWRITES))(
    "AUD-1 P11 refuses %s, on any connection, and stays as it was",
    async (_, statement) => {
      const path = await fileWithEvents()
      for (const open of [(file: string) => new DatabaseSync(file), openDatabase]) {
        const database = open(path)
        const [events, people] = [readLog(database), readPeople(database)]
        expect(events.length).toBeGreaterThan(5)
        expect(() => database.exec(statement)).toThrow(
          /append-only|can be erased, not changed|constraint failed|malformed JSON/,
        )
        expect([readLog(database), readPeople(database)]).toEqual([events, people])
        database.close()
      }
    },
  )

  it.each(Object.entries(SCHEMA_REWRITES))(
    "AUD-1 P11 has triggers that the application's own connection can't rewrite by %s",
    async (_, statement) => {
      const database = openDatabase(await fileWithEvents())
      const triggers = () =>
        database.prepare("select name, sql from sqlite_schema where type = 'trigger' order by name").all()
      const before = triggers()
      expect(before.length).toBeGreaterThanOrEqual(5)
      expect(() => database.exec(statement)).toThrow(/may not be modified/)
      expect(triggers()).toEqual(before)
      database.close()
    },
  )

  // SQLite knows no roles: whoever may write to the file owns it. What refuses that is the file's mode and the sealed log,
  // not a trigger; this test stands here so that nobody believes otherwise.
  it("AUD-1 P11 can't refuse the file's owner who drops a trigger first: a documented limit", async () => {
    const path = await fileWithEvents()
    const database = new DatabaseSync(path)
    database.exec("drop trigger auth_events_no_update; update auth_events set type = 'forged' where seq = 1")
    expect(readLog(database)[0]?.["type"]).toBe("forged")
    database.close()
  })

  it("AUD-1 P11 can be read by the owner of its file alone", async () => {
    const { stat } = await import("node:fs/promises")
    const path = await ownFile()
    const app = createApp({ path })
    await signIn(app, "ada@example.com")
    for (const suffix of ["", "-wal", "-shm"]) expect((await stat(`${path}${suffix}`)).mode & 0o077, suffix).toBe(0)
    await app.close()
  })

  it("AUD-9 P11 lets a person be erased, and the events with their commitments stay", async () => {
    const database = openDatabase(await fileWithEvents())
    const before = readLog(database)
    database.exec("delete from auth_event_pii where address = 'ada@example.com'")
    expect(readPeople(database)).toEqual([])
    expect(readLog(database)).toEqual(before)
    expect(before.every(({ commitment }) => typeof commitment === "string")).toBe(true)
    database.close()
  })
})

describe("every event that there is", () => {
  it("LOG-2 LOG-3 P11 is written once it happened, says who, when, where and what, and commits to the person beside it", async () => {
    const path = await ownFile()
    const { began, ended } = await provokeInFile(path)
    const database = new DatabaseSync(path, { readOnly: true })
    const [events, people] = [
      readLog(database),
      new Map(readPeople(database).map((person) => [person["pii_id"], person])),
    ]
    const users = new Set(
      database
        .prepare("select user_id from users")
        .all()
        .map((user) => user["user_id"]),
    )
    database.close()
    for (const { type, user_id } of events) if (type === "user_erased") users.add(user_id ?? null)
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set([...Object.keys(SHAPES), "shop.order_placed"]))
    for (const event of events) {
      const said = `${event["type"]} ${event["detail"]}`
      expect(Number(event["at"]) >= began && Number(event["at"]) <= ended, said).toBe(true)
      // The first 48 bits of a UUIDv7 are its time (RFC 9562 §5.7).
      expect(Number.parseInt(String(event["event_id"]).replace("-", "").slice(0, 12), 16), said).toBe(event["at"])
      expectShape(String(event["type"]), JSON.parse(String(event["detail"])), said)
      expectUser(event, users)
      const isErased = event["pii_id"] !== null && !people.has(event["pii_id"] ?? null)
      if (isErased) expect(event["commitment"], said).toMatch(/^[\w-]{43}$/)
      else expect(event["commitment"], said).toBe(commitmentOf(people.get(event["pii_id"] ?? null)))
    }
    expect(people.size).toBeGreaterThan(20)
    expectOutcomes(events)
  })
})

async function provokeInFile(path: string): Promise<{ began: number; ended: number }> {
  const app = createApp({ path })
  const began = app.clock.now()
  await provokeEveryEvent(app)
  await app.close()
  const closed = createApp({ path, signUp: "closed", clock: app.clock })
  await closed.browser().post("/auth/sign-in", { email: "nobody@example.com" })
  await untilIdle(closed)
  await closed.close()
  return { began, ended: app.clock.now() }
}

function expectShape(type: string, detail: unknown, said: string): void {
  if (!Object.hasOwn(SHAPES, type)) return expect(type).toContain(".")
  expect(detail, said).toEqual(SHAPES[type as keyof typeof SHAPES])
}

// Before a redeem nobody knows who it is; from then on the log says which user it was.
const OF_A_USER = [
  "link_consumed",
  "user_created",
  "provider_used",
  "session_created",
  "session_revoked",
  "links_revoked",
  "user_disabled",
  "user_enabled",
  "user_erased",
]

function expectUser(event: Row, users: ReadonlySet<unknown>): void {
  if (OF_A_USER.includes(String(event["type"]))) expect(users, String(event["type"])).toContain(event["user_id"])
  else if (event["type"] !== "shop.order_placed") expect(event["user_id"], String(event["type"])).toBeNull()
}

// RFC 8785 by hand, from the table alone: members in the order of their names.
function commitmentOf(person: Row | undefined): string | null {
  if (person === undefined) return null
  const canonical = JSON.stringify({ address: person["address"], ip: person["ip"], userAgent: person["user_agent"] })
  const salt = person["salt"] as Uint8Array
  expect(salt.byteLength).toBe(32)
  return createHmac("sha256", salt).update(canonical).digest("base64url")
}

/** Each reason that the log can give was given. */
function expectOutcomes(events: readonly Row[]): void {
  const said = (type: string, name: string) =>
    new Set(events.filter((event) => event["type"] === type).map(({ detail }) => JSON.parse(String(detail))[name]))
  expect(said("link_withheld", "reason")).toEqual(
    new Set(["not_allowed", "disabled", "rate_limited", "already_signed_in"]),
  )
  expect(said("send_failed", "next")).toEqual(new Set(["later", "given_up"]))
  expect(said("consume_failed", "reason")).toEqual(
    new Set(["used", "expired", "superseded", "unknown", "wrong_browser", "wrong_code", "disabled"]),
  )
  expect(said("session_revoked", "reason")).toEqual(
    new Set([
      "signed_out",
      "signed_out_elsewhere",
      "signed_out_everywhere",
      "replaced",
      "user_disabled",
      "ended_by_admin",
      "user_erased",
    ]),
  )
  expect(said("session_revoked", "by")).toEqual(new Set([undefined, "application", "cli"]))
  expect(said("rate_limited", "limit")).toEqual(new Set(["ask_client", "ask_address", "redeem_client"]))
  expect(said("provider_used", "provider")).toEqual(new Set(["magic_link", "email_code", "google"]))
}
