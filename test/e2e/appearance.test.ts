import { AxeBuilder } from "@axe-core/playwright"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { en } from "../../src/core/words/en.ts"
import { linklatch } from "../../src/index.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type Site, startSite } from "./site.ts"
import { alert, ask, askForMail, heading, matchNumber, press, signIn, wrongNumbers } from "./walk.ts"

let site: Site
let hasty: Site
let chromium: Chromium
beforeAll(async () => {
  const few = { LINK_TTL_MINUTES: "0.02", LIMIT_ASK_CLIENT: "1/15m" }
  const [lasting, short, opened] = await Promise.all([startSite(), startSite({ env: few }), openChromium()])
  site = lasting
  hasty = short
  chromium = opened
})
afterAll(async () => {
  await chromium?.close()
  await Promise.all([site?.stop(), hasty?.stop()])
})

const { signIn: signInWords, checkMail, link: linkWords, linkProblem, account, admin, signOut, problem } = en.pages

describe("every page is right for everybody: axe, 320 px and 1200 px, light and dark, no complaint in the console", () => {
  it("signing in", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/auth/sign-in`)
    await look(page, signInWords.title("Fernweh"))
    await press(page, signInWords.button)
    expect(await alert(page)).toBe(signInWords.empty)
    await look(page, signInWords.title("Fernweh"))
    await signIn(page, site, "ada@example.com")
    await page.goto(`${site.origin}/auth/sign-in`)
    await look(page, signInWords.title("Fernweh"))
    await page.goto(`${site.origin}/admin`)
    await look(page, admin.title("Ada"))
    await page.goto(`${site.origin}/auth/sign-out`)
    await look(page, signOut.title)
    await press(page, signOut.button)
    await page.getByText(signInWords.signedOut).waitFor()
    await look(page, signInWords.title("Fernweh"))
    await page.goto(`${site.origin}/auth/sign-out`)
    await look(page, signOut.nobodyTitle)
  })

  it("waiting for the mail", async () => {
    const page = await chromium.open()
    // Its script goes on its way when it is told six digits; here it is looked at with none.
    await ask(page, site, "a-rather-long-address-for-a-narrow-page@subdomain.example.com")
    await look(page, checkMail.title)
    for (const left of [4, 3, 2, 1]) {
      await page.getByLabel(checkMail.codeLabel).fill("000000")
      await page.getByText(checkMail.wrongCode(left)).waitFor()
      if (left === 4) await look(page, checkMail.title)
    }
    await page.getByLabel(checkMail.codeLabel).fill("000000")
    await page.getByText(checkMail.codeSpent).waitFor()
    await look(page, checkMail.title)
  })

  it("a link", async () => {
    const page = await chromium.open()
    const other = await chromium.open()
    await page.route("**/link.js?*", (route) => route.fulfill({ contentType: "text/javascript", body: "" }))
    const { link } = await askForMail(page, site, "seen@example.com")
    const number = await matchNumber(page)
    await page.goto(link)
    await look(page, linkWords.title("Fernweh"))
    await other.goto(link)
    await look(other, linkWords.matchTitle)
    for (const [index, wrong] of wrongNumbers(number).entries()) {
      await other.getByLabel(linkWords.matchLabel).fill(wrong)
      await Promise.all([other.waitForEvent("load"), press(other, linkWords.button)])
      if (index === 0) await look(other, linkWords.matchTitle)
    }
    await look(other, linkWords.onlyThereTitle)
    await press(page, linkWords.button)
    await page.waitForURL("**/auth/account")
    await page.goto((await askForMail(page, site, "other@example.com")).link)
    await look(page, linkWords.switchTitle)
  })

  it("a link that is over", async () => {
    const page = await chromium.open()
    const older = await askForMail(page, site, "over@example.com")
    const { link } = await askForMail(page, site, "over@example.com")
    const disabled = await askForMail(await chromium.open(), site, "over@example.com")
    await page.goto(older.link)
    await look(page, linkProblem.superseded.title)
    await page.goto(link.slice(0, -1))
    await look(page, linkProblem.unknown.title)
    await page.goto(link)
    await page.waitForURL("**/auth/account")
    await page.context().clearCookies()
    await page.goto(link)
    await look(page, linkProblem.used.title)
    expect(disabled.link).not.toBe(link)
  })
})

async function look(page: Page, title: string): Promise<void> {
  expect(await heading(page)).toBe(title)
  for (const width of [320, 1200]) {
    await page.setViewportSize({ width, height: 800 })
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme })
      const t = performance.now()
      const { violations } = await new AxeBuilder({ page }).analyze()
      console.log(title, width, colorScheme, Math.round(performance.now() - t))
      const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)
      expect(faults, `${title}, ${width} px, ${colorScheme}`).toEqual([])
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), title).toBeLessThanOrEqual(0)
  }
}
