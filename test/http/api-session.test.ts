import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type App, createApp, ORIGIN, signIn } from "../app.ts"
import type { Browser } from "../browser.ts"

const SESSION = "__Host-linklatch_session"
const NOBODY = { user: null, session: null }

let app: App
beforeEach(() => {
  app = createApp({ adminEmails: ["ada@example.com"] })
})
afterEach(() => app.close())

const told = async (browser: Browser) => (await browser.api("GET", "session")).json()
const codeOf = async (response: Response) => [response.status, (await response.json()).code]

describe("asking who is signed in", () => {
  it("tells the user and the session, field by field", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const response = await browser.api("GET", "session")
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"])
    const at = new Date(app.clock.now()).toISOString()
    const user = await app.auth.users.find({ email: "ada@example.com" })
    const [session] = await app.auth.sessions.list(user?.id ?? "")
    expect(await response.json()).toEqual({
      user: { id: user?.id, email: "ada@example.com", displayName: "Ada", createdAt: at, isAdmin: true },
      session: {
        id: session?.id,
        createdAt: at,
        lastSeenAt: at,
        idleExpiresAt: new Date(session?.idleExpiresAt ?? 0).toISOString(),
        expiresAt: new Date(session?.expiresAt ?? 0).toISOString(),
        provider: "magic_link",
        provenAt: at,
        device: "Firefox on Windows",
        isCurrent: true,
      },
    })
  })

  it("tells nobody with 200, and takes a cookie back that stands for nobody", async () => {
    const fresh = await app.browser().api("GET", "session")
    expect([fresh.status, await fresh.json(), fresh.headers.getSetCookie()]).toEqual([200, NOBODY, []])
    const { browser } = await signIn(app, "ada@example.com")
    await app.auth.users.disable((await app.auth.users.find({ email: "ada@example.com" }))?.id ?? "")
    const response = await browser.api("GET", "session")
    expect([response.status, await response.json()]).toEqual([200, NOBODY])
    expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(`^${SESSION}=; Max-Age=0;`)])
    expect(browser.cookies.has(SESSION)).toBe(false)
  })
})

describe("signing out by the API", () => {
  it("ends the session at once, takes the cookie back and clears what the browser kept", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const stolen = new Map(browser.cookies)
    const response = await browser.api("POST", "sign-out")
    expect([response.status, await response.text()]).toEqual([204, ""])
    expect(response.headers.get("clear-site-data")).toBe('"cache", "storage"')
    expect(response.headers.has("content-type")).toBe(false)
    for (const [name, value] of stolen) browser.cookies.set(name, value)
    expect(await told(browser)).toEqual(NOBODY)
    expect((await app.events()).at(-1)).toMatchObject({ type: "session_revoked", detail: { reason: "signed_out" } })
  })

  it("is no error for whoever is signed out already", async () => {
    expect((await app.browser().api("POST", "sign-out")).status).toBe(204)
  })
})

describe("a person's sessions", () => {
  it("are listed newest first, and the one that asks is marked", async () => {
    const { browser: older } = await signIn(app, "ada@example.com")
    app.clock.advance(1_000)
    await signIn(app, "ada@example.com")
    const { sessions } = await (await older.api("GET", "sessions")).json()
    expect(sessions.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toEqual([false, true])
    const { session } = await told(older)
    expect(sessions[1]).toEqual(session)
    expect(Object.keys(sessions[0]).toSorted()).toEqual(Object.keys(session).toSorted())
  })

  it("are ended one by one, all others left", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const { browser: other } = await signIn(app, "ada@example.com")
    const { session } = await told(other)
    const response = await browser.api("DELETE", `sessions/${session.id}`)
    expect([response.status, response.headers.getSetCookie()]).toEqual([204, []])
    expect(response.headers.has("clear-site-data")).toBe(false)
    expect(await told(other)).toEqual(NOBODY)
    expect((await told(browser)).user.email).toBe("ada@example.com")
    expect((await app.events()).at(-1)).toMatchObject({ detail: { reason: "signed_out_elsewhere" } })
  })

  it("signs out when the one that is ended is one's own", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const { session } = await told(browser)
    const response = await browser.api("DELETE", `sessions/${session.id}`)
    expect([response.status, response.headers.get("clear-site-data")]).toEqual([204, '"cache", "storage"'])
    expect(browser.cookies.has(SESSION)).toBe(false)
  })

  it("are ended all at once, here too", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const { browser: other } = await signIn(app, "ada@example.com")
    const response = await browser.api("DELETE", "sessions")
    expect([response.status, response.headers.get("clear-site-data")]).toEqual([204, '"cache", "storage"'])
    expect([await told(browser), await told(other)]).toEqual([NOBODY, NOBODY])
  })

  it("are nobody else's to end, and `all` is no id", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const { browser: bob } = await signIn(app, "bob@example.com")
    const { session } = await told(bob)
    for (const id of [session.id, "all", "ALL", "%61ll", "x", crypto.randomUUID(), "'--", "..%2f"]) {
      expect(await codeOf(await browser.api("DELETE", `sessions/${id}`)), id).toEqual([404, "unknown_session"])
    }
    expect((await told(bob)).user.email).toBe("bob@example.com")
    expect((await told(browser)).user.email).toBe("ada@example.com")
  })

  it("are nothing for whoever isn't signed in: 401, no redirect, whatever Accept says", async () => {
    for (const accept of ["text/html", "*/*"]) {
      for (const [method, path] of [
        ["GET", "sessions"],
        ["DELETE", "sessions"],
        ["DELETE", "sessions/x"],
      ] as const) {
        const response = await app.browser().api(method, path, undefined, { accept, cookie: `${SESSION}=x` })
        expect(response.headers.get("www-authenticate")).toBe('Cookie form-action="/auth/sign-in"')
        expect(response.headers.getSetCookie()).toEqual([expect.stringMatching(`^${SESSION}=;`)])
        expect(await codeOf(response), `${method} ${path}`).toEqual([401, "not_signed_in"])
      }
    }
  })
})

describe("the API as a whole", () => {
  it("answers in JSON what isn't there and what isn't taken, whatever Accept says", async () => {
    const browser = app.browser()
    const html = { accept: "text/html" }
    expect(await codeOf(await browser.api("GET", "nowhere", undefined, html))).toEqual([404, "not_found"])
    const wrong = await browser.api("PUT", "sessions", {}, html)
    expect(wrong.headers.get("allow")).toBe("GET, DELETE, HEAD")
    expect(await codeOf(wrong)).toEqual([405, "method_not_allowed"])
  })

  it("speaks the language of whoever asks", async () => {
    const response = await app.browser().api("POST", "code", { code: "123456" }, { "accept-language": "de-AT" })
    expect(await response.json()).toMatchObject({
      code: "no_pending_sign_in",
      title: "In diesem Browser meldet sich gerade niemand an",
    })
  })

  it("says to whoever wrote the request what a body should have been", async () => {
    const response = await app.browser().api("POST", "sign-in", { mail: "ada@example.com" })
    const detail = 'Send a JSON object with "email" and, if you like, "next"; nothing else. All values are strings.'
    expect(await response.json()).toMatchObject({ code: "bad_request", detail })
  })

  it("is open to a program that is no browser, and knows it by its cookie", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const cookie = `${SESSION}=${browser.cookies.get(SESSION)}`
    const call = (method: string, path: string, headers: Record<string, string>, body?: string) =>
      app.auth.handler(new Request(`${ORIGIN}/auth/api/${path}`, { method, headers, ...(body && { body }) }))
    const json = { "content-type": "application/json" }
    expect((await call("POST", "sign-in", json, '{"email":"bob@example.com"}')).status).toBe(202)
    expect((await call("GET", "sessions", { cookie })).status).toBe(200)
    expect((await call("POST", "sign-out", { cookie })).status).toBe(403)
    expect((await call("POST", "sign-out", { cookie, ...json }, "{}")).status).toBe(204)
    expect((await call("DELETE", "sessions", { cookie })).status).toBe(401)
  })
})
