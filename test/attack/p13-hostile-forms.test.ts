import { describe, expect, it } from "vitest"
import { askForMail, ORIGIN, tokenOf } from "../app.ts"
import { findAnswerFaults } from "./answer-faults.ts"
import { ownForm } from "./hostile-request.ts"
import { ownApp } from "./own-app.ts"
import { untilIdle } from "./until-idle.ts"

const FORM = "application/x-www-form-urlencoded"
const wide = { limits: { askClient: { max: 1_000, minutes: 15 }, redeemClient: { max: 1_000, minutes: 15 } } }

describe("a form", () => {
  const padded = (length: number) => `email=ada%40example.com&pad=${"a".repeat(length)}`.slice(0, length)

  it("INP-5 OPS-6 P13 may have 8 KiB and not a byte more, with a length, without one, and with one that lies", async () => {
    const app = ownApp(wide)
    for (const [length, status] of [
      [8_191, 303],
      [8_192, 303],
      [8_193, 413],
      [100_000, 413],
    ] as const) {
      const text = padded(length)
      const honest = { "content-length": String(length) }
      const pieces = () => new Blob([text]).stream()
      const bodies: [body: () => BodyInit, headers: Record<string, string>][] = [
        [() => text, {}],
        [() => text, honest],
        [pieces, {}],
        [pieces, { "content-length": "5" }],
      ]
      for (const [content, more] of bodies) {
        const init = {
          method: "POST",
          headers: { ...ownForm, ...more },
          body: content(),
          duplex: "half",
        } as RequestInit
        expect(
          (await app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`, init))).status,
          `${length} ${JSON.stringify(more)}`,
        ).toBe(status)
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
    const init = { method: "POST", headers: ownForm, body: endless, duplex: "half" } as RequestInit
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
    const init = { method: "POST", headers: ownForm, body: broken, duplex: "half" } as RequestInit
    expect((await app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`, init))).status).toBe(400)
    expect(await app.events()).toEqual([])
  })

  const TYPES: [type: string, status: number][] = [
    [FORM, 303],
    [`${FORM}; charset=UTF-8`, 303],
    [`${FORM};charset="utf-8"`, 303],
    [FORM.toUpperCase(), 303],
    [`${FORM}; charset=utf-16`, 415],
    [`${FORM}; charset=ibm037`, 415],
    [`${FORM}; charset=utf-7`, 415],
    [`${FORM}; charset`, 415],
    ["text/plain", 415],
    ["application/json", 415],
    ["multipart/form-data; boundary=a", 415],
    ["text/xml", 415],
    ["*/*", 415],
    ["", 415],
    [`${FORM}x`, 415],
    [`x/${FORM}`, 415],
    [`text/plain, ${FORM}`, 415],
    [`${FORM}, text/plain`, 415],
  ]
  it.each(TYPES)("INP-6 P13 of type %j is answered with %i", async (type, status) => {
    const app = ownApp(wide)
    expect(
      (await app.browser().post("/auth/sign-in", "email=ada%40example.com", { "content-type": type })).status,
    ).toBe(status)
    expect((await app.events()).length).toBe(status === 303 ? 1 : 0)
  })

  it.each(["gzip", "br", "deflate", "identity", "gzip, gzip", "compress", "x"])(
    "OPS-6 P13 in the encoding %s is refused unread",
    async (encoding) => {
      const app = ownApp()
      expect(
        (await app.browser().post("/auth/sign-in", "email=ada%40example.com", { "content-encoding": encoding })).status,
      ).toBe(415)
    },
  )

  // biome-ignore format: a table
  const BODIES: [body: string, status: number][] = [
    ["email=ada%40example.com&email=eve%40example.com", 400],
    ["email=ada%40example.com&email=ada%40example.com", 400],
    ["email=ada%40example.com&%65mail=eve%40example.com", 400], ["email=ada%40example.com&next=%2Fa&next=%2Fb", 400],
    ["email=ada%40example.com%00", 400], ["email=ada%40example.com\u0000", 400], ["email=%", 400],
    ["email=%E0%A4%A", 400], ["email=%ff%fe", 400], ["%=1&email=ada%40example.com", 400],
    ["email[]=ada%40example.com", 422], ["email[a]=ada%40example.com", 422], ["email.a=ada%40example.com", 422],
    ["Email=ada%40example.com", 422], ["", 422], ["email", 422], ["=", 422], ["&&&", 422],
    ["__proto__=ada%40example.com", 422], ["__proto__[email]=ada%40example.com", 422],
    ["constructor.prototype.email=ada%40example.com", 422], ['{"email":"ada@example.com"}', 422],
    ["email=[object Object]", 422], ["email=ada%40example.com%0d%0aBcc:eve%40example.com", 422],
    ["email=ada%40example.com,eve%40example.com", 422],
    ["__proto__=x&constructor=y&toString=z&hasOwnProperty=&email=ada%40example.com", 303],
    ["email=ada%40example.com&isAdmin=true&userId=1&disabledAt=", 303],
  ]
  it.each(BODIES)("INP-6 P13 that says %j is answered with %i", async (text, status) => {
    const app = ownApp(wide)
    const response = await app.browser().post("/auth/sign-in", text)
    expect([response.status, await findAnswerFaults(response)]).toEqual([status, []])
    expect((await app.events()).length).toBe(status === 303 ? 1 : 0)
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it("TOK-11 P13 with a token that isn't one is refused, and no link is touched", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const token = tokenOf(message)
    await untilIdle(app)
    const before = (await app.events()).length
    for (const text of [
      "",
      "token",
      "token=",
      "token=%00",
      "token=null",
      "token[]=a",
      `token=${token}&token=${token}`,
      `token=${token}%20`,
      `token=%20${token}`,
      `token=${token}=`,
      `token=${token.slice(1)}`,
      `token=${token}a`,
      `token=${"a".repeat(7_000)}`,
      "token=%",
      "token=%ff",
      "match=12",
    ]) {
      const response = await browser.post("/auth/link", text)
      expect([response.status, await findAnswerFaults(response)], text).toEqual([400, []])
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
  cookies: "__Host-linklatch_session=a;".repeat(4_000),
  semicolons: ";".repeat(100_000),
  equals: "=".repeat(100_000),
  dotted: "/..".repeat(33_000),
  "latin letters": "\u00e9".repeat(100_000),
}

describe("a text of a hundred thousand characters", () => {
  const FIELDS = ["email", "next", "token", "match", "code", "session"]
  const HEADERS = [
    "cookie",
    "authorization",
    "user-agent",
    "accept",
    "accept-language",
    "origin",
    "sec-fetch-site",
    "content-type",
    "content-length",
    "x-forwarded-for",
    "referer",
  ]

  it.each(Object.entries(EVIL))(
    "INP-7 P13 of %s is answered in every field, header, path and query",
    async (_, text) => {
      const app = ownApp({ ...wide, trustedProxies: ["10.0.0.0/8"] })
      const answer = async (where: string, init: RequestInit) =>
        expect(
          await findAnswerFaults(
            await app.auth.handler(new Request(`${ORIGIN}${where}`, init), { remoteAddress: "10.0.0.1" }),
          ),
        ).toEqual([])
      for (const name of FIELDS) {
        for (const where of ["/auth/sign-in", "/auth/link", "/auth/code", "/auth/account/sign-out"]) {
          // Whole, which is too much, and as much of it as a form may hold.
          for (const length of [100_000, 8_000])
            await answer(where, { method: "POST", headers: ownForm, body: `${name}=${text.slice(0, length)}` })
        }
      }
      for (const name of HEADERS)
        for (const where of ["/auth/account", "/auth/sign-in"]) await answer(where, { headers: { [name]: text } })
      const tail = encodeURIComponent(text)
      for (const where of [
        `/auth/sign-in?next=${tail}`,
        `/auth/sign-in?next=/${text}`,
        `/auth/link/${tail}`,
        `/auth/assets/${tail}`,
        `/${text.replaceAll("\t", "")}`,
        `/auth/account?${tail}`,
      ])
        await answer(where, {})
    },
  )
})
