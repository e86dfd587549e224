import axe from "axe-core"
import type { Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { en } from "../../src/core/words/en.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type Site, startSite } from "./site.ts"
import { alert, ask, askForMail, heading, matchNumber, press, signIn, wrongNumbers } from "./walk.ts"

let site: Site
let strict: Site
let chromium: Chromium
beforeAll(async () => {
  const env = { LINK_TTL_MINUTES: "0.02", LIMIT_ASK_CLIENT: "2/15m" }
  const [lasting, short, opened] = await Promise.all([startSite(), startSite({ env }), openChromium()])
  site = lasting
  strict = short
  chromium = opened
})
afterAll(async () => {
  await chromium?.close()
  await Promise.all([site?.stop(), strict?.stop()])
})

const { signIn: signInWords, checkMail, link: linkWords, linkProblem, account, admin, signOut, problem } = en.pages
const SIGN_IN = signInWords.title("Fernweh")

describe("axe finds nothing and nothing scrolls sideways, at 320 and 1200 px, light and dark", () => {
  it("where one signs in and out", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/auth/sign-in`)
    await look(page, SIGN_IN)
    await press(page, signInWords.button)
    expect(await alert(page)).toBe(signInWords.empty)
    await look(page, SIGN_IN)
    await signIn(page, site, "ada@example.com")
    await page.goto(`${site.origin}/auth/sign-in`)
    await look(page, SIGN_IN)
    await page.goto(`${site.origin}/auth/sign-out`)
    await look(page, signOut.title)
    await press(page, signOut.button)
    await page.getByText(signInWords.signedOut).waitFor()
    await look(page, SIGN_IN)
    await page.goto(`${site.origin}/auth/sign-out`)
    await look(page, signOut.nobodyTitle)
  })

  it("where one waits for the mail", async () => {
    const page = await chromium.open()
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

  it("where a link leads", async () => {
    const page = await chromium.open()
    // Or it would send itself before anybody could look.
    await page.route("**/link.js?*", (route) => route.fulfill({ contentType: "text/javascript", body: "" }))
    const { link } = await askForMail(page, site, "seen@example.com")
    const number = await matchNumber(page)
    await page.goto(link)
    await look(page, linkWords.title("Fernweh"))
    const other = await chromium.open()
    await other.goto(link)
    await look(other, linkWords.matchTitle)
    for (const wrong of wrongNumbers(number)) {
      await other.getByLabel(linkWords.matchLabel).fill(wrong)
      await Promise.all([other.waitForEvent("load"), press(other, linkWords.button)])
    }
    await look(other, linkWords.onlyThereTitle)
    await press(page, linkWords.button)
    await page.waitForURL("**/auth/account")
    await page.goto((await askForMail(page, site, "other@example.com")).link)
    await look(page, linkWords.switchTitle)
  })

  it("where a match number was wrong", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "wrong@example.com")
    const other = await chromium.open()
    await signIn(other, site, "somebody@example.com")
    await other.goto(link)
    await other.getByLabel(linkWords.matchLabel).fill(wrongNumbers(await matchNumber(page))[0] ?? "")
    await press(other, linkWords.button)
    await other.getByRole("alert").waitFor()
    await look(other, linkWords.matchTitle)
  })

  it("where a link is over", async () => {
    const page = await chromium.open()
    const older = await askForMail(page, site, "over@example.com")
    const { link } = await askForMail(page, site, "over@example.com")
    await page.goto(older.link)
    await look(page, linkProblem.superseded.title)
    await page.goto(link.slice(0, -1))
    await look(page, linkProblem.unknown.title)
    await page.goto(link)
    await page.waitForURL("**/auth/account")
    await page.context().clearCookies()
    await page.goto(link)
    await look(page, linkProblem.used.title)
    // In another browser, as in the one that asked it would sign in while it can.
    const late = await askForMail(await chromium.open(), strict, "late@example.com")
    const expired = async () => {
      await page.goto(late.link)
      expect(await heading(page)).toBe(linkProblem.expired.title)
    }
    await vi.waitFor(expired, { timeout: 5_000, interval: 100 })
    await look(page, linkProblem.expired.title)
  })

  it("where one is signed in", async () => {
    const page = await chromium.open()
    await signIn(await chromium.open(), site, "ada@example.com")
    await signIn(page, site, "ada@example.com")
    await look(page, account.title)
    await page.getByRole("button", { name: account.signOut }).nth(1).click()
    await page.getByText(account.signedOutElsewhere).waitFor()
    await look(page, account.title)
    await page.goto(`${site.origin}/admin`)
    await look(page, admin.title("Ada"))
  })

  it("where something is wrong", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/no-such-page`)
    await look(page, problem.not_found.title)
    await signIn(page, site, "eve@example.com")
    await page.goto(`${site.origin}/admin`)
    await look(page, problem.forbidden.title)
    for (let times = 0; times < 3; times += 1) {
      await page.goto(`${strict.origin}/auth/sign-in`)
      await page.getByLabel(signInWords.emailLabel).fill("often@example.com")
      await Promise.all([page.waitForEvent("load"), press(page, signInWords.button)])
    }
    await look(page, problem.rate_limited.title)
  })
})

async function look(page: Page, title: string): Promise<void> {
  expect(await heading(page)).toBe(title)
  await expectNoFaults(page, { width: 320, colorScheme: "light" })
  await expectNoFaults(page, { width: 1200, colorScheme: "light" })
  // The colours are all that differs, and they are the same at every width.
  await expectNoFaults(page, { width: 320, colorScheme: "dark" }, ["color-contrast", "link-in-text-block"])
}

async function expectNoFaults(page: Page, view: { width: number; colorScheme: "light" | "dark" }, rules?: string[]) {
  await page.setViewportSize({ width: view.width, height: 800 })
  await page.emulateMedia({ colorScheme: view.colorScheme })
  const faults = await askAxe(page, rules)
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (overflow > 0) faults.push(`${overflow} px too wide`)
  expect(faults, `${page.url()} at ${view.width} px, ${view.colorScheme}`).toEqual([])
}

async function askAxe(page: Page, rules?: string[]): Promise<string[]> {
  // To read it takes longer than all that is asked of it, and it stays until the page is left.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source)
  const options: axe.RunOptions = { resultTypes: ["violations"], ...(rules && { runOnly: rules }) }
  const { violations } = await page.evaluate((asked) => {
    return (window as unknown as { axe: typeof axe }).axe.run(document, asked)
  }, options)
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`)
}
