import { describe, expect, it } from "vitest"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import { type App, signIn } from "../app.ts"
import { ownApp } from "./own-app.ts"
import { untilIdle } from "./until-idle.ts"

const ADDRESS = "ada@example.com"

describe("mail to one address", () => {
  it("RAT-11 RAT-12 P8 is bounded however many known browsers somebody collects", async () => {
    const app = ownApp()
    for (let round = 0; round < 8; round++) {
      // A jar without the cookie gets a new id at each sign-in.
      const jar = app.browser()
      await ask(app, jar, 1)
      const message = app.mailbox.messages.at(-1)
      if (message !== undefined) await jar.press(message)
      await ask(app, jar, 3)
    }
    expect(app.mailbox.messages.length).toBeLessThanOrEqual(3 + 3)
  })

  it("RAT-2 P8 is bounded after a clock that was far ahead was set right", async () => {
    const app = ownApp()
    const rightNow = app.clock.now()
    app.clock.set(rightNow + 30 * HOUR)
    await ask(app, app.browser(), 1)
    app.clock.set(rightNow)
    for (let minute = 0; minute < 30; minute++) {
      await ask(app, app.browser(), 1)
      app.clock.advance(MINUTE)
    }
    expect(app.mailbox.messages.length).toBeLessThanOrEqual(1 + 3)
  })

  it("TOK-5 P2 that was withheld leaves the number of the page true for the link that is out", async () => {
    const app = ownApp({ limits: { askAddress: { max: 1, minutes: 60 } } })
    const { browser } = await signIn(app, "grace@example.com")
    const here = app.browser()
    await ask(app, here, 4)
    const [message] = app.mailbox.messages.filter(({ to }) => to === ADDRESS)
    expect((await browser.press(message ?? { link: "" }, await here.matchNumber())).status).toBe(303)
  })
})

async function ask(app: App, browser: ReturnType<App["browser"]>, times: number): Promise<void> {
  for (let time = 0; time < times; time++) await browser.post("/auth/sign-in", { email: ADDRESS })
  await untilIdle(app)
}
