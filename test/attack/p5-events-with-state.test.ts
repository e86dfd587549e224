import { describe, expect, it } from "vitest"
import { LinklatchError } from "../../src/index.ts"
import { type App, askForMail } from "../app.ts"
import { startsSession } from "./answers.ts"
import { ADDRESS, decisions, event, PERSON, signedInUser, wrong } from "./decisions.ts"
import { dumpState } from "./dump-tables.ts"
import { type Failure, failOn, mend } from "./faults.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { untilIdle } from "./until-idle.ts"
import { workerTurns } from "./worker-turns.ts"

// Asking writes one too, but then the new row of the outbox was not tried yet.
const SETTLERS_PERSON = `${PERSON} when (select min(attempts) from outbox) > 0`
const everyWrite = Object.entries(decisions).flatMap(([name, { writes }]) =>
  writes.map((write) => [name, write] as const),
)

describe("a decision that can't be written whole", () => {
  it.each(everyWrite)("LOG-3 P5 %s: nothing of it stands when this fails: %s", async (name, write) => {
    await proveAllOrNothing(name, write, "abort")
  })

  const failures: readonly Failure[] = ["fail", "rollback", "commit"]
  const otherWays = ["asking", "redeeming a first link", "a wrong code"].flatMap((name) =>
    failures.map((failure) => [name, failure] as const),
  )
  it.each(otherWays)("LOG-3 P5 %s: nothing of it stands when its last event fails by %s", async (name, failure) => {
    await proveAllOrNothing(
      name,
      decisions[name]?.writes.findLast((write) => write.includes("auth_events")) ?? "",
      failure,
    )
  })
})

describe("decisions that share a commit with one that fails", () => {
  it("P5 stand, fifteen redeems of sixteen", async () => {
    const { app, path } = await siteOnFile()
    const people = await Promise.all(
      Array.from({ length: 16 }, (_, index) => mailed(app, index, index === 7 ? "Eve/1.0" : "Ada/1.0")),
    )
    await workerTurns()
    failOn(path, "insert on sessions when new.user_agent = 'Eve/1.0'")
    const responses = await Promise.all(people.map(({ browser, message }) => browser.press(message)))
    expect(responses.map(({ status }) => status)).toEqual(people.map((_, index) => (index === 7 ? 503 : 303)))
    expect(responses.filter(startsSession)).toHaveLength(15)
    expect(reconcile(path)).toEqual([])
    expect(
      (await app.events()).filter(({ person }) => person?.address === "ada7@example.com").map(({ type }) => type),
    ).toEqual(["link_requested", "link_sent"])
    mend(path)
    const eve = people[7]
    expect(eve !== undefined && startsSession(await eve.browser.press(eve.message)), "the link was not burnt").toBe(
      true,
    )
    expect(reconcile(path)).toEqual([])
  })

  it("TOK-7 P5 keep their refusals: counters and events of a wrong code, a wrong number and a spent limit", async () => {
    const { app, path } = await siteOnFile()
    const [ada, bob, eve] = [
      await mailed(app, 1, "Ada/1.0"),
      await mailed(app, 2, "Bob/1.0"),
      await mailed(app, 3, "Eve/1.0"),
    ]
    const match = (await bob.browser.matchNumber()) === "42" ? "43" : "42"
    const asker = app.browser({ ip: "203.0.113.5" })
    for (let count = 0; count < 5; count++) await asker.post("/auth/sign-in", { email: `dora${count}@example.com` })
    await workerTurns()
    failOn(path, "insert on sessions when new.user_agent = 'Eve/1.0'")
    await untilIdle(app)
    const before = (await app.events()).length
    const responses = await Promise.all([
      eve.browser.press(eve.message),
      ada.browser.post("/auth/code", { code: wrong(ada.message.code) }),
      app.browser().press(bob.message, match),
      asker.post("/auth/sign-in", { email: ADDRESS }),
    ])
    expect(responses.map(({ status }) => status)).toEqual([503, 422, 403, 429])
    const told = (await app.events())
      .slice(before)
      .map(({ type, detail }) => [type, "reason" in detail ? detail.reason : null])
    expect(told.toSorted()).toEqual([
      ["consume_failed", "wrong_browser"],
      ["consume_failed", "wrong_code"],
      ["rate_limited", null],
    ])
    const { sign_in_requests: requests, magic_link_tokens: links, rate_limits: limits } = dumpState(path)
    expect(requests?.map(({ code_tries }) => code_tries).filter((tries) => tries !== 0)).toEqual([1])
    expect(links?.map(({ match_tries }) => match_tries).filter((tries) => tries !== 0)).toEqual([1])
    expect(limits?.filter(({ reported_until }) => reported_until !== 0)).toHaveLength(1)
  })

  it("TOK-7 P5 count each of five wrong codes, though every other decision fails", async () => {
    const { app, path } = await siteOnFile()
    const [ada, eve] = [await mailed(app, 1, "Ada/1.0"), await mailed(app, 2, "Eve/1.0")]
    failOn(path, "insert on sessions")
    for (let round = 0; round < 5; round++) {
      const guess = ada.browser.post("/auth/code", { code: wrong(ada.message.code) })
      const statuses = (await Promise.all([guess, eve.browser.press(eve.message)])).map(({ status }) => status)
      expect(statuses).toEqual([422, 503])
    }
    mend(path)
    expect(startsSession(await ada.browser.post("/auth/code", { code: ada.message.code })), "the tries are spent").toBe(
      false,
    )
    expect((await app.events()).filter(({ type }) => type === "consume_failed")).toHaveLength(6)
  })
})

const deliveries: Readonly<
  Record<string, { readonly writes: readonly string[]; readonly ends: string; readonly failing?: boolean }>
> = {
  "mail that is sent": {
    writes: [
      ...[
        "update of lease_id on outbox when new.lease_id is not null",
        "insert on magic_link_tokens",
        "update of state on outbox",
      ],
      ...["update of superseded_at on magic_link_tokens", event("link_sent"), SETTLERS_PERSON],
    ],
    ends: "sent",
  },
  "mail that is withheld": { writes: ["update of state on outbox", event("link_withheld")], ends: "withheld" },
  "mail that is given up": {
    writes: ["update of state on outbox", event("send_failed")],
    ends: "given_up",
    failing: true,
  },
}
const everyDelivery = Object.entries(deliveries).flatMap(([name, { writes }]) =>
  writes.map((write) => [name, write] as const),
)

describe("what becomes of mail", () => {
  it.each(everyDelivery)("P5 %s: the row waits on and no event lies when this fails: %s", async (name, write) => {
    const { ends, failing = false } = deliveries[name] ?? { ends: "" }
    const { app, path } = await siteOnFile()
    const browser = app.browser()
    await askForMail(app, browser, ADDRESS)
    if (ends === "withheld") await app.auth.users.disable(await signedInUser(app))
    await workerTurns()
    const before = await outcomesIn(app)
    if (failing) app.mailbox.failNext(2, { status: "failed", isPermanent: true, reason: "smtp_550" })
    failOn(path, write)
    expect((await browser.post("/auth/sign-in", { email: ADDRESS })).status).toBe(303)
    await workerTurns()
    expect(await outcomesIn(app)).toEqual(before)
    expect(mailIn(path, "queued")).toMatchObject([{ settled_at: null }])
    expect(reconcile(path)).toEqual([])
    mend(path)
    app.clock.advance(31_000)
    await app.browser().post("/auth/sign-in", { email: "wakes@example.com" })
    await workerTurns()
    expect(mailIn(path, "queued")).toEqual([])
    expect(mailIn(path, ends).length).toBeGreaterThan(0)
    expect(reconcile(path)).toEqual([])
  })
})

/** Fails one write of a decision, finds nothing of it anywhere, mends the disk, and sees the decision succeed. */
async function proveAllOrNothing(name: string, write: string, failure: Failure): Promise<void> {
  const { app, path } = await siteOnFile()
  const { prepare, isApi = false } = decisions[name] ?? {}
  const act = await prepare?.(app)
  if (act === undefined) throw new Error(`There is no decision called ${name}.`)
  await workerTurns()
  failOn(path, write, failure)
  const before = dumpState(path)
  const lines = app.logLines.length
  for (const accept of ["application/json", "text/html"])
    expectUnavailable(await outcomeOf(act({ accept })), isApi ? "application/json" : accept)
  expect(dumpState(path)).toEqual(before)
  const logged = app.logLines.slice(lines).map((line) => (JSON.parse(line) as { event: string }).event)
  expect(
    logged.filter((line) => line !== "request_failed"),
    "no event is mirrored that was not committed",
  ).toEqual([])
  mend(path)
  const outcome = await outcomeOf(act({ accept: "text/html" }))
  expect(outcome.code).toBe("done")
  expect(dumpState(path)).not.toEqual(before)
  await workerTurns()
  expect(reconcile(path)).toEqual([])
}

interface Outcome {
  readonly code: "done" | "unavailable"
  /** Of an answer; a call of the application's rejects instead. */
  readonly retryAfter?: string | null
  readonly type?: string | null
  readonly problem?: unknown
  readonly cookies?: readonly string[]
}

async function outcomeOf(acting: Promise<unknown>): Promise<Outcome> {
  try {
    const answer = await acting
    if (!(answer instanceof Response) || answer.status !== 503) return { code: "done" }
    const { headers } = answer
    const type = headers.get("content-type")
    const problem = type === "application/problem+json" ? await answer.json() : null
    return {
      code: "unavailable",
      retryAfter: headers.get("retry-after"),
      type,
      problem,
      cookies: headers.getSetCookie(),
    }
  } catch (error) {
    if (error instanceof LinklatchError && error.code === "store_unavailable") return { code: "unavailable" }
    throw error
  }
}

function expectUnavailable(outcome: Outcome, accept: string): void {
  expect(outcome.code).toBe("unavailable")
  if (outcome.type === undefined) return
  expect(outcome.retryAfter).toMatch(/^[1-9][0-9]*$/)
  expect(outcome.cookies).toEqual([])
  if (accept === "text/html") expect(outcome.type).toBe("text/html; charset=utf-8")
  else expect(outcome.problem).toMatchObject({ status: 503, code: "unavailable" })
}

async function siteOnFile(): Promise<{ app: App; path: string }> {
  const path = await ownFile()
  return { app: ownApp({ path }), path }
}

async function mailed(app: App, index: number, userAgent: string) {
  const browser = app.browser({ userAgent })
  return { browser, message: await askForMail(app, browser, `ada${index}@example.com`) }
}

function mailIn(path: string, wanted: string) {
  return dumpState(path)["outbox"]?.filter(({ state }) => state === wanted) ?? []
}

/** What the log says became of mail. */
async function outcomesIn(app: App) {
  return (await app.events()).filter(({ type }) => ["link_sent", "link_withheld", "send_failed"].includes(type))
}
