import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { limitSubject } from "../../src/http/client-address.ts"
import type { App } from "../app.ts"
import { countRows } from "./database.ts"
import { ownApp } from "./own-app.ts"
import { ownServer } from "./own-server.ts"
import { exchange, formRequest } from "./raw-http.ts"
import { untilIdle } from "./until-idle.ts"

const STRANGER = "203.0.113.66"
const PROXY = "10.0.0.7"
let nextPerson = 1

function ask(app: App, ip: string, headers: Record<string, string> = {}, path = "/auth/sign-in"): Promise<Response> {
  return app.browser({ ip }).post(path, { email: `person${nextPerson++}@example.com` }, headers)
}

async function spend(app: App, ip: string, headers: Record<string, string> = {}): Promise<void> {
  for (let index = 0; index < 5; index++) expect((await ask(app, ip, headers)).status).toBe(303)
  expect((await ask(app, ip, headers)).status).toBe(429)
}

const ADDRESS_HEADERS = [
  "x-forwarded-for",
  "x-real-ip",
  "forwarded",
  "cf-connecting-ip",
  "cf-connecting-ipv6",
  "true-client-ip",
  "x-client-ip",
  "x-cluster-client-ip",
  "fastly-client-ip",
  "x-forwarded",
  "forwarded-for",
  "x-original-forwarded-for",
  "x-envoy-external-address",
  "x-azure-clientip",
  "x-appengine-user-ip",
  "x-remote-ip",
  "remote-addr",
  "client-ip",
  "via",
  "x-vercel-forwarded-for",
  "do-connecting-ip",
  "x-nf-client-connection-ip",
]
const lie = (header: string, ip: string) => ({ [header]: header === "forwarded" ? `for=${ip}` : ip })

describe("a client's address", () => {
  it.each(ADDRESS_HEADERS)("RAT-4 P9 is the peer's, whatever %s claims, where no proxy is trusted", async (header) => {
    const app = ownApp()
    await spend(app, STRANGER, lie(header, "192.0.2.1"))
    for (const ip of ["192.0.2.2", "127.0.0.1", "::1", "10.0.0.1", "unknown", ""]) {
      expect((await ask(app, STRANGER, lie(header, ip))).status, ip).toBe(429)
    }
    expect((await app.events()).every(({ person }) => person?.ip == null || person.ip === STRANGER)).toBe(true)
  })

  it.each(ADDRESS_HEADERS.filter((header) => header !== "x-forwarded-for"))(
    "RAT-4 P9 is never in %s, even where the peer is a trusted proxy",
    async (header) => {
      const app = ownApp({ trustedProxies: ["10.0.0.0/8"] })
      const lies = (ip: string) => ({ ...lie(header, ip), "x-forwarded-for": STRANGER })
      await spend(app, PROXY, lies("192.0.2.1"))
      expect((await ask(app, PROXY, lies("192.0.2.2"))).status).toBe(429)
    },
  )

  it("RAT-4 P9 is the rightmost one that no trusted proxy has, so that nobody hides behind what they write", async () => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/8", "2001:db8:ffff::/48"] })
    await spend(app, PROXY, { "x-forwarded-for": STRANGER })
    const spoofed = [
      `192.0.2.1, ${STRANGER}`,
      `192.0.2.2,192.0.2.3,${STRANGER}`,
      `10.0.0.1, ${STRANGER}`,
      `127.0.0.1, ${STRANGER}, 10.1.2.3`,
      `, , ${STRANGER}, 2001:db8:ffff::1, 10.0.0.9`,
      `unknown, ${STRANGER}`,
      `"><script>, ${STRANGER}`,
      `192.0.2.9, ${STRANGER}:4711`,
      `192.0.2.9, ::ffff:${STRANGER}`,
      `${"192.0.2.4, ".repeat(2_000)}${STRANGER}`,
    ]
    for (const list of spoofed)
      expect((await ask(app, PROXY, { "x-forwarded-for": list })).status, list.slice(0, 80)).toBe(429)
    expect((await ask(app, PROXY, { "x-forwarded-for": "203.0.113.67" })).status).toBe(303)
    expect((await ask(app, PROXY, { "x-forwarded-for": `${STRANGER}, 203.0.113.68` })).status).toBe(303)
  })

  it("RAT-4 P9 is the peer's where the peer is a stranger who writes like a proxy", async () => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/8"] })
    await spend(app, STRANGER, { "x-forwarded-for": "192.0.2.1" })
    for (const list of ["192.0.2.2", "10.0.0.1", `${PROXY}, 10.0.0.2`]) {
      expect((await ask(app, STRANGER, { "x-forwarded-for": list })).status, list).toBe(429)
    }
  })

  it("RAT-4 P9 is the proxy's own where the proxy wrote what can't be read", async () => {
    const app = ownApp({ trustedProxies: ["10.0.0.0/8"] })
    await spend(app, PROXY)
    for (const list of [
      "",
      "unknown",
      "_hidden",
      "1.2.3",
      "0x7f.1",
      "192.0.2.1, ",
      "192.0.2.1;192.0.2.2",
      "999.1.1.1",
      "[::1",
      "a".repeat(5_000),
    ]) {
      expect((await ask(app, PROXY, { "x-forwarded-for": list })).status, list.slice(0, 80)).toBe(429)
    }
  })

  it("RAT-4 P9 is found by the server in the same way, over a real socket", async () => {
    const server = await ownServer()
    const statuses: number[] = []
    for (let index = 0; index < 8; index++) {
      const headers = Object.fromEntries(ADDRESS_HEADERS.map((header) => [header, `192.0.2.${index}`]))
      statuses.push((await server.browser(headers).post("/auth/sign-in", { email: `ada${index}@example.com` })).status)
    }
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429, 429, 429])
  })
})

describe("IPv6", () => {
  it("RAT-3 P9 counts a household's /64 as one client, and the next /64 as another", async () => {
    const app = ownApp()
    const statuses: number[] = []
    for (let index = 0; index < 50; index++)
      statuses.push((await ask(app, `2001:db8:1:2:${(index * 1_299_709).toString(16).slice(0, 4)}::${index}`)).status)
    expect(statuses).toEqual([...Array(5).fill(303), ...Array(45).fill(429)])
    expect((await ask(app, "2001:db8:1:3::1")).status).toBe(303)
  })

  it("RAT-3 P9 counts 10 000 addresses of a /64 by one key, and each /64 by its own", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16))
    const prefix = fc
      .array(group, { minLength: 4, maxLength: 4 })
      .filter((groups) => groups.some((text) => text !== "0"))
    const suffix = fc.array(group, { minLength: 4, maxLength: 4 })
    const [network = []] = fc.sample(prefix, { numRuns: 1, seed: 1 })
    const keys = fc
      .sample(suffix, { numRuns: 10_000, seed: 2 })
      .map((groups) => limitSubject([...network, ...groups].join(":")))
    expect(new Set(keys).size).toBe(1)
    fc.assert(
      fc.property(prefix, prefix, suffix, (one, other, groups) => {
        const [first, second] = [one, other].map((start) => limitSubject([...start, ...groups].join(":")))
        expect(first === second).toBe(one.join() === other.join())
      }),
    )
  })

  it("RAT-3 P9 counts every spelling of an address as one client", async () => {
    const app = ownApp()
    await spend(app, "2001:db8::1")
    for (const ip of [
      "2001:DB8::1",
      "2001:0db8:0000:0000:0000:0000:0000:0001",
      "2001:db8:0:0::1",
      "2001:db8::1%eth0",
      "2001:db8::1.2.3.4",
      "2001:db8::ffff:ffff",
    ]) {
      expect((await ask(app, ip)).status, ip).toBe(429)
    }
  })

  it("RAT-3 P9 counts an IPv4 address that was mapped into IPv6 as the IPv4 address, and not all of them as one", async () => {
    const app = ownApp()
    await spend(app, "1.2.3.4")
    for (const ip of [
      "::ffff:1.2.3.4",
      "::FFFF:1.2.3.4",
      "::ffff:102:304",
      "0:0:0:0:0:ffff:1.2.3.4",
      "0000:0000:0000:0000:0000:FFFF:0102:0304",
    ]) {
      expect((await ask(app, ip)).status, ip).toBe(429)
    }
    expect((await ask(app, "::ffff:1.2.3.5")).status).toBe(303)
  })
})

const VARIANTS = [
  ..."//auth/sign-in /auth//sign-in ///auth///sign-in /auth/sign-in/ /auth/sign-in// /auth/./sign-in /./auth/sign-in".split(
    " ",
  ),
  ..."/auth/../auth/sign-in /x/../auth/sign-in /auth/x/../sign-in /auth/sign-in/. /auth/sign-in/..".split(" "),
  ..."/AUTH/SIGN-IN /Auth/Sign-In /auth/SIGN-IN /auth/sign-In".split(" "),
  ..."/auth/%73ign-in /auth/sign%2din /auth/sign%2Din /%61uth/sign-in /auth%2fsign-in /auth%2Fsign-in /auth/sign-in%2f".split(
    " ",
  ),
  ..."/auth/%2e/sign-in /auth/%2e%2e/auth/sign-in /%2e/auth/sign-in /auth/sign-in/%2e /auth/%252e/sign-in /auth/%2573ign-in".split(
    " ",
  ),
  ..."/auth/sign-in;a=b /auth;a=b/sign-in /auth/sign-in;.css /auth/sign-in;jsessionid=1 /auth/;/sign-in /;/auth/sign-in".split(
    " ",
  ),
  ..."/auth/sign-in%00 /auth/sign-in%20 /auth/sign-in%0a /auth/sign-in%3f /auth/sign-in%23 /auth/sign-in? /auth/sign-in?a=/auth/sign-in".split(
    " ",
  ),
  ..."/auth/sign-in.html /auth/sign-in.json /auth/sign-in.css /auth/sign-in%2ecss /auth/sign-in* /auth/*".split(" "),
  ..."/auth\\sign-in \\auth\\sign-in /auth/sign-in\\ /auth/ſign-in /auth/sıgn-in /auth/sign‐in".split(" "),
]

describe("another spelling of the path", () => {
  it("RAT-5 P9 doesn't get past a limit that is spent", async () => {
    const app = ownApp()
    await spend(app, STRANGER)
    await untilIdle(app)
    const before = (await app.events()).length
    for (const path of VARIANTS) {
      const response = await ask(app, STRANGER, {}, `https://login.example.com${path}`)
      expect([404, 405, 429], path).toContain(response.status)
      expect(
        (
          await app
            .browser({ ip: STRANGER })
            .send("PUT", `https://login.example.com${path}`, "email=a%40example.com", {})
        ).status,
        path,
      ).toBeGreaterThan(400)
    }
    expect((await app.events()).length).toBe(before)
    expect(VARIANTS.length).toBeGreaterThanOrEqual(30)
  })

  it("RAT-5 P9 doesn't get past it on the wire either, where nothing tidies it up", async () => {
    const server = await ownServer()
    const database = new DatabaseSync(server.path, { readOnly: true })
    const post = (path: string) =>
      exchange(
        server.port,
        formRequest([`POST ${path} HTTP/1.1`, "Host: login.example.com"], `email=p${nextPerson++}@example.com`),
      )
    for (let index = 0; index < 5; index++) expect((await post("/auth/sign-in")).status).toBe(303)
    const before = countRows(database)["sign_in_requests"]
    expect(before).toBe(5)
    for (const path of VARIANTS)
      expect([400, 404, 405, 429], path).toContain((await post(encodeURI(path).replaceAll("%25", "%"))).status)
    for (const path of [
      "/auth\\sign-in",
      "http://login.example.com//auth/sign-in",
      "http:/auth/sign-in",
      "auth/sign-in",
      "*",
    ]) {
      expect([400, 404, 405, 429], path).toContain((await post(path)).status)
    }
    expect(countRows(database)["sign_in_requests"]).toBe(before)
    database.close()
  })
})
