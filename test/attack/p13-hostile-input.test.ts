import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import type { Store } from "../../src/index.ts"
import { sqlite } from "../../src/sqlite.ts"
import { ORIGIN, signIn } from "../app.ts"
import { findAnswerFaults } from "./answer-faults.ts"
import { countRows } from "./database.ts"
import { buildRequest, hostileRequest } from "./hostile-request.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { findResponseFaults } from "./response-faults.ts"

const SESSION = "__Host-linklatch_session"
const wide = { limits: { askClient: { max: 1_000, minutes: 15 }, redeemClient: { max: 1_000, minutes: 15 } } }

describe("any request at all", () => {
  it("HDR-5 HDR-6 OPS-3 OPS-4 OPS-5 INP-6 P13 is answered without a fault, with all security headers and never with a session", async () => {
    const file = await ownFile()
    const app = ownApp({ path: file, ...wide, trustedProxies: ["10.0.0.0/8"] })
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(hostileRequest, async (hostile) => {
        const { ip } = hostile
        const request = buildRequest(hostile)
        const isApi = new URL(request.url).pathname.startsWith("/auth/api/")
        const response = await app.auth.handler(request, ip === undefined ? {} : { remoteAddress: ip })
        statuses.add(response.status)
        expect(await findAnswerFaults(response, { isApi })).toEqual([])
      }),
      { numRuns: 6_000 },
    )
    // Each kind of answer came up, so the requests got further than the door.
    for (const status of [200, 303, 400, 403, 404, 405, 413, 415, 422]) expect(statuses).toContain(status)
    const database = new DatabaseSync(file, { readOnly: true })
    expect(countRows(database)).toMatchObject({ sessions: 0, users: 0 })
    database.close()
    expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined()
  })
})

describe("a cookie or a header that can't be read", () => {
  const values = [
    "%",
    "%00",
    "%E0%A4%A",
    "\u00ff\u00fe",
    "",
    " ",
    ";",
    "=",
    "==",
    ";;;=;",
    '"',
    "a=b=c",
    "Bearer %",
    "Bearer",
    "Basic %%%",
    "a".repeat(16_000),
    "a=b; ".repeat(3_000),
  ]
  it.each([
    "cookie",
    "authorization",
    "accept-language",
    "accept",
    "user-agent",
    "origin",
    "sec-fetch-site",
    "content-type",
    "content-length",
    "x-forwarded-for",
  ])("OPS-5 P13 in %s is never a fault, and signs nobody in", async (name) => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/8"] })
    for (const text of [...values, ...values.map((one) => `${SESSION}=${one}`)]) {
      for (const where of [
        "/auth/account",
        "/auth/sign-in",
        "/auth/check-mail",
        "/auth/sign-out",
        "/auth/link/x",
        "/nowhere",
      ]) {
        const request = () => new Request(`${ORIGIN}${where}`, { headers: { [name]: text } })
        expect(
          await findAnswerFaults(await app.auth.handler(request(), { remoteAddress: "10.0.0.1" })),
          `${name}: ${text.slice(0, 80)}`,
        ).toEqual([])
        expect(await app.auth.session(request())).toBeNull()
      }
    }
    const refusals = /"event":"(?:link|cross_origin)_refused"/
    expect(app.logLines.filter((line) => !refusals.test(line))).toEqual([])
  })
})

describe("a library that fails inside", () => {
  it("OPS-4 HDR-5 P13 answers with a problem that tells nothing, lets nobody in, and goes on", async () => {
    const store = sqlite(":memory:")
    let isBroken = false
    const check: Store["sessions"]["check"] = (one) =>
      isBroken ? Promise.reject(new Error("SQLITE_CORRUPT at /srv/auth.db")) : store.sessions.check(one)
    const app = ownApp({ ...wide, store: { ...store, sessions: { ...store.sessions, check } } })
    const { browser } = await signIn(app, "ada@example.com")
    isBroken = true
    for (const accept of ["text/html", "application/json"]) {
      const response = await browser.get("/auth/account", { accept })
      expect([response.status, response.headers.getSetCookie(), findResponseFaults(response)]).toEqual([500, [], []])
      expect(await response.text()).not.toMatch(/SQLITE|auth\.db|Error/)
    }
    isBroken = false
    expect((await browser.get("/auth/account")).status).toBe(200)
  })

  it("OPS-4 HDR-5 P13 says 503 and when to come back once its store is gone, for every route that needs it", async () => {
    const app = ownApp(wide)
    const { browser } = await signIn(app, "ada@example.com")
    await app.store.close()
    const posts = ["/auth/sign-in", "/auth/code", "/auth/link"]
    const bodyOf = `email=ada%40example.com&code=123456&token=${"A".repeat(43)}`
    for (const where of posts) {
      const response = await browser.post(where, bodyOf, { accept: "application/json" })
      expect([response.status, response.headers.get("retry-after"), (await response.json()).code], where).toEqual([
        503,
        "5",
        "unavailable",
      ])
    }
    expect(browser.cookies.has(SESSION)).toBe(true)
  })
})
