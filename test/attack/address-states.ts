import { expect } from "vitest"
import type { LinklatchOptions } from "../../src/index.ts"
import { createSeededRandom } from "../../src/testing.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"
import { ownApp } from "./own-app.ts"
import { workerTurns } from "./worker-turns.ts"

const ADDRESS = "ada.lovelace@example.com"
const HOUR = 3_600_000

/** What a site may know about an address, or do with it, that nobody may learn from an answer. */
export interface State {
  readonly options?: Partial<LinklatchOptions>
  /** What happened before, at a site where everybody may sign in. */
  readonly before?: (app: App) => Promise<unknown>
  readonly typed?: string
  /** What the worker's mail transport says to everything. */
  readonly failing?: "for now" | "for good"
  /** No mail goes out. */
  readonly isSilent?: true
}

const spendAddressLimit = async (app: App) => {
  app.clock.advance(2 * HOUR)
  for (let ask = 0; ask < 3; ask++) await askForMail(app, app.browser(), ADDRESS)
  app.clock.advance(-2 * HOUR)
}
const signInOnce = (app: App) => signIn(app, ADDRESS)
const bobAlone = { signUp: "allowlist", allowedEmails: ["bob@example.com"] } as const

export const states: Readonly<Record<string, State>> = {
  known: { before: signInOnce },
  "signed in elsewhere, with mail out": {
    before: async (app) => [await signInOnce(app), await askForMail(app, app.browser(), ADDRESS)],
  },
  disabled: { before: disable, isSilent: true },
  "enabled again": { before: async (app) => app.auth.users.enable(await disable(app)) },
  "not on the allow list": { options: bobAlone, isSilent: true },
  "known, not on the allow list": { before: signInOnce, options: bobAlone, isSilent: true },
  "on the allow list": { options: { signUp: "allowlist", allowedEmails: [ADDRESS] } },
  "of an allowed domain": { options: { signUp: "allowlist", allowedDomains: ["example.com"] } },
  "unknown where sign-up is closed": { options: { signUp: "closed" }, isSilent: true },
  "known where sign-up is closed": { before: signInOnce, options: { signUp: "closed" } },
  "an admin's": { options: { adminEmails: [ADDRESS] } },
  "a known admin's": { before: signInOnce, options: { adminEmails: [ADDRESS], signUp: "closed" } },
  "over its limit": { before: spendAddressLimit, isSilent: true },
  "known and over its limit": {
    before: async (app) => [await signInOnce(app), await spendAddressLimit(app)],
    isSilent: true,
  },
  "one whose mail fails for now": { failing: "for now", isSilent: true },
  "one whose mail fails for good": { failing: "for good", isSilent: true },
  "known, and its mail fails for good": { before: signInOnce, failing: "for good", isSilent: true },
  "typed in another way": { before: signInOnce, typed: "  Ada.LOVELACE@Example.COM\t" },
  "one with a plus": { typed: "ada+news@example.com" },
  "known, with a plus": { typed: "ada+news@example.com", before: (app) => signIn(app, "ada+news@example.com") },
  "of an international domain": { typed: "ada@bücher.example" },
  "of the same domain in punycode": { typed: "ada@xn--bcher-kva.example" },
  "as long as addresses get": { typed: `${"a".repeat(64)}@${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.com` },
}

/** A site that is in a state, two hours after it came to be so. */
export async function siteIn({ before, options, failing, typed = ADDRESS }: State, path: string, worker: boolean) {
  // The same for every state, so that no code is guessed by chance in one of them.
  const random = createSeededRandom("the same for all")
  if (before !== undefined) {
    const open = createApp({ path, random })
    await before(open)
    await workerTurns()
    await open.close()
  }
  const app = ownApp({ path, worker, random: createSeededRandom("the same later"), ...options })
  app.clock.advance(2 * HOUR)
  if (failing !== undefined) {
    app.mailbox.failNext(1_000, { status: "failed", isPermanent: failing === "for good", reason: "smtp_550" })
  }
  return { app, typed }
}

async function disable(app: App): Promise<string> {
  await signInOnce(app)
  const userId = (await app.auth.users.find({ email: ADDRESS }))?.id ?? ""
  expect(await app.auth.users.disable(userId)).toBe("changed")
  return userId
}
