import { describe, expect, it } from "vitest"
import { type App, askForMail, tokenOf } from "../app.ts"
import type { Browser } from "../browser.ts"
import { startsSession } from "./answers.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { reconcile } from "./reconcile.ts"
import { untilIdle } from "./until-idle.ts"

const wide = {
  limits: {
    askClient: { max: 1_000, minutes: 15 },
    askAddress: { max: 10, minutes: 60 },
    redeemClient: { max: 1_000, minutes: 15 },
  },
}
const times = <T>(count: number, one: (index: number) => T) => Array.from({ length: count }, (_, index) => one(index))

describe("64 calls of the JSON API at once", () => {
  const ways: [
    name: string,
    press: (browser: Browser, token: string, code: string) => (index: number) => Promise<Response>,
  ][] = [
    ["with the link", (browser, token) => () => browser.api("POST", "link", { token })],
    ["with the code", (browser, _, code) => () => browser.api("POST", "code", { code })],
    [
      "with link and code, by the API and by the pages",
      (browser, token, code) => (index) =>
        [
          () => browser.api("POST", "link", { token }),
          () => browser.api("POST", "code", { code }),
          () => browser.post("/auth/link", { token }),
          () => browser.post("/auth/code", { code }),
        ][index % 4]?.() ?? Promise.reject(new Error("There are four ways.")),
    ],
  ]

  it.each(ways)("TOK-3 TOK-7 P1 %s sign in once, thirty times over", async (_, press) => {
    const path = await ownFile()
    const app = ownApp({ ...wide, path })
    for (let round = 0; round < 30; round++) {
      const browser = app.browser()
      const message = await askForMail(app, browser, `ada${round}@example.com`)
      await untilIdle(app)
      const responses = await Promise.all(times(64, press(browser, tokenOf(message), message.code)))
      expect(responses.filter(startsSession), `round ${round}`).toHaveLength(1)
      expect(await sessionsOf(app, `ada${round}@example.com`), `round ${round}`).toBe(1)
      const codes = await Promise.all(responses.filter((one) => one.status >= 400).map(codeOf))
      for (const code of codes) expect(["link_used", "code_used", null], `round ${round}`).toContain(code)
    }
    expect(reconcile(path)).toEqual([])
  })

  it("TOK-7 P1 with wrong codes spend five tries, and the right one comes too late", async () => {
    const app = ownApp(wide)
    const browser = app.browser()
    const { code } = await askForMail(app, browser, "ada@example.com")
    const guess = (index: number) => String((Number(code) + 1 + index) % 1_000_000).padStart(6, "0")
    const guesses = await Promise.all(times(64, (index) => browser.api("POST", "code", { code: guess(index) })))
    const left = await Promise.all(guesses.map(async (one) => (await one.json()).triesLeft))
    expect(left.toSorted((a, b) => b - a).slice(0, 6)).toEqual([4, 3, 2, 1, 0, 0])
    const late = await browser.api("POST", "code", { code })
    expect([late.status, startsSession(late), await codeOf(late)]).toEqual([422, false, "wrong_code"])
  })

  it("TOK-5 TOK-13 P1 P2 from a foreign browser, without and with wrong numbers, don't burn the link", async () => {
    const app = ownApp(wide)
    const own = app.browser()
    const message = await askForMail(app, own, "ada@example.com")
    const token = tokenOf(message)
    const match = await own.matchNumber()
    const wrong = match === "99" ? "10" : String(Number(match) + 1)
    const presses = times(64, (index) =>
      app.browser().api("POST", "link", { token, match: index % 2 === 0 ? null : wrong }),
    )
    for (const response of await Promise.all(presses)) {
      expect([response.status, startsSession(response), await codeOf(response)]).toEqual([403, false, "wrong_browser"])
    }
    const late = await app.browser().api("POST", "link", { token, match })
    expect([late.status, startsSession(late)], "the three tries are spent").toEqual([403, false])
    expect(startsSession(await own.api("POST", "link", { token }))).toBe(true)
  })
})

async function codeOf(response: Response): Promise<string | null> {
  const isProblem = response.headers.get("content-type") === "application/problem+json"
  return isProblem ? (await response.json()).code : null
}

async function sessionsOf(app: App, email: string): Promise<number> {
  const user = await app.auth.users.find({ email })
  return user === null ? 0 : (await app.auth.sessions.list(user.id)).length
}
