import { describe, expect, it, vi } from "vitest"
import { type App, askForMail, ORIGIN } from "../app.ts"
import type { Browser } from "../browser.ts"
import { APP_ORIGIN, REFUSED_NEXT, TAKEN_NEXT } from "./next-texts.ts"
import { ownApp } from "./own-app.ts"
import { ownServer } from "./own-server.ts"
import { exchange, formRequest } from "./raw-http.ts"

const OUR_ORIGINS = [ORIGIN, APP_ORIGIN]
const wide = { limits: { askClient: { max: 1_000, minutes: 15 }, redeemClient: { max: 1_000, minutes: 15 } } }

const LYING_HEADERS: Record<string, string>[] = [
  { host: "evil.example" },
  { host: "login.example.com.evil.example" },
  { host: "login.example.com:evil.example" },
  { host: "login.example.com@evil.example" },
  { host: "" },
  { "x-forwarded-host": "evil.example" },
  { "x-forwarded-host": "evil.example, login.example.com" },
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "http", "x-forwarded-port": "8080" },
  { "x-forwarded-proto": "http" },
  { "x-forwarded-proto": "javascript" },
  { "x-forwarded-server": "evil.example", "x-host": "evil.example", "x-original-host": "evil.example" },
  { "x-forwarded-prefix": "/evil", "x-original-url": "https://evil.example/", "x-rewrite-url": "//evil.example" },
  { forwarded: "for=192.0.2.1;host=evil.example;proto=http" },
  { forwarded: 'host="evil.example:80";proto=https' },
  { referer: "https://evil.example/auth/sign-in" },
  { "x-http-host-override": "evil.example", "x-wap-profile": "https://evil.example/" },
]

const LYING_URLS = [
  "https://evil.example/auth/sign-in",
  "http://login.example.com/auth/sign-in",
  "https://login.example.com:8443/auth/sign-in",
  "https://login.example.com.evil.example/auth/sign-in",
  "https://login.example.com%2eevil.example/auth/sign-in",
  "http://[::1]:1/auth/sign-in",
]

describe("links", () => {
  it.each(LYING_HEADERS)("TOK-16 P7 point at the base URL under %j", async (headers) => {
    const app = ownApp({ ...wide, trustedProxies: ["198.51.100.0/24"] })
    await app.browser().post("/auth/sign-in", { email: "ada@example.com" }, headers)
    expectOurs(await app.mailbox.next("ada@example.com"))
  })

  it.each(LYING_URLS)("TOK-16 P7 point at the base URL when the request says %s", async (url) => {
    const app = ownApp(wide)
    const response = await app.browser().post(url, { email: "ada@example.com" })
    expect(response.headers.get("location")).toBe("/auth/check-mail")
    expectOurs(await app.mailbox.next("ada@example.com"))
  })

  it("TOK-16 P7 point at the base URL, whatever the request line and Host say on the wire", async () => {
    const server = await ownServer({ ...wide, trustedProxies: ["127.0.0.1"] })
    const statuses: number[] = []
    for (const [index, head] of LYING_HEADS.entries()) {
      const email = `ada${index}@example.com`
      const { status, headers } = await exchange(server.port, formRequest(head, `email=${email}`))
      statuses.push(status)
      if (status === 303) expect(headers.get("location"), head.join(" | ")).toBe("/auth/check-mail")
      else expect([400, 404, 421], head.join(" | ")).toContain(status)
    }
    const accepted = statuses.filter((status) => status === 303).length
    await vi.waitUntil(async () => (await server.mail()).length >= accepted)
    const mail = await server.mail()
    for (const message of mail) expectOurs(message)
    // Most of them are requests that a server must answer (RFC 9112 §3.2.2), so something was really put to the proof.
    expect(mail.length).toBe(accepted)
    expect(mail.length).toBeGreaterThanOrEqual(8)
  })

  it("TOK-16 P7 lead to the base URL's own paths from every page that sends people on", async () => {
    const app = ownApp(wide)
    for (const path of ["/auth/account", "/auth/check-mail", "/admin", "/auth/account?a=https://evil.example"]) {
      const headers = { host: "evil.example", "x-forwarded-host": "evil.example" }
      const response = await app.browser().get(`https://evil.example${path}`, headers)
      expect(response.headers.get("location")).toMatch(/^\/auth\/sign-in(?:\?next=%2F[^/]|$)/)
    }
  })
})

const LYING_HEADS: string[][] = [
  ["POST /auth/sign-in HTTP/1.1", "Host: evil.example"],
  ["POST /auth/sign-in HTTP/1.1", "Host: login.example.com:1337"],
  ["POST /auth/sign-in HTTP/1.1", "Host: evil.example", "X-Forwarded-Host: evil.example", "X-Forwarded-Proto: http"],
  ["POST /auth/sign-in HTTP/1.1", "Host: login.example.com", "Forwarded: host=evil.example;proto=http"],
  ["POST /auth/sign-in HTTP/1.1", "Host: login.example.com@evil.example"],
  ["POST /auth/sign-in HTTP/1.1", "Host: evil.example/login.example.com"],
  ["POST /auth/sign-in HTTP/1.1", "Host: evil.example#login.example.com"],
  ["POST /auth/sign-in HTTP/1.1", "Host: login.example.com:80:evil.example"],
  ["POST /auth/sign-in HTTP/1.1", "Host: login.example.com", "Host: evil.example"],
  ["POST /auth/sign-in HTTP/1.1", "Host:"],
  ["POST https://evil.example/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST https://evil.example/auth/sign-in HTTP/1.1", "Host: evil.example"],
  ["POST http://login.example.com:1337/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST https://login.example.com@evil.example/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST https://evil.example:443@login.example.com/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST HTTPS://EVIL.example/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST ftp://evil.example/auth/sign-in HTTP/1.1", "Host: login.example.com"],
  ["POST //evil.example/auth/sign-in HTTP/1.1", "Host: login.example.com"],
]

describe("where people go after signing in", () => {
  it("HDR-7 P7 is the account page for every next that leads away, from the form to the last redirect", async () => {
    const app = ownApp({ ...wide, allowedOrigins: [APP_ORIGIN] })
    for (const [index, next] of REFUSED_NEXT.entries()) {
      const person = `ada${index}@example.com`
      const visited = await walkWith(app, app.browser(), person, next)
      expect(visited, JSON.stringify(next)).toEqual({
        form: null,
        press: "/auth/account",
        wait: "/auth/account",
        again: "/auth/account",
      })
    }
  })

  it.each(TAKEN_NEXT)("HDR-7 P7 is %s as %s, from the form to the last redirect", async (next, location) => {
    const app = ownApp({ ...wide, allowedOrigins: [APP_ORIGIN] })
    const visited = await walkWith(app, app.browser(), "ada@example.com", next)
    expect(visited).toEqual({ form: location, press: location, wait: location, again: location })
    expect(OUR_ORIGINS).toContain(originFor(location))
  })

  it("HDR-7 P7 never leaves the allowed origins, whatever text next is made of", async () => {
    const app = ownApp({ ...wide, allowedOrigins: [APP_ORIGIN] })
    const { default: fc } = await import("fast-check")
    const piece = fc.constantFrom(
      ..."/ // \\ : @ . .. ; ? # % %2f %5c %09 https: javascript: evil.example login.example.com app.example.com \t \n".split(
        " ",
      ),
      " ",
      "a",
    )
    const hostile = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""))
    await fc.assert(
      fc.asyncProperty(hostile, async (next) => {
        const page = await app.browser().get(`/auth/sign-in?next=${encodeURIComponent(next)}`)
        const location = hiddenNext(await page.text())
        if (location !== null) expect(OUR_ORIGINS).toContain(originFor(location))
      }),
      { numRuns: 500 },
    )
  })

  it("HDR-7 P7 can't be set by a header, a cookie, a second field or the form that redeems", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const twice = await browser.post("/auth/sign-in", "email=ada%40example.com&next=%2Fa&next=%2F%2Fevil.example")
    expect(twice.status).toBe(400)
    const headers = {
      referer: "https://evil.example/",
      "x-original-url": "//evil.example",
      "x-forwarded-host": "evil.example",
    }
    await browser.post("/auth/sign-in?next=//evil.example", { email: "ada@example.com" }, headers)
    const { link } = await app.mailbox.next("ada@example.com")
    const token = new URL(link).pathname.split("/").at(-1) ?? ""
    const press = await browser.post("/auth/link?next=//evil.example", { token, next: "//evil.example" }, headers)
    expect(press.headers.get("location")).toBe("/auth/account")
  })
})

/** Every place where `next` shows on the way: the form's hidden field and the redirects after the press. */
async function walkWith(app: App, browser: Browser, email: string, next: string) {
  const form = hiddenNext(await (await browser.get(`/auth/sign-in?next=${encodeURIComponent(next)}`)).text())
  const message = await askForMail(app, browser, email, next)
  const press = await browser.press(message)
  const wait = await browser.get("/auth/check-mail")
  const again = await browser.get(new URL(message.link).pathname)
  const [pressed, waited, returned] = [press, wait, again].map(({ headers }) => headers.get("location"))
  return { form, press: pressed, wait: waited, again: returned }
}

function hiddenNext(page: string): string | null {
  const value = /name="next" value="([^"]*)"/.exec(page)?.[1]
  return (
    value
      ?.replaceAll("&#39;", "'")
      .replaceAll("&quot;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&") ?? null
  )
}

// The URL parser of the browsers decides where a Location leads, not the eye.
function originFor(location: string): string {
  return new URL(location, `${ORIGIN}/auth/link`).origin
}

function expectOurs({
  link,
  text,
  html,
}: {
  readonly link: string
  readonly text: string
  readonly html: string
}): void {
  expect(new URL(link).origin).toBe(ORIGIN)
  expect(`${text}${html}`).toContain(link)
  expect(`${text}${html}`).not.toMatch(/evil/i)
  for (const [url] of `${text}${html}`.matchAll(/https?:\/\/[^\s"<>]+/g)) expect(new URL(url).origin).toBe(ORIGIN)
}
