import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Chromium, openChromium } from "./chromium.ts"
import { fetchAsScanner, pressEverything } from "./scanner.ts"
import { type Site, startSite } from "./site.ts"
import { askForMail, matchNumber, wrongNumbers } from "./walk.ts"

let site: Site
let chromium: Chromium
beforeAll(async () => {
  site = await startSite()
  chromium = await openChromium()
})
afterAll(async () => {
  await chromium?.close()
  await site?.stop()
})

describe("a link that a mail scanner had first (TOK-13, P2)", () => {
  it("still signs in after a hundred fetches, with methods and headers of every sort", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "fetched@example.com")
    await fetchAsScanner(link, 17)
    await page.goto(link)
    await page.waitForURL("**/auth/account")
  })

  it.each([
    ["with JavaScript", true],
    ["without", false],
  ])(
    "still signs in after a browser that pressed every button of it and sent every form, %s",
    async (_how, javaScriptEnabled) => {
      const page = await chromium.open()
      const person = `pressed-${javaScriptEnabled}@example.com`
      const { link } = await askForMail(page, site, person)
      const [one = "", another = ""] = wrongNumbers(await matchNumber(page))
      const scanner = await chromium.open({ javaScriptEnabled })
      // A button and a form, once with each text.
      expect(await pressEverything(scanner, link, ["", "scanner@example.com", one, another])).toBeGreaterThanOrEqual(8)
      await scanner.goto(`${site.origin}/auth/account`)
      await scanner.waitForURL("**/auth/sign-in?next=%2Fauth%2Faccount")
      await page.goto(link)
      await page.waitForURL("**/auth/account")
    },
  )

  it("still opens in a third browser with the number", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "third@example.com")
    await pressEverything(await chromium.open(), link, [""])
    const third = await chromium.open()
    await third.goto(link)
    await third.locator("#match").fill(await matchNumber(page))
    await third.keyboard.press("Enter")
    await third.waitForURL("**/auth/account")
  })
})
