import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { en } from "../../src/core/words/en.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type Site, startSite } from "./site.ts"
import { alert, askForMail, heading, matchNumber, press, signIn, wrongNumbers } from "./walk.ts"

let site: Site
let hasty: Site
let chromium: Chromium
beforeAll(async () => {
  const [lasting, short, opened] = await Promise.all([
    startSite(),
    startSite({ env: { LINK_TTL_MINUTES: "0.02" } }),
    openChromium(),
  ])
  site = lasting
  hasty = short
  chromium = opened
})
afterAll(async () => {
  await chromium?.close()
  await Promise.all([site?.stop(), hasty?.stop()])
})

const { link: linkWords, linkProblem, checkMail } = en.pages

describe("a link in another browser", () => {
  it("asks for the number that the first one shows, says when it is wrong, and signs in when it is right", async () => {
    const asking = await chromium.open()
    const other = await chromium.open()
    const { link } = await askForMail(asking, site, "twice@example.com")
    const number = await matchNumber(asking)
    await other.goto(link)
    expect(await heading(other)).toBe(linkWords.matchTitle)
    expect(await other.locator(".facts").innerText()).toMatch(/twice@example\.com[\s\S]*Chrom\w+ on Linux/)
    await typeNumber(other, wrongNumbers(number)[0])
    expect(await alert(other)).toBe(linkWords.matchWrong(2))
    await typeNumber(other, number)
    await other.waitForURL("**/auth/account")
    await asking.waitForURL("**/auth/check-mail?elsewhere")
    expect(await heading(asking)).toBe(en.pages.elsewhere.title)
    await press(asking, en.pages.elsewhere.button)
    await asking.waitForURL("**/auth/check-mail")
  })

  it("works after three wrong numbers only where it was asked for", async () => {
    const asking = await chromium.open()
    const other = await chromium.open({ javaScriptEnabled: false })
    const { link } = await askForMail(asking, site, "guess@example.com")
    const number = await matchNumber(asking)
    await other.goto(link)
    for (const wrong of wrongNumbers(number)) await typeNumber(other, wrong)
    expect(await heading(other)).toBe(linkWords.onlyThereTitle)
    await other.goto(link)
    expect(await heading(other)).toBe(linkWords.onlyThereTitle)
    await asking.goto(link)
    await asking.waitForURL("**/auth/account")
  })

  it("offers a new link there, which signs in there", async () => {
    const asking = await chromium.open()
    const other = await chromium.open()
    const { link } = await askForMail(asking, site, "anew@example.com")
    const number = await matchNumber(asking)
    await other.goto(link)
    for (const wrong of wrongNumbers(number)) await typeNumber(other, wrong)
    await expectNewLinkToWork(other, site, "anew@example.com")
  })
})

describe("a second press", () => {
  it("of a double click lands signed in", async () => {
    const page = await chromium.open({ javaScriptEnabled: false })
    const { link } = await askForMail(page, site, "double@example.com")
    await page.goto(link)
    await page.getByRole("button", { name: linkWords.button }).dblclick()
    await page.waitForURL("**/auth/account")
  })

  it("of an impatient person, with scripts, lands signed in", async () => {
    const page = await chromium.open()
    const other = await chromium.open()
    const { link } = await askForMail(page, site, "impatient@example.com")
    await other.goto(link)
    await other.getByLabel(linkWords.matchLabel).fill(await matchNumber(page))
    await other.getByRole("button", { name: linkWords.button }).dblclick()
    await other.waitForURL("**/auth/account")
  })
})

describe("a link for somebody else than who is signed in", () => {
  it("asks first, and changes nothing for whoever stays", async () => {
    const page = await chromium.open()
    const link = await openAsSomebodyElse(page, "stay@example.com", "go@example.com")
    expect(await heading(page)).toBe(linkWords.switchTitle)
    expect(await page.locator(".lead").innerText()).toMatch(/stay@example\.com[\s\S]*go@example\.com/)
    await page.getByRole("link", { name: linkWords.stay }).click()
    await page.waitForURL("**/auth/account")
    expect(await page.locator(".person").innerText()).toContain("stay@example.com")
    await page.goto(link)
    await press(page, linkWords.switchButton)
    await page.waitForURL("**/auth/account")
    expect(await page.locator(".person").innerText()).toContain("go@example.com")
  })
})

describe("a link that is over says why, and its new one works", () => {
  it("once it was used", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "used@example.com")
    await page.goto(link)
    await page.waitForURL("**/auth/account")
    const other = await chromium.open()
    await other.goto(link)
    expect(await heading(other)).toBe(linkProblem.used.title)
    await expectNewLinkToWork(other, site, "used@example.com")
  })

  it("once a newer one was sent", async () => {
    const page = await chromium.open()
    const older = await askForMail(page, site, "newer@example.com")
    const newer = await askForMail(page, site, "newer@example.com")
    await page.goto(older.link)
    expect(await heading(page)).toBe(linkProblem.superseded.title)
    await page.goto(newer.link)
    await page.waitForURL("**/auth/account")
  })

  it("once its time was over", async () => {
    const page = await chromium.open({ javaScriptEnabled: false })
    const { link } = await askForMail(page, hasty, "late@example.com", "/admin")
    await vi.waitFor(
      async () => {
        await page.goto(link)
        expect(await heading(page)).toBe(linkProblem.expired.title)
      },
      { timeout: 5_000, interval: 100 },
    )
    await press(page, linkProblem.newLink)
    await page.waitForURL("**/auth/check-mail")
    const { link: fresh } = await hasty.message("late@example.com", 2)
    await page.goto(fresh)
    await press(page, linkWords.button)
    await page.waitForURL("**/admin")
  })

  it("when its end was cut off", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "cut@example.com")
    await page.goto(link.slice(0, -3))
    expect(await heading(page)).toBe(linkProblem.unknown.title)
    await page.getByRole("link", { name: linkProblem.toSignIn }).click()
    await page.waitForURL("**/auth/sign-in")
  })
})

describe("asking again", () => {
  it("opens after half a minute, and not before", async () => {
    const page = await chromium.open()
    await page.clock.install()
    const { link } = await askForMail(page, site, "again@example.com")
    const button = page.getByRole("button", { name: checkMail.resend })
    expect(await button.isEnabled()).toBe(false)
    await page.clock.runFor(31_000)
    await page.getByText(checkMail.resendReady).waitFor({ state: "attached" })
    // The page that answers is waited for: to close a window between two pages has taken Chromium more than a minute.
    await Promise.all([page.waitForEvent("load"), button.click()])
    const { link: newer } = await site.message("again@example.com", 2)
    expect(newer).not.toBe(link)
  })
})

async function typeNumber(page: Page, number = ""): Promise<void> {
  await page.getByLabel(linkWords.matchLabel).fill(number)
  await Promise.all([page.waitForEvent("load"), press(page, linkWords.button)])
}

async function openAsSomebodyElse(page: Page, current: string, other: string): Promise<string> {
  await signIn(page, site, current)
  const { link } = await askForMail(page, site, other)
  await page.goto(link)
  return link
}

async function expectNewLinkToWork(page: Page, on: Site, email: string): Promise<void> {
  const before = on.messagesTo(email)
  await press(page, linkProblem.newLink)
  await page.waitForURL("**/auth/check-mail")
  const { link } = await on.message(email, before + 1)
  await page.goto(link)
  await page.waitForURL("**/auth/account")
}
