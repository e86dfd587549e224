import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { DAY, HOUR, MINUTE, SECOND } from "../../src/core/clock.ts"
import type { Sweep, Swept } from "../../src/core/retention/retention-store.ts"
import type { DeletedRows } from "../../src/core/retention/sweep-rows.ts"
import type { LinklatchOptions, Store } from "../../src/index.ts"
import { sqlite } from "../../src/sqlite.ts"
import { addressOf, ask, START } from "../../src/testing/contract/steps/ask.ts"
import { claim } from "../../src/testing/contract/steps/deliver.ts"
import { personsIn } from "../../src/testing/contract/steps/erase.ts"
import { type Browser, redeemLink, signIn } from "../../src/testing/contract/steps/redeem.ts"
import { type App, createApp } from "../app.ts"
import { turns } from "../attack/turns.ts"

const ROUND = 12.5 * MINUTE

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] }))
afterEach(() => void vi.useRealTimers())

describe("rows that are over", () => {
  it("stay for a week, and sessions for thirty days after their end (SES-10)", async () => {
    const { app, rows } = await siteWith(1)
    const { mail, session } = rows[0] as Browser
    await wait(app, 7 * DAY - HOUR)
    expect((await redeemLink(app.store, mail, { at: app.clock.now() })).status).toBe("used")
    await wait(app, 2 * HOUR)
    expect((await redeemLink(app.store, mail, { at: app.clock.now() })).status).toBe("unknown")
    expect(await deletedIn(app, session.expiresAt + 30 * DAY - HOUR - app.clock.now())).toEqual([])
    expect(await deletedIn(app, 2 * HOUR)).toMatchObject([{ requests: 0, sessions: 1 }])
  })

  it("go within a minute of the start, and every ten minutes or so", async () => {
    const { app, calls } = await siteWith(0)
    await tick(MINUTE)
    expect(calls.filter(isOfRows)).toHaveLength(1)
    for (let round = 2; round < 20; round++) {
      await tick(7.5 * MINUTE - 1)
      const before = calls.filter(isOfRows).length
      await tick(5 * MINUTE)
      expect(calls.filter(isOfRows).length - before).toBeLessThan(2)
    }
    const rounds = calls.filter(isOfRows).length
    expect(rounds).toBeGreaterThan(18)
    expect(rounds).toBeLessThan(33)
    expect(app.logLines.filter((line) => /rows_deleted|failed/.test(line))).toEqual([])
  })

  it("don't go at one moment in processes that were started together", async () => {
    const firsts = new Set<number>()
    for (let process = 0; process < 8; process++) {
      const { calls } = await siteWith(0)
      let seconds = 0
      for (; calls.filter(isOfRows).length === 0; seconds++) await tick(SECOND)
      firsts.add(seconds)
    }
    expect(firsts.size).toBeGreaterThan(2)
  })

  it("go in small batches, in one round, and requests are answered between two of them", async () => {
    const { app, calls } = await siteWith(260)
    const answered: number[] = []
    app.clock.advance(8 * DAY)
    await tick(MINUTE)
    for (let batch = 0; batch < 5; batch++) {
      await app.auth.session(new Request("https://login.example.com"))
      answered.push(calls.filter(isOfRows).length)
      await tick(SECOND)
    }
    expect(calls.filter(isOfRows).map(({ swept }) => swept.requests)).toEqual([100, 100, 60, 0])
    expect(answered.slice(0, 3)).toEqual([1, 2, 3])
    expect(deletions(app)).toEqual([{ requests: 260, sessions: 0, persons: 0 }])
  })

  it("leave rows of limits for two hours after they are over, for a clock may be ahead", async () => {
    const { app, calls } = await siteWith(1)
    await wait(app, DAY)
    expect(calls.filter(isOfRows)).not.toEqual([])
    for (const { at } of calls) expect(app.clock.now() - at).toBeGreaterThanOrEqual(2 * HOUR)
  })

  it("are kept for ever where that is wanted", async () => {
    const { app, rows, calls } = await siteWith(1, { retention: { requestDays: false, sessionDays: false } })
    await wait(app, 3_000 * DAY)
    expect(calls.map(({ askedBefore, endedBefore }) => [askedBefore, endedBefore])).not.toContainEqual([
      expect.anything(),
      expect.anything(),
    ])
    expect(deletions(app)).toEqual([])
    const [browser] = rows
    expect(await app.store.links.inspect((browser as Browser).mail.link.tokenHash)).not.toBe(null)
  })

  it("wait for the next round where the store fails, and the log tells", async () => {
    const { app, failNext } = await siteWith(1)
    app.clock.advance(8 * DAY)
    failNext(isOfRows)
    await tick(MINUTE)
    expect(app.logLines.filter((line) => line.includes("retention_failed"))).toHaveLength(1)
    expect(deletions(app)).toEqual([])
    await tick(ROUND)
    expect(deletions(app)).toMatchObject([{ requests: 1 }])
  })

  it("are left to the next process when this one closes, after the batch under way", async () => {
    const { app, calls } = await siteWith(250)
    app.clock.advance(8 * DAY)
    await tick(MINUTE)
    expect(calls.filter(isOfRows)).toHaveLength(1)
    await app.close()
    await tick(ROUND)
    expect(calls.filter(isOfRows)).toHaveLength(1)
    expect(deletions(app)).toEqual([{ requests: 100, sessions: 0, persons: 0 }])
  })

  it("take no mail with them that is owed for longer than they are kept", async () => {
    const { app } = await siteWith(0)
    const owed = await ask(app.store)
    await wait(app, 21 * DAY)
    expect(await claim(app.store, { at: app.clock.now() })).toMatchObject([{ requestId: owed.request.requestId }])
  })
})

describe("personal data of events that names no user", () => {
  it("stays for ninety days, and that of users for good (AUD-9)", async () => {
    const { app } = await siteWith(1)
    await ask(app.store, { address: addressOf("stranger@example.com") })
    const before = await app.events()
    await wait(app, START + 90 * DAY - HOUR - app.clock.now())
    expect(await personsIn(app.store)).toContain("stranger@example.com")
    await wait(app, 2 * HOUR)
    expect(await personsIn(app.store)).not.toContain("stranger@example.com")
    expect(await personsIn(app.store)).toContain("ada0@example.com")
    const after = (await app.events()).slice(0, before.length)
    expect(after.map((event) => ({ ...event, person: null }))).toEqual(
      before.map((event) => ({ ...event, person: null })),
    )
    expect(deletions(app).reduce((sum, { persons }) => sum + persons, 0)).toBe(1)
  })

  it("stays as long as somebody says, and for ever where that is wanted", async () => {
    const [short, never] = [
      await siteWith(0, { audit: { personDays: 2 } }),
      await siteWith(0, { audit: { personDays: false } }),
    ]
    for (const { app } of [short, never]) {
      await ask(app.store)
      await wait(app, START + 3 * DAY - app.clock.now())
    }
    expect(await personsIn(short.app.store)).toEqual([])
    await wait(never.app, 3_000 * DAY)
    expect(await personsIn(never.app.store)).toEqual(["ada@example.com"])
  })

  it("is gone through in one round, however much of it stays", async () => {
    const { app } = await siteWith(600)
    await ask(app.store, { address: addressOf("stranger@example.com"), at: START + HOUR })
    await wait(app, START + 91 * DAY - app.clock.now())
    expect(await personsIn(app.store)).not.toContain("stranger@example.com")
    expect(new Set(await personsIn(app.store)).size).toBe(600)
  })
})

interface Call extends Sweep {
  readonly swept: Swept
}

interface Site {
  readonly app: App
  /** Sign-ins that were over before the site began. */
  readonly rows: readonly Browser[]
  readonly calls: readonly Call[]
  failNext(which: (sweep: Sweep) => boolean): void
}

/** A site that sends no mail, on a store that notes its sweeps. */
async function siteWith(signIns: number, options: Partial<LinklatchOptions> = {}): Promise<Site> {
  const database = sqlite(":memory:")
  const rows: Browser[] = []
  for (let i = 0; i < signIns; i++) rows.push(await signIn(database, { address: addressOf(`ada${i}@example.com`) }))
  const calls: Call[] = []
  let isFailing: ((sweep: Sweep) => boolean) | null = null
  const store: Store = {
    ...database,
    retention: {
      async sweep(sweep) {
        if (isFailing?.(sweep)) {
          isFailing = null
          throw new Error("The database did not answer.")
        }
        const swept = await database.retention.sweep(sweep)
        calls.push({ ...sweep, swept })
        return swept
      },
    },
  }
  const app = createApp({ store, worker: false, ...options })
  onTestFinished(() => app.close())
  return { app, rows, calls, failNext: (which) => (isFailing = which) }
}

// The housekeeping of limits sweeps too, more often, and nothing else.
function isOfRows({ askedBefore, endedBefore }: Sweep): boolean {
  return askedBefore !== null || endedBefore !== null
}

/** Lets timers run for `ms`, and then what they began; the site's clock stands still. */
async function tick(ms: number): Promise<void> {
  vi.advanceTimersByTime(ms)
  await turns()
}

/** Moves the site's clock on, and lets a whole round follow. */
async function wait(app: App, ms: number): Promise<void> {
  app.clock.advance(ms)
  for (let part = 0; part < 5; part++) await tick(ROUND / 5)
}

function deletions(app: App): readonly DeletedRows[] {
  const lines = app.logLines.map((line) => JSON.parse(line) as { event: string } & DeletedRows)
  return lines
    .filter(({ event }) => event === "rows_deleted")
    .map(({ requests, sessions, persons }) => ({ requests, sessions, persons }))
}

async function deletedIn(app: App, ms: number): Promise<readonly DeletedRows[]> {
  const before = deletions(app).length
  await wait(app, ms)
  return deletions(app).slice(before)
}
