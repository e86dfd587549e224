import { describe, expect, it } from "vitest"
import { type App, ORIGIN, signIn } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"
import { ownServer } from "../attack/own-server.ts"
import { findResponseFaults } from "../attack/response-faults.ts"
import type { Browser } from "../browser.ts"

const PROXY = "10.0.0.7"
const REMOTE = ["remote-user", "remote-email", "remote-name", "remote-groups", "remote-jwt"]
const nobody = Object.fromEntries(REMOTE.map((name) => [name, ""]))

const guarded = () => ownApp({ trustedProxies: ["10.0.0.0/8"], adminEmails: ["root@example.com"] })

/** As Caddy and Traefik ask about a request of this browser. */
function forwardAuth(browser: Browser, page: string, headers: Record<string, string> = {}, query = "") {
  const asked = new URL(page, ORIGIN)
  return browser.get(`/auth/verify${query}`, {
    "x-forwarded-method": "GET",
    "x-forwarded-proto": asked.protocol.slice(0, -1),
    "x-forwarded-host": asked.host,
    "x-forwarded-uri": page.startsWith("/") ? page : asked.pathname + asked.search,
    ...headers,
  })
}

/** As nginx does, by its example. */
function authRequest(browser: Browser, page: string, headers: Record<string, string> = {}, query = "") {
  return browser.get(`/auth/verify${query}`, { "x-original-method": "GET", "x-original-url": page, ...headers })
}

const throughProxy = (app: App) => app.browser({ ip: PROXY })

function remoteOf({ headers }: Response): Record<string, string | null> {
  return Object.fromEntries(REMOTE.map((name) => [name, headers.get(name)]))
}

const nextOf = (response: Response): string | null =>
  new URL(response.headers.get("location") ?? "", "https://nowhere.invalid").searchParams.get("next")

describe("a person who is signed in", () => {
  it("is named in headers, with no body, for no cache", async () => {
    const app = guarded()
    const { browser } = await signIn(app, "ada.lovelace@example.com", throughProxy(app))
    const user = await app.auth.users.find({ email: "ada.lovelace@example.com" })
    for (const ask of [forwardAuth, authRequest]) {
      const response = await ask(browser, "/orders")
      expect(response.status).toBe(200)
      expect(remoteOf(response)).toEqual({
        "remote-user": user?.id,
        "remote-email": "ada.lovelace@example.com",
        "remote-name": "Ada Lovelace",
        "remote-groups": "",
        "remote-jwt": "",
      })
      expect(response.headers.get("cache-control")).toBe("no-store")
      expect(response.headers.get("vary")).toBe("Cookie")
      expect(await response.text()).toBe("")
    }
  })

  it("is in the group admin by an address of adminEmails", async () => {
    const app = guarded()
    const { browser } = await signIn(app, "root@example.com", throughProxy(app))
    expect((await forwardAuth(browser, "/")).headers.get("remote-groups")).toBe("admin")
  })

  it("passes ?group=admin as an administrator alone", async () => {
    const app = guarded()
    const { browser: ada } = await signIn(app, "ada@example.com", throughProxy(app))
    const { browser: root } = await signIn(app, "root@example.com", throughProxy(app))
    expect((await forwardAuth(root, "/", {}, "?group=admin")).status).toBe(200)
    const refused = await forwardAuth(ada, "/", {}, "?group=admin")
    expect([refused.status, remoteOf(refused)]).toEqual([403, nobody])
    expect(await refused.text()).toContain("You can&#39;t open this page")
    expect(findResponseFaults(refused)).toEqual([])
  })

  it.each(["?group=staff", "?group=", "?group=admin&group=staff", "?group=admin,staff", "?group=Admin"])(
    "is refused for a group that nobody is in: %s",
    async (query) => {
      const app = guarded()
      const { browser } = await signIn(app, "root@example.com", throughProxy(app))
      expect((await authRequest(browser, `${ORIGIN}/`, {}, query)).status).toBe(403)
    },
  )

  it("stays signed in by being asked about, as by any request", async () => {
    const app = guarded()
    const { browser } = await signIn(app, "ada@example.com", throughProxy(app))
    for (let day = 0; day < 8; day += 1) {
      app.clock.advance(24 * 3_600_000)
      expect((await forwardAuth(browser, "/")).status, `day ${day}`).toBe(200)
    }
  })

  it("is asked about by HEAD as well, and by nothing that changes anything", async () => {
    const app = guarded()
    const { browser } = await signIn(app, "ada@example.com", throughProxy(app))
    const head = await browser.send("HEAD", "/auth/verify", undefined, {})
    expect([head.status, head.headers.get("remote-email")]).toEqual([200, "ada@example.com"])
    const post = await browser.post("/auth/verify")
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"])
  })
})

describe("somebody who isn't signed in", () => {
  it("goes to the sign-in page and comes back, where the proxy passes answers on", async () => {
    const response = await forwardAuth(throughProxy(guarded()), "/orders?a=1&b=%26&c=%C3%BC")
    expect(response.status).toBe(302)
    expect(response.headers.get("location")).toBe(
      `${ORIGIN}/auth/sign-in?next=%2Forders%3Fa%3D1%26b%3D%2526%26c%3D%25C3%25BC`,
    )
    expect(nextOf(response)).toBe("/orders?a=1&b=%26&c=%C3%BC")
    expect(remoteOf(response)).toEqual(nobody)
    expect(findResponseFaults(response)).toEqual([])
  })

  it("gets 401 with the same address, where the proxy knows no more than 401", async () => {
    const response = await authRequest(throughProxy(guarded()), `${ORIGIN}/orders?a=1&b=%26`)
    expect([response.status, nextOf(response), remoteOf(response)]).toEqual([401, "/orders?a=1&b=%26", nobody])
    expect(response.headers.get("www-authenticate")).toBe('Cookie form-action="/auth/sign-in"')
  })

  it("comes back with an ü that nobody encoded", async () => {
    const bytes = Buffer.from("/straße?c=ü").toString("latin1")
    const app = guarded()
    expect(nextOf(await forwardAuth(throughProxy(app), bytes))).toBe("/stra%C3%9Fe?c=%C3%BC")
    expect(nextOf(await authRequest(throughProxy(app), ORIGIN + bytes))).toBe("/stra%C3%9Fe?c=%C3%BC")
  })

  it("comes back where TLS ends in front of a proxy that speaks of http", async () => {
    const app = guarded()
    expect(nextOf(await forwardAuth(throughProxy(app), "/a", { "x-forwarded-proto": "http" }))).toBe("/a")
    expect(nextOf(await authRequest(throughProxy(app), `${ORIGIN.replace("https", "http")}/a`))).toBe("/a")
  })

  it.each([
    ["the page that a form was sent from", `${ORIGIN}/form?step=2`, "/form?step=2"],
    ["the first page, where there is none", "", "/"],
    ["the first page, where it is somebody else's", "https://evil.example/form", "/"],
  ])("comes back to %s, and never to where something was posted", async (_, referer, next) => {
    const app = guarded()
    const headers = { ...(referer !== "" && { referer }) }
    const passedOn = await forwardAuth(throughProxy(app), "/orders", { ...headers, "x-forwarded-method": "POST" })
    expect([passedOn.status, nextOf(passedOn)]).toEqual([303, next])
    const asked = await authRequest(throughProxy(app), `${ORIGIN}/orders`, { ...headers, "x-original-method": "POST" })
    expect([asked.status, nextOf(asked)]).toEqual([401, next])
  })

  it.each<[what: string, headers: Record<string, string>]>([
    ["asks for JSON", { accept: "application/json" }],
    ["asks for anything", { accept: "*/*" }],
    ["is a fetch", { "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }],
    ["is a fetch of its own site", { "sec-fetch-mode": "same-origin" }],
    ["opens a WebSocket", { "sec-fetch-mode": "websocket" }],
    ["says so itself", { "x-requested-with": "XMLHttpRequest" }],
    ["goes nowhere", { "sec-fetch-dest": "empty" }],
  ])("gets a plain no as a script that %s", async (_what, headers) => {
    const app = guarded()
    for (const ask of [forwardAuth, authRequest]) {
      const response = await ask(throughProxy(app), "/orders", headers)
      expect([response.status, response.headers.get("location")]).toEqual([401, null])
      expect(response.headers.get("content-type")).toBe("application/problem+json")
      expect(response.headers.get("www-authenticate")).toBe('Cookie form-action="/auth/sign-in"')
      expect(await response.json()).toMatchObject({ status: 401, code: "not_signed_in" })
      expect(remoteOf(response)).toEqual(nobody)
      expect(findResponseFaults(response)).toEqual([])
    }
  })

  it("is a person with a browser that tells nothing of its ways", async () => {
    const headers = { "sec-fetch-mode": "navigate" }
    expect((await forwardAuth(throughProxy(guarded()), "/", headers)).status).toBe(302)
    const plain = await throughProxy(guarded()).send("GET", "/auth/verify", undefined, { "x-forwarded-uri": "/" })
    expect(plain.status).toBe(302)
  })

  it("loses a cookie that stands for nobody, on the way to the sign-in page (SES-3)", async () => {
    const app = guarded()
    const { browser } = await signIn(app, "ada@example.com", throughProxy(app))
    const user = await app.auth.users.find({ email: "ada@example.com" })
    await app.auth.sessions.revokeAll(user?.id ?? "")
    expect((await forwardAuth(browser, "/")).status).toBe(302)
    expect(browser.cookies.has("__Host-linklatch_session")).toBe(false)
  })
})

describe("the operator", () => {
  it("is told once which proxy isn't trusted, and how to change that", async () => {
    const app = guarded()
    for (const ip of ["192.0.2.1", "192.0.2.2"]) {
      expect((await forwardAuth(app.browser({ ip }), "/")).status).toBe(404)
    }
    expect(app.logLines.filter((line) => line.includes("verify_refused"))).toEqual([
      expect.stringMatching(/"warn".*"192\.0\.2\.1".*TRUSTED_PROXIES/),
    ])
  })

  it("is told once of pages on a host where the session cookie doesn't go", async () => {
    const app = guarded()
    for (const page of ["https://app.example.net/x", "https://other.example.net/y"]) {
      expect(nextOf(await forwardAuth(throughProxy(app), page))).toBeNull()
    }
    expect(app.logLines.filter((line) => line.includes("verify_other_host"))).toHaveLength(1)
  })

  it("is told once of another port that next may not lead to", async () => {
    const app = ownApp({ trustedProxies: [PROXY], allowedOrigins: [`${ORIGIN}:8443`] })
    expect(nextOf(await forwardAuth(throughProxy(app), `${ORIGIN}:8443/a`))).toBe(`${ORIGIN}:8443/a`)
    expect(app.logLines).toEqual([])
    expect(nextOf(await forwardAuth(throughProxy(app), `${ORIGIN}:9443/a`))).toBeNull()
    expect(app.logLines).toEqual([expect.stringContaining("verify_other_origin")])
  })

  it("reads a line of the log for whoever was refused, and for the others in debugging alone", async () => {
    const server = await ownServer({ trustedProxies: ["127.0.0.1"] })
    const browser = server.browser()
    await browser.post("/auth/sign-in", { email: "ada@example.com" })
    await expect.poll(async () => (await server.mail()).length).toBe(1)
    await browser.press({ link: (await server.mail())[0]?.link ?? "" })
    expect((await browser.get("/auth/verify")).status).toBe(200)
    expect((await server.browser().get("/auth/verify")).status).toBe(401)
    const lines = server.logLines.map((line) => JSON.parse(line) as { route?: string; level: string; status: number })
    const verified = lines.filter(({ route }) => route === "/auth/verify")
    expect(verified.map(({ level, status }) => [level, status])).toEqual([
      ["debug", 200],
      ["info", 401],
    ])
  })
})
