import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { AuditEvent } from "../../src/index.ts"
import { createTestMailbox } from "../../src/testing.ts"
import { type App, createApp, signIn } from "../app.ts"
import { untilIdle } from "./until-idle.ts"

// No store is asked to keep a NUL or half of a surrogate pair: PostgreSQL would refuse the whole decision. The app of the
// tests throws where one gets through (test/strict-store.ts).
const HOSTILE = [
  ["a\0b", "a\ufffdb"],
  ["\0", "\ufffd"],
  ["\ud800", "\ufffd"],
  ["x\udc00\ud800", "x\ufffd\ufffd"],
  [`'";--\\\0`, `'";--\\\ufffd`],
] as const

let app: App
let heard: AuditEvent[]

beforeEach(() => {
  app = createApp()
  heard = []
  app.store.audit.onCommitted((event) => heard.push(event))
})

afterEach(() => app.close())

describe("text that no store could keep (P13)", () => {
  it.each(HOSTILE)("as the user agent %j is noted as %j", async (text, clean) => {
    await askAs(app, text)
    const events = await app.events()
    expect(events).toMatchObject([
      { type: "link_requested", person: { userAgent: clean } },
      { type: "link_sent", person: { userAgent: clean } },
    ])
    expect(heard).toEqual(events)
  })

  it("is not made where a long user agent is cut", async () => {
    await askAs(app, `${"a".repeat(511)}🎈`)
    expect(await app.events()).toMatchObject(Array(2).fill({ person: { userAgent: `${"a".repeat(511)}\ufffd` } }))
  })

  it.each(HOSTILE)("as the id %j is nobody's", async (text) => {
    const { users, sessions, providers } = app.auth
    expect(await users.find({ userId: text })).toBe(null)
    expect(await users.find({ email: `${text}@example.com` })).toBe(null)
    expect(await users.disable(text)).toBe("unknown_user")
    expect(await users.list({ search: text, after: text })).toEqual({ users: [], next: null })
    expect(await sessions.list(text)).toEqual([])
    expect(await sessions.revoke(text, text)).toBe(false)
    expect(await sessions.revokeAll(text)).toBe(0)
    expect(await providers.record(text, "google")).toBe("unknown_user")
    expect(await providers.list(text)).toEqual([])
  })

  it.each(["%00", "a%00b", "%ed%a0%80"])("as the id %s of a session ends none", async (id) => {
    const { browser } = await signIn(app, "ada@example.com")
    expect((await browser.api("DELETE", `sessions/${id}`)).status).toBe(404)
    expect((await browser.post("/auth/account/sign-out", `session=${id}`)).status).toBeLessThan(500)
    expect((await browser.get("/auth/account")).status).toBe(200)
  })

  it.each(HOSTILE)("in an event of an application, %j is %j", async (text, clean) => {
    const client = { ip: text, userAgent: text }
    await app.auth.audit.record({ type: "shop.note", userId: text, detail: { [text]: text }, client })
    const events = await app.events()
    const person = { address: null, ip: clean, userAgent: clean }
    expect(events).toMatchObject([{ userId: clean, detail: { [clean]: clean }, person }])
    expect(heard).toEqual(events)
  })

  it("as the name of a transport is told clean", async () => {
    const other = createApp({ mail: Object.assign(createTestMailbox(), { name: "mail\0" }) })
    await askAs(other, null)
    expect((await other.events()).at(-1)).toMatchObject({ type: "link_sent", detail: { transport: "mail\ufffd" } })
    await other.close()
  })
})

/** Asks through the door of the mounts, whose headers are any text. */
async function askAs(site: App, userAgent: string | null): Promise<void> {
  const { status } = await site.auth.answer({
    method: "POST",
    target: "/auth/sign-in",
    remoteAddress: "192.0.2.1",
    header: (name) => ({ ...OURS, "user-agent": userAgent })[name] ?? null,
    text: async () => ({ status: "read", text: "email=ada%40example.com" }),
  })
  expect(status).toBe(303)
  await untilIdle(site)
}

const OURS: Record<string, string> = {
  "content-type": "application/x-www-form-urlencoded",
  "sec-fetch-site": "same-origin",
}
