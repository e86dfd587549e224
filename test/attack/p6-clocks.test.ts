import { describe, expect, it, vi } from "vitest"
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/clock.ts"
import type { SendOutcome } from "../../src/index.ts"
import { type App, signIn } from "../app.ts"
import { startsSession } from "./answers.ts"
import { dumpTables } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { advance, siteThatMails } from "./site-that-mails.ts"
import { turns } from "./turns.ts"

const LIFE = 10 * MINUTE
const LEASE = 30 * SECOND
const ADDRESS = "ada@example.com"
const sent = { status: "sent" } as const
const passing = { status: "failed", isPermanent: false, reason: "smtp_450" } as const

describe("mail that a process with a clock an hour ahead has left", () => {
  it("P6 is sent by another one at once, and not an hour later", async () => {
    const path = await ownFile()
    const ahead = ownApp({ path, worker: false })
    ahead.clock.advance(HOUR)
    await ask(ahead)
    const { app, attempts } = await siteThatMails(() => sent, path)
    await advance(app, 0)
    expect(attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "sent" }])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 is sent after a lease if that process died holding it", async () => {
    const path = await ownFile()
    const { promise, resolve } = Promise.withResolvers<SendOutcome>()
    const dead = await siteThatMails(() => promise, path, HOUR)
    await ask(dead.app)
    vi.advanceTimersByTime(SECOND)
    await turns()
    expect(dead.attempts).toHaveLength(1)
    const { app, attempts } = await siteThatMails(() => sent, path)
    await advance(app, LEASE - 1)
    expect(attempts).toHaveLength(0)
    await advance(app, 1)
    expect(attempts).toHaveLength(1)
    resolve(passing)
  })

  it("P6 isn't sent later than one life after another one saw it", async () => {
    const path = await ownFile()
    const ahead = ownApp({ path, worker: false })
    ahead.clock.advance(HOUR)
    await ask(ahead)
    const { app, attempts } = await siteThatMails(() => passing, path)
    const seenAt = app.clock.now()
    for (let waited = 0; waited < 2 * LIFE; waited += 5 * SECOND) await advance(app, 5 * SECOND)
    expect(attempts.length).toBeGreaterThan(8)
    expect(attempts.every(({ at }) => at < seenAt + LIFE)).toBe(true)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "smtp_450" }])
    expect(reconcile(path)).toEqual([])
  })
})

describe("a clock that is moved back by an hour", () => {
  it("P6 keeps no mail waiting that is owed since before", async () => {
    const { app, path, attempts } = await siteThatMails(() => (attempts.length === 1 ? passing : sent))
    await ask(app)
    await advance(app, 0)
    expect(attempts).toHaveLength(1)
    await advance(app, -HOUR)
    expect(attempts).toHaveLength(2)
    expect(outbox(path)).toMatchObject([{ state: "sent" }])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 TOK-4 lets no link live longer than its life and that hour", async () => {
    const app = ownApp()
    const browser = app.browser()
    await browser.post("/auth/sign-in", { email: ADDRESS })
    const message = await app.mailbox.next(ADDRESS)
    app.clock.advance(LIFE - 1 - HOUR)
    app.clock.advance(HOUR + 1)
    const response = await browser.press(message)
    expect([response.status, startsSession(response)]).toEqual([410, false])
  })

  it("P8 lifts no limit, and keeps nobody out for longer than that hour and the window", async () => {
    const app = ownApp()
    const press = () => app.browser({ ip: "203.0.113.7" }).post("/auth/sign-in", { email: ADDRESS })
    for (let count = 0; count < 5; count++) expect((await press()).status).toBe(303)
    app.clock.advance(-HOUR)
    expect((await press()).status).toBe(429)
    app.clock.advance(HOUR + 15 * MINUTE)
    expect((await press()).status).toBe(303)
  })

  it("SES-6 keeps people signed in, and no session for longer than its life and that hour", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, ADDRESS)
    app.clock.advance(-HOUR)
    expect((await browser.get("/auth/account")).status).toBe(200)
    app.clock.advance(HOUR + 30 * DAY)
    expect((await browser.get("/auth/account")).status).toBe(303)
  })
})

describe("a clock that is moved forward by an hour", () => {
  it("P6 has mail given up with its reason, as its life is over", async () => {
    const { app, path, attempts } = await siteThatMails(() => passing)
    await ask(app)
    await advance(app, 0)
    await advance(app, HOUR)
    expect(attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "too_late" }])
    expect(reconcile(path)).toEqual([])
  })

  it("SES-6 signs nobody out", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, ADDRESS)
    app.clock.advance(HOUR)
    expect((await browser.get("/auth/account")).status).toBe(200)
  })
})

describe("two processes whose clocks are two hours apart", () => {
  it("P8 limit everybody: the one ahead sweeps nothing away that the other counts", async () => {
    const path = await ownFile()
    // Its timers stand still until they are moved on.
    const { app: ahead } = await siteThatMails(() => sent, path)
    const behind = ownApp({ path, worker: false })
    ahead.clock.advance(HOUR)
    behind.clock.advance(-HOUR)
    const admitted: number[] = []
    for (let round = 0; round < 5; round++) {
      for (let count = 0; count < 5; count++) admitted.push((await askFrom(behind)).status)
      vi.advanceTimersByTime(10 * SECOND)
      await turns()
    }
    expect(admitted.filter((status) => status === 303)).toHaveLength(5)
  })

  it("P8 admit together no more than the square of a limit, however they take turns", async () => {
    const path = await ownFile()
    const [ahead, behind] = [ownApp({ path, worker: false }), ownApp({ path, worker: false })]
    ahead.clock.advance(HOUR)
    behind.clock.advance(-HOUR)
    let admitted = 0
    for (let round = 0; round < 10; round++) {
      for (let count = 0; count < 6; count++) if ((await askFrom(behind)).status === 303) admitted += 1
      if ((await askFrom(ahead)).status === 303) admitted += 1
    }
    expect(admitted).toBeLessThanOrEqual(25)
    expect((await askFrom(ahead)).status).toBe(429)
    expect((await askFrom(behind)).status).toBe(429)
  })
})

async function ask(app: App): Promise<void> {
  expect((await app.browser().post("/auth/sign-in", { email: ADDRESS })).status).toBe(303)
  await turns()
}

function askFrom(app: App): Promise<Response> {
  return app.browser({ ip: "203.0.113.7" }).post("/auth/sign-in", { email: ADDRESS })
}

function outbox(path: string) {
  return dumpTables(path)["outbox"] ?? []
}
