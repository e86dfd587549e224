import type { Locator, Page } from "playwright-core"

const SAFE_LINKS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 SafeLinks"
const FETCHES: readonly RequestInit[] = [
  { method: "GET" },
  { method: "HEAD" },
  { method: "OPTIONS" },
  { method: "GET", headers: { purpose: "prefetch" } },
  { method: "GET", headers: { "sec-purpose": "prefetch;prerender", "sec-fetch-dest": "document" } },
  { method: "GET", headers: { "user-agent": SAFE_LINKS } },
]

/** Fetches a link as a scanner without a browser does, each way several times. */
export async function fetchAsScanner(link: string, times: number): Promise<void> {
  for (let round = 0; round < times; round += 1) {
    await Promise.all(FETCHES.map(async (init) => (await fetch(link, { redirect: "manual", ...init })).text()))
  }
}

/**
 * Opens a link as a scanner with a browser does: waits for scripts, presses everything that can be pressed, and sends
 * every form past its buttons; with each of these texts in every field. Returns how often it pressed or sent.
 */
export async function pressEverything(page: Page, link: string, texts: readonly string[]): Promise<number> {
  let count = 0
  await page.goto(link, { waitUntil: "networkidle" })
  for (const text of texts) {
    count += await each(page, link, text, "button, a", (target) => target.click())
    count += await each(page, link, text, "form", (target) => target.evaluate((form: HTMLFormElement) => form.submit()))
  }
  return count
}

async function each(
  page: Page,
  link: string,
  text: string,
  selector: string,
  act: (target: Locator) => Promise<void>,
): Promise<number> {
  let count = 0
  for (let isMore = true; isMore; count += 1) {
    await page.goto(link)
    // A scanner needn't heed the browser's own checks, which would hold an empty form back.
    await page.evaluate(() => {
      for (const form of document.forms) form.noValidate = true
    })
    for (const field of await page.locator("input:not([type=hidden])").all()) await field.fill(text)
    const targets = await page.locator(selector).all()
    const target = targets[count]
    if (target === undefined) return count
    await Promise.all([page.waitForEvent("load"), act(target)])
    isMore = count + 1 < targets.length
  }
  return count
}
