import { createHash } from "node:crypto"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { systemRandom } from "../../src/core/random.ts"
import { type App, askForMail, createApp, signIn, tokenOf } from "../app.ts"

let app: App
beforeEach(() => {
  app = createApp()
})
afterEach(() => app.close())

const guess = () => systemRandom.bytes(32).toString("base64url")
const sha256 = (text: string) => createHash("sha256").update(text).digest("base64url")

describe("guesses at tokens", () => {
  it("find nothing, are written down, and are cut off after twenty from one client (TOK-6)", async () => {
    await askForMail(app, app.browser(), "ada@example.com")
    const guesser = app.browser()
    const statuses: number[] = []
    for (let count = 0; count < 25; count += 1) {
      statuses.push((await guesser.post("/auth/link", { token: guess() })).status)
    }
    expect(statuses).toEqual([...Array(20).fill(404), ...Array(5).fill(429)])
    const failures = (await app.events()).filter(({ type }) => type === "consume_failed")
    expect(failures.map(({ detail }) => detail)).toEqual(
      Array(20).fill({ by: "magic_link", reason: "unknown", linkId: null }),
    )
  })

  it("find nothing however near they are: a link is looked up by the hash of all of it (TOK-8)", async () => {
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    const token = tokenOf(message)
    const neighbours = [0, 20, 41].map(
      (at) => token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1),
    )
    for (const near of [...neighbours, sha256(token)]) {
      expect((await browser.post("/auth/link", { token: near })).status).toBe(404)
    }
    expect(await app.store.links.inspect(sha256(token) as never)).not.toBeNull()
    expect(await app.store.links.inspect(token as never)).toBeNull()
    expect((await browser.press(message)).status).toBe(303)
  })
})

describe("text that means something in SQL", () => {
  it("is only text, wherever it gets into the store (INP-8)", async () => {
    const sql = "'; drop table users; --"
    const before = await signIn(app, "ada@example.com")
    const email = "o'/**/or'1'='1@example.com"
    const browser = app.browser({ userAgent: sql })
    const next = `/search?q=${encodeURIComponent(sql)}'`
    const message = await askForMail(app, browser, email, next)
    const { status, headers } = await browser.press(message)
    expect([status, headers.get("location")]).toEqual([303, next.replaceAll("'", "%27")])
    expect((await browser.post("/auth/account/sign-out", { session: "' or '1'='1" })).status).toBe(303)
    expect((await app.auth.users.find({ email }))?.email).toBe(email)
    expect((await app.events()).at(-1)?.person).toMatchObject({ address: email, userAgent: sql })
    expect((await before.browser.get("/auth/account")).status).toBe(200)
  })
})

describe("the mail", () => {
  it("goes to the address that is stored, not to the text that was typed (INP-4)", async () => {
    const browser = app.browser()
    await browser.post("/auth/sign-in", { email: "  ADA@BÜCHER.example " })
    const message = await app.mailbox.next("ada@xn--bcher-kva.example")
    await browser.press(message)
    const user = await app.auth.users.find({ email: message.to })
    expect(user?.email).toBe(message.to)
    expect(app.mailbox.messages.map(({ to }) => to)).toEqual(["ada@xn--bcher-kva.example"])
  })
})

describe("the audit log", () => {
  it("holds no secret of a whole sign-in (AUD-10)", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const [message] = app.mailbox.messages
    const cookies = [...browser.cookies.values()].flatMap((value) => [value, ...value.split(".")])
    const secrets = [...cookies, message?.code, message && tokenOf(message)].filter((text) => text !== undefined)
    const events = await app.events()
    expect(events.map(({ type }) => type)).toContain("session_created")
    const detail = JSON.stringify(events.map((event) => event.detail))
    const log = JSON.stringify(events)
    expect(secrets.filter((secret) => (secret.length > 6 ? log : detail).includes(secret))).toEqual([])
  })
})
