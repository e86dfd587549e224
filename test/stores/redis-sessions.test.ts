import { fork } from "node:child_process"
import { once } from "node:events"
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest"
import { DAY, HOUR, MINUTE } from "../../src/core/clock.ts"
import type { CheckSession, Store } from "../../src/core/store.ts"
import { ada, bob, laptop, START } from "../../src/testing/contract/steps/ask.ts"
import { mailTo } from "../../src/testing/contract/steps/deliver.ts"
import { type Browser, newSession, redeemLink, signIn } from "../../src/testing/contract/steps/redeem.ts"
import { type OwnRedis, startOwnRedis } from "./own-redis.ts"
import { openSite, type RedisSite, SECRET } from "./redis-site.ts"

const SOON = { timeout: 10_000, interval: 10 }
// What is remembered for half a second by the clock of Redis may be over where this machine is busy.
const BY_THE_CLOCK = { retry: 3 }
const AT = START + 5 * MINUTE
const OTHER_SECRET = "another-secret-for-tests-also-long-enough"

let redis: OwnRedis
beforeAll(async () => {
  redis = await startOwnRedis()
})
afterAll(() => redis.stop())

describe("a session that ended", () => {
  // The worst case: the process that ends it knows nothing of Redis, as if each of its deletes had been lost.
  it("is served for less than a second by another process that hears nothing of it (P10)", async () => {
    const site = await open({ timeout: undefined })
    const served: number[] = []
    for (let round = 0; round < 5; round++) {
      const browser = await signIn(site.store)
      const racer = fork(new URL("./redis-racer.ts", import.meta.url), [site.path, redis.url, "redis", "150"], {
        execArgv: [],
      })
      await once(racer, "message")
      racer.send({ check: checkOf(browser) })
      await once(racer, "message")
      const saw = once(racer, "message")
      await revoke(site.database, browser)
      const revokedAt = Date.now()
      const [{ lastSeenAt, checks }] = await saw
      expect(checks).toBeGreaterThan(1)
      served.push(lastSeenAt - revokedAt)
      racer.disconnect()
      await once(racer, "exit")
    }
    // It is remembered, or nothing was measured.
    expect(Math.max(...served), `${served} ms`).toBeGreaterThan(100)
    expect(Math.max(...served), `${served} ms`).toBeLessThan(1_000)
  }, 60_000)

  it("is served no longer where its key was made to stay for ever", async () => {
    const site = await open({ prefix: "kept" })
    const browser = await remembered(site, "kept")
    await revoke(site.database, browser)
    const key = keyOf(browser, "kept")
    const keepsIt = async () => {
      await redis.admin.persist(key)
      return (await check(site.store, browser)) === null
    }
    await expect.poll(keepsIt, { ...SOON, timeout: 1_000 }).toBe(true)
    expect(await redis.admin.exists(key)).toBe(1)
  })

  it.each([
    ["by its person", (store: Store, browser: Browser) => revoke(store, browser)],
    ["with all of its user's", (store: Store, browser: Browser) => revoke(store, browser, "all")],
    ["as its user was disabled", disable],
    ["as its browser signed in anew", replace],
  ])("%s is gone from every process at once", async (_how, end) => {
    const site = await open()
    const browser = await remembered(site)
    await end(site.store, browser)
    expect(await check(site.store, browser)).toBe(null)
    expect(await read(browser)).toMatch(/^(?:ended:\d+)?$/)
  })

  it("isn't remembered by a process that read it before and tells Redis after", async () => {
    const gate = Promise.withResolvers<void>()
    const hasRead = Promise.withResolvers<void>()
    const site = await open({}, (inner) => ({
      ...inner,
      sessions: {
        ...inner.sessions,
        async check(args) {
          const signedIn = await inner.sessions.check(args)
          hasRead.resolve()
          await gate.promise
          return signedIn
        },
      },
    }))
    const browser = await signIn(site.store)
    const reading = check(site.store, browser)
    await hasRead.promise
    await revoke(site.store, browser)
    gate.resolve()
    expect((await reading)?.session.id).toBe(browser.session.id)
    expect(await check(site.store, browser)).toBe(null)
    // What that process told Redis after it, Redis has refused by now: commands of a connection run in their order.
    await check(site.store, browser)
    expect(await redis.admin.exists(keyOf(browser))).toBe(0)
  })
})

describe("a remembered session", () => {
  it("spares the database", BY_THE_CLOCK, async () => {
    const site = await open()
    const browser = await remembered(site)
    await revoke(site.database, browser)
    expect(await check(site.store, browser)).toEqual({ user: browser.user, session: browser.session })
  })

  it("ends at its idle end and at its end, by the time of whoever asks", async () => {
    const site = await open()
    const browser = await remembered(site)
    const { idleExpiresAt, expiresAt } = browser.session
    expect(await check(site.store, browser, { at: idleExpiresAt - 1 })).not.toBe(null)
    expect(await check(site.store, browser, { at: idleExpiresAt })).toBe(null)
    expect(await check(site.store, browser, { at: expiresAt })).toBe(null)
  })

  it("is noted as used when its last note is old enough", async () => {
    const site = await open()
    const browser = await remembered(site)
    const at = browser.session.lastSeenAt + 10 * MINUTE
    const touched = await check(site.store, browser, { at, touchEvery: 5 * MINUTE })
    expect(touched?.session).toMatchObject({ lastSeenAt: at, idleExpiresAt: at + HOUR })
    expect(await site.database.sessions.list({ userId: browser.user.id, at })).toEqual([touched?.session])
  })

  it("stands in Redis for less than a second, without what could sign anybody in", async () => {
    const site = await open()
    await remembered(site)
    const keys = [
      ...(await redis.admin.keys("{linklatch}:session:*")),
      ...(await redis.admin.keys("{linklatch}:user:*")),
    ]
    expect(keys.length).toBeGreaterThanOrEqual(2)
    for (const key of keys) {
      const [life, content] = [await redis.admin.pttl(key), await redis.admin.dump(key)]
      expect(life, key).toBeLessThanOrEqual(1_000)
      expect(life, key).not.toBe(-1)
      expect(content ?? "", key).not.toContain(SECRET)
    }
  })

  it("of one who can write to Redis is nobody's", BY_THE_CLOCK, async () => {
    const site = await open()
    const victim = await remembered(site)
    const thief = await remembered(site, undefined, bob)
    const [theirs, own] = [await read(victim), await read(thief)]
    const swapped = own.replaceAll(thief.user.id, victim.user.id)
    const forgeries = {
      "somebody else's entry": theirs,
      "an entry with another user": swapped,
      "an entry with another time": own.replace(/\.\d+\./, `.${Date.now()}.`),
      "an entry without a signature": own.slice(own.indexOf(".") + 1),
      nonsense: '{"user":{},"session":{}}',
    }
    await revoke(site.database, thief)
    for (const [title, entry] of Object.entries(forgeries)) {
      expect(entry, title).not.toBe(own)
      await redis.admin.set(keyOf(thief), entry)
      expect(await check(site.store, thief), title).toBe(null)
    }
    // At its own place the same entry does, while it is young.
    await revoke(site.database, victim)
    expect(await check(site.store, victim)).not.toBe(null)
  })

  it("is read with an older secret, and by nobody with another", BY_THE_CLOCK, async () => {
    const site = await open({ prefix: "rotated" })
    const browser = await remembered(site, "rotated")
    await revoke(site.database, browser)
    const rotated = await open({ prefix: "rotated", secret: [OTHER_SECRET, SECRET] })
    const foreign = await open({ prefix: "rotated", secret: OTHER_SECRET })
    expect(await check(rotated.store, browser)).not.toBe(null)
    expect(await check(foreign.store, browser)).toBe(null)
  })
})

it("without a secret no session stands in Redis", async () => {
  const site = await open({ prefix: "bare", secret: undefined })
  const browser = await signIn(site.store)
  for (let i = 0; i < 3; i++) expect(await check(site.store, browser)).not.toBe(null)
  expect(await redis.admin.keys("{bare}:session:*")).toEqual([])
})

async function open(options: Parameters<typeof openSite>[1] = {}, wrap?: (store: Store) => Store): Promise<RedisSite> {
  const site = await openSite(redis.url, options, wrap)
  onTestFinished(() => site.close())
  return site
}

/** Signs somebody in, and has the session remembered. */
async function remembered(site: RedisSite, prefix?: string, address = ada): Promise<Browser> {
  const browser = await signIn(site.store, { address })
  const isThere = async () => {
    await check(site.store, browser)
    return redis.admin.exists(keyOf(browser, prefix))
  }
  await expect.poll(isThere, SOON).toBe(1)
  return browser
}

function keyOf({ tokenHash }: Browser, prefix = "linklatch"): string {
  return `{${prefix}}:session:${tokenHash}`
}

async function read(browser: Browser): Promise<string> {
  return (await redis.admin.get(keyOf(browser))) ?? ""
}

function checkOf({ tokenHash }: Browser, change: Partial<CheckSession> = {}): CheckSession {
  return { tokenHash, at: AT, idleTtl: HOUR, touchEvery: DAY, ...change }
}

function check(store: Store, browser: Browser, change?: Partial<CheckSession>) {
  return store.sessions.check(checkOf(browser, change))
}

async function revoke(store: Store, { user, session }: Browser, sessionId = session.id): Promise<void> {
  await store.sessions.revoke({ userId: user.id, sessionId, reason: "signed_out", client: laptop, at: AT })
}

async function disable(store: Store, { user }: Browser): Promise<void> {
  await store.users.setDisabled({ userId: user.id, isDisabled: true, by: "application", client: laptop, at: AT })
}

async function replace(store: Store, browser: Browser): Promise<void> {
  const mail = await mailTo(store, { at: AT })
  const { status } = await redeemLink(store, mail, { replaces: browser.tokenHash, session: newSession(AT) })
  expect(status).toBe("redeemed")
}
