import { describe, expect, it } from "vitest"
import { hashFlow, parseFlow } from "../../src/core/links/flow.ts"
import { type App, askForMail, signIn, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { seenIn, startsSession } from "./answers.ts"
import { type Child, startChild } from "./child-process.ts"
import { ownApp, ownFile } from "./own-app.ts"
import type { Posted, Posts } from "./posting-process.ts"
import { reconcile } from "./reconcile.ts"
import { untilIdle } from "./until-idle.ts"

const FLOW = "__Host-linklatch_flow"
const wide = { limits: { redeemClient: { max: 1_000, minutes: 15 }, askAddress: { max: 10, minutes: 60 } } }
const times = <T>(count: number, one: (index: number) => T) => Array.from({ length: count }, (_, index) => one(index))

describe("a link that is pressed 64 times at once", () => {
  it("TOK-3 P1 signs in once and answers the 63 others alike, two hundred times over", async () => {
    const app = ownApp(wide)
    for (let round = 0; round < 200; round++) {
      const browser = app.browser()
      const message = await askForMail(app, browser, `ada${round}@example.com`)
      await untilIdle(app)
      const { told, responses } = await during(app, () => Promise.all(times(64, () => browser.press(message))))
      expect(await outcomeOf(responses), `round ${round}`).toEqual({ sessions: 1, others: 63, different: 1 })
      const once = { link_consumed: 1, session_created: 1, user_created: 1, provider_used: 1 }
      expect(told, `round ${round}`).toEqual({ ...once, consume_failed: 63 })
    }
  })

  it("TOK-3 P1 signs in once, in its own browser or by match number in another", async () => {
    const app = ownApp(wide)
    for (let round = 0; round < 30; round++) {
      const own = app.browser()
      const message = await askForMail(app, own, `ada${round}@example.com`)
      const match = await own.matchNumber()
      const presses = times(64, (index) =>
        index % 2 === round % 2 ? own.press(message) : app.browser().press(message, match),
      )
      const responses = await Promise.all(presses)
      expect(responses.filter(startsSession), `round ${round}`).toHaveLength(1)
      expect(await sessionsOf(app, `ada${round}@example.com`), `round ${round}`).toBe(1)
    }
  })

  it("TOK-3 TOK-7 P1 signs in once in two processes on one file, and 64 guesses spend five tries", async () => {
    const path = await ownFile()
    const app = ownApp({ path, ...wide })
    const children = await Promise.all(times(2, () => startChild("./posting-process.ts", [path])))
    for (let round = 0; round < 15; round++) {
      const [browser, guesser] = [app.browser(), app.browser()]
      const message = await askForMail(app, browser, `ada${round}@example.com`)
      const { code } = await askForMail(app, guesser, `bob${round}@example.com`)
      const press = { path: "/auth/link", form: { token: tokenOf(message) } }
      const guess = (index: number) => ({ path: "/auth/code", form: { code: otherThan(code, index) } })
      const cookies = [...browser.cookies]
      const posted = await Promise.all(
        children.map((child) => post(child, { ip: `192.0.2.${round}`, cookies, forms: times(32, () => press) })),
      )
      expect(posted.map(({ sessions }) => sessions).toSorted(), `round ${round}`).toEqual([0, 1])
      expect(new Set(posted.flatMap(({ others }) => others)).size, `round ${round}`).toBe(1)
      const guesses = { ip: `192.0.2.${100 + round}`, cookies: [...guesser.cookies], forms: times(32, guess) }
      await Promise.all(children.map((child) => post(child, guesses)))
      expect(await triesLeft(app, guesser), `round ${round}`).toBe(0)
      expect(startsSession(await guesser.post("/auth/code", { code })), `round ${round}`).toBe(false)
    }
    expect(await Promise.all(children.map((child) => child.stop()))).toEqual([0, 0])
    expect(reconcile(path)).toEqual([])
  })
})

describe("a link and another request", () => {
  it("TOK-5 P1 doesn't work with the flow of another request, and is not burnt", async () => {
    const app = ownApp(wide)
    const [ada, eve] = [app.browser(), app.browser()]
    const message = await askForMail(app, ada, "ada@example.com")
    const other = await askForMail(app, eve, "eve@example.com")
    const answers = [
      await eve.press(message),
      await ada.press(other),
      await eve.post("/auth/code", { code: message.code }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 422])
    expect(answers.some(startsSession)).toBe(false)
    expect(startsSession(await ada.press(message))).toBe(true)
    expect(startsSession(await eve.press(other))).toBe(true)
  })

  it("TOK-5 P1 doesn't work in the flow of another request for the same address", async () => {
    const app = ownApp(wide)
    const [first, second] = [app.browser(), app.browser()]
    const [message, other] = [
      await askForMail(app, first, "ada@example.com"),
      await askForMail(app, second, "ada@example.com"),
    ]
    expect((await second.press(message)).status).toBe(403)
    expect((await second.post("/auth/code", { code: message.code })).status).toBe(422)
    expect(startsSession(await first.press(message))).toBe(true)
    expect(startsSession(await second.press(other)), "all of an address die when one is redeemed").toBe(false)
  })

  it("TOK-5 P1 is dead once a newer one of its flow was sent", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const older = await askForMail(app, browser, "ada@example.com")
    const newer = await askForMail(app, browser, "ada@example.com")
    await untilIdle(app)
    expect((await browser.press(older)).status).toBe(410)
    expect(startsSession(await browser.post("/auth/code", { code: older.code }))).toBe(false)
    expect(startsSession(await browser.press(newer))).toBe(true)
  })
})

describe("a code", () => {
  it.each([
    { wrong: 4, works: true },
    { wrong: 5, works: false },
    { wrong: 6, works: false },
  ])("TOK-7 P1 after $wrong wrong tries: the right one works: $works", async ({ wrong, works }) => {
    const app = ownApp(wide)
    const browser = app.browser()
    const { code } = await askForMail(app, browser, "ada@example.com")
    for (let index = 0; index < wrong; index++) await browser.post("/auth/code", { code: otherThan(code, index) })
    expect(startsSession(await browser.post("/auth/code", { code }))).toBe(works)
  })

  it.each([
    { place: 4, works: true },
    { place: 5, works: false },
    { place: 63, works: false },
  ])("TOK-7 P1 that is guess number $place (from 0) of 64 at once works: $works", async ({ place, works }) => {
    const app = ownApp(wide)
    const browser = app.browser()
    const { code } = await askForMail(app, browser, "ada@example.com")
    const guesses = times(64, (index) =>
      browser.post("/auth/code", { code: index === place ? code : otherThan(code, index) }),
    )
    const responses = await Promise.all(guesses)
    expect(responses.some(startsSession)).toBe(works)
    expect(await sessionsOf(app, "ada@example.com")).toBe(works ? 1 : 0)
    if (!works) expect(await triesLeft(app, browser)).toBe(0)
  })

  it("TOK-3 P1 is one use together with the link of its mail, one after the other and at once", async () => {
    const app = ownApp(wide)
    for (let round = 0; round < 20; round++) {
      const browser = app.browser()
      const message = await askForMail(app, browser, `ada${round}@example.com`)
      const ways = [() => browser.press(message), () => browser.post("/auth/code", { code: message.code })]
      const inOrder = round % 2 === 0 ? ways : ways.toReversed()
      const responses =
        round < 10 ? await Promise.all(inOrder.map((way) => way())) : [await inOrder[0]?.(), await inOrder[1]?.()]
      expect(
        responses.map((response) => response !== undefined && startsSession(response)),
        `round ${round}`,
      ).toEqual([true, false])
      expect(await sessionsOf(app, `ada${round}@example.com`)).toBe(1)
    }
  })
})

describe("links and codes that are still out", () => {
  it("TOK-10 P1 die when their user is disabled, and stay dead when the user is enabled", async () => {
    const app = ownApp(wide)
    const { out, userId } = await signedInWithMailOut(app)
    expect(await app.auth.users.disable(userId)).toBe("changed")
    expect(await signInsWith(out)).toBe(0)
    expect(await app.auth.users.enable(userId)).toBe("changed")
    expect(await signInsWith(out)).toBe(0)
    expect(startsSession((await signIn(app, "ada@example.com")).response), "a new link works").toBe(true)
  })

  it("TOK-10 P1 die when their user signs out everywhere", async () => {
    const app = ownApp(wide)
    const { out, browser } = await signedInWithMailOut(app)
    await browser.post("/auth/account/sign-out", { session: "all" })
    expect(await signInsWith(out)).toBe(0)
  })

  it("TOK-10 P1 die when the application signs their user out everywhere, and outlive the end of one session", async () => {
    const app = ownApp(wide)
    const { out, userId } = await signedInWithMailOut(app)
    const [session] = await app.auth.sessions.list(userId)
    await app.auth.sessions.revoke(userId, session?.id ?? "")
    expect((await out[0]?.browser.get(`/auth/link/${tokenOf(out[0].message)}`))?.status).toBe(200)
    await app.auth.sessions.revokeAll(userId)
    expect(await signInsWith(out)).toBe(0)
  })
})

async function outcomeOf(responses: readonly Response[]) {
  const others = responses.filter((response) => !startsSession(response))
  const seen = await Promise.all(others.map((response) => seenIn(response)))
  return { sessions: responses.length - others.length, others: others.length, different: new Set(seen).size }
}

/** What was committed to the log during an action, by type. */
async function during(app: App, act: () => Promise<Response[]>) {
  const told: Record<string, number> = {}
  const stop = app.store.audit.onCommitted(({ type }) => {
    told[type] = (told[type] ?? 0) + 1
  })
  const responses = await act()
  stop()
  return { responses, told }
}

async function sessionsOf(app: App, email: string): Promise<number> {
  const user = await app.auth.users.find({ email })
  return user === null ? 0 : (await app.auth.sessions.list(user.id)).length
}

async function triesLeft(app: App, browser: Browser): Promise<number | undefined> {
  const flow = parseFlow(browser.cookies.get(FLOW) ?? "")
  return flow === null ? undefined : (await app.store.requests.latest(hashFlow(flow)))?.codeTriesLeft
}

const post = (child: Child, posts: Posts) => child.ask<Posted>(posts)

/** A code that is another one than `code`, and another for each index. */
function otherThan(code: string, index: number): string {
  return String((Number(code) + 1 + index) % 1_000_000).padStart(6, "0")
}

/** Somebody who is signed in, with two more mails of theirs unread, each for another browser. */
async function signedInWithMailOut(app: App) {
  const { browser } = await signIn(app, "ada@example.com")
  const user = await app.auth.users.find({ email: "ada@example.com" })
  const out: { browser: Browser; message: Awaited<ReturnType<typeof askForMail>> }[] = []
  for (let index = 0; index < 2; index++) {
    const other = app.browser()
    out.push({ browser: other, message: await askForMail(app, other, "ada@example.com") })
  }
  return { browser, out, userId: user?.id ?? "" }
}

async function signInsWith(out: Awaited<ReturnType<typeof signedInWithMailOut>>["out"]): Promise<number> {
  const responses = out.map(async ({ browser, message }) => [
    await browser.press(message),
    await browser.post("/auth/code", { code: message.code }),
  ])
  return (await Promise.all(responses)).flat().filter(startsSession).length
}
