import { expect } from "vitest"
import { type EventType, nobody } from "../../src/core/audit/event.ts"
import { MINUTE, SECOND } from "../../src/core/clock.ts"
import { type App, askForMail, signIn } from "../app.ts"
import { nextEvents } from "./next-events.ts"
import { untilIdle } from "./until-idle.ts"

const ID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
const WORD = expect.stringMatching(/^[a-z0-9_]{1,40}$/)
const COUNT = expect.toSatisfy((value: unknown) => Number.isInteger(value) && Number(value) > 0)
const ACTOR = expect.toBeOneOf(["application", "cli"])
const VERIFIER_KEY = expect.stringMatching(/^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+=*$/)
const WAY_IN = expect.toBeOneOf(["magic_link", "email_code"])

/** What each event says: exactly these fields, none of them free text. An event without an entry doesn't type-check. */
export const SHAPES: { readonly [Type in EventType]: object } = {
  link_requested: { requestId: ID },
  link_sent: { requestId: ID, linkId: ID, attempt: COUNT, transport: "mailbox" },
  link_withheld: { requestId: ID, reason: WORD },
  send_failed: { requestId: ID, attempt: COUNT, transport: "mailbox", next: WORD, reason: WORD },
  link_prefetched: { linkId: ID },
  link_consumed: { requestId: ID, linkId: ID, by: WAY_IN },
  consume_failed: {
    by: WAY_IN,
    reason: WORD,
    linkId: expect.toSatisfy((value: unknown) => value === null || ID.asymmetricMatch(value)),
  },
  user_created: {},
  provider_used: { provider: WORD, isFirst: expect.any(Boolean) },
  session_created: { sessionId: ID, provider: WAY_IN },
  session_revoked: expect.toBeOneOf([
    { sessionId: ID, reason: WORD },
    { sessionId: ID, reason: WORD, by: ACTOR },
  ]),
  rate_limited: { limit: WORD, count: COUNT, windowSeconds: COUNT },
  links_revoked: expect.toBeOneOf([{}, { by: ACTOR }]),
  user_disabled: { by: ACTOR },
  user_enabled: { by: ACTOR },
  user_erased: { by: ACTOR },
  admin_action: { action: "audit_pruned", minIndex: COUNT, by: ACTOR },
  checkpoint_signed: { origin: "auth.example.com/auth/log", key: VERIFIER_KEY, size: COUNT },
}

/** Does through the front door, and through the library's own, all that the log knows a word for. */
export async function provokeEveryEvent(app: App): Promise<void> {
  for (const provoke of [provokeLinks, provokeCodes, provokeMail, provokeLimits, provokeSessions, provokeUsers])
    await provoke(app)
  await app.auth.audit.record({
    type: "shop.order_placed",
    email: "ada@example.com",
    detail: { total: 12.5, isGift: false, note: null },
  })
  await app.auth.audit.record({ type: "shop.order_placed" })
  await provokeSealing(app)
}

async function provokeSealing({ store, clock }: App): Promise<void> {
  const about = { at: clock.now(), userId: null, address: null, client: nobody }
  const origin = "auth.example.com/auth/log"
  const key = `${origin}+deadbeef+${Buffer.alloc(33, 1).toString("base64")}`
  await store.audit.append({ ...about, type: "checkpoint_signed", detail: { origin, key, size: 1 } })
  const detail = { action: "audit_pruned", minIndex: 256, by: "cli" } as const
  await store.audit.append({ ...about, type: "admin_action", detail })
}

async function provokeLinks(app: App): Promise<void> {
  const [asking, other] = [app.browser(), app.browser()]
  const first = await askForMail(app, asking, "ada@example.com")
  const second = await askForMail(app, asking, "ada@example.com")
  await asking.press(first)
  await other.get(new URL(second.link).pathname)
  await other.press(second)
  await asking.press(second)
  await other.press(second)
  const late = await askForMail(app, other, "ada@example.com")
  app.clock.advance(10 * MINUTE)
  await other.press(late)
  await other.post("/auth/link", { token: Buffer.alloc(32, 1).toString("base64url") })
}

async function provokeCodes(app: App): Promise<void> {
  const browser = app.browser()
  const { code } = await askForMail(app, browser, "bob@example.com")
  await browser.post("/auth/code", { code: code === "123456" ? "654321" : "123456" })
  await browser.post("/auth/code", { code })
  const user = await app.auth.users.find({ email: "bob@example.com" })
  await app.auth.providers.record(user?.id ?? "", "google")
}

async function provokeMail(app: App): Promise<void> {
  const browser = app.browser()
  const message = await askForMail(app, browser, "carol@example.com")
  for (const isPermanent of [true, false]) {
    const failed = nextEvents(app, ["send_failed"], 1)
    app.mailbox.failNext(1, { status: "failed", isPermanent, reason: isPermanent ? "smtp_550" : "smtp_450" })
    await browser.post("/auth/sign-in", { email: "carol@example.com" })
    await failed
  }
  await browser.press(message)
  // When its turn comes again, the person is signed in already.
  app.clock.advance(5 * SECOND)
  await askForMail(app, app.browser(), "dan@example.com")
  await untilIdle(app)
}

async function provokeLimits(app: App): Promise<void> {
  const flooder = app.browser({ ip: "203.0.113.66" })
  for (let index = 0; index < 8; index++) await flooder.post("/auth/sign-in", { email: `flood${index}@example.com` })
  for (let index = 0; index < 4; index++) await app.browser().post("/auth/sign-in", { email: "erin@example.com" })
  for (let index = 0; index < 22; index++)
    await flooder.post("/auth/link", { token: Buffer.alloc(32, 2).toString("base64url") })
  await untilIdle(app)
}

async function provokeSessions(app: App): Promise<void> {
  app.clock.advance(60 * MINUTE)
  const { browser: laptop } = await signIn(app, "ada@example.com")
  const { browser: phone } = await signIn(app, "ada@example.com")
  await signIn(app, "ada@example.com", laptop)
  const user = await app.auth.users.find({ email: "ada@example.com" })
  const sessions = await app.auth.sessions.list(user?.id ?? "")
  await laptop.post("/auth/account/sign-out", { session: sessions.at(-1)?.id ?? "" })
  await laptop.post("/auth/sign-out")
  app.clock.advance(60 * MINUTE)
  await signIn(app, "ada@example.com", phone)
  await phone.post("/auth/account/sign-out", { session: "all" })
  await signIn(app, "ada@example.com", phone)
  await app.store.sessions.revoke({
    userId: user?.id ?? "",
    sessionId: "all",
    reason: "ended_by_admin",
    by: "cli",
    client: { ip: null, userAgent: "linklatch (sessions revoke)" },
    at: app.clock.now(),
  })
}

async function provokeUsers(app: App): Promise<void> {
  await signIn(app, "grace@example.com")
  const user = await app.auth.users.find({ email: "grace@example.com" })
  const waiting = app.browser()
  const message = await askForMail(app, waiting, "grace@example.com")
  await app.auth.users.disable(user?.id ?? "")
  await waiting.press(message)
  await app.browser().post("/auth/sign-in", { email: "grace@example.com" })
  await untilIdle(app)
  await app.auth.users.enable(user?.id ?? "")
  await signIn(app, "zoe@example.com")
  await untilIdle(app)
  await app.auth.users.erase({ email: "zoe@example.com" })
}
