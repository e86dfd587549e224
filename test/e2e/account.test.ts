import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { en } from "../../src/core/words/en.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type Site, startSite } from "./site.ts"
import { press, signIn } from "./walk.ts"

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

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
const { account, signIn: signInWords } = en.pages

describe("the account page", () => {
  it("lists the person's browsers, and signs another one out at once", async () => {
    const here = await chromium.open()
    const phone = await chromium.open({ userAgent: PHONE })
    await signIn(phone, site, "both@example.com")
    await signIn(here, site, "both@example.com")
    expect(await here.locator("main section:first-of-type .row-title").allInnerTexts()).toEqual([
      expect.stringMatching(/^Chrom\w+ on Linux\s*This browser$/),
      expect.stringMatching(/^Safari on iOS$/),
    ])
    await here.getByRole("button", { name: account.signOutOf("Safari on iOS") }).click()
    await here.getByText(account.signedOutElsewhere).waitFor()
    expect(await here.locator("main section:first-of-type .row").count()).toBe(1)
    await phone.reload()
    await phone.waitForURL("**/auth/sign-in?next=%2Fauth%2Faccount")
  })

  it("signs out everywhere at once", async () => {
    const here = await chromium.open()
    const phone = await chromium.open({ userAgent: PHONE })
    await signIn(phone, site, "every@example.com")
    await signIn(here, site, "every@example.com")
    await press(here, account.signOutEverywhere)
    await here.waitForURL("**/auth/sign-in?signed-out")
    expect(await here.getByRole("status").innerText()).toBe(signInWords.signedOut)
    await phone.reload()
    await phone.waitForURL("**/auth/sign-in?next=%2Fauth%2Faccount")
  })

  it("counts the ways in", async () => {
    const page = await chromium.open()
    await signIn(page, site, "ways@example.com")
    await signIn(page, site, "ways@example.com")
    const ways = await page.locator("main section:last-of-type .row-title").allInnerTexts()
    expect(ways).toEqual([
      expect.stringMatching(new RegExp(`^${account.providerNames["magic_link"]}\\s*${account.uses(2)}$`)),
    ])
  })
})
