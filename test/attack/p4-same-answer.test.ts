import { describe, expect, it } from "vitest"
import { type State, siteIn, states } from "./address-states.ts"
import { seenIn } from "./answers.ts"
import { type Dump, dumpState } from "./dump-tables.ts"
import { ownFile } from "./own-app.ts"
import { workerTurns } from "./worker-turns.ts"

const IP = "203.0.113.9"

describe("the answers to an address that is", () => {
  it("ENU-1 P4 unknown are what they should be, so that there is something to compare", async () => {
    const answers = await answersToUnknown()
    const statuses = answers.map((answer) => Number(answer.slice(0, 3)))
    expect(statuses).toEqual([
      303, 200, 200, 422, 422, 422, 422, 422, 422, 200, 303, 200, 303, 200, 303, 200, 303, 200, 429, 200,
    ])
    expect(answers[0]).toMatch(/^set-cookie: __Host-linklatch_flow=43 characters;.*\n/m)
    const counters = answers.flatMap((answer) => /^ratelimit: .*$/m.exec(answer)?.[0] ?? [])
    expect(counters).toEqual([4, 3, 2, 1, 0, 0].map((left) => `ratelimit: "ask_client";r=${left};t=900`))
    expect(new Set(answers.slice(3, 9)).size, "the sixth is answered as the fifth").toBe(5)
  })

  it.each(Object.entries(states))(
    "ENU-1 ENU-2 RAT-10 P4 %s are those to an unknown one, byte for byte",
    async (_, state) => {
      expect(await answersTo(state)).toEqual(await answersToUnknown())
    },
  )
})

describe("what asking writes for an address that is", () => {
  const ask = { auth_event_pii: 1, auth_events: 1, outbox: 1, rate_limits: 2, sign_in_requests: 1, sqlite_sequence: 1 }
  const overLimit = (name: string) => name.includes("over its limit")

  it.each(Object.entries({ unknown: {}, ...states }).filter(([name]) => !overLimit(name)))(
    "ENU-1 P4 %s is a row for each table, whoever it is",
    async (_, state) => {
      expect(await writtenFor(state)).toEqual(ask)
    },
  )

  it.each(Object.entries(states).filter(([name]) => overLimit(name)))(
    "ENU-1 RAT-7 P4 %s is the same and the refusal's event",
    async (_, state) => {
      expect(await writtenFor(state)).toEqual({ ...ask, auth_events: 2 })
    },
  )
})

let unknown: Promise<string[]> | undefined

function answersToUnknown(): Promise<string[]> {
  unknown ??= answersTo({})
  return unknown
}

/** Everything that somebody sees who asks, waits, types six wrong codes and asks until the limit of their own is spent. */
async function answersTo(state: State): Promise<string[]> {
  const { app, typed } = await siteIn(state, await ownFile(), true)
  const browser = app.browser({ ip: IP })
  const answers: string[] = []
  const see = async (answer: Promise<Response>) => answers.push(await seenIn(await answer, maskFor(typed)))
  const askAndWait = async () => {
    await see(browser.post("/auth/sign-in", { email: typed, next: "/admin" }))
    await see(browser.get("/auth/check-mail"))
    await workerTurns()
  }
  await askAndWait()
  await see(browser.get("/auth/check-mail"))
  for (let code = 1; code <= 6; code++) await see(browser.post("/auth/code", { code: `00000${code}` }))
  await see(browser.get("/auth/check-mail"))
  for (let ask = 2; ask <= 6; ask++) await askAndWait()
  // A matrix whose states are not what they are called would prove nothing.
  expect(app.mailbox.messages.length > 0).toBe(state.isSilent !== true)
  return answers
}

/** How many rows of each table one ask writes, before any worker has looked at it. */
async function writtenFor(state: State): Promise<Record<string, number>> {
  const path = await ownFile()
  const { app, typed } = await siteIn(state, path, false)
  const before = dumpState(path)
  expect((await app.browser({ ip: IP }).post("/auth/sign-in", { email: typed })).status).toBe(303)
  return rowsWritten(before, dumpState(path))
}

/** The address and the match number may differ, and nothing else. */
function maskFor(typed: string): (body: string) => string {
  const address = typed.trim().toLowerCase().replace("bücher", "xn--bcher-kva")
  return (body) => body.replaceAll(address, "(address)").replace(/(class="match-number">)[0-9]{2}</, "$1(number)<")
}

function rowsWritten(before: Dump, after: Dump): Record<string, number> {
  const written = Object.entries(after).map(([name, rows]) => {
    const had = new Set(before[name]?.map((row) => JSON.stringify(row)))
    return [name, rows.filter((row) => !had.has(JSON.stringify(row))).length] as const
  })
  return Object.fromEntries(written.filter(([, count]) => count > 0))
}
