import { type App, askForMail, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"

export const ADDRESS = "ada@example.com"
/** The write of an event of a type. */
export const event = (type: string) => `insert on auth_events when new.type = '${type}'`
const USE_LIMIT = "insert on rate_limits"
/** The write of whom an event is about. */
export const PERSON = "insert on auth_event_pii"
const END_SESSION = "update of revoked_at on sessions"

/** A decision of the store as somebody causes it: an answer of the handler, or a call of the application's. */
export type Act = (headers: Record<string, string>) => Promise<unknown>

interface Decision {
  /** Everything up to the decision. */
  readonly prepare: (app: App) => Promise<Act>
  /** Answered in JSON, whatever Accept says. */
  readonly isApi?: true
  /** Each of its writes. */
  readonly writes: readonly string[]
}

// Asking and redeeming are the same decisions by the API; what is proven here is that nothing beside them is written or told.
const REDEEM = [
  ...[USE_LIMIT, PERSON, "update of consumed_at on magic_link_tokens", "insert on users", "insert on sessions"],
  ...["link_consumed", "session_created"].map(event),
]

/** Every decision that somebody outside can cause, and each of its writes. */
export const decisions: Readonly<Record<string, Decision>> = {
  asking: {
    prepare: async (app) => ask(app.browser()),
    writes: [USE_LIMIT, "insert on sign_in_requests", "insert on outbox", event("link_requested"), PERSON],
  },
  "asking too often": {
    prepare: async (app) => {
      const browser = app.browser()
      for (let count = 0; count < 5; count++) await browser.post("/auth/sign-in", { email: `ada${count}@example.com` })
      return ask(browser)
    },
    writes: ["update of reported_until on rate_limits", event("rate_limited"), PERSON],
  },
  "redeeming a first link": {
    prepare: async (app) => {
      const browser = app.browser()
      const message = await askForMail(app, browser, ADDRESS)
      return (headers) => browser.post("/auth/link", { token: tokenOf(message) }, headers)
    },
    writes: [
      ...[USE_LIMIT, PERSON, "update of consumed_at on magic_link_tokens", "update of closed_at on sign_in_requests"],
      ...["insert on users", "update of closed_through on users", "insert on user_providers", "insert on sessions"],
      ...["user_created", "link_consumed", "provider_used", "session_created"].map(event),
    ],
  },
  "redeeming a code while signed in": {
    prepare: async (app) => {
      const { browser } = await signIn(app, ADDRESS)
      const { code } = await askForMail(app, browser, ADDRESS)
      return (headers) => browser.post("/auth/code", { code }, headers)
    },
    writes: [
      ...[USE_LIMIT, PERSON, "update of consumed_at on magic_link_tokens", "update of closed_at on sign_in_requests"],
      ...["update of closed_through on users", "insert on user_providers", "insert on sessions", END_SESSION],
      ...["link_consumed", "provider_used", "session_revoked", "session_created"].map(event),
    ],
  },
  "a wrong code": {
    prepare: async (app) => {
      const browser = app.browser()
      const { code } = await askForMail(app, browser, ADDRESS)
      return (headers) => browser.post("/auth/code", { code: wrong(code) }, headers)
    },
    writes: [USE_LIMIT, "update of code_tries on sign_in_requests", event("consume_failed"), PERSON],
  },
  "a wrong match number": {
    prepare: async (app) => {
      const own = app.browser()
      const token = tokenOf(await askForMail(app, own, ADDRESS))
      const match = (await own.matchNumber()) === "42" ? "43" : "42"
      const other = app.browser()
      return (headers) => other.post("/auth/link", { token, match }, headers)
    },
    writes: [USE_LIMIT, "update of match_tries on magic_link_tokens", event("consume_failed"), PERSON],
  },
  "a used link": {
    prepare: async (app) => {
      await signIn(app, ADDRESS)
      const token = tokenOf(app.mailbox.messages[0] ?? { link: "" })
      return (headers) => app.browser().post("/auth/link", { token }, headers)
    },
    writes: [USE_LIMIT, event("consume_failed"), PERSON],
  },
  "fetching somebody else's link": {
    prepare: async (app) => {
      const { link } = await askForMail(app, app.browser(), ADDRESS)
      return (headers) => app.browser().get(new URL(link).pathname, headers)
    },
    writes: ["update of prefetched_at on magic_link_tokens", event("link_prefetched"), PERSON],
  },
  "asking by the API": {
    isApi: true,
    prepare: async (app) => {
      const browser = app.browser()
      return (headers) => browser.api("POST", "sign-in", { email: ADDRESS }, headers)
    },
    writes: [USE_LIMIT, "insert on sign_in_requests", "insert on outbox", event("link_requested"), PERSON],
  },
  "redeeming a link by the API": {
    isApi: true,
    prepare: async (app) => {
      const browser = app.browser()
      const token = tokenOf(await askForMail(app, browser, ADDRESS))
      return (headers) => browser.api("POST", "link", { token }, headers)
    },
    writes: REDEEM,
  },
  "redeeming a code by the API": {
    isApi: true,
    prepare: async (app) => {
      const browser = app.browser()
      const { code } = await askForMail(app, browser, ADDRESS)
      return (headers) => browser.api("POST", "code", { code }, headers)
    },
    writes: REDEEM,
  },
  "a wrong code by the API": {
    isApi: true,
    prepare: async (app) => {
      const browser = app.browser()
      const { code } = await askForMail(app, browser, ADDRESS)
      return (headers) => browser.api("POST", "code", { code: wrong(code) }, headers)
    },
    writes: [USE_LIMIT, "update of code_tries on sign_in_requests", event("consume_failed"), PERSON],
  },
  "ending a session by the API": {
    isApi: true,
    prepare: async (app) => {
      const { browser } = await signIn(app, ADDRESS)
      await signIn(app, ADDRESS)
      const { sessions } = await (await browser.api("GET", "sessions")).json()
      const other = sessions.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent)
      return (headers) => browser.api("DELETE", `sessions/${other.id}`, undefined, headers)
    },
    writes: [END_SESSION, event("session_revoked"), PERSON],
  },
  "signing out": {
    prepare: async (app) => {
      const { browser } = await signIn(app, ADDRESS)
      return (headers) => browser.post("/auth/sign-out", {}, headers)
    },
    writes: [END_SESSION, event("session_revoked"), PERSON],
  },
  "signing out everywhere": {
    prepare: async (app) => {
      const { browser } = await signIn(app, ADDRESS)
      await signIn(app, ADDRESS)
      return (headers) => browser.post("/auth/account/sign-out", { session: "all" }, headers)
    },
    writes: [END_SESSION, "update of closed_through on users", event("session_revoked"), PERSON],
  },
  "disabling a user": {
    prepare: async (app) => {
      const userId = await signedInUser(app)
      return () => app.auth.users.disable(userId)
    },
    writes: [
      ...["update of disabled_at on users", "update of closed_through on users", END_SESSION, PERSON],
      ...[event("user_disabled"), event("session_revoked")],
    ],
  },
  "enabling a user": {
    prepare: async (app) => {
      const userId = await signedInUser(app)
      await app.auth.users.disable(userId)
      return () => app.auth.users.enable(userId)
    },
    writes: ["update of disabled_at on users", event("user_enabled"), PERSON],
  },
  "recording a way in": {
    prepare: async (app) => {
      const userId = await signedInUser(app)
      return () => app.auth.providers.record(userId, "google")
    },
    writes: ["insert on user_providers", event("provider_used"), PERSON],
  },
  "an application's own event": {
    prepare: async (app) => () =>
      app.auth.audit.record({ type: "shop.order_placed", detail: { order: 1 }, email: ADDRESS }),
    writes: [event("shop.order_placed"), PERSON],
  },
}

function ask(browser: Browser): Act {
  return (headers) => browser.post("/auth/sign-in", { email: ADDRESS }, headers)
}

/** Signs somebody in and returns their id. */
export async function signedInUser(app: App): Promise<string> {
  await signIn(app, ADDRESS)
  return (await app.auth.users.find({ email: ADDRESS }))?.id ?? ""
}

/** Another code than this one. */
export function wrong(code: string): string {
  return code === "000000" ? "000001" : "000000"
}
