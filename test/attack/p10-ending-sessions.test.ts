import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import { signValue } from "../../src/http/signed-value.ts"
import { type App, askForMail, ORIGIN, signIn } from "../app.ts"
import type { Browser } from "../browser.ts"
import { countRows } from "./database.ts"
import { ownApp, ownFile } from "./own-app.ts"

const SESSION = "__Host-linklatch_session"
const SECRET = "a-secret-for-tests-that-is-long-enough"
const OTHER_SECRET = "another-secret-for-tests-that-is-long-enough"
const wide = {
  limits: {
    askClient: { max: 1_000, minutes: 15 },
    askAddress: { max: 1_000, minutes: 60 },
    redeemClient: { max: 1_000, minutes: 15 },
  },
}

/** Who the application believes this browser to be. */
function whoIs(app: App, browser: Browser) {
  return app.auth.session(requestWith([...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ")))
}

function requestWith(cookie: string): Request {
  return new Request(`${ORIGIN}/`, { headers: { cookie } })
}

/** The same browser, as another server of the site meets it. */
function atServer(app: App, browser: Browser): Browser {
  const there = app.browser()
  for (const [name, value] of browser.cookies) there.cookies.set(name, value)
  return there
}

async function userIdOf(app: App, email: string): Promise<string> {
  return (await app.auth.users.find({ email }))?.id ?? ""
}

describe("ending a session", () => {
  const endings: [title: string, end: (app: App, browser: Browser, userId: string) => Promise<unknown>][] = [
    ["signing out", (_, browser) => browser.post("/auth/sign-out")],
    ["signing out everywhere", (_, browser) => browser.post("/auth/account/sign-out", { session: "all" })],
    ["signing out by the API", (_, browser) => browser.api("POST", "sign-out")],
    ["signing out everywhere by the API", (_, browser) => browser.api("DELETE", "sessions")],
    [
      "naming it to the API, from another browser",
      async (app, browser) => {
        const id = (await whoIs(app, browser))?.session.id ?? ""
        const { browser: another } = await signIn(app, "ada@example.com")
        await another.api("DELETE", `sessions/${id}`)
      },
    ],
    ["disabling the user", (app, _, userId) => app.auth.users.disable(userId)],
    [
      "revoking it",
      async (app, browser, userId) => app.auth.sessions.revoke(userId, (await whoIs(app, browser))?.session.id ?? ""),
    ],
    ["revoking all", (app, _, userId) => app.auth.sessions.revokeAll(userId)],
  ]

  it.each(endings)(
    "SES-4 SES-5 P10 by %s ends it at once, on every server of the database, for a stolen cookie too",
    async (_, end) => {
      const path = await ownFile()
      const first = ownApp({ path })
      const second = ownApp({ path, clock: first.clock, worker: false })
      const { browser } = await signIn(first, "ada@example.com")
      const stolen = atServer(second, browser)
      expect((await whoIs(second, stolen))?.user.email).toBe("ada@example.com")
      await end(first, browser, await userIdOf(first, "ada@example.com"))
      for (const app of [first, second]) {
        expect(await whoIs(app, stolen)).toBeNull()
        expect((await atServer(app, stolen).get("/auth/account")).headers.get("location")).toMatch(/^\/auth\/sign-in/)
        expect(await (await atServer(app, stolen).api("GET", "session")).json()).toEqual({ user: null, session: null })
        expect((await atServer(app, stolen).api("GET", "sessions")).status).toBe(401)
      }
    },
  )

  it("SES-5 TOK-10 P10 of a disabled user is for good, and neither a link nor a code that is out signs in", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com")
    const waiting = app.browser()
    const message = await askForMail(app, waiting, "ada@example.com")
    const userId = await userIdOf(app, "ada@example.com")
    await app.auth.users.disable(userId)
    expect((await waiting.press(message)).status).toBe(403)
    expect((await waiting.post("/auth/code", { code: message.code })).status).toBe(403)
    await app.auth.users.enable(userId)
    expect(await whoIs(app, browser)).toBeNull()
    expect((await waiting.press(message)).status).toBe(410)
  })

  it("SES-7 P10 of one browser leaves the others signed in, and one of all leaves nobody", async () => {
    const app = ownApp()
    const [laptop, phone, tablet] = [
      await signIn(app, "ada@example.com"),
      await signIn(app, "ada@example.com"),
      await signIn(app, "ada@example.com"),
    ].map(({ browser }) => browser)
    if (laptop === undefined || phone === undefined || tablet === undefined) throw new Error("Three browsers sign in.")
    const phoneSession = (await whoIs(app, phone))?.session.id ?? ""
    await laptop.post("/auth/account/sign-out", { session: phoneSession })
    expect(
      await Promise.all([laptop, phone, tablet].map(async (browser) => (await whoIs(app, browser)) !== null)),
    ).toEqual([true, false, true])
    await tablet.post("/auth/account/sign-out", { session: "all" })
    expect(
      await Promise.all([laptop, phone, tablet].map(async (browser) => (await whoIs(app, browser)) !== null)),
    ).toEqual([false, false, false])
  })

  it("SES-7 P10 works for one's own sessions only, and only those are listed", async () => {
    const app = ownApp()
    const { browser: ada } = await signIn(app, "ada@example.com")
    const { browser: eve } = await signIn(app, "eve@example.com")
    const adas = (await whoIs(app, ada))?.session.id ?? ""
    const page = await (await eve.get("/auth/account")).text()
    expect(page).not.toContain(adas)
    expect(page).not.toContain("ada@example.com")
    for (const session of [adas, "", "*", "%", "' or 1=1 --", await userIdOf(app, "ada@example.com")]) {
      await eve.post("/auth/account/sign-out", { session, user: await userIdOf(app, "ada@example.com") })
    }
    expect(await app.auth.sessions.revoke(await userIdOf(app, "eve@example.com"), adas)).toBe(false)
    expect([await whoIs(app, ada), await whoIs(app, eve)].map((one) => one?.user.email)).toEqual([
      "ada@example.com",
      "eve@example.com",
    ])
    expect((await app.events()).filter(({ type }) => type === "session_revoked")).toEqual([])
  })

  it("SES-10 P10 keeps the row with when and why, and writes the event", async () => {
    const path = await ownFile()
    const app = ownApp({ path })
    const { browser } = await signIn(app, "ada@example.com")
    const at = app.clock.advance(MINUTE)
    await browser.post("/auth/sign-out")
    const database = new DatabaseSync(path, { readOnly: true })
    expect(database.prepare("select revoked_at, revoked_reason from sessions").all()).toEqual([
      { revoked_at: at, revoked_reason: "signed_out" },
    ])
    database.close()
    expect((await app.events()).at(-1)).toMatchObject({ type: "session_revoked", at, detail: { reason: "signed_out" } })
  })

  it("SES-9 P10 isn't forced by others: there is no cap, twelve browsers stay signed in and are listed", async () => {
    const app = ownApp(wide)
    const browsers: Browser[] = []
    for (let index = 0; index < 12; index++) browsers.push((await signIn(app, "ada@example.com")).browser)
    for (const browser of browsers) expect(await whoIs(app, browser)).not.toBeNull()
    expect((await app.auth.sessions.list(await userIdOf(app, "ada@example.com"))).length).toBe(12)
  })
})

describe("the life of a session", () => {
  it("SES-6 P10 ends when it was not used for the idle time, to the millisecond", async () => {
    for (const [wait, isAlive] of [
      [HOUR - 1, true],
      [HOUR, false],
    ] as const) {
      const app = ownApp({ sessionIdleHours: 1, sessionHours: 3 })
      const { browser } = await signIn(app, "ada@example.com")
      app.clock.advance(wait)
      expect((await whoIs(app, browser)) !== null, `after ${wait} ms`).toBe(isAlive)
      expect((await app.auth.sessions.list(await userIdOf(app, "ada@example.com"))).length).toBe(isAlive ? 1 : 0)
    }
  })

  it("SES-6 P10 ends after its absolute time, however much it is used", async () => {
    const app = ownApp({ sessionIdleHours: 1, sessionHours: 3 })
    const { browser } = await signIn(app, "ada@example.com")
    const end = app.clock.now() + 3 * HOUR
    while (app.clock.now() + 20 * MINUTE < end) {
      app.clock.advance(20 * MINUTE)
      const signedIn = await whoIs(app, browser)
      expect(signedIn?.session.idleExpiresAt).toBeLessThanOrEqual(end)
      expect(signedIn?.session.expiresAt).toBe(end)
    }
    app.clock.set(end - 1)
    expect(await whoIs(app, browser)).not.toBeNull()
    app.clock.set(end)
    expect(await whoIs(app, browser)).toBeNull()
  })

  it("SES-2 P10 begins anew with each sign-in: another token, and the browser's old one is dead", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com")
    const old = atServer(app, browser)
    await signIn(app, "ada@example.com", browser)
    expect(browser.cookies.get(SESSION)).not.toBe(old.cookies.get(SESSION))
    expect(await whoIs(app, old)).toBeNull()
    expect(await whoIs(app, browser)).not.toBeNull()
    expect((await app.events()).find(({ type }) => type === "session_revoked")?.detail).toMatchObject({
      reason: "replaced",
    })
  })

  it("SES-2 P10 isn't fixed by a cookie that somebody planted before", async () => {
    const app = ownApp()
    const { browser: eve } = await signIn(app, "eve@example.com")
    const victim = app.browser()
    for (const [name, value] of eve.cookies) victim.cookies.set(name, value)
    await signIn(app, "ada@example.com", victim)
    expect((await whoIs(app, victim))?.user.email).toBe("ada@example.com")
    expect(victim.cookies.get(SESSION)).not.toBe(eve.cookies.get(SESSION))
    expect(await whoIs(app, eve)).toBeNull()
  })
})

describe("a cookie that stands for nobody", () => {
  it("SES-3 COO-3 P10 signs nobody in, makes no row, and is taken back", async () => {
    const path = await ownFile()
    const app = ownApp({ path })
    const { browser } = await signIn(app, "ada@example.com")
    const value = browser.cookies.get(SESSION) ?? ""
    const database = new DatabaseSync(path, { readOnly: true })
    const before = countRows(database)
    for (const forged of forgeries(value, browser)) {
      const cookie = `${SESSION}=${forged}`
      expect(await app.auth.session(requestWith(cookie)), forged).toBeNull()
      const response = await app.browser().get("/auth/account", { cookie })
      expect(response.headers.get("location"), forged).toMatch(/^\/auth\/sign-in/)
      expect(response.headers.getSetCookie(), forged).toEqual([
        `${SESSION}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`,
      ])
    }
    expect(countRows(database)).toEqual(before)
    database.close()
  })

  it("COO-3 P10 has another name, however alike, or is one of two that differ", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com")
    const { browser: eve } = await signIn(app, "eve@example.com")
    const [value, other] = [browser.cookies.get(SESSION) ?? "", eve.cookies.get(SESSION) ?? ""]
    for (const name of [
      "__host-linklatch_session",
      "__HOST-linklatch_session",
      "linklatch_session",
      "__Secure-linklatch_session",
      "__Host-linklatch_Session",
      "\u00a0__Host-linklatch_session",
      "$__Host-linklatch_session",
    ]) {
      expect(await app.auth.session(requestWith(`${name}=${value}`)), name).toBeNull()
    }
    for (const header of [
      `${SESSION}=${other}; ${SESSION}=${value}`,
      `${SESSION}=${value}; ${SESSION}=${other}`,
      `${SESSION}=; ${SESSION}=${value}`,
      `${SESSION}=x; a=b; ${SESSION}=${value}`,
    ]) {
      expect(await app.auth.session(requestWith(header)), header).toBeNull()
    }
    expect(
      await app.auth.session(
        requestWith(`a=b; ${SESSION}=${value}; ${SESSION}=${value}; __host-linklatch_session=${other}`),
      ),
    ).not.toBeNull()
  })
})

function forgeries(value: string, browser: Browser): readonly string[] {
  const [token = "", signature = ""] = value.split(".")
  const unissued = Buffer.alloc(32, 7).toString("base64url")
  const flow = browser.cookies.get("__Host-linklatch_flow") ?? ""
  return [
    "x",
    ".",
    "null",
    "undefined",
    "true",
    "0",
    token,
    `${token}.`,
    `.${signature}`,
    `${signature}.${token}`,
    `${value}.`,
    `${value}${value}`,
    `${token}.${signature.slice(0, -1)}`,
    `${token}.${signature.slice(0, -1)}${signature.endsWith("A") ? "E" : "A"}`,
    value.toUpperCase(),
    `"${value}"`,
    encodeURIComponent(`${value}%00`),
    `${unissued}.${signature}`,
    signValue(token, "linklatch session", [OTHER_SECRET]),
    signValue(token, "linklatch flow", [SECRET]),
    // Whoever has the secret alone can sign, but has no session to sign.
    signValue(unissued, "linklatch session", [SECRET]),
    signValue("", "linklatch session", [SECRET]),
    signValue(flow, "linklatch session", [SECRET]),
    flow,
    browser.cookies.get("__Host-linklatch_known") ?? "",
    "a".repeat(4_000),
    "%",
    "%00",
    "%E0%A4%A",
  ]
}

describe("the server's secrets", () => {
  it("OPS-1 SES-1 P10 are rotated without signing anybody out, until the old one goes", async () => {
    const path = await ownFile()
    const before = ownApp({ path, secret: SECRET })
    const during = ownApp({ path, secret: [OTHER_SECRET, SECRET], clock: before.clock, mail: before.mailbox })
    const after = ownApp({ path, secret: OTHER_SECRET, clock: before.clock, worker: false })
    const { browser: old } = await signIn(before, "ada@example.com")
    const fresh = during.browser()
    await fresh.post("/auth/sign-in", { email: "bob@example.com" })
    await fresh.press(await before.mailbox.next("bob@example.com"))
    const known = async (app: App) => [(await whoIs(app, old))?.user.email, (await whoIs(app, fresh))?.user.email]
    expect(await known(during)).toEqual(["ada@example.com", "bob@example.com"])
    expect(await known(after)).toEqual([undefined, "bob@example.com"])
    expect(await known(before)).toEqual(["ada@example.com", undefined])
  })
})
