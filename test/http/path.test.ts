import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type App, askForMail, createApp, signIn } from "../app.ts"

let app: App
beforeEach(() => {
  app = createApp({ adminEmails: ["ada@example.com"] })
})
afterEach(() => app.close())

describe("the path from asking to signing out", () => {
  it("signs in with the link, in the browser that asked, and leads where the person was going", async () => {
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com", "/admin")
    const response = await browser.press(message)
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/admin")
    expect(await (await browser.get("/admin")).text()).toContain("Welcome, Ada")
  })

  it("signs in with the code", async () => {
    const browser = app.browser()
    const message = await askForMail(app, browser, "bob@example.com")
    const response = await browser.post("/auth/code", { code: message.code })
    expect(response.headers.get("location")).toBe("/auth/account")
    const [way] = await app.auth.providers.list((await app.auth.users.find({ email: "bob@example.com" }))?.id ?? "")
    expect(way).toMatchObject({ provider: "email_code", uses: 1 })
  })

  it("lands a second press in the same browser signed in", async () => {
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    await browser.press(message)
    const again = await browser.press(message)
    expect(again.status).toBe(303)
    const landed = await browser.get(again.headers.get("location") ?? "")
    expect(landed.headers.get("location")).toBe("/auth/account")
  })

  it("leads the waiting page on once the link was pressed in the same browser", async () => {
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com", "/admin")
    expect((await browser.get("/auth/check-mail")).status).toBe(200)
    await browser.press(message)
    expect((await browser.get("/auth/check-mail")).headers.get("location")).toBe("/admin")
  })

  it("signs in in another browser with the match number of the first", async () => {
    const asking = app.browser()
    const other = app.browser()
    const message = await askForMail(app, asking, "ada@example.com")
    expect((await other.press(message)).status).toBe(403)
    expect((await other.press(message, await asking.matchNumber())).status).toBe(303)
    expect((await other.get("/auth/account")).status).toBe(200)
    expect((await asking.get("/auth/account")).status).toBe(303)
  })

  it("signs out at once, and keeps the row of the session", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const stolen = new Map(browser.cookies)
    const response = await browser.post("/auth/sign-out")
    expect(response.headers.get("clear-site-data")).toBe('"cache", "storage"')
    for (const [name, value] of stolen) browser.cookies.set(name, value)
    expect((await browser.get("/auth/account")).status).toBe(303)
    expect((await app.events()).at(-1)).toMatchObject({ type: "session_revoked", detail: { reason: "signed_out" } })
  })
})
