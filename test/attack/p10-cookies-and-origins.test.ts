import { DatabaseSync } from "node:sqlite"
import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { type App, askForMail, ORIGIN, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { countRows } from "./database.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { findResponseFaults } from "./response-faults.ts"
import { untilIdle } from "./until-idle.ts"

const SESSION = "__Host-linklatch_session"
const wide = {
  limits: {
    askClient: { max: 1_000, minutes: 15 },
    askAddress: { max: 1_000, minutes: 60 },
    redeemClient: { max: 1_000, minutes: 15 },
  },
}

/** Each route as an address that means something, GET and POST alike. */
async function everyRoute(
  app: App,
  browser: Browser,
): Promise<readonly { method: string; path: string; body: string }[]> {
  const token = tokenOf(await askForMail(app, app.browser(), `${crypto.randomUUID()}@example.com`))
  const style =
    /\/auth\/assets\/style\.css/
      .exec(await (await browser.get("/auth/sign-in")).text())?.[0]
      ?.split("/")
      .at(-1) ?? ""
  const body = `email=ada%40example.com&token=${token}&code=123456&session=none`
  return routes.map(({ method, path }) => ({
    method,
    path: path.replace(":token", token).replace(":file", style).replace(":id", crypto.randomUUID()),
    body,
  }))
}

describe("every answer", () => {
  it("HDR-1 HDR-2 HDR-3 HDR-4 COO-1 COO-2 COO-4 COO-5 CSR-6 P10 has the headers and the cookies that it must, signed in or not", async () => {
    const app = ownApp({ ...wide, adminEmails: ["ada@example.com"], allowedOrigins: ["https://app.example.com"] })
    let cookies = 0
    for (const isSignedIn of [false, true]) {
      const browser = isSignedIn ? (await signIn(app, "ada@example.com")).browser : app.browser()
      const others = [
        { method: "GET", path: "/nowhere", body: "" },
        { method: "PUT", path: "/auth/sign-in", body: "a" },
      ]
      for (const { method, path, body } of [...(await everyRoute(app, browser)), ...others]) {
        for (const accept of ["text/html", "application/json"]) {
          const answer =
            method === "POST"
              ? await browser.post(path, body, { accept })
              : await browser.send(method, path, method === "PUT" ? body : undefined, { accept })
          const kind = {
            isAsset: path.startsWith("/auth/assets/"),
            isApi: path.startsWith("/auth/api/"),
            isPublic: path === "/auth/jwks.json",
            hasTokenInUrl: path.startsWith("/auth/link/"),
            allowedOrigins: ["https://app.example.com"],
          }
          expect(findResponseFaults(answer, kind), `${method} ${path} ${answer.status}`).toEqual([])
          cookies += answer.headers.getSetCookie().length
          const text = await answer.text()
          if (answer.headers.get("content-type")?.startsWith("text/html"))
            expect(text).not.toMatch(/<script(?![^>]* src="\/)|<style|\sstyle=|\son[a-z]+=|javascript:/i)
        }
      }
    }
    expect(cookies).toBeGreaterThan(3)
  })

  it("COO-1 COO-2 P10 sets cookies for http without Secure and its prefixes, and for https with both", async () => {
    for (const [baseUrl, prefix, secure] of [
      ["http://localhost:3000", "linklatch_", ""],
      [ORIGIN, "__Host-linklatch_", "; Secure"],
    ] as const) {
      const app = ownApp({ baseUrl })
      const browser = app.browser()
      const asked = await browser.post("/auth/sign-in", { email: "ada@example.com" })
      const pressed = await browser.press(await app.mailbox.next("ada@example.com"))
      const [flow = "", ...rest] = [...asked.headers.getSetCookie(), ...pressed.headers.getSetCookie()]
      expect(flow).toMatch(
        new RegExp(`^${prefix}flow=[\\w-]{43}; Max-Age=7200; Path=/; HttpOnly; SameSite=Lax${secure}$`),
      )
      expect(rest[0]).toMatch(
        new RegExp(
          `^${prefix}session=[\\w-]{43}\\.[\\w-]{43}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax${secure}$`,
        ),
      )
      expect(rest[1]).toMatch(
        new RegExp(`^${prefix}known=[\\w.-]+; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax${secure}$`),
      )
      expect((await browser.get("/auth/account")).headers.has("strict-transport-security")).toBe(baseUrl === ORIGIN)
    }
  })

  it("COO-4 P10 keeps its cookies small, however many people share a browser", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    for (let index = 0; index < 12; index++) await signIn(app, `person${index}@example.com`, browser)
    for (const [name, value] of browser.cookies) expect(name.length + value.length).toBeLessThan(300)
  })

  it("COO-6 P10 has the secrets of the cookies in Set-Cookie and nowhere else", async () => {
    const app = ownApp({ adminEmails: ["ada@example.com"] })
    const { browser, response } = await signIn(app, "ada@example.com")
    const secrets = [...browser.cookies.values()].flatMap((value) => [value, ...value.split(".")])
    expect(secrets.length).toBeGreaterThan(6)
    const answers = [response]
    for (const path of ["/auth/account", "/admin", "/auth/sign-in", "/auth/check-mail", "/auth/sign-out", "/nowhere"])
      answers.push(await browser.get(path))
    for (const { headers, ...answer } of await Promise.all(
      answers.map(async (one) => ({ headers: one.headers, text: await one.text() })),
    )) {
      const shown =
        [...headers]
          .filter(([name]) => name !== "set-cookie")
          .flat()
          .join("\n") + answer.text
      for (const secret of secrets) expect(shown).not.toContain(secret)
    }
  })

  it("COO-7 P10 to signing out clears the browser's copy and ends the cookie with the attributes that it had", async () => {
    const app = ownApp()
    for (const [path, form] of [
      ["/auth/sign-out", {}],
      ["/auth/account/sign-out", { session: "all" }],
    ] as const) {
      const { browser, response } = await signIn(app, "ada@example.com")
      const given = response.headers.getSetCookie().find((cookie) => cookie.startsWith(SESSION)) ?? ""
      const { headers } = await browser.post(path, form)
      expect(headers.get("clear-site-data")).toBe('"cache", "storage"')
      const attributes = (cookie: string) =>
        cookie
          .split("; ")
          .slice(1)
          .filter((text) => !text.startsWith("Max-Age"))
      const [taken = ""] = headers.getSetCookie()
      expect(taken).toMatch(new RegExp(`^${SESSION}=; Max-Age=0;`))
      expect(attributes(taken)).toEqual(attributes(given))
    }
  })
})

const POST_PATHS = routes.filter(({ method }) => method === "POST").map(({ path }) => path)
const SITES = [null, "same-origin", "cross-site", "same-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site"]
const ORIGINS = [
  null,
  ORIGIN,
  "null",
  "https://evil.example",
  "https://sub.login.example.com",
  "https://example.com",
  "https://login.example.com.evil.example",
  "https://login.example.com:8443",
  "http://login.example.com",
  "HTTPS://LOGIN.EXAMPLE.COM",
  `${ORIGIN}/`,
  `${ORIGIN} https://evil.example`,
  "",
]

// The rule once more, in the words of the OWASP cheat sheet: trust what the browser says first, and Origin where it says nothing.
function isOurs(site: string | null, origin: string | null): boolean {
  if (site === null) return origin === ORIGIN
  return site === "same-origin" && (origin === null || origin === "null" || origin === ORIGIN)
}

describe("a form of another site", () => {
  it.each(POST_PATHS)(
    "CSR-2 CSR-3 P10 is refused by %s in every mixture of headers but our own, and changes nothing",
    async (path) => {
      const database = await ownFile()
      const app = ownApp({ ...wide, path: database })
      const { browser } = await signIn(app, "ada@example.com")
      const token = tokenOf(await askForMail(app, browser, "ada@example.com"))
      const rows = new DatabaseSync(database, { readOnly: true })
      const before = countRows(rows)
      const body = `email=bob%40example.com&token=${token}&code=123456&session=all`
      for (const site of SITES) {
        for (const origin of ORIGINS) {
          if (isOurs(site, origin)) continue
          const headers = {
            accept: "application/json",
            "content-type": "application/x-www-form-urlencoded",
            ...given({ "sec-fetch-site": site, origin }),
          }
          const response = await browser.send("POST", path, body, headers)
          expect(
            [response.status, (await response.json()).code, response.headers.getSetCookie()],
            `${site} ${origin}`,
          ).toEqual([403, "cross_origin", []])
        }
      }
      expect(countRows(rows)).toEqual(before)
      rows.close()
    },
  )

  it.each(POST_PATHS)(
    "CSR-2 P10 is told from our own by %s in all three ways that browsers mark our own",
    async (path) => {
      const app = ownApp(wide)
      const ours = SITES.flatMap((site) =>
        ORIGINS.filter((origin) => isOurs(site, origin)).map((origin) => [site, origin] as const),
      )
      expect(ours.length).toBe(4)
      for (const [site, origin] of ours) {
        const headers = {
          accept: "application/json",
          "content-type": "application/x-www-form-urlencoded",
          ...given({ "sec-fetch-site": site, origin }),
        }
        const response = await app
          .browser()
          .send("POST", path, "email=ada%40example.com&code=123456&session=none", headers)
        expect(response.status, `${site} ${origin}`).not.toBe(403)
      }
    },
  )

  it("CSR-3 P10 sends no mail in any of the encodings that a plain form has", async () => {
    const app = ownApp(wide)
    const boundary = "----a"
    const multipart = `--${boundary}\r\nContent-Disposition: form-data; name="email"\r\n\r\nada@example.com\r\n--${boundary}--\r\n`
    const bodies: [type: string, body: string][] = [
      ["text/plain", "email=ada@example.com"],
      ["text/plain;charset=utf-8", "email=ada%40example.com"],
      [`multipart/form-data; boundary=${boundary}`, multipart],
      ["application/json", '{"email":"ada@example.com"}'],
      ["", "email=ada%40example.com"],
      ["application/x-www-form-urlencodedx", "email=ada%40example.com"],
      ["text/plain; application/x-www-form-urlencoded", "email=ada%40example.com"],
      ["application/x-www-form-urlencoded; charset=utf-16", "email=ada%40example.com"],
    ]
    for (const [type, body] of bodies) {
      const foreign = { "content-type": type, "sec-fetch-site": "cross-site", origin: "https://evil.example" }
      expect((await app.browser().post("/auth/sign-in", body, foreign)).status, type).toBe(403)
      expect((await app.browser().post("/auth/sign-in", body, { "content-type": type })).status, type).toBe(415)
    }
    expect(await app.events()).toEqual([])
    expect(app.mailbox.messages).toEqual([])
  })

  it("CSR-1 P10 can't be a GET, a HEAD or any method but POST", async () => {
    const app = ownApp(wide)
    const { browser } = await signIn(app, "ada@example.com")
    await untilIdle(app)
    const before = (await app.events()).length
    for (const path of POST_PATHS) {
      const allow = routes
        .filter((route) => route.path === path)
        .flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method]))
      for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "post", "LINK"]) {
        const response = await browser.send(
          method,
          `${path}?email=bob%40example.com&code=123456&session=all`,
          undefined,
          { "x-http-method-override": "POST" },
        )
        if (allow.includes(method) || method === "post") continue
        expect(response.status, `${method} ${path}`).toBe(405)
        expect(response.headers.get("allow")?.split(", ").toSorted(), path).toEqual(allow.toSorted())
      }
    }
    expect((await app.events()).length).toBe(before)
  })

  it("CSR-5 P10 can read nothing: no origin is told that it may", async () => {
    const app = ownApp({ ...wide, allowedOrigins: ["https://app.example.com"] })
    const { browser } = await signIn(app, "ada@example.com")
    for (const origin of [
      "https://evil.example",
      "null",
      "https://app.example.com",
      ORIGIN,
      "https://app.example.com.evil.example",
      "http://app.example.com:8080",
    ]) {
      const preflight = {
        origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
      }
      for (const path of ["/auth/account", "/auth/sign-in", "/auth/code", "/nowhere"]) {
        const answers = [await browser.get(path, { origin }), await browser.send("OPTIONS", path, undefined, preflight)]
        for (const { headers } of answers)
          expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([])
      }
    }
  })

  it("CSR-4 P10 can't sign the victim in as the attacker: a foreign link asks first, and says whose it is", async () => {
    const app = ownApp(wide)
    const eve = app.browser()
    const message = await askForMail(app, eve, "eve@example.com")
    const { browser: victim } = await signIn(app, "ada@example.com")
    const page = await (await victim.get(new URL(message.link).pathname)).text()
    expect(page).toContain("eve@example.com")
    expect(page).not.toContain("data-auto")
    expect((await victim.press(message)).status).toBe(403)
    const flow = { cookie: `__Host-linklatch_flow=${eve.cookies.get("__Host-linklatch_flow")}` }
    // Even with the attacker's flow planted, somebody who is signed in is asked before they become somebody else.
    expect(
      await (
        await app
          .browser()
          .get(new URL(message.link).pathname, { cookie: `${flow.cookie}; ${SESSION}=${victim.cookies.get(SESSION)}` })
      ).text(),
    ).not.toContain("data-auto")
  })
})

function given(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null))
}
