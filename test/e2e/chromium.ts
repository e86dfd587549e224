import { type BrowserContextOptions, type ConsoleMessage, chromium, type Page } from "playwright-core"
import { expect, onTestFinished } from "vitest"
import { findChromium } from "../../scripts/find-chromium.ts"

/** One running Chromium. Whoever opens a window in it has cookies of their own: a browser, as far as a site can tell. */
export interface Chromium {
  /** A window that closes after the test, and fails it if the browser had anything to complain about. */
  open(options?: WindowOptions): Promise<Page>
  close(): Promise<void>
}

export interface WindowOptions extends BrowserContextOptions {
  /** Complaints that the test is about. */
  readonly expectedFaults?: RegExp
}

// What Chromium says of every answer with such a status; the tests look at those pages themselves.
const REFUSED_PAGE = /^Failed to load resource: the server responded with a status of (403|404|410|422|429) /
const PATIENCE_MS = 10_000

export interface ChromiumOptions {
  /**
   * Keeps pages whole for Back and Forward, as people's browsers do. Playwright switches that off, because it loses count
   * of such pages: a test that wants it must wait for addresses alone.
   */
  readonly keepsPages?: boolean
}

export async function openChromium({ keepsPages = false }: ChromiumOptions = {}): Promise<Chromium> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error("There is no Chromium here: node scripts/find-chromium.ts")
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
  const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : []
  const browser = await chromium.launch({ executablePath, args, ignoreDefaultArgs })
  return {
    async open({ expectedFaults, ...options }: WindowOptions = {}) {
      const context = await browser.newContext({ locale: "en-GB", reducedMotion: "reduce", ...options })
      context.setDefaultTimeout(PATIENCE_MS)
      const faults: string[] = []
      context.on("console", (message) => {
        if (isFault(message)) faults.push(`${message.page()?.url()}: ${message.text()}`)
      })
      context.on("weberror", (webError) => faults.push(`${webError.page()?.url()}: ${webError.error().stack}`))
      onTestFinished(async () => {
        await context.close()
        expect(faults.filter((fault) => expectedFaults?.test(fault) !== true)).toEqual([])
      })
      return context.newPage()
    },
    close: () => browser.close(),
  }
}

function isFault(message: ConsoleMessage): boolean {
  const isRefusedPage = REFUSED_PAGE.test(message.text()) && !message.location().url.includes("/auth/assets/")
  return (message.type() === "error" || message.type() === "warning") && !isRefusedPage
}
