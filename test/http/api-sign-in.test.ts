import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { MINUTE, SECOND } from "../../src/core/clock.ts"
import { type App, askForMail, createApp, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"

const EMAIL = "ada.lovelace@example.com"

let app: App
beforeEach(() => {
  app = createApp({
    adminEmails: ["root@example.com"],
    allowedOrigins: ["https://app.example.com"],
    limits: { askAddress: { max: 10, minutes: 60 } },
  })
})
afterEach(() => app.close())

/** Asks by the API, and reads the mail. */
async function askByApi(browser: Browser, next?: string) {
  const response = await browser.api("POST", "sign-in", { email: EMAIL, next })
  return { response, pending: await response.clone().json(), message: await app.mailbox.next(EMAIL) }
}

const iso = (at: number) => new Date(at).toISOString()
const problem = async (response: Response) => {
  const { code, triesLeft, matchTriesLeft } = await response.json()
  return {
    status: response.status,
    code,
    ...((triesLeft ?? matchTriesLeft) !== undefined && { left: triesLeft ?? matchTriesLeft }),
  }
}

describe("asking by the API", () => {
  it("answers 202 with what a page that waits has to show, and sets the flow cookie", async () => {
    const browser = app.browser()
    const { response, pending } = await askByApi(browser)
    const at = app.clock.now()
    expect(response.status).toBe(202)
    expect(pending).toEqual({
      email: EMAIL,
      matchNumber: Number(await browser.matchNumber()),
      codeTriesLeft: 5,
      lifetimeSeconds: 600,
      expiresAt: iso(at + 20 * MINUTE),
      resendAfter: iso(at + 30 * SECOND),
    })
    expect([...browser.cookies.keys()]).toEqual(["__Host-linklatch_flow"])
    expect(response.headers.get("ratelimit")).toBe('"ask_client";r=4;t=900')
  })

  it("names the address in its canonical form, and writes in the language of the browser", async () => {
    const browser = app.browser()
    const german = { "accept-language": "de" }
    const response = await browser.api("POST", "sign-in", { email: " ADA@BÜCHER.example " }, german)
    expect((await response.json()).email).toBe("ada@xn--bcher-kva.example")
    expect((await app.mailbox.next("ada@xn--bcher-kva.example")).text).toContain("Firefox unter Windows")
  })

  it("keeps number and spent tries of a flow that goes on, as the page does", async () => {
    const browser = app.browser()
    const { pending, message } = await askByApi(browser)
    await browser.api("POST", "code", { code: message.code === "000000" ? "000001" : "000000" })
    app.clock.advance(31 * SECOND)
    const { pending: again } = await askByApi(browser)
    expect(again).toMatchObject({ matchNumber: pending.matchNumber, codeTriesLeft: 4 })
    expect(Date.parse(again.resendAfter) - Date.parse(pending.resendAfter)).toBe(31 * SECOND)
  })
})

describe("a code that is handed in by the API", () => {
  it("signs in, says who it is and where they were going, and nothing else of them", async () => {
    const browser = app.browser()
    const { message } = await askByApi(browser, "/orders?page=2")
    const response = await browser.api("POST", "code", { code: `${message.code.slice(0, 3)} ${message.code.slice(3)}` })
    const user = await app.auth.users.find({ email: EMAIL })
    const [session] = await app.auth.sessions.list(user?.id ?? "")
    const at = iso(app.clock.now())
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      user: { id: user?.id, email: EMAIL, displayName: "Ada Lovelace", createdAt: at, isAdmin: false },
      session: {
        id: session?.id,
        createdAt: at,
        lastSeenAt: at,
        idleExpiresAt: iso(session?.idleExpiresAt ?? 0),
        expiresAt: iso(session?.expiresAt ?? 0),
        provider: "email_code",
        provenAt: at,
        device: "Firefox on Windows",
        isCurrent: true,
      },
      next: "/orders?page=2",
    })
    expect((await browser.get("/auth/account")).status).toBe(200)
    expect(browser.cookies.has("__Host-linklatch_known")).toBe(true)
  })

  it("says how many tries are left, down to none, when the right one works no more", async () => {
    const browser = app.browser()
    const { message } = await askByApi(browser)
    const wrong = message.code === "000000" ? "000001" : "000000"
    for (const left of [4, 3, 2, 1, 0, 0]) {
      const answer = await problem(await browser.api("POST", "code", { code: wrong }))
      expect(answer).toEqual({ status: 422, code: "wrong_code", left })
    }
    const answer = await problem(await browser.api("POST", "code", { code: message.code }))
    expect(answer).toEqual({ status: 422, code: "wrong_code", left: 0 })
  })

  it("is superseded by a newer one, expires, and works only where it was asked for", async () => {
    const browser = app.browser()
    const { message: older } = await askByApi(browser)
    const { message: newer } = await askByApi(browser)
    const hand = async (code: string, by = browser) => problem(await by.api("POST", "code", { code }))
    expect(await hand(older.code)).toEqual({ status: 410, code: "code_superseded" })
    expect(await hand(newer.code, app.browser())).toEqual({ status: 409, code: "no_pending_sign_in" })
    app.clock.advance(10 * MINUTE)
    expect(await hand(newer.code)).toEqual({ status: 410, code: "code_expired" })
  })

  it("a second time lands signed in where the session is, and is used up elsewhere", async () => {
    const browser = app.browser()
    const { message } = await askByApi(browser, "/orders")
    const first = await (await browser.api("POST", "code", { code: message.code })).json()
    const again = await browser.api("POST", "code", { code: message.code })
    expect([again.status, await again.json()]).toEqual([200, first])
    expect(again.headers.getSetCookie()).toEqual([])
    await browser.api("POST", "sign-out")
    const signedOut = await problem(await browser.api("POST", "code", { code: message.code }))
    expect(signedOut).toEqual({ status: 410, code: "code_used" })
  })
})

describe("a link that is handed in by the API", () => {
  it("signs in, in the browser that asked", async () => {
    const browser = app.browser()
    const { message } = await askByApi(browser, "https://app.example.com/orders")
    const response = await browser.api("POST", "link", { token: tokenOf(message) })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      user: { email: EMAIL },
      session: { provider: "magic_link", isCurrent: true },
      next: "https://app.example.com/orders",
    })
  })

  it("asks any other browser for the match number, counts wrong ones, and takes the right one", async () => {
    const [asking, other] = [app.browser(), app.browser()]
    const { message, pending } = await askByApi(asking)
    const token = tokenOf(message)
    const press = async (match?: string | null) => problem(await other.api("POST", "link", { token, match }))
    const wrong = pending.matchNumber === 42 ? "43" : "42"
    const refusals = [await press(), await press(null), await press("x"), await press(wrong), await press(wrong)]
    expect(refusals).toEqual([3, 3, 3, 2, 1].map((left) => ({ status: 403, code: "wrong_browser", left })))
    const right = await other.api("POST", "link", { token, match: String(pending.matchNumber) })
    expect([right.status, (await right.json()).user.email]).toEqual([200, EMAIL])
  })

  it("works only where it was asked for after three wrong numbers, and says so", async () => {
    const [asking, other] = [app.browser(), app.browser()]
    const { message, pending } = await askByApi(asking)
    const token = tokenOf(message)
    for (let round = 0; round < 3; round++) {
      await other.api("POST", "link", { token, match: pending.matchNumber === 42 ? "43" : "42" })
    }
    const last = await other.api("POST", "link", { token, match: String(pending.matchNumber) })
    expect(await last.json()).toMatchObject({
      code: "wrong_browser",
      matchTriesLeft: 0,
      detail: expect.stringContaining("only in the browser that requested it"),
    })
    expect((await asking.api("POST", "link", { token })).status).toBe(200)
  })

  it("a second time lands signed in where the session is, and is used up elsewhere", async () => {
    const [browser, other] = [app.browser(), app.browser()]
    const { message } = await askByApi(browser)
    const token = tokenOf(message)
    const first = await (await browser.api("POST", "link", { token })).json()
    expect(await (await browser.api("POST", "link", { token })).json()).toEqual(first)
    expect(await problem(await other.api("POST", "link", { token }))).toEqual({ status: 410, code: "link_used" })
    const bob = app.browser()
    await bob.press(await askForMail(app, bob, "bob@example.com"))
    expect(await problem(await bob.api("POST", "link", { token }))).toEqual({ status: 410, code: "link_used" })
  })

  it("is superseded, expired, unknown or refused, each by its name", async () => {
    const browser = app.browser()
    const hand = async (token: string) => problem(await browser.api("POST", "link", { token }))
    const older = tokenOf((await askByApi(browser)).message)
    const newer = tokenOf((await askByApi(browser)).message)
    expect(await hand(older)).toEqual({ status: 410, code: "link_superseded" })
    app.clock.advance(10 * MINUTE)
    expect(await hand(newer)).toEqual({ status: 410, code: "link_expired" })
    expect(await hand("A".repeat(43))).toEqual({ status: 404, code: "link_unknown" })
    const { message } = await askByApi(browser)
    const other = app.browser()
    await other.press(await askForMail(app, other, EMAIL))
    await app.auth.users.disable((await app.auth.users.find({ email: EMAIL }))?.id ?? "")
    expect(await hand(tokenOf(message))).toEqual({ status: 403, code: "sign_in_refused" })
    const byCode = await browser.api("POST", "code", { code: message.code })
    expect(await problem(byCode)).toEqual({ status: 403, code: "sign_in_refused" })
  })
})
