import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { signIn } from "../app.ts"
import { ownApp } from "./own-app.ts"
import { ownServer } from "./own-server.ts"
import { exchange } from "./raw-http.ts"

const REMOTE = /^remote-/
const remoteOf = ({ headers }: Response) => [...headers.keys()].filter((name) => REMOTE.test(name))

describe("who may ask who is signed in", () => {
  it.each([
    ["an address of no list", "192.0.2.1"],
    ["this machine", "127.0.0.1"],
    ["this machine by IPv6", "::1"],
    ["the neighbour of a proxy", "10.0.1.1"],
    ["the neighbour of a proxy, mapped", "::ffff:10.0.1.1"],
    ["what is no address", "/run/proxy.sock"],
    ["nothing", ""],
    ["octal for a proxy", "012.0.0.7"],
  ])("RAT-4 P9 is not %s: for it the page doesn't exist", async (_, ip) => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/24"] })
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip }))
    const [asked, missing] = [await browser.get("/auth/verify?jwt"), await browser.get("/auth/no-such-page")]
    expect([asked.status, remoteOf(asked)]).toEqual([404, []])
    expect(await asked.text()).toBe(await missing.text())
  })

  it("RAT-4 P9 is nobody where no proxy is trusted", async () => {
    const app = ownApp()
    for (const ip of ["127.0.0.1", "::1", "10.0.0.1"]) {
      expect((await app.browser({ ip }).get("/auth/verify")).status, ip).toBe(404)
    }
    const unknown = await app.auth.handler(new Request("https://login.example.com/auth/verify"))
    expect(unknown.status).toBe(404)
  })

  it.each(["10.0.0.7", "::ffff:10.0.0.7", "::ffff:a00:7", "2001:db8::1"])("is a trusted proxy at %s", async (ip) => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/24", "2001:db8::/64"] })
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip }))
    expect((await browser.get("/auth/verify")).status).toBe(200)
  })

  it("RAT-4 P9 is the other end of the socket, whatever any header says", async () => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/24"] })
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: "192.0.2.1" }))
    const name = fc.constantFrom("x-forwarded-for", "x-real-ip", "forwarded", "via", "x-client-ip", "x-forwarded-uri")
    const value = fc.oneof(fc.constantFrom("10.0.0.7", "for=10.0.0.7", "10.0.0.7, 10.0.0.8", "/"), fc.ipV4())
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value), async (headers) => {
        const response = await browser.get("/auth/verify", headers)
        expect([response.status, remoteOf(response)]).toEqual([404, []])
      }),
    )
  })

  it("RAT-4 P9 is nobody on the wire but the listed proxy", async () => {
    const heads = ["GET /auth/verify", "HEAD /auth/verify?jwt", "GET https://login.example.com/auth/verify"]
    const request = (head: string) =>
      `${head} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.7\r\nX-Forwarded-Uri: /\r\nConnection: close\r\n\r\n`
    const [doubting, trusting] = [
      await ownServer({ trustedProxies: ["10.0.0.7"] }),
      await ownServer({ trustedProxies: ["127.0.0.1"] }),
    ]
    for (const head of heads) {
      expect((await exchange(doubting.port, request(head))).status, head).toBe(404)
      expect((await exchange(trusting.port, request(head))).status, head).toBe(401)
    }
  })
})

describe("a session that a proxy asks about", () => {
  it("P10 ends at once: by signing out, from elsewhere, and with its user", async () => {
    const app = ownApp({ trustedProxies: ["10.0.0.7"] })
    const browsers = [app.browser({ ip: "10.0.0.7" }), app.browser({ ip: "10.0.0.7" }), app.browser({ ip: "10.0.0.7" })]
    for (const browser of browsers) await signIn(app, "ada@example.com", browser)
    const cookies = browsers.map((browser) => new Map(browser.cookies))
    const statuses = async () => {
      // With the cookies of before: what a thief of one would send.
      for (const [index, browser] of browsers.entries()) {
        for (const [name, value] of cookies[index] ?? []) browser.cookies.set(name, value)
      }
      const answers = await Promise.all(browsers.map((browser) => browser.get("/auth/verify")))
      return answers.map(({ status }) => status)
    }
    expect(await statuses()).toEqual([200, 200, 200])
    await browsers[0]?.post("/auth/sign-out")
    expect(await statuses()).toEqual([401, 200, 200])
    const user = await app.auth.users.find({ email: "ada@example.com" })
    const [newest] = await app.auth.sessions.list(user?.id ?? "")
    await app.auth.sessions.revoke(user?.id ?? "", newest?.id ?? "")
    expect((await statuses()).filter((status) => status === 200)).toHaveLength(1)
    await app.auth.users.disable(user?.id ?? "")
    expect(await statuses()).toEqual([401, 401, 401])
  })
})
