import fc from "fast-check"
import { expect, it } from "vitest"
import { sqlite } from "../../src/sqlite.ts"
import { anyText } from "../any-text.ts"
import { signIn } from "../app.ts"
import { findAnswerFaults } from "./answer-faults.ts"
import { ownApp } from "./own-app.ts"

const PROXY = "10.0.0.7"
const SESSION = "__Host-linklatch_session"

// biome-ignore format: a table
const name = fc.constantFrom(
  "remote-user", "remote-email", "remote-name", "remote-groups", "remote-jwt", "remote_user", "x-remote-user",
  "x-forwarded-user", "authorization", "x-forwarded-for", "x-forwarded-method", "x-forwarded-proto", "x-forwarded-host",
  "x-forwarded-uri", "x-original-method", "x-original-url", "referer", "accept", "sec-fetch-mode", "sec-fetch-dest",
  "x-requested-with", "upgrade", "connection", "range", "if-none-match", "expect", "x-http-method-override",
)
const byte = fc.integer({ min: 1, max: 255 }).filter((code) => code !== 10 && code !== 13)
const latin = fc.string({ unit: byte.map((code) => String.fromCharCode(code)) })
const value = fc.oneof(
  latin,
  fc.constantFrom("admin", "root@example.com", "1", "text/html", "https://", "a".repeat(5_000)),
)
const query = fc.oneof(
  fc.constantFrom(
    "",
    "?",
    "?jwt",
    "?group=admin",
    "?jwt&group=admin",
    "?group[]=admin",
    "?__proto__=1",
    "?%",
    "?jwt=%00",
  ),
  fc
    .array(anyText, { maxLength: 4 })
    .map((parts) => `?${parts.map((text) => encodeURIComponent(text.toWellFormed())).join("&")}`),
)
const isOwn = (text: string | null) => text !== null && /^[ -~]*$/.test(text) && !text.includes("root")

it("OPS-5 P13 no header and no query makes /auth/verify fail, name somebody else, or let anybody in", async () => {
  const app = ownApp({ trustedProxies: [PROXY], adminEmails: ["root@example.com"] })
  const { browser: ada } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
  const user = await app.auth.users.find({ email: "ada@example.com" })
  const nobody = app.browser({ ip: PROXY })
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.dictionary(name, value, { maxKeys: 5 }),
      query,
      async (isSignedIn, headers, asked) => {
        const response = await (isSignedIn ? ada : nobody).get(`/auth/verify${asked}`, headers)
        const remote = [...response.headers].filter(([one]) => one.startsWith("remote-"))
        statuses.add(response.status)
        expect(isSignedIn ? [200, 403] : [302, 303, 401]).toContain(response.status)
        for (const one of ["user", "email", "name", "groups"]) expect(response.headers.has(`remote-${one}`)).toBe(true)
        const isAda = response.status === 200
        expect(response.headers.get("remote-user")).toBe(isAda ? user?.id : "")
        expect(response.headers.get("remote-groups")).toBe("")
        expect(remote.every(([, text]) => isOwn(text))).toBe(true)
        if (!isAda) expect(await findAnswerFaults(response)).toEqual([])
      },
    ),
    { numRuns: 1_000 },
  )
  expect([...statuses].sort()).toEqual([200, 302, 303, 401, 403])
  expect(app.logLines.filter((line) => line.includes("request_failed"))).toEqual([])
})

it("OPS-5 P13 no cookie lets anybody in", async () => {
  const app = ownApp({ trustedProxies: [PROXY] })
  const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
  const good = browser.cookies.get(SESSION) ?? ""
  const spoilt = fc.oneof(
    latin,
    fc
      .nat({ max: good.length - 1 })
      .map((at) => `${good.slice(0, at)}${good[at] === "A" ? "B" : "A"}${good.slice(at + 1)}`),
    fc.nat({ max: good.length - 1 }).map((at) => good.slice(0, at)),
    fc.constantFrom(
      `${good}.`,
      good.toLowerCase(),
      `${good}; ${SESSION}=x`,
      `"${good}"`,
      encodeURIComponent(`${good}%`),
    ),
  )
  const cookieName = fc.constantFrom(SESSION, "linklatch_session", SESSION.toLowerCase(), "__Host-linklatch_flow")
  await fc.assert(
    fc.asyncProperty(cookieName, spoilt, async (one, text) => {
      const response = await app.browser({ ip: PROXY }).get("/auth/verify", { cookie: `${one}=${text}` })
      expect([response.status, response.headers.get("remote-user")]).toEqual([401, ""])
    }),
    { numRuns: 500 },
  )
  expect((await browser.get("/auth/verify")).status).toBe(200)
})

it("OPS-4 P13 lets nobody in while the store is gone, and tells nothing of why", async () => {
  const store = sqlite(":memory:")
  const app = ownApp({ trustedProxies: [PROXY], store })
  const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: PROXY }))
  await store.close()
  const response = await browser.get("/auth/verify?jwt", { accept: "application/json" })
  expect([response.status, response.headers.get("remote-user"), response.headers.get("remote-jwt")]).toEqual([
    503,
    null,
    null,
  ])
  expect(browser.cookies.has(SESSION)).toBe(true)
})
