import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { askForMail, ORIGIN, signIn, tokenOf } from "../app.ts"
import type { Store } from "../../src/index.ts"
import { sqlite } from "../../src/sqlite.ts"
import { countRows } from "./database.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { findResponseFaults } from "./response-faults.ts"

const SESSION = "__Host-linklatch_session"
const FORM = "application/x-www-form-urlencoded"
const wide = { limits: { askClient: { max: 1_000, minutes: 15 }, redeemClient: { max: 1_000, minutes: 15 } } }

/** What no answer may be, whatever was sent. `hasSession`: it hands out a session. */
async function findFaults(response: Response): Promise<readonly string[]> {
  const path = response.headers.get("cache-control")?.startsWith("public") === true
  const faults = [...findResponseFaults(response, { isAsset: path })]
  if (response.status >= 500) faults.push(`status ${response.status}`)
  if (response.headers.getSetCookie().some((cookie) => cookie.startsWith(`${SESSION}=`) && !cookie.startsWith(`${SESSION}=;`))) faults.push("a session")
  const text = await response.text()
  if (/node:|at .+:[0-9]+:[0-9]+|SQLITE|sqlite_|TypeError|\.ts:/.test(text)) faults.push(`insides: ${text.slice(0, 200)}`)
  if (text !== "" && response.headers.get("content-type") === "application/problem+json") faults.push(...problemFaults(JSON.parse(text), response.status))
  return faults
}

// RFC 9457 §3.1, and a code of ours to match on.
function problemFaults(problem: Record<string, unknown>, status: number): readonly string[] {
  const isWhole = Object.keys(problem).toSorted().join() === "code,detail,status,title,type"
  const isTyped = ["code", "detail", "title", "type"].every((name) => typeof problem[name] === "string") && problem["status"] === status
  return isWhole && isTyped ? [] : [`problem ${JSON.stringify(problem)}`]
}

const latin = fc.string({ unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) }).map((text) => text.replace(/[\r\n]/g, ""))
const hostileText = fc.oneof(
  latin,
  fc.constantFrom("%", "%00", "%E0%A4%A", "Bearer %", "Bearer ", "\u00ff", "null", "undefined", "__proto__", "constructor", "[object Object]", "-1", "1e999", "'--", "../..", ";", "=", ",", '"', "NaN", "a".repeat(5_000)),
)
const headerName = fc.constantFrom(
  "cookie", "authorization", "accept", "accept-language", "accept-encoding", "user-agent", "origin", "sec-fetch-site", "sec-fetch-mode", "referer", "host",
  "content-type", "content-encoding", "content-length", "x-forwarded-for", "x-forwarded-host", "forwarded", "range", "if-none-match", "if-modified-since",
  "expect", "te", "upgrade", "connection", "transfer-encoding", "x-http-method-override", "purpose", "dnt", "x-a",
)
const ourCookie = fc.tuple(fc.constantFrom(SESSION, "__Host-linklatch_flow", "__Host-linklatch_known", "linklatch_session", "a"), hostileText).map(([name, value]) => `${name}=${value}`)
const cookies = fc.array(ourCookie, { maxLength: 4 }).map((list) => list.join("; "))
const sameSite = { "content-type": FORM, "sec-fetch-site": "same-origin", origin: ORIGIN }
const headers = fc.tuple(fc.boolean(), fc.dictionary(headerName, hostileText, { maxKeys: 5 }), cookies).map(([isOurs, some, cookie]) => ({ ...(isOurs && sameSite), cookie, ...some }))
const path = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...new Set(routes.map((route) => route.path))) },
  fc.tuple(fc.constantFrom(...routes.map((route) => route.path)), hostileText).map(([start, text]) => `${start.replace(/:.*/, "")}${encodeURIComponent(text.toWellFormed())}`),
  fc.webPath(),
  hostileText.map((text) => `/${text}`),
)
const query = fc.oneof(fc.constant(""), fc.webQueryParameters().map((text) => `?${text}`), hostileText.map((text) => `?next=${text}&signed-out=${text}`))
const method = fc.oneof(fc.constantFrom("GET", "POST", "POST", "HEAD"), fc.constantFrom("PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND", "LINK", "get", "Post", "X"))
const field = fc.constantFrom("email", "next", "token", "match", "code", "session", "__proto__", "constructor", "toString", "email[]", "email.a", "")
const value = fc.oneof(hostileText, fc.emailAddress(), fc.constantFrom("123456", "12", "all", "A".repeat(43), "a@b.example"))
const form = fc.array(fc.tuple(field, value), { maxLength: 5 }).map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text.toWellFormed())}`).join("&"))
const body = fc.oneof({ weight: 3, arbitrary: form }, hostileText, fc.json(), fc.uint8Array({ maxLength: 200 }), fc.constant("x=".repeat(5_000)))
const hostileRequest = fc.record({ method, path, query, headers, body, ip: fc.oneof(fc.ipV4(), fc.ipV6(), hostileText, fc.constant(undefined)) })

type HostileRequest = typeof hostileRequest extends fc.Arbitrary<infer Value> ? Value : never

function build({ method: name, path: where, query: asked, headers: sent, body: content }: HostileRequest): Request {
  const hasBody = !["GET", "HEAD", "get"].includes(name)
  // Where a URL can't be made of it, a server would never have got so far.
  const url = URL.parse(`${ORIGIN}${where}${asked}`) ?? `${ORIGIN}/`
  return new Request(url, { method: name, headers: sent, ...(hasBody && { body: content as BodyInit }) })
}

describe("any request at all", () => {
  it("HDR-5 HDR-6 OPS-3 OPS-4 OPS-5 INP-6 P13 is answered without a fault, with all security headers and never with a session", async () => {
    const file = await ownFile()
    const app = ownApp({ path: file, ...wide, trustedProxies: ["10.0.0.0/8"] })
    const statuses = new Set<number>()
    await fc.assert(
      fc.asyncProperty(hostileRequest, async (hostile) => {
        const { ip } = hostile
        const response = await app.auth.handler(build(hostile), ip === undefined ? {} : { remoteAddress: ip })
        statuses.add(response.status)
        expect(await findFaults(response)).toEqual([])
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
  const values = ["%", "%00", "%E0%A4%A", "\u00ff\u00fe", "", " ", ";", "=", "==", ";;;=;", '"', "a=b=c", "Bearer %", "Bearer", "Basic %%%", "a".repeat(16_000), "a=b; ".repeat(3_000)]
  it.each(["cookie", "authorization", "accept-language", "accept", "user-agent", "origin", "sec-fetch-site", "content-type", "content-length", "x-forwarded-for"])(
    "OPS-5 P13 in %s is never a fault, and signs nobody in",
    async (name) => {
      const app = ownApp({ trustedProxies: ["10.0.0.0/8"] })
      for (const text of [...values, ...values.map((one) => `${SESSION}=${one}`)]) {
        for (const where of ["/auth/account", "/auth/sign-in", "/auth/check-mail", "/auth/sign-out", "/auth/link/x", "/nowhere"]) {
          const request = () => new Request(`${ORIGIN}${where}`, { headers: { [name]: text } })
          expect(await findFaults(await app.auth.handler(request(), { remoteAddress: "10.0.0.1" })), `${name}: ${text.slice(0, 80)}`).toEqual([])
          expect(await app.auth.session(request())).toBeNull()
        }
      }
      expect(app.logLines).toEqual([])
    },
  )
})

describe("a form", () => {
  const padded = (length: number) => `email=ada%40example.com&pad=${"a".repeat(length)}`.slice(0, length)

  it("INP-5 OPS-6 P13 may have 8 KiB and not a byte more, with a length, without one, and with one that lies", async () => {
    const app = ownApp(wide)
    for (const [length, status] of [[8_191, 303], [8_192, 303], [8_193, 413], [100_000, 413]] as const) {
      const text = padded(length)
      const honest = { "content-length": String(length) }
      const pieces = () => new Blob([text]).stream()
      const bodies: [body: () => BodyInit, headers: Record<string, string>][] = [[() => text, {}], [() => text, honest], [pieces, {}], [pieces, { "content-length": "5" }]]
      for (const [content, more] of bodies) {
        const init = { method: "POST", headers: { ...sameSite, ...more }, body: content(), duplex: "half" } as RequestInit
        expect((await app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`, init))).status, `${length} ${JSON.stringify(more)}`).toBe(status)
      }
    }
  })

  it("OPS-6 P13 that never ends is given up after 8 KiB", async () => {
    const app = ownApp()
    let sent = 0
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1_024
        controller.enqueue(new Uint8Array(1_024).fill(97))
      },
    })
    const init = { method: "POST", headers: sameSite, body: endless, duplex: "half" } as RequestInit
    expect((await app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`, init))).status).toBe(413)
    expect(sent).toBeLessThan(32_768)
  })

  it("OPS-3 P13 that breaks off changes nothing", async () => {
    const app = ownApp()
    let isFirst = true
    const broken = new ReadableStream({
      pull(controller) {
        if (isFirst) controller.enqueue(new TextEncoder().encode("email=ada%40example.com"))
        else controller.error(new Error("gone"))
        isFirst = false
      },
    })
    const init = { method: "POST", headers: sameSite, body: broken, duplex: "half" } as RequestInit
    expect((await app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`, init))).status).toBe(400)
    expect(await app.events()).toEqual([])
  })

  const TYPES: [type: string, status: number][] = [
    [FORM, 303], [`${FORM}; charset=UTF-8`, 303], [`${FORM};charset="utf-8"`, 303], [FORM.toUpperCase(), 303],
    [`${FORM}; charset=utf-16`, 415], [`${FORM}; charset=ibm037`, 415], [`${FORM}; charset=utf-7`, 415], [`${FORM}; charset`, 415],
    ["text/plain", 415], ["application/json", 415], ["multipart/form-data; boundary=a", 415], ["text/xml", 415], ["*/*", 415], ["", 415], [`${FORM}x`, 415], [`x/${FORM}`, 415],
    [`text/plain, ${FORM}`, 415], [`${FORM}, text/plain`, 415],
  ]
  it.each(TYPES)("INP-6 P13 of type %j is answered with %i", async (type, status) => {
    const app = ownApp(wide)
    expect((await app.browser().post("/auth/sign-in", "email=ada%40example.com", { "content-type": type })).status).toBe(status)
    expect((await app.events()).length).toBe(status === 303 ? 1 : 0)
  })

  it.each(["gzip", "br", "deflate", "identity", "gzip, gzip", "compress", "x"])("OPS-6 P13 in the encoding %s is refused unread", async (encoding) => {
    const app = ownApp()
    expect((await app.browser().post("/auth/sign-in", "email=ada%40example.com", { "content-encoding": encoding })).status).toBe(415)
  })

  const BODIES: [body: string, status: number][] = [
    ["email=ada%40example.com&email=eve%40example.com", 400], ["email=ada%40example.com&email=ada%40example.com", 400],
    ["email=ada%40example.com&%65mail=eve%40example.com", 400], ["email=ada%40example.com&next=%2Fa&next=%2Fb", 400],
    ["email=ada%40example.com%00", 400], ["email=ada%40example.com\u0000", 400], ["email=%", 400], ["email=%E0%A4%A", 400], ["email=%ff%fe", 400], ["%=1&email=ada%40example.com", 400],
    ["email[]=ada%40example.com", 422], ["email[a]=ada%40example.com", 422], ["email.a=ada%40example.com", 422], ["Email=ada%40example.com", 422], ["", 422], ["email", 422], ["=", 422], ["&&&", 422],
    ["__proto__=ada%40example.com", 422], ["__proto__[email]=ada%40example.com", 422], ["constructor.prototype.email=ada%40example.com", 422],
    ['{"email":"ada@example.com"}', 422], ["email=[object Object]", 422], ["email=ada%40example.com%0d%0aBcc:eve%40example.com", 422], ["email=ada%40example.com,eve%40example.com", 422],
    ["__proto__=x&constructor=y&toString=z&hasOwnProperty=&email=ada%40example.com", 303], ["email=ada%40example.com&isAdmin=true&userId=1&disabledAt=", 303],
  ]
  it.each(BODIES)("INP-6 P13 that says %j is answered with %i", async (text, status) => {
    const app = ownApp(wide)
    const response = await app.browser().post("/auth/sign-in", text)
    expect([response.status, await findFaults(response)]).toEqual([status, []])
    expect((await app.events()).length).toBe(status === 303 ? 1 : 0)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it("TOK-11 P13 with a token that isn't one is refused, and no link is touched", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const token = tokenOf(message)
    const before = (await app.events()).length
    for (const text of ["", "token", "token=", "token=%00", "token=null", "token[]=a", `token=${token}&token=${token}`, `token=${token}%20`, `token=%20${token}`, `token=${token}=`, `token=${token.slice(1)}`, `token=${token}a`, `token=${"a".repeat(7_000)}`, "token=%", "token=%ff", "match=12"]) {
      const response = await browser.post("/auth/link", text)
      expect([response.status, await findFaults(response)], text).toEqual([400, []])
    }
    expect((await app.events()).length).toBe(before)
    expect((await browser.press(message)).status).toBe(303)
  })
})

const EVIL: Record<string, string> = {
  letters: "a".repeat(100_000),
  ats: "@".repeat(100_000),
  dots: `a${".a".repeat(50_000)}@`,
  blanks: `${" ".repeat(50_000)}x${"\t".repeat(50_000)}`,
  "encoded slashes": "%2f".repeat(33_000),
  "double encoded": "%25".repeat(33_000),
  "open brackets": "[(<{".repeat(25_000),
  labels: `a@${"a.".repeat(50_000)}`,
  hyphens: `a@${"-".repeat(100_000)}`,
  versions: `Mozilla/5.0 (${"X11; ".repeat(20_000)}`,
  browsers: "Chrome/1 Safari/1 Version/1 ".repeat(3_600),
  languages: "de;q=0.1,".repeat(11_000),
  commas: ",".repeat(100_000),
  cookies: `${SESSION}=a;`.repeat(4_000),
  semicolons: ";".repeat(100_000),
  equals: "=".repeat(100_000),
  dotted: "/..".repeat(33_000),
  "latin letters": "\u00e9".repeat(100_000),
}

describe("a text of a hundred thousand characters", () => {
  const FIELDS = ["email", "next", "token", "match", "code", "session"]
  const HEADERS = ["cookie", "authorization", "user-agent", "accept", "accept-language", "origin", "sec-fetch-site", "content-type", "content-length", "x-forwarded-for", "referer"]

  it.each(Object.entries(EVIL))("INP-7 P13 of %s is answered in every field, header, path and query", async (_, text) => {
    const app = ownApp({ ...wide, trustedProxies: ["10.0.0.0/8"] })
    const answer = async (where: string, init: RequestInit) => expect(await findFaults(await app.auth.handler(new Request(`${ORIGIN}${where}`, init), { remoteAddress: "10.0.0.1" }))).toEqual([])
    for (const name of FIELDS) {
      for (const where of ["/auth/sign-in", "/auth/link", "/auth/code", "/auth/account/sign-out"]) {
        // Whole, which is too much, and as much of it as a form may hold.
        for (const length of [100_000, 8_000]) await answer(where, { method: "POST", headers: sameSite, body: `${name}=${text.slice(0, length)}` })
      }
    }
    for (const name of HEADERS) for (const where of ["/auth/account", "/auth/sign-in"]) await answer(where, { headers: { [name]: text } })
    const tail = encodeURIComponent(text)
    for (const where of [`/auth/sign-in?next=${tail}`, `/auth/sign-in?next=/${text}`, `/auth/link/${tail}`, `/auth/assets/${tail}`, `/${text.replaceAll("\t", "")}`, `/auth/account?${tail}`]) await answer(where, {})
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
      expect([response.status, response.headers.get("retry-after"), (await response.json()).code], where).toEqual([503, "5", "unavailable"])
    }
    expect(browser.cookies.has(SESSION)).toBe(true)
  })
})

