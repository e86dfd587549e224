import { describe, expect, it } from "vitest"
import { type State, siteIn, states } from "./address-states.ts"
import { seenIn } from "./answers.ts"
import { ownFile } from "./own-app.ts"
import { workerTurns } from "./worker-turns.ts"

const IP = "203.0.113.9"

describe("the JSON API's answers to an address that is", () => {
  it("ENU-1 P4 unknown are what they should be, so that there is something to compare", async () => {
    const answers = await answersToUnknown()
    const statuses = answers.map((answer) => Number(answer.slice(0, 3)))
    expect(statuses).toEqual([202, 200, 422, 422, 422, 422, 422, 422, 403, 202, 202, 202, 202, 429])
    expect(answers[0]).toMatch(/^set-cookie: __Host-linklatch_flow=43 characters;.*\n/m)
    expect(answers[0]).toContain('"email":"(address)","matchNumber":(number),"codeTriesLeft":5,')
    const counters = answers.flatMap((answer) => /^ratelimit: .*$/m.exec(answer)?.[0] ?? [])
    expect(counters).toEqual([4, 3, 2, 1, 0, 0].map((left) => `ratelimit: "ask_client";r=${left};t=900`))
  })

  it.each(Object.entries(states))(
    "ENU-1 ENU-2 RAT-10 P4 %s are those to an unknown one, byte for byte",
    async (_, state) => {
      expect(await answersTo(state)).toEqual(await answersToUnknown())
    },
  )
})

let unknown: Promise<string[]> | undefined

function answersToUnknown(): Promise<string[]> {
  unknown ??= answersTo({})
  return unknown
}

/** Everything that a script sees which asks, types six wrong codes, is asked from elsewhere and asks until its limit is spent. */
async function answersTo(state: State): Promise<string[]> {
  const { app, typed } = await siteIn(state, await ownFile(), true)
  const browser = app.browser({ ip: IP })
  const answers: string[] = []
  const see = async (answer: Promise<Response>) => answers.push(await seenIn(await answer, maskFor(typed)))
  const ask = async (headers: Record<string, string> = {}) => {
    await see(browser.api("POST", "sign-in", { email: typed, next: "/admin" }, headers))
    await workerTurns()
  }
  await ask()
  await see(browser.api("GET", "session"))
  for (let code = 1; code <= 6; code++) await see(browser.api("POST", "code", { code: `00000${code}` }))
  await ask({ "sec-fetch-site": "cross-site" })
  for (let round = 2; round <= 6; round++) await ask()
  // A matrix whose states are not what they are called would prove nothing.
  expect(app.mailbox.messages.length > 0).toBe(state.isSilent !== true)
  return answers
}

/** The address and the match number may differ, and nothing else. */
function maskFor(typed: string): (body: string) => string {
  const address = typed.trim().toLowerCase().replace("bücher", "xn--bcher-kva")
  return (body) => body.replaceAll(address, "(address)").replace(/("matchNumber":)[0-9]{2}\b/, "$1(number)")
}
