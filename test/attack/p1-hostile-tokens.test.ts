import { createHash, createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { createSeededRandom } from "../../src/testing.ts"
import { type App, askForMail, createApp, ORIGIN, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { ownApp } from "./own-app.ts"

const FLOW = "__Host-linklatch_flow"
const SESSION = "__Host-linklatch_session"
const wide = { limits: { redeemClient: { max: 1_000, minutes: 15 }, askAddress: { max: 10, minutes: 60 } } }

describe("a hostile token", () => {
  const long = "a".repeat(1_048_576)
  const forms: Record<string, (token: string) => string | Buffer> = {
    "no body": () => "",
    "no token": () => "match=42",
    "an empty one": () => "token=",
    "a name alone": () => "token",
    "another case": (token) => `TOKEN=${token}`,
    "an array": (token) => `token[]=${token}`,
    "an index": (token) => `token[0]=${token}`,
    "a property": (token) => `token.x=${token}&__proto__[token]=${token}`,
    "the live one twice": (token) => `token=${token}&token=${token}`,
    "a dead one before it": (token) => `token=${"A".repeat(43)}&token=${token}`,
    "a dead one behind it": (token) => `token=${token}&token=${"A".repeat(43)}`,
    "one megabyte": () => `token=${long}`,
    "one megabyte behind it": (token) => `token=${token}&x=${long}`,
    "NUL behind it": (token) => `token=${token}%00`,
    "a raw NUL behind it": (token) => `token=${token}\0`,
    "a blank behind it": (token) => `token=${token}%20`,
    "a line break behind it": (token) => `token=${token}%0a`,
    "a lone percent sign": () => "token=%",
    "a percent sign in it": (token) => `token=%${token.slice(1)}`,
    "invalid UTF-8": (token) => `token=${token}%ff%fe`,
    "raw invalid UTF-8": (token) => Buffer.concat([Buffer.from(`token=${token}`), Buffer.from([0xff, 0xfe])]),
    "overlong UTF-8": () => "token=%c0%af",
    "one character more": (token) => `token=${token}A`,
    "one character less": (token) => `token=${token.slice(1)}`,
    null: () => "token=null",
    JSON: () => 'token={"$ne":null}',
    SQL: () => "token=' or 1=1 --",
    wildcards: () => `token=${"%25".repeat(43)}`,
    "its hash": (token) => `token=${sha256(token)}`,
  }

  it.each(Object.keys(forms))("TOK-11 P1 is refused and burns nothing: %s", async (name) => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const response = await postRaw(app, browser, forms[name]?.(tokenOf(message)) ?? "", "application/json")
    expect([400, 404, 413]).toContain(response.status)
    expect(startsSession(response)).toBe(false)
    if (response.status !== 404) {
      expect(response.headers.get("content-type")).toBe("application/problem+json")
      expect(await response.json()).toMatchObject({ status: response.status })
    }
    expect(startsSession(await browser.press(message)), "the link still works").toBe(true)
  })

  it("TOK-11 P1 in the path is refused, burns nothing and shows nothing", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const token = tokenOf(message)
    const ends = [
      "",
      "%00",
      `${token}%00`,
      `${token}/`,
      `${token}%2f`,
      `${token}.css`,
      `${token};x`,
      "%",
      `%${token}`,
      "%ff%fe",
      "..",
      `x/../${token}x`,
      long,
    ]
    for (const end of [
      ...ends,
      token.slice(1),
      `${token}A`,
      token.toUpperCase(),
      sha256(token),
      "null",
      "undefined",
      "[]",
    ]) {
      const response = await browser.get(`/auth/link/${end}`)
      expect(response.status, end.slice(0, 60)).toBeGreaterThanOrEqual(400)
      expect(response.status, end.slice(0, 60)).toBeLessThan(500)
      expect(await response.text()).not.toContain("ada@example.com")
    }
    expect(startsSession(await browser.press(message))).toBe(true)
  })

  it("TOK-11 P1 sent as JSON or as parts of a form is refused with 415", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const parts = `--x\r\ncontent-disposition: form-data; name="token"\r\n\r\n${tokenOf(message)}\r\n--x--\r\n`
    const json = JSON.stringify({ token: tokenOf(message) })
    for (const [type, body] of [
      ["application/json", json],
      ["text/plain", `token=${tokenOf(message)}`],
      ["multipart/form-data; boundary=x", parts],
    ] as const) {
      const response = await browser.post("/auth/link", body, { "content-type": type })
      expect(response.status, type).toBe(415)
    }
    expect(startsSession(await browser.press(message))).toBe(true)
  })
})

describe("a session", () => {
  it("TOK-14 P1 is never begun by a page, however often the link is opened", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    for (const path of [new URL(message.link).pathname, "/auth/check-mail", "/auth/sign-in"]) {
      for (const method of ["GET", "HEAD"]) {
        const response = await browser.send(method, path, undefined, {})
        expect(response.status).toBe(200)
        expect(response.headers.getSetCookie()).toEqual([])
      }
    }
    expect(await app.auth.users.find({ email: "ada@example.com" })).toBe(null)
    expect(startsSession(await browser.press(message))).toBe(true)
  })

  it("TOK-15 P1 has a secret that the link's token is no part of and says nothing about", async () => {
    const app = ownApp(wide)
    const { browser } = await signIn(app, "ada@example.com")
    const [message] = app.mailbox.messages
    const token = message === undefined ? "" : tokenOf(message)
    const cookie = browser.cookies.get(SESSION) ?? ""
    const flow = browser.cookies.get(FLOW) ?? ""
    const secret = "a-secret-for-tests-that-is-long-enough"
    const hmac = (text: string) => createHmac("sha256", secret).update(text).digest("base64url")
    for (const known of [
      token,
      flow,
      sha256(token),
      sha256(flow),
      hmac(token),
      hmac(flow),
      [...token].toReversed().join(""),
    ]) {
      expect(known.length).toBeGreaterThanOrEqual(43)
      expect(cookie).not.toContain(known)
    }
  })

  it("TOK-15 P1 differs where the token is the same", async () => {
    const [first, second] = await Promise.all(["first", "second"].map(signInWithTokenOf))
    expect(first?.token).toBe(second?.token)
    expect(first?.session).not.toBe(second?.session)
  })
})

describe("secrets and ids of one kind", () => {
  it("TOK-9 P1 open nothing of another kind", async () => {
    const app = ownApp(wide)
    const { browser: signedIn } = await signIn(app, "ada@example.com")
    const asking = app.browser()
    const message = await askForMail(app, asking, "ada@example.com")
    const kinds = await secretsOf(app, signedIn, asking, message.code, tokenOf(message))
    for (const [kind, value] of Object.entries(kinds)) {
      const answers: Record<string, Response> = {
        "a link": await app.browser().post("/auth/link", { token: value }),
        "a link in its browser": await asking.post("/auth/link", { token: kind === "token" ? "" : value }),
        "a match number": await app.browser().press(message, value),
        "a code": await app.browser().post("/auth/code", { code: value }),
        "a flow with the code": await withCookie(app, FLOW, kind === "flow" ? "" : value).post("/auth/code", {
          code: message.code,
        }),
        "a flow with the link": await withCookie(app, FLOW, kind === "flow" ? "" : value).press(message),
      }
      for (const [use, response] of Object.entries(answers))
        expect(startsSession(response), `${kind} as ${use}`).toBe(false)
      if (kind === "session cookie") continue
      const [, signature = ""] = (signedIn.cookies.get(SESSION) ?? "").split(".")
      for (const cookie of [value, `${value}.${signature}`].filter((cookie) => cookie !== kinds["session cookie"])) {
        expect((await withCookie(app, SESSION, cookie).get("/auth/account")).status, `${kind} as a session`).toBe(303)
      }
    }
    expect((await signedIn.get("/auth/account")).status).toBe(200)
    expect(startsSession(await asking.press(message)), "the link still works").toBe(true)
  })
})

function postRaw(app: App, browser: Browser, body: string | Buffer, accept: string): Promise<Response> {
  const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ")
  const headers = {
    accept,
    cookie,
    "content-type": "application/x-www-form-urlencoded",
    "sec-fetch-site": "same-origin",
  }
  return app.auth.handler(new Request(`${ORIGIN}/auth/link`, { method: "POST", headers, body: Buffer.from(body) }))
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("base64url")
}

/** Signs in with random bytes that are the same for everybody up to the mail, and others afterwards. */
async function signInWithTokenOf(name: string): Promise<{ token: string; session: string | undefined }> {
  let random = createSeededRandom("the same")
  const app = createApp({ random: { bytes: (length) => random.bytes(length) } })
  const browser = app.browser()
  const message = await askForMail(app, browser, "ada@example.com")
  random = createSeededRandom(name)
  await browser.press(message)
  await app.close()
  return { token: tokenOf(message), session: browser.cookies.get(SESSION) }
}

async function secretsOf(
  app: App,
  signedIn: Browser,
  asking: Browser,
  code: string,
  token: string,
): Promise<Record<string, string>> {
  const cookie = signedIn.cookies.get(SESSION) ?? ""
  const user = await app.auth.users.find({ email: "ada@example.com" })
  const [session] = await app.auth.sessions.list(user?.id ?? "")
  const flow = asking.cookies.get(FLOW) ?? ""
  return {
    token,
    flow,
    code,
    "match number and more": `${await asking.matchNumber()}0000`,
    "session cookie": cookie,
    "session token": cookie.split(".")[0] ?? "",
    "signature of a session": cookie.split(".")[1] ?? "",
    "known browser": signedIn.cookies.get("__Host-linklatch_known") ?? "",
    "flow of the other request": signedIn.cookies.get(FLOW) ?? "",
    "user id": user?.id ?? "",
    "session id": session?.id ?? "",
    "hash of the token": sha256(token),
    "hash of the flow": sha256(flow),
    "hash of the session token": sha256(cookie.split(".")[0] ?? ""),
  }
}

function withCookie(app: App, name: string, value: string): Browser {
  const browser = app.browser()
  browser.cookies.set(name, value)
  return browser
}
