import { describe, expect, it } from "vitest"
import { routes } from "../../src/http/routes.ts"
import { type App, askForMail, ORIGIN, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { dumpState } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"

const wide = {
  limits: {
    askClient: { max: 1_000, minutes: 15 },
    askAddress: { max: 1_000, minutes: 60 },
    redeemClient: { max: 1_000, minutes: 15 },
  },
}
const changing = routes.filter(({ method, path }) => path.startsWith("/auth/api/") && method !== "GET")
const names = changing.map(({ method, path }) => [method, path] as const)

const SITES = [null, "same-origin", "same-site", "cross-site", "none", "", "SAME-ORIGIN", "same-origin, cross-site"]
const ORIGINS = [
  null,
  ORIGIN,
  "null",
  "https://evil.example",
  "https://app.example.com",
  `${ORIGIN}:8443`,
  `${ORIGIN}/`,
  "",
]
// What a form or a fetch without leave can say of its body, what it can't, and nothing.
const SIMPLE_TYPES = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "text/plain", null]
const TYPES = [...SIMPLE_TYPES, "text/plain; application/json", "application/json", "application/json; charset=utf-8"]

interface Sender {
  readonly site: string | null
  readonly origin: string | null
  readonly type: string | null
}

// The rule once more: a browser marks what it sends, and only our own pages' is taken. What nobody marked is taken if no
// browser could have sent it to another origin without asking first.
function isTaken(method: string, { site, origin, type }: Sender): boolean {
  if (site !== null) return site === "same-origin" && (origin === null || origin === "null" || origin === ORIGIN)
  if (origin !== null) return origin === ORIGIN
  return method === "DELETE" || (type?.startsWith("application/json") ?? false)
}

const senders: readonly Sender[] = SITES.flatMap((site) =>
  ORIGINS.flatMap((origin) => TYPES.map((type) => ({ site, origin, type }))),
)

describe("a call of the API from another site", () => {
  it.each(names)(
    "CSR-2 CSR-3 P10 %s %s is refused in every mixture of headers, and changes nothing",
    async (method, route) => {
      const { path, call } = await siteWithEverything()
      const before = dumpState(path)
      for (const sender of senders.filter((one) => !isTaken(method, one))) {
        const response = await call(method, route, sender)
        const { code } = await response.json()
        expect([response.status, code, response.headers.getSetCookie()], JSON.stringify(sender)).toEqual([
          403,
          "cross_origin",
          [],
        ])
      }
      expect(dumpState(path)).toEqual(before)
    },
  )

  it.each(names)(
    "CSR-2 P10 %s %s is told from our own, and from a program that is no browser",
    async (method, route) => {
      const taken = senders.filter((one) => isTaken(method, one))
      // Ours: three ways that browsers mark it, and the old one, with any type. A program: JSON, or DELETE.
      expect(taken.length).toBe(4 * TYPES.length + (method === "DELETE" ? TYPES.length : 2))
      const app = ownApp(wide)
      for (const [nth, sender] of taken.entries()) {
        const call = await personWithEverything(app, `ada${nth}@example.com`)
        expect((await call(method, route, sender)).status, JSON.stringify(sender)).not.toBe(403)
      }
    },
  )

  it("CSR-5 P10 gets no leave by a preflight, and nothing to read", async () => {
    const { browser } = await siteWithEverything()
    for (const origin of ["https://evil.example", "https://app.example.com", "null", ORIGIN]) {
      for (const [method, route] of [...names, ["GET", "/auth/api/session"] as const]) {
        const asked = {
          origin,
          "access-control-request-method": method,
          "access-control-request-headers": "content-type",
        }
        const answers = [
          await browser.send("OPTIONS", route.replace(":id", "x"), undefined, asked),
          await browser.send("GET", route.replace(":id", "x"), undefined, { origin, "sec-fetch-site": "cross-site" }),
        ]
        expect(answers[0]?.status).toBe(405)
        for (const { headers } of answers) {
          expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([])
          expect(headers.get("cross-origin-resource-policy")).toBe("same-origin")
        }
      }
    }
  })

  it("CSR-4 P10 can't sign a victim in as somebody else, with the link or with the code", async () => {
    const app = ownApp(wide)
    const eve = app.browser()
    const message = await askForMail(app, eve, "eve@example.com")
    const { browser: victim } = await signIn(app, "ada@example.com")
    const foreign = { "sec-fetch-site": "cross-site", origin: "https://evil.example" }
    const calls = [
      await victim.api("POST", "link", { token: tokenOf(message) }, foreign),
      await victim.api("POST", "code", { code: message.code }, foreign),
      // Even from our own page: the link asks for the number of the browser that asked, the code for its flow.
      await victim.api("POST", "link", { token: tokenOf(message) }),
      await victim.api("POST", "code", { code: message.code }),
    ]
    expect(calls.map(({ status }) => status >= 400 && status < 500)).toEqual([true, true, true, true])
    expect((await (await victim.api("GET", "session")).json()).user.email).toBe("ada@example.com")
  })
})

type Call = (method: string, route: string, sender: Sender) => Promise<Response>

/** Somebody with everything, at a site of their own, on a database that can be looked into. */
async function siteWithEverything(): Promise<{ path: string; browser: Browser; call: Call }> {
  const path = await ownFile()
  const app = ownApp({ ...wide, path })
  const browser = app.browser()
  return { path, browser, call: await personWithEverything(app, "ada@example.com", browser) }
}

/** Somebody who is signed in, with another session to end and mail to redeem, and calls from there. */
async function personWithEverything(app: App, email: string, browser = app.browser()): Promise<Call> {
  await signIn(app, email, browser)
  await signIn(app, email)
  const message = await askForMail(app, browser, email)
  const { sessions } = await (await browser.api("GET", "sessions")).json()
  const bodies: Readonly<Record<string, object>> = {
    "/auth/api/sign-in": { email: "bob@example.com" },
    "/auth/api/link": { token: tokenOf(message) },
    "/auth/api/code": { code: message.code },
  }
  return (method, route, { site, origin, type }) => {
    const headers = { ...given({ "sec-fetch-site": site, origin, "content-type": type }), accept: "*/*" }
    const body = method === "POST" ? JSON.stringify(bodies[route] ?? {}) : undefined
    return browser.send(method, route.replace(":id", sessions[0].id), body, headers)
  }
}

function given(headers: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== null))
}
