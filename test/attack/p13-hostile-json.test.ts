import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { anyText } from "../any-text.ts"
import { type App, askForMail, ORIGIN, signIn, tokenOf } from "../app.ts"
import { findAnswerFaults } from "./answer-faults.ts"
import { ownJson } from "./hostile-request.ts"
import { ownApp } from "./own-app.ts"
import { untilIdle } from "./until-idle.ts"

const EMAIL = '"email":"ada@example.com"'
const wide = {
  limits: {
    askClient: { max: 1_000, minutes: 15 },
    askAddress: { max: 1_000, minutes: 60 },
    redeemClient: { max: 1_000, minutes: 15 },
  },
}
const isApi = true
const codeOf = async (response: Response) => (response.status === 202 ? "" : (await response.clone().json()).code)

describe("a JSON body", () => {
  // biome-ignore format: a table
  const REFUSED: string[] = [
    // No JSON, or not in UTF-8 as all JSON is.
    "", " ", "null", "true", "1", '"ada@example.com"', "undefined", "{", "{}}", `{${EMAIL},}`, `{${EMAIL}} {`,
    "{'email':'ada@example.com'}", "{email:1}", `/* a */{${EMAIL}}`, `\ufeff{${EMAIL}}`, `{"email":"ada\ufffd@example.com"}`,
    '{"email":"ada\n@example.com"}', "email=ada%40example.com", "[object Object]", "{\"email\":\"a\u0000@example.com\"}",
    // JSON of another shape.
    "{}", "[]", `[{${EMAIL}}]`, '["email","ada@example.com"]', '{"email":1}', '{"email":true}', '{"email":null}',
    '{"email":["ada@example.com"]}', '{"email":{"value":"ada@example.com"}}', '{"email":{"toString":"ada@example.com"}}',
    `{${EMAIL},"next":1}`, `{${EMAIL},"next":["/a"]}`, `{${EMAIL},"next":{}}`, `{${EMAIL},"next":false}`,
    // Said twice, however it is spelt.
    `{${EMAIL},"email":"eve@example.com"}`, `{${EMAIL},${EMAIL}}`, `{"\\u0065mail":"eve@example.com",${EMAIL}}`,
    `{${EMAIL},"next":"/a","next":"/b"}`, `{${EMAIL} , "email" :\t"eve@example.com"}`, `{${EMAIL},"next":null,"next":"/b"}`,
    // A field that nobody asked for: assigned to nothing, and never silently dropped.
    `{${EMAIL},"isAdmin":true}`, `{${EMAIL},"userId":"1"}`, `{${EMAIL},"Email":"eve@example.com"}`, `{${EMAIL},"":""}`,
    `{${EMAIL},"__proto__":{"isAdmin":true}}`, `{${EMAIL},"__proto__":null}`, `{"__proto__":{${EMAIL}}}`,
    `{${EMAIL},"constructor":{"prototype":{"isAdmin":true}}}`, `{${EMAIL},"toString":"a"}`, `{${EMAIL},"hasOwnProperty":"a"}`,
    // Text that is no text.
    '{"email":"ada\\u0000@example.com"}', '{"email":"ada\\ud800@example.com"}', `{${EMAIL},"next":"/\\u0000"}`,
    `{${EMAIL},"next":"/\\udc00"}`,
    // Deep.
    "[".repeat(8_000), `${"[".repeat(4_000)}${"]".repeat(4_000)}`, `{"email":${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}}`,
  ]
  it.each(REFUSED)("INP-6 P13 that says %j is a bad request, and changes nothing", async (body) => {
    const app = ownApp(wide)
    const response = await app.browser().api("POST", "sign-in", body)
    expect([response.status, await codeOf(response)]).toEqual([400, "bad_request"])
    expect(await findAnswerFaults(response, { isApi })).toEqual([])
    expect(await app.events()).toEqual([])
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  const TAKEN: string[] = [
    `{${EMAIL}}`,
    ` {\r\n\t${EMAIL} } `,
    `{${EMAIL},"next":null}`,
    `{"next":"/a",${EMAIL}}`,
    '{"\\u0065mail":"ada\\u0040example.com"}',
    `{${EMAIL},"next":"/?a=\\"b\\":1,\\"email\\":\\"c\\""}`,
    `{${EMAIL},"next":"/\\u00e4\\ud83d\\ude00"}`,
  ]
  it.each(TAKEN)("INP-6 P13 that says %s is taken", async (body) => {
    const app = ownApp(wide)
    expect((await app.browser().api("POST", "sign-in", body)).status).toBe(202)
    expect((await app.events()).length).toBe(1)
  })

  it.each(["ada", "", " ", "ada@", "@", "ada@example", "ada@example.com,eve@example.com", "a\r\nBcc: eve@example.com"])(
    "INP-6 P13 with %j for an address is no bad request, but no address either",
    async (email) => {
      const app = ownApp(wide)
      const response = await app.browser().api("POST", "sign-in", { email })
      expect([response.status, await codeOf(response)]).toEqual([422, "invalid_email"])
      expect(await app.events()).toEqual([])
    },
  )

  const TYPES: [type: string, status: number][] = [
    ["application/json", 202],
    ["application/json; charset=utf-8", 202],
    ['application/json;charset="UTF-8"', 202],
    ["APPLICATION/JSON", 202],
    ["application/json; charset=utf-16", 415],
    ["application/json; charset", 415],
    ["application/json, text/plain", 415],
    ["text/plain, application/json", 415],
    ["text/plain; a=application/json", 415],
    ["application/jsonx", 415],
    ["application/problem+json", 415],
    ["application/json+x", 415],
    ["text/json", 415],
    ["application/x-www-form-urlencoded", 415],
    ["multipart/form-data; boundary=a", 415],
    ["text/plain", 415],
    ["*/*", 415],
    ["", 415],
  ]
  it.each(TYPES)("INP-6 P13 of type %j is answered with %i", async (type, status) => {
    const app = ownApp(wide)
    const response = await app.browser().api("POST", "sign-in", `{${EMAIL}}`, { "content-type": type })
    expect(response.status).toBe(status)
    expect((await app.events()).length).toBe(status === 202 ? 1 : 0)
  })

  it("INP-5 OPS-6 P13 may have 8 KiB and not a byte more, and is refused unread in any encoding", async () => {
    const app = ownApp(wide)
    const padded = (length: number) => `{${EMAIL}}`.padEnd(length)
    for (const [length, status] of [
      [8_192, 202],
      [8_193, 413],
      [100_000, 413],
    ] as const) {
      expect((await app.browser().api("POST", "sign-in", padded(length))).status, `${length}`).toBe(status)
    }
    for (const encoding of ["gzip", "br", "identity"]) {
      const response = await app.browser().api("POST", "sign-in", `{${EMAIL}}`, { "content-encoding": encoding })
      expect(response.status, encoding).toBe(415)
    }
  })

  it("INP-7 P13 of eight thousand quotes, blanks or backslashes is read at once", async () => {
    const app = ownApp(wide)
    const long = ['\\"'.repeat(4_000), "\\\\".repeat(4_000), '\\"\\\\'.repeat(2_000), " ".repeat(8_000)]
    const bodies = [
      ...long.map((text) => `{"email":"${text}"}`),
      `{"email":"a"${" ".repeat(8_000)}}`,
      `{"email"${" ".repeat(8_000)}:"a"}`,
      `[${'"",'.repeat(2_700)}""]`,
    ]
    const before = process.cpuUsage()
    for (const body of bodies) {
      for (let round = 0; round < 20; round++) await app.browser().api("POST", "sign-in", body)
    }
    // In square time each of 140 bodies would be some ten million steps: seconds in all.
    expect(process.cpuUsage(before).user).toBeLessThan(2_000_000)
  })

  it("TOK-11 P13 with a token or a code that isn't one is refused, and no link is touched", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const token = tokenOf(message)
    await untilIdle(app)
    const before = (await app.events()).length
    for (const odd of [
      "",
      " ",
      `${token} `,
      ` ${token}`,
      token.slice(1),
      `${token}a`,
      `${token}=`,
      "a".repeat(7_000),
    ]) {
      const response = await browser.api("POST", "link", { token: odd })
      expect([response.status, await codeOf(response)], odd).toEqual([404, "link_unknown"])
    }
    for (const odd of ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "1e5", "-12345", "0x1234"]) {
      const response = await browser.api("POST", "code", { code: odd })
      expect([response.status, await codeOf(response)], odd).toEqual([422, "invalid_code"])
    }
    for (const wrong of [{ token: null }, { token: [token] }, { token, match: 42 }, { token, code: message.code }]) {
      expect((await browser.api("POST", "link", wrong)).status).toBe(400)
    }
    expect((await app.events()).length).toBe(before)
    expect((await browser.api("POST", "link", { token })).status).toBe(200)
  })
})

const hostileText = fc.oneof(
  anyText,
  fc.constantFrom("__proto__", "\0", "\ud800", "%00", "'--", "../..", "all", "null", "a".repeat(5_000)),
  fc.constantFrom("ada@example.com", "/auth/account", "//evil.example", "123456", "12", "A".repeat(43)),
)
const fieldName = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom("email", "next", "token", "match", "code") },
  fc.constantFrom("__proto__", "constructor", "toString", "id", ""),
)
const body = fc.oneof(
  fc
    .tuple(fc.constantFrom("email", "token", "code"), hostileText)
    .map(([name, text]) => JSON.stringify({ [name]: text })),
  { weight: 4, arbitrary: fc.dictionary(fieldName, hostileText, { maxKeys: 3 }).map((one) => JSON.stringify(one)) },
  { weight: 2, arbitrary: fc.dictionary(fieldName, fc.jsonValue(), { maxKeys: 3 }).map((one) => JSON.stringify(one)) },
  fc.constantFrom(`{${EMAIL}}`, '{"code":"123456"}', `{"token":"${"A".repeat(43)}"}`),
  fc.json(),
  fc.string(),
)
const apiRoutes = routes.filter(({ path }) => path.startsWith("/auth/api/"))
const request = fc.record({
  route: fc.constantFrom(...apiRoutes),
  id: hostileText,
  body,
  accept: fc.constantFrom("text/html", "*/*", "application/json", ""),
})

describe("any request to the JSON API", () => {
  it("HDR-5 INP-6 OPS-4 P13 is answered in JSON without a fault, and makes a session of nothing", async () => {
    const app = ownApp(wide)
    const { browser } = await signIn(app, "bob@example.com")
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join("; ")
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(request, fc.boolean(), async (hostile, isSignedIn) => {
        const response = await send(app, hostile, isSignedIn ? cookie : "")
        seen.add(`${response.status}`)
        expect(await findAnswerFaults(response, { isApi })).toEqual([])
      }),
      { numRuns: 3_000 },
    )
    for (const status of ["200", "202", "204", "400", "401", "404", "409", "422"]) expect(seen).toContain(status)
    expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
    expect(await app.auth.users.find({ email: "ada@example.com" })).toBeNull()
  })
})

type ApiRequest = typeof request extends fc.Arbitrary<infer Value> ? Value : never

function send(app: App, { route, id, body: content, accept }: ApiRequest, cookie: string): Promise<Response> {
  const { method } = route
  const path = route.path.replace(":id", encodeURIComponent(id.toWellFormed()))
  // Whoever signs out leaves nobody for the next request.
  const isEnd = /sign-out$|sessions$/.test(path) && method !== "GET"
  const headers = { ...ownJson, accept, ...(!isEnd && { cookie }) }
  const init = { method, headers, ...(method === "POST" && { body: content }) }
  return app.auth.handler(new Request(`${ORIGIN}${path}`, init))
}
