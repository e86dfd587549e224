import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { hashToken, parseToken } from "../../src/core/links/token.ts"
import type { MailMessage, MailTransport, SendOutcome } from "../../src/index.ts"
import { createSeededRandom } from "../../src/testing.ts"
import { type App, signIn } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { startChild, stopChild } from "./child-process.ts"
import type { Delivered, Errand } from "./doomed-site.ts"
import { dumpTables } from "./dump-tables.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { turns } from "./turns.ts"

const SECOND = 1_000
const MINUTE = 60 * SECOND
const LIFE = 10 * MINUTE
const LEASE = 30 * SECOND
const ADDRESS = "ada@example.com"
const passing = { status: "failed", isPermanent: false, reason: "smtp_450" } as const

describe("mail that fails for now", () => {
  it("EML-10 P6 is tried again after 2, 5, 15, 30 and 60 seconds and up to a quarter more", async () => {
    const { app, attempts } = await site(() => passing)
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
    const { app, path, attempts } = await site(() => passing)
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
    const { app, path, attempts } = await site(() => ({ ...passing, retryAfterMs: attempts.length === 1 ? 90 * SECOND : 9 * MINUTE }))
    await ask(app)
    await advance(app, 90 * SECOND - 1)
    expect(attempts).toHaveLength(1)
    await advance(app, 23 * SECOND)
    expect(attempts).toHaveLength(2)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "smtp_450" }])
  })

  it("EML-10 P6 carries a new link at each try, and only the one that was sent works", async () => {
    const { app, path, attempts } = await site(() => (attempts.length < 3 ? passing : { status: "sent" }))
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
    const { app, path, attempts } = await site(() => (attempts.length === 2 ? passing : { status: "sent" }))
    const browser = await ask(app)
    expect(await redeem(browser, attempts[0]?.message)).toBe(true)
    await ask(app)
    await app.auth.users.disable((await app.auth.users.find({ email: ADDRESS }))?.id ?? "")
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    expect(outbox(path).map(({ state, reason }) => [state, reason]).toSorted()).toEqual([["sent", null], ["withheld", expect.any(String)]])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 is withheld when its person has signed in meanwhile", async () => {
    const { app, path, attempts } = await site(() => (attempts.length === 2 ? passing : { status: "sent" }))
    const browser = await ask(app)
    await ask(app)
    expect(await redeem(browser, attempts[0]?.message)).toBe(true)
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    const states = outbox(path).map(({ state, reason }) => [state, reason])
    expect(states.toSorted()).toEqual([["sent", null], ["withheld", "already_signed_in"]])
    expect(reconcile(path)).toEqual([])
  })
})

describe("mail that fails for good", () => {
  it("EML-10 P6 is given up with its reason at the first try", async () => {
    const { app, path, attempts } = await site(() => ({ status: "failed", isPermanent: true, reason: "smtp_550" }))
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
    const { app, attempts } = await site(() => ({ status: "sent" }), path, LIFE + late)
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
    const stuck = await site(() => promise, path)
    await ask(stuck.app)
    expect(stuck.attempts).toHaveLength(1)
    const next = await site(() => ({ status: "sent" }), path)
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
    const slow = await site(() => promise, path)
    const browser = await ask(slow.app)
    const next = await site(() => ({ status: "sent" }), path, LEASE)
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
    const { app, path, attempts } = await site(() => Promise.reject(new Error("It must not reject.")))
    await ask(app)
    await advance(app, 3 * SECOND)
    expect(attempts).toHaveLength(2)
    for (let waited = 0; waited < LIFE; waited += 5 * SECOND) await advance(app, 5 * SECOND)
    expect(outbox(path)).toMatchObject([{ state: "given_up", reason: "transport_threw" }])
    expect(reconcile(path)).toEqual([])
  })

  it("P6 and never answers, deaf to the signal, keeps neither its mail nor the end of the site", async () => {
    const { app, path } = await site(() => new Promise(() => undefined))
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
    const { app, path, attempts } = await site(() => promise)
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
    expect(outbox(path).map(({ state }) => state).toSorted()).toEqual(["queued", "sent"])
    expect(reconcile(path)).toEqual([])
    const next = await site(() => ({ status: "sent" }), path)
    expect(next.attempts.map(({ message }) => message.to), "what came too late for one is the next one's").toEqual(["bob@example.com"])
  })

  it("P6 hands mail back that takes longer than five seconds, for another worker to send", async () => {
    const { app, path } = await site((_, __, signal) => aborted(signal))
    await ask(app)
    const closing = app.close()
    await turns()
    vi.advanceTimersByTime(4_999)
    await turns()
    expect(outbox(path)[0]?.["lease_id"]).not.toBe(null)
    vi.advanceTimersByTime(1)
    await closing
    expect(outbox(path)).toMatchObject([{ state: "queued", lease_id: null }])
    const next = await site(() => ({ status: "sent" }), path, 3 * SECOND)
    expect(next.attempts).toHaveLength(1)
    expect(outbox(path)).toMatchObject([{ state: "sent" }])
    expect(reconcile(path)).toEqual([])
  })
})

describe("processes on one outbox", () => {
  it("P6 send each of two hundred mails once", async () => {
    const path = await ownFile()
    const app = ownApp({ path, worker: false, clock: { now: Date.now }, limits: { askClient: { max: 1_000, minutes: 15 } } })
    const people = Array.from({ length: 200 }, (_, index) => `person-${index}@example.com`)
    await Promise.all(people.map((email) => ask(app, email)))
    const errand = errandOn(path, { asks: 0, isShaky: false })
    const children = await Promise.all([start({ ...errand, label: "one" }), start({ ...errand, label: "two" })])
    await Promise.all(children.map(untilIdle))
    expect(await Promise.all(children.map(stopChild))).toEqual([0, 0])
    const sentTo = outbox(path).filter(({ state }) => state === "sent").length
    const delivered = await linesOf<Delivered>(errand.mailFile)
    expect(delivered).toHaveLength(sentTo)
    expect(new Set(delivered.map(({ to }) => to)).size).toBe(sentTo)
    expect(reconcile(path)).toEqual([])
  })

  it("P6 P1 P5 lose nothing when they are killed at any moment, twenty-four times", async () => {
    const path = await ownFile()
    const random = createSeededRandom("twenty-four deaths")
    const errand = errandOn(path, { asks: 50, isShaky: true })
    let aheadMs = 0
    for (let round = 0; round < 12; round++) {
      // Longer than a lease, so that each round finds what the one before it left; and once longer than a link's life.
      aheadMs += round === 9 ? LIFE + MINUTE : LEASE + SECOND
      await Promise.all([0, 1].map((one) => killOne({ ...errand, aheadMs, label: `r${round}-${one}` }, random.bytes(2))))
    }
    const last = await start({ ...errand, aheadMs: aheadMs + LEASE + SECOND, asks: 0, isShaky: false })
    await untilIdle(last)
    expect(await stopChild(last)).toBe(0)
    expect(reconcile(path)).toEqual([])
    await expectNothingLost(path, errand)
  })
})

interface Attempt {
  readonly message: MailMessage
  readonly at: number
}

type Answer = (message: MailMessage, index: number, signal: AbortSignal) => SendOutcome | Promise<SendOutcome>

/** A site whose transport answers as a test wants, and whose timers stand still like its clock. */
async function site(answer: Answer, path?: string, aheadMs = 0) {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "setTimeout", "clearTimeout"] })
  onTestFinished(() => void vi.useRealTimers())
  const file = path ?? (await ownFile())
  const attempts: Attempt[] = []
  const mail: MailTransport = {
    name: "test",
    async send(message, { signal }) {
      attempts.push({ message, at: app.clock.now() })
      return answer(message, attempts.length - 1, signal)
    },
    async verify() {},
    async close() {},
  }
  const app = ownApp({ path: file, mail })
  await advance(app, aheadMs)
  return { app, path: file, attempts }
}

/** Moves the clock, lets the worker poll, and waits until it has done what there is to do. */
async function advance(app: App, ms: number): Promise<void> {
  app.clock.advance(ms)
  vi.advanceTimersByTime(SECOND)
  await turns()
}

async function ask(app: App, email = ADDRESS): Promise<Browser> {
  const browser = app.browser()
  expect((await browser.post("/auth/sign-in", { email })).status).toBe(303)
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

function errandOn(path: string, more: Pick<Errand, "asks" | "isShaky">): Errand {
  return { path, mailFile: `${path}.mail`, acceptedFile: `${path}.accepted`, aheadMs: 0, label: "site", ...more }
}

function start(errand: Errand): Promise<ChildProcess> {
  return startChild("./doomed-site.ts", [JSON.stringify(errand)])
}

async function untilIdle(child: ChildProcess): Promise<void> {
  while ((await once(child, "message"))[0] !== "idle") continue
}

/** Kills a site when it has accepted some requests, and some milliseconds later. */
async function killOne(errand: Errand, [requests = 0, pauseMs = 0]: Buffer): Promise<void> {
  const child = await start(errand)
  const exit = once(child, "exit")
  for (let accepted = 0; accepted < requests % errand.asks; accepted++) await once(child, "message")
  await pause(pauseMs / 25)
  child.kill("SIGKILL")
  expect(await exit).toEqual([null, "SIGKILL"])
}

async function linesOf<Line>(file: string): Promise<Line[]> {
  const text = await readFile(file, "utf8")
  return text.trim().split("\n").map((line) => (line.startsWith("{") ? JSON.parse(line) : line))
}

async function expectNothingLost(path: string, { mailFile, acceptedFile }: Errand): Promise<void> {
  const accepted = await linesOf<string>(acceptedFile)
  const delivered = await linesOf<Delivered>(mailFile)
  const tables = dumpTables(path)
  const requests = new Map(tables["sign_in_requests"]?.map((row) => [row["address"], row]))
  const mails = new Map(tables["outbox"]?.map((row) => [row["request_id"], row]))
  const links = new Map(tables["magic_link_tokens"]?.map((row) => [row["token_hash"], row]))
  for (const address of accepted) {
    const mail = mails.get(requests.get(address)?.["request_id"] ?? null)
    expect(["sent", "withheld", "given_up"], address).toContain(mail?.["state"])
  }
  const perRequest = new Map<unknown, number>()
  for (const { token, to, at } of delivered) {
    const parsed = parseToken(token)
    const link = parsed === null ? undefined : links.get(hashToken(parsed))
    expect(at, to).toBeLessThan(Number(link?.["expires_at"]))
    expect(Number(link?.["minted_at"]), to).toBeLessThan(Number(mails.get(link?.["request_id"] ?? null)?.["deadline"]))
    perRequest.set(link?.["request_id"], (perRequest.get(link?.["request_id"]) ?? 0) + 1)
  }
  const states = [...mails.values()].map(({ state }) => String(state))
  const count = (wanted: string) => states.filter((state) => state === wanted).length
  const twice = [...perRequest.values()].filter((times) => times > 1).length
  // What was killed between sending and saying so is sent again: at least once, and said here how often.
  console.log(
    `24 kills: ${accepted.length} requests accepted, ${states.length} written, ${count("sent")} sent, ${count("given_up")} given up, ` +
      `${delivered.length} mails delivered, ${twice} requests mailed twice, ${tables["sessions"]?.length} signed in`,
  )
  expect(accepted.length).toBeGreaterThan(100)
  expect(count("sent")).toBeGreaterThan(100)
  const database = new DatabaseSync(path, { readOnly: true })
  expect(database.prepare("pragma integrity_check").get()).toEqual({ integrity_check: "ok" })
  database.close()
}
