import { expect } from "vitest"
import type { AuditEvent, MailMessage, Store } from "../../src/index.ts"
import { type App, askForMail, createApp, ORIGIN, tokenOf } from "../app.ts"
import { untilIdle } from "../attack/until-idle.ts"
import { Browser } from "../browser.ts"

/** Opens the store that a site runs on for a while. */
export type OpenStore = () => Store

/** A site that has begun on one database, and what it must still know on another. */
export interface BegunSite {
  /** Starts the site again, at the same moment, on what may be another database. */
  resume(open: OpenStore): App
  readonly events: readonly AuditEvent[]
  readonly ada: Browser
  readonly bob: Browser
  readonly bobsMail: MailMessage
  readonly cara: Browser
  readonly carasMail: MailMessage
  readonly eve: Browser
  /** A new one. */
  browser(): Browser
}

const HOSTILE = `'; drop table users; -- "\\" \\u0000 \\x00 \u2028 \u202e $1 {"a":1} \u{1f469}\u200d\u{1f680} ${"é".normalize("NFD")}\t\r\n`
const EMAIL = "@example.com"
const CODE = /^\d{6}$/

/** People in every state that a move has to keep. */
export async function beginSite(open: OpenStore): Promise<BegunSite> {
  const running: { app: App } = { app: createApp({ store: open() }) }
  // Browsers outlive the processes that answer them.
  const site = { handler: (...given: Parameters<App["auth"]["handler"]>) => running.app.auth.handler(...given) }
  let host = 1
  const browser = () => new Browser(site, ORIGIN, `203.0.113.${host++}`)
  const [ada, bob, cara, dan, eve, fay] = [browser(), browser(), browser(), browser(), browser(), browser()]
  const { app } = running

  await ada.press(await askForMail(app, ada, `ada${EMAIL}`))
  await dan.press(await askForMail(app, dan, `dan${EMAIL}`))
  const disabled = await app.auth.users.find({ email: `dan${EMAIL}` })
  await app.auth.users.disable(disabled?.id ?? "")
  // Two of the three that an address is sent in an hour.
  for (let i = 0; i < 2; i++) await askForMail(app, eve, `eve${EMAIL}`)
  const detail = { text: HOSTILE, [HOSTILE]: true, number: 0.1, nothing: null }
  await app.auth.audit.record({ type: "shop.hostile", userId: HOSTILE, email: `ada${EMAIL}`, detail })
  await app.auth.audit.record({ type: "shop.client", client: { ip: HOSTILE, userAgent: HOSTILE } })
  app.clock.advance(60_000)
  const bobsMail = await askForMail(app, bob, `bob${EMAIL}`)
  const carasMail = await askForMail(app, cara, `cara${EMAIL}`)
  await untilIdle(app)
  const now = app.clock.now()
  await app.close()

  function resume(store: OpenStore, worker = true): App {
    running.app = createApp({ store: store(), worker })
    running.app.clock.set(now)
    return running.app
  }

  const asking = resume(open, false)
  await fay.post("/auth/sign-in", { email: `fay${EMAIL}` })
  const events = await asking.events()
  await asking.close()
  return { resume, events, ada, bob, bobsMail, cara, carasMail, eve, browser }
}

/** Lives on after a move, and sees that nobody noticed. */
export async function expectToGoOn(begun: BegunSite, app: App): Promise<void> {
  expect(await app.events()).toEqual(begun.events)
  const fays = await app.mailbox.next(`fay${EMAIL}`)
  await untilIdle(app)
  expect(fays.code).toMatch(CODE)
  expect(app.mailbox.messages).toHaveLength(1)
  expect(await addressOf(begun.ada)).toBe(`ada${EMAIL}`)
  await expectLinkOnce(begun)
  await expectCodeOnce(begun)
  await expectDisabled(app)
  await expectLimit(begun, app)
  const after = await app.events()
  expect(after.slice(0, begun.events.length)).toEqual(begun.events)
  const last = begun.events.at(-1)?.seq ?? 0
  expect(after.slice(begun.events.length).every(({ seq }) => seq > last)).toBe(true)
}

async function expectLinkOnce({ bob, bobsMail, browser }: BegunSite): Promise<void> {
  expect((await bob.press(bobsMail)).status).toBe(303)
  expect(await addressOf(bob)).toBe(`bob${EMAIL}`)
  const again = await browser().api("POST", "link", { token: tokenOf(bobsMail) })
  expect(await again.json()).toMatchObject({ code: "link_used" })
}

async function expectCodeOnce({ cara, carasMail, browser }: BegunSite): Promise<void> {
  const twin = browser()
  for (const [name, value] of cara.cookies) twin.cookies.set(name, value)
  expect((await cara.api("POST", "code", { code: carasMail.code })).status).toBe(200)
  expect(await addressOf(cara)).toBe(`cara${EMAIL}`)
  expect((await twin.api("POST", "code", { code: carasMail.code })).status).toBe(410)
  expect(await addressOf(twin)).toBeUndefined()
}

async function addressOf(browser: Browser): Promise<string | undefined> {
  const answer = await browser.api("GET", "session")
  return (await answer.json()).user?.email
}

async function expectDisabled(app: App): Promise<void> {
  const dan = await app.auth.users.find({ email: `dan${EMAIL}` })
  expect(dan?.disabledAt).not.toBeNull()
  expect(await app.auth.sessions.list(dan?.id ?? "")).toEqual([])
}

async function expectLimit({ eve }: BegunSite, app: App): Promise<void> {
  await eve.post("/auth/sign-in", { email: `eve${EMAIL}` })
  await app.mailbox.next(`eve${EMAIL}`)
  await eve.post("/auth/sign-in", { email: `eve${EMAIL}` })
  await untilIdle(app)
  expect(app.mailbox.messages.filter(({ to }) => to === `eve${EMAIL}`)).toHaveLength(1)
}
