import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { de } from "../../src/core/words/de.ts"
import { en } from "../../src/core/words/en.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"

let app: App
beforeEach(() => {
  app = createApp()
})
afterEach(() => app.close())

const { checkMail, elsewhere, signIn: signInWords, account } = en.pages
const textOf = async (response: Response) => (await response.text()).replaceAll("&#39;", "'")

describe("a right code that no longer counts", () => {
  it("keeps the person on the page that waits, when a newer message was sent", async () => {
    const browser = app.browser()
    const { code } = await askForMail(app, browser, "ada@example.com", "/reports")
    await askForMail(app, browser, "ada@example.com", "/reports")
    const response = await browser.post("/auth/code", { code })
    expect(response.status).toBe(422)
    const html = await textOf(response)
    for (const part of [checkMail.supersededCode, "ada@example.com", 'name="code"', checkMail.resend, "/reports"])
      expect(html).toContain(part)
  })

  it("keeps the person on the page that waits, when its time is over", async () => {
    const browser = app.browser()
    const { code } = await askForMail(app, browser, "ada@example.com")
    app.clock.advance(10 * 60_000)
    const response = await browser.post("/auth/code", { code })
    expect(response.status).toBe(422)
    expect(await textOf(response)).toContain(checkMail.expiredCode)
  })
})

describe("the page that waits, once the link was pressed in another browser", () => {
  it("says so, and offers to sign in here too, on the same way", async () => {
    const [asking, other] = [app.browser(), app.browser()]
    const message = await askForMail(app, asking, "ada@example.com", "/reports")
    await other.press(message, await asking.matchNumber())
    const over = await asking.get("/auth/check-mail")
    expect([over.status, over.headers.get("location")]).toEqual([303, "/auth/check-mail?elsewhere"])
    const page = await asking.get("/auth/check-mail?elsewhere")
    expect(page.status).toBe(200)
    const html = await textOf(page)
    expect(html).toContain(elsewhere.title)
    expect(html).toMatch(/name="email" value="ada@example.com"><input type="hidden" name="next" value="\/reports">/)
    expect(html).not.toContain("check-mail.js")
    const again = await askForMail(app, asking, "ada@example.com", "/reports")
    expect((await asking.press(again)).headers.get("location")).toBe("/reports")
    expect((await asking.get("/auth/check-mail?elsewhere")).headers.get("location")).toBe("/reports")
  })

  it("says so to whoever types the code that is used up", async () => {
    const [asking, other] = [app.browser(), app.browser()]
    const message = await askForMail(app, asking, "ada@example.com")
    await other.press(message, await asking.matchNumber())
    const response = await asking.post("/auth/code", { code: message.code })
    expect([response.status, response.headers.get("location")]).toEqual([303, "/auth/check-mail"])
  })

  it("waits on while nothing was pressed, whatever its address says", async () => {
    const browser = app.browser()
    await askForMail(app, browser, "ada@example.com")
    expect(await textOf(await browser.get("/auth/check-mail?elsewhere"))).toContain(checkMail.title)
  })
})

describe("what was signed out", () => {
  it("is not said of this browser to whoever is signed in", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    expect(await textOf(await browser.get("/auth/sign-in?signed-out"))).not.toContain(signInWords.signedOut)
    expect(await textOf(await app.browser().get("/auth/sign-in?signed-out"))).toContain(signInWords.signedOut)
  })

  it("is not said of a session that there isn't", async () => {
    const { browser } = await signIn(app, "ada@example.com")
    const session = "0193a1c2-7b1e-7c3d-8f00-000000000001"
    const response = await browser.post("/auth/account/sign-out", { session })
    expect(response.headers.get("location")).toBe("/auth/account")
    expect(await textOf(await browser.get("/auth/account"))).not.toContain(account.signedOutElsewhere)
  })
})

describe("in German", () => {
  it("the account page and the mail name browsers in German", async () => {
    const browser = app.browser()
    const german = { "accept-language": "de" }
    await browser.post("/auth/sign-in", { email: "ada@example.com" }, german)
    const message = await app.mailbox.next("ada@example.com")
    expect(message.text).toContain(`${de.mail.device}: Firefox unter Windows`)
    await browser.press(message)
    expect(await textOf(await browser.get("/auth/account", german))).toContain("Firefox unter Windows")
  })
})
