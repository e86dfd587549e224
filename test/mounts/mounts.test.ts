import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askForMail, ORIGIN, signIn } from "../app.ts"
import { sealLog } from "../seal-log.ts"
import { type MountedSite, mountedSite, startMountedSite } from "./mounted-site.ts"
import { APP_COOKIE, sites, THEME } from "./sites.ts"

const EMAIL = "ada@example.com"

describe.each(Object.keys(sites))("%s", (name) => {
  // For all that a site answers without anything happening in it.
  let idle: MountedSite
  beforeAll(async () => {
    idle = await startMountedSite(name)
  })
  afterAll(() => idle.close())

  it("signs in by the link, and the application knows who it is", async () => {
    const { app, browser, who } = await mountedSite(name)
    const ada = browser()
    expect(await who(ada)).toBe(null)
    const message = await askForMail(app, ada, EMAIL, "/who?from=mail")
    const response = await ada.press(message)
    expect([response.status, response.headers.get("location")]).toEqual([303, "/who?from=mail"])
    expect((await who(ada))?.user.email).toBe(EMAIL)
    expect(await who(browser())).toBe(null)
  })

  it("signs in by the code, in the browser that asked", async () => {
    const { app, browser, who } = await mountedSite(name)
    const ada = browser()
    const { code } = await askForMail(app, ada, EMAIL)
    const stranger = browser()
    await stranger.post("/auth/code", { code })
    expect(await who(stranger)).toBe(null)
    expect((await ada.post("/auth/code", { code })).status).toBe(303)
    expect((await who(ada))?.user.email).toBe(EMAIL)
  })

  it("gives bytes as they are, as the log's tiles", async () => {
    const { app, browser } = await mountedSite(name, { audit: { path: "/auth/log", seal: false } })
    await app.auth.audit.record({ type: "shop.order_placed" })
    await sealLog(app)
    const response = await browser().get("/auth/log/tile/0/000.p/1")
    expect(response.headers.get("content-type")).toBe("application/octet-stream")
    const tile = await app.store.sealing.tile({ level: 0, index: 0 })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from(tile ?? []))
  })

  it("signs out, at once and for good", async () => {
    const { app, browser, who } = await mountedSite(name)
    const { browser: ada } = await signIn(app, EMAIL, browser())
    const kept = new Map(ada.cookies)
    const response = await ada.post("/auth/sign-out")
    expect([response.status, response.headers.get("location")]).toEqual([303, "/auth/sign-in?signed-out"])
    for (const [cookie, value] of kept) ada.cookies.set(cookie, value)
    expect(await who(ada)).toBe(null)
  })

  it("signs in, tells, lists and signs out by the JSON API", async () => {
    const { app, browser, who } = await mountedSite(name)
    const ada = browser()
    const asked = await ada.api("POST", "sign-in", { email: EMAIL, next: "/orders" })
    expect([asked.status, (await asked.json()).email]).toEqual([202, EMAIL])
    const { code } = await app.mailbox.next(EMAIL)
    const signedIn = await ada.api("POST", "code", { code })
    expect([signedIn.status, (await signedIn.json()).next]).toEqual([200, "/orders"])
    expect((await who(ada))?.user.email).toBe(EMAIL)
    expect((await (await ada.api("GET", "session")).json()).user.email).toBe(EMAIL)
    const { sessions } = await (await ada.api("GET", "sessions")).json()
    const ended = await ada.api("DELETE", `sessions/${sessions[0].id}`)
    expect([ended.status, await ended.text(), ended.headers.get("content-length")]).toEqual([204, "", null])
    expect(await who(ada)).toBe(null)
  })

  it.each([
    ["a field too many", { email: EMAIL, role: "admin" }, {}, 400],
    ["a list", [EMAIL], {}, 400],
    ["an address that is an object", { email: { a: EMAIL } }, {}, 400],
    ["NUL", { email: `${EMAIL}\0` }, {}, 400],
    ["more than 8 kB", { email: EMAIL, next: `/${"a".repeat(9_000)}` }, {}, 413],
    ["another type", { email: EMAIL }, { "content-type": "application/ld+json" }, 415],
    ["no address", { email: "nobody" }, {}, 422],
  ])("refuses JSON with %s by a problem, and does nothing of it", async (_what, body, headers, status) => {
    const { app, browser } = idle
    const response = await browser().api("POST", "sign-in", body, headers)
    expect([response.status, (await response.json()).status]).toEqual([status, status])
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(await app.events()).toEqual([])
    expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
  })

  it("shows pages with their headers, scripts and styles", async () => {
    const page = await idle.browser().get("/auth/sign-in?next=/orders")
    const html = await page.text()
    expect(page.status).toBe(200)
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'")
    expect(page.headers.get("cache-control")).toBe("no-store")
    expect(html).toContain('value="/orders"')
    const [, style = ""] = /href="(\/auth\/assets\/[^"]+\.css[^"]*)"/.exec(html) ?? []
    const sheet = await idle.browser().get(style)
    expect([sheet.status, sheet.headers.get("content-type")]).toEqual([200, "text/css; charset=utf-8"])
    expect((await sheet.text()).length).toBeGreaterThan(1_000)
  })

  it("sends several cookies at once, and leaves those of the application and its headers", async () => {
    const { app, browser } = await mountedSite(name)
    const ada = browser({ [THEME]: "dark" })
    const message = await askForMail(app, ada, EMAIL)
    const response = await ada.press(message)
    const names = response.headers.getSetCookie().map((cookie) => cookie.split("=", 1)[0])
    expect(names.filter((one) => one?.startsWith("__Host-")).length).toBeGreaterThanOrEqual(2)
    expect(response.headers.getSetCookie()).toContain(APP_COOKIE)
    expect(new Set(names).size).toBe(names.length)
    expect([await response.text(), response.headers.get("content-type")]).toEqual(["", null])
    expect(response.headers.get("x-app")).toBe("yes")
  })

  it("answers HEAD as GET, without a body", async () => {
    const head = await idle.browser().send("HEAD", "/auth/sign-in", undefined, {})
    expect([head.status, await head.text()]).toEqual([200, ""])
    expect(head.headers.get("content-type")).toBe("text/html; charset=utf-8")
    expect((await idle.browser().send("HEAD", "/auth/nothing", undefined, {})).status).toBe(404)
  })

  it.each(["PUT", "PATCH", "DELETE", "OPTIONS"])("refuses %s with 405, and says what is allowed", async (method) => {
    const body = method === "OPTIONS" ? undefined : "email=ada%40example.com"
    const response = await idle.browser().send(method, "/auth/sign-in", body, {
      "content-type": "application/x-www-form-urlencoded",
    })
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, POST, HEAD"])
  })

  it.each([
    "/",
    "/authors",
    "/auth-x",
    "/auth.json",
    "/AUTH/sign-in",
    "/Auth",
    "/%61uth/sign-in",
    "/auth%2Fsign-in",
    "/x/auth/sign-in",
    "/admin",
    "/administration",
  ])("leaves %s to the application", async (path) => {
    const response = await idle.browser().get(path)
    expect([response.status, await response.text()]).toEqual([404, "not here"])
  })

  it.each(["/auth", "/auth/", "/auth/nothing", "/auth?a", "/auth/sign-in/", "/auth/SIGN-IN"])(
    "answers %s itself, with its own 404",
    async (path) => {
      const response = await idle.browser().get(path)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain("<!doctype html>")
    },
  )

  it("takes /admin where it is told to, and nothing that only begins like it", async () => {
    const { app, browser } = await mountedSite(name, { admin: true, adminEmails: [EMAIL] })
    expect((await browser().get("/admin")).headers.get("location")).toBe("/auth/sign-in?next=%2Fadmin")
    const { browser: ada } = await signIn(app, EMAIL, browser())
    const page = await ada.get("/admin")
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Welcome, Ada")])
    expect(await (await ada.get("/admin/nothing")).text()).toContain("<!doctype html>")
    expect(await (await ada.get("/administration")).text()).toBe("not here")
  })

  it("lets the application read its own bodies", async () => {
    const response = await idle.browser().post("/echo", { note: "für Ada" })
    expect([response.status, await response.text()]).toEqual([200, "note=f%C3%BCr+Ada"])
  })

  it("leaves an error of the application to the framework, and goes on", async () => {
    const { browser } = await mountedSite(name)
    expect((await browser().get("/throw")).status).toBe(500)
    expect((await browser().get("/auth/sign-in")).status).toBe(200)
  })

  it("refuses a form of somebody else's page", async () => {
    const { app, browser } = idle
    for (const headers of [{ "sec-fetch-site": "cross-site" }, { "sec-fetch-site": "none" }]) {
      expect((await browser().post("/auth/sign-in", { email: EMAIL }, headers)).status).toBe(403)
    }
    expect((await browser().post("/auth/sign-in", { email: EMAIL }, { origin: "https://evil.example" })).status).toBe(
      403,
    )
    expect(await app.events()).toEqual([])
  })

  it.each([
    ["a field twice", "email=ada%40example.com&email=eve%40example.com", {}, 400],
    ["a field thirty times", "email=ada%40example.com&".repeat(30), {}, 400],
    ["another field twice", "email=ada%40example.com&next=/a&next=/b", {}, 400],
    ["NUL", "email=ada%40example.com%00", {}, 400],
    ["more than 8 kB", `email=ada%40example.com&a=${"a".repeat(9_000)}`, {}, 413],
    ["no form", "email=ada%40example.com", { "content-type": "text/plain" }, 415],
    ["a form by another name", "email=ada%40example.com", { "content-type": "application/x-www-form" }, 415],
    ["a form in parts", "--a\r\n\r\n--a--", { "content-type": "multipart/form-data; boundary=a" }, 415],
    ["no address", "email=nobody", {}, 422],
    ["nothing", "", {}, 422],
  ])("refuses a body with %s, and does nothing of it", async (_what, body, headers, status) => {
    const { app, browser } = idle
    expect((await browser().post("/auth/sign-in", body, headers)).status).toBe(status)
    expect(await app.events()).toEqual([])
    expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
  })

  it.each([
    "email[]=ada%40example.com",
    "email[a]=ada%40example.com",
    "email[0]=ada%40example.com&email[1]=eve%40example.com",
    "email[__proto__]=ada%40example.com",
    "__proto__[email]=ada%40example.com",
    "constructor[prototype][email]=ada%40example.com",
    "email.x=ada%40example.com",
    "email%5B%5D=ada%40example.com",
    "email=%",
    "email=%ff",
    "&&&===&",
  ])("takes no address from %s", async (body) => {
    const { app, browser } = idle
    expect([400, 422]).toContain((await browser().post("/auth/sign-in", body)).status)
    expect(await app.events()).toEqual([])
    expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
  })

  it("counts the address at the other end of the socket, whatever headers say", async () => {
    const { app, browser } = await mountedSite(name)
    const statuses: number[] = []
    for (let index = 0; index < 7; index++) {
      const lie = browser({ "x-forwarded-for": `203.0.113.${index}`, "x-real-ip": `203.0.113.${index}` })
      statuses.push((await lie.post("/auth/sign-in", { email: `ada${index}@example.com` })).status)
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429, 429])
    expect(new Set((await app.events()).map(({ person }) => person?.ip))).toEqual(new Set(["127.0.0.1"]))
    expect(app.logLines.filter((line) => line.includes("remote_address_missing"))).toEqual([])
  })

  it("believes a trusted proxy about the client's address", async () => {
    const { app, browser } = await mountedSite(name, { trustedProxies: ["127.0.0.1"] })
    for (let index = 0; index < 7; index++) {
      const proxied = browser({ "x-forwarded-for": `203.0.113.${index}` })
      expect((await proxied.post("/auth/sign-in", { email: `ada${index}@example.com` })).status).toBe(303)
    }
    expect((await app.events())[0]?.person?.ip).toBe("203.0.113.0")
  })

  it("shows the same page as the handler that knows no framework", async () => {
    const { app, browser } = idle
    const [mounted, plain] = await Promise.all([
      browser().get("/auth/sign-in"),
      app.auth.handler(new Request(`${ORIGIN}/auth/sign-in`), { remoteAddress: "127.0.0.1" }),
    ])
    expect(await mounted.text()).toBe(await plain.text())
    const own = [...plain.headers].filter(([field]) => mounted.headers.get(field) !== plain.headers.get(field))
    expect(own).toEqual([])
  })
})
