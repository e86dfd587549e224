import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { describe, expect, it, onTestFinished } from "vitest"
import { systemClock } from "../../src/core/clock.ts"
import { wipeFile } from "../../src/stores/sqlite/wipe-file.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"
import { finishJson } from "../cli/run-command.ts"
import { untilIdle } from "./until-idle.ts"

const SECRET = "a-secret-for-tests-that-is-long-enough"
const WHO = "edith.unmistakable@example.com"
const IP = "2001:db8:ed17:4::"
const AGENT = "Mozilla/5.0 (Unmistakable; rv:17) Gecko Firefox/17"

describe("an erased person", () => {
  it("is not to be found in the file, its journal or its free pages, while a server runs on it (AUD-9)", async () => {
    const { app, path, erase } = await siteWithEdith()
    const traces = tracesIn(path)
    expect(traces.length).toBeGreaterThan(8)
    expect(foundIn(path, traces)).toEqual(traces)
    const { told, code } = await erase()
    expect({ told, code }).toMatchObject({ code: 0, told: { status: "erased", sessionsEnded: 2 } })
    expect(foundIn(path, traces)).toEqual([])
    await signIn(app, "bob@example.com")
    await untilIdle(app)
    expect(foundIn(path, traces)).toEqual([])
  })

  it("is not to be found where rows were deleted long before, by an older version that left their bytes", async () => {
    const { app, path, erase } = await siteWithEdith()
    const traces = tracesIn(path)
    const old = new DatabaseSync(path)
    old.exec(
      "pragma secure_delete = off; delete from outbox; delete from magic_link_tokens; delete from sign_in_requests",
    )
    old.exec("pragma wal_checkpoint(truncate)")
    await app.auth.ping()
    const { told } = await erase()
    expect(told.files).toEqual({ status: "clean", rewritten: true })
    expect(foundIn(path, traces)).toEqual([])
    old.close()
  })

  it("leaves every event, byte for byte", async () => {
    const { path, erase } = await siteWithEdith()
    const before = eventsIn(path)
    await erase()
    const after = eventsIn(path)
    expect(after.slice(0, before.length)).toEqual(before)
    expect(after.slice(before.length).map(({ type }) => type)).toEqual([
      "session_revoked",
      "session_revoked",
      "user_erased",
    ])
    expect(JSON.stringify(after)).not.toContain("edith")
  })

  it("leaves a sealed log that verifies, and in which her entries are counted as erased (AUD-9)", async () => {
    const { app, path, env, erase } = await siteWithEdith({ audit: { seal: true } })
    await app.auth.close()
    const verify = () => finishJson("audit verify", { env: { ...env, PUBLIC_BASE_URL: "https://login.example.com" } })
    const before = await verify()
    await erase()
    const after = await verify()
    expect(before.code).toBe(0)
    expect({ code: after.code, told: after.told }).toMatchObject({ code: 0, told: { findings: [] } })
    expect(eventsIn(path).length).toBeGreaterThan(40)
    // Twice five events of a sign-in, one of a new user, one of the application.
    expect([before, after].map(({ told }) => told.counts.withoutPerson)).toEqual([0, 12])
  })

  it("is signed out at once, and comes in by no link, no code and no mail that is still to be sent", async () => {
    const { app, browser, erase } = await siteWithEdith()
    const waiting = app.browser()
    const message = await askForMail(app, waiting, WHO)
    await erase()
    expect(await signedIn(app, browser)).toBe(null)
    const pressed = await waiting.press(message)
    expect(pressed.status).not.toBe(303)
    expect((await waiting.post("/auth/code", { code: message.code })).headers.get("location")).not.toBe("/auth/account")
    expect(await signedIn(app, waiting)).toBe(null)
    expect(await app.auth.users.find({ email: WHO })).toBe(null)
    expect(await app.store.outbox.backlog()).toEqual({ queued: 0, oldestAt: null })
  })

  it("may come back as somebody new", async () => {
    const { app, erase } = await siteWithEdith()
    const { told } = await erase()
    const { response } = await signIn(app, WHO)
    expect(response.status).toBe(303)
    expect((await app.auth.users.find({ email: WHO }))?.id).not.toBe(told.userId)
  })

  it("is told nowhere: not by the command's log of events, not by the journal", async () => {
    const { path, erase } = await siteWithEdith()
    await erase()
    for (const trace of [WHO, "edith", IP, AGENT]) expect(readAs(`${path}.erasures`)).not.toContain(trace)
    expect(readAs(`${path}.erasures`)).toMatch(/^\{"v":1,"id":"[0-9a-f-]{36}","at":"[^"]+","by":"cli",.*\}\n$/)
  })
})

describe("somebody who only asked", () => {
  it("is erased by the address, from the file too", async () => {
    const { app, path, erase } = await site()
    const stranger = app.browser({ ip: "203.0.113.177", userAgent: AGENT })
    await stranger.post("/auth/sign-in", { email: WHO })
    await untilIdle(app)
    const traces = tracesIn(path)
    expect(await erase()).toMatchObject({ code: 0, told: { status: "erased", userId: null, requests: 1 } })
    expect(foundIn(path, [...traces, "203.0.113.177"])).toEqual([])
  })
})

describe("a file that somebody else reads", () => {
  it("is said to hold copies still, as its journal can't be emptied", async () => {
    const { path } = await site()
    const reader = new DatabaseSync(path)
    reader.exec("begin; select count(*) from auth_events")
    const writer = new DatabaseSync(path)
    writer.exec("insert into walks (name, place) values ('a test', '')")
    const wiping = { marks: [Buffer.from(WHO)], rewrite: "if_small" } as const
    expect(await wipeFile(path, wiping, { patienceMs: 50 })).toEqual({ status: "busy" })
    reader.exec("commit")
    expect(await wipeFile(path, wiping, { patienceMs: 50 })).toEqual({ status: "clean", rewritten: false })
    for (const database of [reader, writer]) database.close()
  })
})

async function site(options: Parameters<typeof createApp>[0] = {}) {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-erasure-"))
  const path = join(folder, "auth.db")
  const app = createApp({ path, clock: systemClock, secret: SECRET, audit: { seal: false }, ...options })
  onTestFinished(async () => {
    await app.close()
    rmSync(folder, { recursive: true })
  })
  const env = { DATABASE_URL: `sqlite:${path}`, LINKLATCH_SECRET: SECRET }
  return { app, path, erase: () => finishJson(["users", "erase", WHO, "--yes"], { env }), env }
}

/** Edith among others, who came before and after her, so that her rows lie between theirs. */
async function siteWithEdith(options: Parameters<typeof createApp>[0] = {}) {
  const all = await site(options)
  const { app } = all
  for (let i = 0; i < 6; i++) await signIn(app, `before${i}@example.com`)
  const { browser } = await signIn(app, WHO, app.browser({ ip: IP, userAgent: AGENT }))
  for (let i = 0; i < 6; i++) await signIn(app, `after${i}@example.com`)
  await signIn(app, WHO, app.browser({ ip: IP, userAgent: AGENT }))
  const user = await app.auth.users.find({ email: WHO })
  await app.auth.audit.record({ type: "shop.note", userId: user?.id ?? "", client: { ip: IP, userAgent: AGENT } })
  await untilIdle(app)
  return { ...all, browser }
}

/** All that could lead to her: what she typed, where she was, and the salts that bind her to the log. */
function tracesIn(path: string): readonly string[] {
  const database = new DatabaseSync(path)
  const salts = database
    .prepare("select hex(salt) as salt from auth_event_pii where address = ? or user_agent = ?")
    .all(WHO, AGENT)
    .map(({ salt }) => Buffer.from(String(salt), "hex").toString("latin1"))
  const hashes = database
    .prepare("select flow_hash as hash from sign_in_requests where address = ?")
    .all(WHO)
    .map(({ hash }) => String(hash))
  database.close()
  const her = readAs(path).includes("edith") || readAs(`${path}-wal`).includes("edith") ? [WHO, "Edith", AGENT, IP] : []
  return [...her, ...salts, ...hashes]
}

function foundIn(path: string, traces: readonly string[]): readonly string[] {
  const bytes = ["", "-wal", "-shm"].map((end) => readAs(path + end)).join("\n")
  return traces.filter((trace) => bytes.includes(trace))
}

// By a process of its own: to close the file here would give up this process's locks on it.
function readAs(path: string): string {
  return existsSync(path) ? execFileSync("cat", [path], { maxBuffer: 2 ** 30 }).toString("latin1") : ""
}

function eventsIn(path: string): readonly Record<string, unknown>[] {
  const database = new DatabaseSync(path)
  const rows = database.prepare("select * from auth_events order by seq").all()
  database.close()
  return rows
}

async function signedIn(app: App, browser: Awaited<ReturnType<typeof signIn>>["browser"]) {
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ")
  return app.auth.session({ headers: { cookie } })
}
