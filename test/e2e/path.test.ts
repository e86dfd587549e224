import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { de } from "../../src/core/words/de.ts"
import { en } from "../../src/core/words/en.ts"
import { type Chromium, openChromium } from "./chromium.ts"
import { type Site, startSite } from "./site.ts"
import { alert, ask, askForMail, heading, press, signIn } from "./walk.ts"

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

const { signIn: signInWords, checkMail, account, admin, signOut, problem, link: linkWords } = en.pages

describe("the path in one browser", () => {
  it("goes from the typed address over the mail to the account, and the page that waits goes on by itself", async () => {
    const waiting = await chromium.open()
    await ask(waiting, site, "Grace.Hopper@example.com")
    expect(await heading(waiting)).toBe(checkMail.title)
    const message = await site.message("grace.hopper@example.com")
    expect(message.subject).toBe(en.mail.subject("Fernweh"))
    expect(message.html).toContain(message.link)
    const page = await waiting.context().newPage()
    await page.goto(message.link)
    await page.waitForURL("**/auth/account")
    expect(await page.locator(".person").innerText()).toContain("grace.hopper@example.com")
    await waiting.waitForURL("**/auth/account")
  })

  it.each([
    ["that loads anew", false],
    ["that keeps pages", true],
  ])("signs out, and the Back button of a browser %s brings nothing private back", async (_which, keepsPages) => {
    const another = await openChromium({ keepsPages })
    onTestFinished(() => another.close())
    const page = await another.open()
    await signIn(page, site, "private@example.com")
    await page.getByRole("button", { name: /^Sign out of Chrom/ }).click()
    await page.waitForURL("**/auth/sign-in?signed-out")
    expect(await page.getByRole("status").innerText()).toBe(signInWords.signedOut)
    await page.evaluate(() => void setTimeout(() => history.back()))
    await page.waitForURL("**/auth/sign-in?next=%2Fauth%2Faccount")
    expect(await page.content()).not.toContain("private@example.com")
  })

  it("asks before it signs out by address", async () => {
    const page = await chromium.open()
    await signIn(page, site, "asked@example.com")
    await page.goto(`${site.origin}/auth/sign-out`)
    await page.getByRole("link", { name: signOut.stay }).click()
    await page.waitForURL("**/auth/account")
    await page.goto(`${site.origin}/auth/sign-out`)
    await press(page, signOut.button)
    await page.waitForURL("**/auth/sign-in?signed-out")
    await page.goto(`${site.origin}/auth/sign-out`)
    expect(await heading(page)).toBe(signOut.nobodyTitle)
  })

  it("lands signed in after Back and Forward through the link", async () => {
    const page = await chromium.open()
    await signIn(page, site, "back@example.com")
    await page.goBack()
    await page.goForward()
    await page.waitForURL("**/auth/account")
  })

  it("explains an address that it can't read, and keeps what was typed", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/auth/sign-in`)
    await press(page, signInWords.button)
    expect(await alert(page)).toBe(signInWords.empty)
    await page.getByLabel(signInWords.emailLabel).fill("ada at example.com")
    await press(page, signInWords.button)
    expect(await alert(page)).toBe(signInWords.invalid)
    expect(await page.getByLabel(signInWords.emailLabel).inputValue()).toBe("ada at example.com")
  })
})

describe("the code", () => {
  it("is sent with its sixth digit as it is typed", async () => {
    const page = await chromium.open()
    const { code } = await askForMail(page, site, "typed@example.com")
    await page.getByLabel(checkMail.codeLabel).pressSequentially(code)
    await page.waitForURL("**/auth/account")
  })

  it("may be pasted as the mail writes it, with a space", async () => {
    const page = await chromium.open()
    const { code } = await askForMail(page, site, "pasted@example.com")
    await page.getByLabel(checkMail.codeLabel).focus()
    await page.keyboard.insertText(` ${code.slice(0, 3)} ${code.slice(3)}`)
    await page.waitForURL("**/auth/account")
  })

  it("says how many tries are left, and after the last what to do instead", async () => {
    const page = await chromium.open()
    const { code, link } = await askForMail(page, site, "guessed@example.com")
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0")
    for (const left of [4, 3, 2, 1]) {
      await page.getByLabel(checkMail.codeLabel).fill(wrong)
      await page.getByText(checkMail.wrongCode(left)).waitFor()
    }
    await page.getByLabel(checkMail.codeLabel).fill(wrong)
    await page.getByText(checkMail.codeSpent).waitFor()
    expect(await page.getByLabel(checkMail.codeLabel).count()).toBe(0)
    await page.goto(link)
    await page.waitForURL("**/auth/account")
  })
})

describe("next", () => {
  it("leads an administrator to /admin", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/admin`)
    await page.waitForURL("**/auth/sign-in?next=%2Fadmin")
    const { link } = await askForMail(page, site, "ada@example.com", "/admin")
    await page.goto(link)
    await page.waitForURL("**/admin")
    expect(await heading(page)).toBe(admin.title("Ada"))
  })

  it("shows anybody else the way from there to their account", async () => {
    const page = await chromium.open()
    const { link } = await askForMail(page, site, "eve@example.com", "/admin")
    await page.goto(link)
    await page.waitForURL("**/admin")
    expect(await heading(page)).toBe(problem.forbidden.title)
    await page.getByRole("link", { name: account.title }).click()
    await page.waitForURL("**/auth/account")
  })
})

describe("without JavaScript", () => {
  it("signs in by the link, after a press, and out", async () => {
    const page = await chromium.open({ javaScriptEnabled: false })
    const { link } = await askForMail(page, site, "plain@example.com")
    await page.goto(link)
    expect(await heading(page)).toBe(linkWords.title("Fernweh"))
    await press(page, linkWords.button)
    await page.waitForURL("**/auth/account")
    await page.getByRole("button", { name: /^Sign out of Chrom/ }).click()
    await page.waitForURL("**/auth/sign-in?signed-out")
  })

  it("signs in by the code, and its page promises nothing that only a script could do", async () => {
    const page = await chromium.open({ javaScriptEnabled: false })
    const { code } = await askForMail(page, site, "plain-code@example.com")
    expect(await page.getByText(checkMail.codeHint).isVisible()).toBe(false)
    expect(await page.getByRole("link", { name: checkMail.reload }).isVisible()).toBe(true)
    await page.getByLabel(checkMail.codeLabel).fill(code)
    await press(page, checkMail.button)
    await page.waitForURL("**/auth/account")
  })
})

describe("by keyboard alone", () => {
  it("signs in and out, and always shows where one is", async () => {
    const page = await chromium.open()
    await page.goto(`${site.origin}/auth/sign-in`)
    await page.locator("#email:focus").waitFor()
    await page.keyboard.type("keys@example.com")
    await page.keyboard.press("Enter")
    await page.waitForURL("**/auth/check-mail")
    const { code } = await site.message("keys@example.com")
    await page.keyboard.press("Tab")
    await page.keyboard.type(code)
    await page.waitForURL("**/auth/account")
    await page.keyboard.press("Tab")
    expect(await focused(page)).toMatchObject({ name: expect.stringMatching(/^Sign out of Chrom/), hasOutline: true })
    await page.keyboard.press("Enter")
    await page.waitForURL("**/auth/sign-in?signed-out")
    for (const tag of ["INPUT", "BUTTON"]) {
      await page.keyboard.press("Tab")
      expect(await focused(page)).toMatchObject({ tag, hasOutline: true })
    }
  })
})

describe("in German", () => {
  it("speaks German on every page of the path, and in the mail", async () => {
    const page = await chromium.open({ locale: "de-DE" })
    await ask(page, site, "heidi@example.com", undefined, de)
    expect(await page.locator("html").getAttribute("lang")).toBe("de")
    expect(await heading(page)).toBe(de.pages.checkMail.title)
    const { subject, text, link } = await site.message("heidi@example.com")
    expect(subject).toBe(de.mail.subject("Fernweh"))
    expect(text).toContain(de.mail.ignore)
    await page.goto(link)
    await page.waitForURL("**/auth/account")
    expect(await heading(page)).toBe(de.pages.account.title)
  })
})

function focused(page: import("playwright-core").Page) {
  return page.evaluate(() => {
    const element = document.activeElement
    const style = element === null ? null : getComputedStyle(element)
    const hasOutline = element?.matches(":focus-visible") === true && style?.outlineStyle !== "none"
    return { tag: element?.tagName, name: element?.getAttribute("aria-label"), hasOutline }
  })
}
