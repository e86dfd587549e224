import {
  type AuditEvent,
  type Auth,
  type LinklatchOptions,
  linklatch,
  type MailMessage,
  type Store,
} from "../src/index.ts"
import { sqlite } from "../src/sqlite.ts"
import { createFakeClock, createTestMailbox, type FakeClock, type TestMailbox } from "../src/testing.ts"
import { Browser } from "./browser.ts"
import { strictStore } from "./strict-store.ts"

export const ORIGIN = "https://login.example.com"

/** A whole site in memory: the real library, a real database, a clock and a mailbox of the test's own. */
export interface App {
  readonly auth: Auth
  readonly store: Store
  readonly clock: FakeClock
  readonly mailbox: TestMailbox
  /** Every line that was logged, as JSON. */
  readonly logLines: string[]
  /** A browser with an empty cookie jar, at an address of its own. */
  browser(options?: { readonly ip?: string; readonly userAgent?: string }): Browser
  events(): Promise<readonly AuditEvent[]>
  close(): Promise<void>
}

let nextHost = 1

export function createApp(options: Partial<LinklatchOptions> & { readonly path?: string } = {}): App {
  const { path = ":memory:", ...overrides } = options
  const clock = createFakeClock()
  const mailbox = createTestMailbox()
  const store = strictStore(overrides.store ?? sqlite(path))
  const logLines: string[] = []
  const log = (level: string) => (event: string, fields?: object) => {
    logLines.push(
      JSON.stringify({ level, event, ...fields }, (_key, value: unknown) =>
        value instanceof Error ? `${value.stack}` : value,
      ),
    )
  }
  const auth = linklatch({
    baseUrl: ORIGIN,
    siteName: "Example",
    secret: "a-secret-for-tests-that-is-long-enough",
    mail: mailbox,
    clock,
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    ...overrides,
    store,
  })
  return {
    auth,
    store,
    clock,
    mailbox,
    logLines,
    browser: ({ ip = `198.51.100.${nextHost++ % 250}`, userAgent } = {}) =>
      new Browser(auth, overrides.baseUrl ?? ORIGIN, ip, userAgent),
    events: () => store.audit.read({ after: 0, max: 100_000 }),
    close: () => auth.close(),
  }
}

/** Asks for a link and waits for the mail. */
export async function askForMail(app: App, browser: Browser, email: string, next?: string): Promise<MailMessage> {
  await browser.post("/auth/sign-in", { email, ...(next !== undefined && { next }) })
  return app.mailbox.next(email)
}

/** Asks for a link, reads the mail, presses the button. Returns the answer to the press. */
export async function signIn(
  app: App,
  email: string,
  browser = app.browser(),
): Promise<{ browser: Browser; response: Response }> {
  const message = await askForMail(app, browser, email)
  return { browser, response: await browser.press(message) }
}

export function tokenOf(message: Pick<MailMessage, "link">): string {
  return new URL(message.link).pathname.split("/").at(-1) ?? ""
}
