import type { Page } from "playwright-core"
import { en } from "../../src/core/words/en.ts"
import type { Words } from "../../src/core/words/words.ts"
import type { Message, Site } from "./site.ts"

/** Types an address on the sign-in page, and comes to the page that waits. */
export async function ask(page: Page, site: Site, email: string, next?: string, words: Words = en): Promise<void> {
  await page.goto(`${site.origin}/auth/sign-in${next === undefined ? "" : `?next=${encodeURIComponent(next)}`}`)
  await page.getByLabel(words.pages.signIn.emailLabel).fill(email)
  await press(page, words.pages.signIn.button)
  await page.waitForURL("**/auth/check-mail")
}

/** Asks, and reads the mail. */
export async function askForMail(page: Page, site: Site, email: string, next?: string): Promise<Message> {
  const before = site.messagesTo(email)
  await ask(page, site, email, next)
  return site.message(email, before + 1)
}

/** Signs in with the link, which sends itself in the browser that asked. */
export async function signIn(page: Page, site: Site, email: string): Promise<void> {
  const { link } = await askForMail(page, site, email)
  await page.goto(link)
  await page.waitForURL("**/auth/account")
}

export function press(page: Page, name: string): Promise<void> {
  return page.getByRole("button", { name, exact: true }).click()
}

export async function heading(page: Page): Promise<string> {
  return page.locator("h1").innerText()
}

/** What is read out at once: what went wrong, or what was done. */
export function alert(page: Page): Promise<string> {
  return page.getByRole("alert").innerText()
}

/** The two-digit number of the page that waits. */
export function matchNumber(page: Page): Promise<string> {
  return page.locator(".match-number").innerText()
}

/** Two-digit numbers that aren't the right one. */
export function wrongNumbers(right: string): readonly string[] {
  return ["17", "42", "58", "93"].filter((number) => number !== right).slice(0, 3)
}
