import { describe, expect, it, vi } from "vitest"
import { MINUTE, SECOND } from "../../src/core/clock.ts"
import type { MailMessage, SendOutcome } from "../../src/index.ts"
import { createSeededRandom } from "../../src/testing.ts"
import type { App } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { dumpTables } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { advance, siteThatMails } from "./site-that-mails.ts"
import { turns } from "./turns.ts"

const LIFE = 10 * MINUTE
const LEASE = 30 * SECOND
// The worker looks up to 45 ms after a request.
const WORKER_MS = 45
const ADDRESS = "ada@example.com"
const passing = { status: "failed", isPermanent: false, reason: "smtp_450" } as const

describe("mail that fails for now", () => {
  it("EML-10 P6 is tried again after 2, 5, 15, 30 and 60 seconds and up to a quarter more", async () => {
    const { app, attempts } = await siteThatMails(() => passing)
    await ask(app)
    expect(attempts).toHaveLength(1)
    for (const [index, wait] of [2, 5, 15, 30, 60, 60, 60].entries()) {
      await advance(app, wait * SECOND - 1)
      expect(attempts, `before ${wait} s`).toHaveLength(index + 1)
      await advance(app, (wait / 4) * SECOND + 1)
      expect(attempts, `after ${wait} s`).toHaveLength(index + 2)
    }
  })

  it("EML-10 P6 is given up with its reason before its life is over, and never tried again", async () => {
    // The same waits each time: by chance, the last could end between two looks at the clock, too late.
    const random = createSeededRandom("a passing failure")
    const { app, path, attempts } = await siteThatMails(() => passing, undefined, 0, random)
    await ask(app)
    const deadline = app.clock.now() + LIFE
    for (let waited = 0; waited < 2 * LIFE; waited += 5 * SECOND) await advance(app, 5 * SECOND)
    expect(attempts.length).toBeGreaterThan(8)
    expect(attempts.every(({ at }) => at < deadline)).toBe(true)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "smtp_450" }])
    const failures = (await app.events()).flatMap((event) => (event.type === "send_failed" ? [event.detail] : []))
    expect(failures.map(({ next, reason }) => [next, reason])).toEqual([
      ...attempts.slice(1).map(() => ["later", "smtp_450"]),
      ["given_up", "smtp_450"],
    ])
    expect(failures.map(({ attempt }) => attempt)).toEqual(attempts.map((_, index) => index + 1))
    expect(reconcile(path)).toEqual([])
  })

  it("EML-10 P6 waits as long as the other side asks, and is given up at once if that is too long", async () => {
    const { app, path, attempts } = await siteThatMails(() => ({
      ...passing,
      retryAfterMs: attempts.length === 1 ? 90 * SECOND : 9 * MINUTE,
    }))
    await ask(app)
    await advance(app, 90 * SECOND - 1)
    expect(attempts).toHaveLength(1)
    await advance(app, 23 * SECOND)
    expect(attempts).toHaveLength(2)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "smtp_450" }])
  })

  it("EML-10 P6 carries a new link at each try, and only the one that was sent works", async () => {
    const { app, path, attempts } = await siteThatMails(() => (attempts.length < 3 ? passing : { status: "sent" }))
    const browser = await ask(app)
    await advance(app, 3 * SECOND)
    await advance(app, 7 * SECOND)
    expect(outbox(path)).toMatchObject([{ state: "sent", attempts: 3 }])
    const [first, second, third] = attempts.map(({ message }) => message)
    expect(new Set(attempts.flatMap(({ message }) => [message.link])).size).toBe(3)
    for (const message of [first, second]) expect(await redeem(browser, message)).toBe(false)
    expect(await redeem(browser, third)).toBe(true)
    expect(reconcile(path)).toEqual([])
  })

  it("P6 is withheld when its person was disabled meanwhile", async () => {
    const { app, path, attempts } = await siteThatMails(() => (attempts.length === 2 ? passing : { status: "sent" }))
    const browser = await ask(app)
    expect(await redeem(browser, attempts[0]?.message)).toBe(true)
    await ask(app)
    await app.auth.users.disable((await app.auth.users.find({ email: ADDRESS }))?.id ?? "")
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    expect(
      outbox(path)
        .map(({ state, reason }) => [state, reason])
        .toSorted(),
    ).toEqual([
      ["sent", null],
      ["withheld", expect.any(String)],
    ])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 is withheld when its person has signed in meanwhile", async () => {
    const { app, path, attempts } = await siteThatMails(() => (attempts.length === 2 ? passing : { status: "sent" }))
    const browser = await ask(app)
    await ask(app)
    expect(await redeem(browser, attempts[0]?.message)).toBe(true)
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    const states = outbox(path).map(({ state, reason }) => [state, reason])
    expect(states.toSorted()).toEqual([
      ["sent", null],
      ["withheld", "already_signed_in"],
    ])
    expect(reconcile(path)).toEqual([])
  })
})

describe("mail that fails for good", () => {
  it("EML-10 P6 is given up with its reason at the first try", async () => {
    const { app, path, attempts } = await siteThatMails(() => ({
      status: "failed",
      isPermanent: true,
      reason: "smtp_550",
    }))
    await ask(app)
    for (let waited = 0; waited < LIFE; waited += MINUTE) await advance(app, MINUTE)
    expect(attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "smtp_550" }])
    expect(reconcile(path)).toEqual([])
  })
})

describe("mail that nobody sent in time", () => {
  it.each([
    { late: -1, state: "sent", reason: null },
    { late: 0, state: "given_up", reason: "too_late" },
    { late: LIFE, state: "given_up", reason: "too_late" },
  ])("EML-10 P6 is $state when a worker comes $late ms after its life", async ({ late, state, reason }) => {
    const path = await ownFile()
    const idle = ownApp({ path, worker: false })
    const browser = await ask(idle)
    const { app, attempts } = await siteThatMails(() => ({ status: "sent" }), path, LIFE + late)
    expect(outbox(path)).toMatchObject([{ state, reason }])
    expect(attempts).toHaveLength(state === "sent" ? 1 : 0)
    expect(reconcile(path)).toEqual([])
    if (state !== "sent") return
    idle.clock.set(app.clock.now() + LIFE - 1)
    expect(await redeem(browser, attempts[0]?.message), "a link's life begins when it is sent").toBe(true)
  })
})

describe("a worker that is gone", () => {
  it("P6 leaves its mail to the next one when its lease is over, and not before", async () => {
    const path = await ownFile()
    const { promise, resolve } = Promise.withResolvers<SendOutcome>()
    const stuck = await siteThatMails(() => promise, path)
    await ask(stuck.app)
    expect(stuck.attempts).toHaveLength(1)
    const next = await siteThatMails(() => ({ status: "sent" }), path)
    await advance(next.app, LEASE - 1)
    expect(next.attempts).toHaveLength(0)
    await advance(next.app, 1)
    expect(next.attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "sent", attempts: 2 }])
    resolve({ status: "sent" })
  })

  it("P6 and comes back late changes nothing: one row, one event, and the later link works", async () => {
    const path = await ownFile()
    const { promise, resolve } = Promise.withResolvers<SendOutcome>()
    const slow = await siteThatMails(() => promise, path)
    const browser = await ask(slow.app)
    const next = await siteThatMails(() => ({ status: "sent" }), path, LEASE)
    const before = dumpTables(path)
    expect(outbox(path)).toMatchObject([{ state: "sent", attempts: 2 }])
    resolve(passing)
    await turns()
    expect(dumpTables(path)).toEqual(before)
    expect(reconcile(path)).toEqual([])
    expect(await redeem(browser, slow.attempts[0]?.message)).toBe(false)
    expect(await redeem(browser, next.attempts[0]?.message)).toBe(true)
  })
})

describe("a transport that breaks its contract", () => {
  it("EML-10 P6 and throws has failed for now, with a reason, until the mail's life is over", async () => {
    const { app, path, attempts } = await siteThatMails(() => Promise.reject(new Error("It must not reject.")))
    await ask(app)
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    for (let waited = 0; waited < LIFE; waited += 5 * SECOND) await advance(app, 5 * SECOND)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "transport_threw" }])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 and never answers, deaf to the signal, keeps neither its mail nor the end of the site", async () => {
    const { app, path } = await siteThatMails(() => new Promise(() => undefined))
    await ask(app)
    const closing = app.close()
    await turns()
    vi.advanceTimersByTime(5_000)
    await closing
    expect(outbox(path)).toMatchObject([{ state: "queued", lease_id: null }])
    expect(reconcile(path)).toEqual([])
  })
})

describe("closing a site", () => {
  it("P6 waits for the mail that is under way, and sends no more", async () => {
    const { promise, resolve } = Promise.withResolvers<SendOutcome>()
    const { app, path, attempts } = await siteThatMails(() => promise)
    await ask(app)
    let isClosed = false
    const closing = app.close().then(() => {
      isClosed = true
    })
    await turns()
    expect(isClosed).toBe(false)
    await ask(app, "bob@example.com")
    resolve({ status: "sent" })
    await closing
    expect(attempts).toHaveLength(1)
    expect(
      outbox(path)
        .map(({ state }) => state)
        .toSorted(),
    ).toEqual(["queued", "sent"])
    expect(reconcile(path)).toEqual([])
    const next = await siteThatMails(() => ({ status: "sent" }), path)
    expect(
      next.attempts.map(({ message }) => message.to),
      "what came too late for one is the next one's",
    ).toEqual(["bob@example.com"])
  })

  it("P6 hands mail back that takes longer than five seconds, for another worker to send", async () => {
    const { app, path } = await siteThatMails(aborted)
    await ask(app)
    const closing = app.close()
    await turns()
    vi.advanceTimersByTime(4_999)
    await turns()
    expect(outbox(path)[0]?.["lease_id"]).not.toBe(null)
    vi.advanceTimersByTime(1)
    await closing
    expect(outbox(path)).toMatchObject([{ state: "queued", lease_id: null }])
    const next = await siteThatMails(() => ({ status: "sent" }), path, 3 * SECOND)
    expect(next.attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "sent" }])
    expect(reconcile(path)).toEqual([])
  })
})

async function ask(app: App, email = ADDRESS): Promise<Browser> {
  const browser = app.browser()
  expect((await browser.post("/auth/sign-in", { email })).status).toBe(303)
  if (vi.isFakeTimers()) vi.advanceTimersByTime(WORKER_MS)
  await turns()
  return browser
}

async function redeem(browser: Browser, message: MailMessage | undefined): Promise<boolean> {
  return message !== undefined && startsSession(await browser.press(message))
}

function outbox(path: string) {
  return dumpTables(path)["outbox"] ?? []
}

function aborted(signal: AbortSignal): Promise<SendOutcome> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve({ status: "failed", isPermanent: false, reason: "aborted" }))
  })
}
