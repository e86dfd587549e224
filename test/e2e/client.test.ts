import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type Application, startApplication } from "./application.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type OtherSite, openOtherSite } from "./other-site.ts"

let application: Application
let other: OtherSite
let chromium: Chromium
beforeAll(async () => {
  application = await startApplication()
  other = await openOtherSite()
  chromium = await openChromium()
})
afterAll(async () => {
  await chromium?.close()
  await other?.close()
  await application?.close()
})

const who = (page: Page, text: string) => page.locator("#who", { hasText: text }).waitFor()
const button = (page: Page, name: string) => page.getByRole("button", { name }).click()

/** Asks on the application's own page, and waits until it shows the number. */
async function ask(page: Page, email: string): Promise<string> {
  await page.goto(`${application.origin}/`)
  await page.getByLabel("Email").fill(email)
  await button(page, "Send me a link")
  return page.locator("#number", { hasText: /^[1-9][0-9]$/ }).innerText()
}

describe("an application's own page, by the client alone", () => {
  it("signs in with the code of the mail, knows who it is after a reload, and signs out", async () => {
    const page = await chromium.open()
    await ask(page, "ada.lovelace@example.com")
    const { code } = await application.message("ada.lovelace@example.com")
    await page.getByLabel("Code").fill(code === "000000" ? "000001" : "000000")
    await button(page, "Go on")
    await page.getByText("wrong_code: That is not the code. 4 tries left.").waitFor()
    await page.getByLabel("Code").fill(`${code.slice(0, 3)} ${code.slice(3)}`)
    await button(page, "Go on")
    await who(page, "Hello, Ada Lovelace")
    await page.reload()
    await who(page, "Hello, Ada Lovelace")
    expect(await page.evaluate(() => document.cookie), "no script can read a cookie of ours").toBe("")
    await button(page, "Leave")
    await who(page, "Hello, stranger")
    expect((await page.context().cookies()).map(({ name }) => name)).not.toContain("linklatch_session")
  })

  it("is signed in once the link was pressed in another tab", async () => {
    const page = await chromium.open()
    await ask(page, "tabs@example.com")
    const tab = await page.context().newPage()
    await tab.goto((await application.message("tabs@example.com")).link)
    await tab.waitForURL(`${application.origin}/?after`)
    await who(tab, "Hello, Tabs")
    await page.bringToFront()
    await page.evaluate(() => dispatchEvent(new Event("focus")))
    await who(page, "Hello, Tabs")
  })

  it("shows the number that the link asks for in another browser", async () => {
    const page = await chromium.open()
    const number = await ask(page, "phone@example.com")
    const phone = await chromium.open()
    await phone.goto((await application.message("phone@example.com")).link)
    await phone.locator("input[name=match]").fill(number)
    await phone.locator("main button").first().click()
    await who(phone, "Hello, Phone")
    await page.evaluate(() => dispatchEvent(new Event("focus")))
    await who(page, "Hello, stranger")
  })
})

describe("a script of another site", () => {
  it("can neither call the API nor read what it answers, in any way that a browser has (CSR-3, CSR-5)", async () => {
    const page = await chromium.open({ expectedFaults: /CORS|ERR_FAILED|Failed to load resource/ })
    await ask(page, "victim@example.com")
    await page.getByLabel("Code").fill((await application.message("victim@example.com")).code)
    await button(page, "Go on")
    await who(page, "Hello, Victim")
    // A neighbour's port is the same site: it has the cookies, and only the guard stops it.
    for (const from of [other.foreign, other.neighbour]) {
      other.serve("<title>Other</title>")
      await page.goto(`${from}/`)
      const before = application.refused.length
      expect(await page.evaluate(attack, `${application.origin}/auth/api/`)).toEqual([])
      // What needs no leave comes through to the guard: three fetches and a beacon that ask, two and a beacon that sign out.
      await vi.waitFor(() => expect(application.refused.slice(before).length).toBe(7))
    }
    expect(application.messagesTo("mallory@example.com")).toBe(0)
    await page.goto(`${application.origin}/`)
    await who(page, "Hello, Victim")
  })
})

/** Runs in the browser. Returns what it could read. */
async function attack(api: string): Promise<string[]> {
  const body = '{"email":"mallory@example.com"}'
  const json = { "content-type": "application/json" }
  const tries: [path: string, init: RequestInit][] = [
    ["sign-in", { method: "POST", body }],
    ["sign-in", { method: "POST", body, headers: json }],
    ["sign-in", { method: "POST", body, mode: "no-cors" }],
    ["sign-in", { method: "POST", body: new Blob([body], { type: "application/json" }), mode: "no-cors" }],
    ["sign-out", { method: "POST" }],
    ["sign-out", { method: "POST", mode: "no-cors" }],
    ["sign-out", { method: "POST", body: "{}", headers: json }],
    ["sessions", { method: "DELETE" }],
    ["session", {}],
    ["session", { mode: "no-cors" }],
    ["sessions", {}],
  ]
  const read: string[] = []
  for (const [path, init] of tries) {
    const text = await fetch(api + path, { credentials: "include", ...init }).then(
      (response) => response.text(),
      () => "",
    )
    if (text !== "") read.push(`${path}: ${text}`)
  }
  navigator.sendBeacon(`${api}sign-in`, new Blob([body], { type: "application/json" }))
  navigator.sendBeacon(`${api}sign-in`, body)
  navigator.sendBeacon(`${api}sign-out`)
  return read
}
