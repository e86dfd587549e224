import { describe, expect, it } from "vitest"
import { MINUTE } from "../../src/core/clock.ts"
import { type App, askForMail, signIn, tokenOf } from "../app.ts"
import { ownApp } from "./own-app.ts"
import { untilIdle } from "./until-idle.ts"

const WINDOW = 15 * MINUTE
const STRANGER = "203.0.113.66"
let nextPerson = 1
const somebody = () => `person${nextPerson++}@example.com`
const token = () => Buffer.from(String(nextPerson++).padStart(32)).toString("base64url")

const askByApi = (app: App, ip: string, email = somebody()) => app.browser({ ip }).api("POST", "sign-in", { email })
const askByPage = (app: App, ip: string, email = somebody()) => app.browser({ ip }).post("/auth/sign-in", { email })
const pressByApi = (app: App, ip: string) => app.browser({ ip }).api("POST", "link", { token: token() })
const pressByPage = (app: App, ip: string) => app.browser({ ip }).post("/auth/link", { token: token() })

async function statusesOf(calls: readonly (() => Promise<Response>)[]): Promise<number[]> {
  const statuses: number[] = []
  for (const call of calls) statuses.push((await call()).status)
  return statuses
}

describe("a limit", () => {
  it("RAT-1 RAT-5 P8 of asking is one for page and API: five of both together in fifteen minutes", async () => {
    const app = ownApp()
    const [page, api] = [() => askByPage(app, STRANGER), () => askByApi(app, STRANGER)]
    expect(await statusesOf([page, api, page, api, page, api, page])).toEqual([303, 202, 303, 202, 303, 429, 429])
    app.clock.advance(WINDOW)
    expect(await statusesOf([api, api, api, api, api, page, api])).toEqual([202, 202, 202, 202, 202, 429, 429])
  })

  it("RAT-7 RAT-5 P8 of redeeming is one for page and API, link and code: twenty together", async () => {
    const app = ownApp()
    const browser = app.browser({ ip: STRANGER })
    const { code } = await askForMail(app, browser, "ada@example.com")
    const wrong = code === "000000" ? "000001" : "000000"
    const ways = [
      () => pressByPage(app, STRANGER),
      () => pressByApi(app, STRANGER),
      () => browser.post("/auth/code", { code: wrong }),
      () => browser.api("POST", "code", { code: wrong }),
    ]
    const calls = Array.from({ length: 20 }, (_, index) => ways[index % 4] ?? (() => pressByApi(app, STRANGER)))
    expect(await statusesOf(calls)).not.toContain(429)
    expect(await statusesOf(ways)).toEqual([429, 429, 429, 429])
    expect((await browser.api("POST", "code", { code })).status, "the right one too").toBe(429)
  })

  it("RAT-10 P8 of an address is one for page and API, and silent on both: three mails an hour", async () => {
    const app = ownApp({ limits: { askClient: { max: 100, minutes: 15 } } })
    const answers: number[] = []
    for (let round = 0; round < 8; round++) {
      const ask = round % 2 === 0 ? askByApi : askByPage
      answers.push((await ask(app, `203.0.113.${round}`, "ada@example.com")).status)
    }
    expect(answers).toEqual([202, 303, 202, 303, 202, 303, 202, 303])
    await untilIdle(app)
    expect(app.mailbox.messages.length).toBe(3)
  })

  it("RAT-2 P8 admits exactly five and twenty of 500 calls at once, half of them by the API", async () => {
    const app = ownApp()
    const either =
      <T>(one: () => T, other: () => T) =>
      (_: unknown, index: number) =>
        index % 2 === 0 ? one() : other()
    const many = <T>(make: (_: unknown, index: number) => Promise<T>) => Promise.all(Array.from({ length: 500 }, make))
    const asked = await many(
      either(
        () => askByApi(app, STRANGER),
        () => askByPage(app, STRANGER),
      ),
    )
    expect(asked.filter(({ status }) => status !== 429).length).toBe(5)
    const pressed = await many(
      either(
        () => pressByApi(app, STRANGER),
        () => pressByPage(app, STRANGER),
      ),
    )
    expect(pressed.filter(({ status }) => status !== 429).length).toBe(20)
  })

  it("RAT-9 P8 says by the API when to come back, and lets in whoever does", async () => {
    const app = ownApp()
    for (let round = 0; round < 5; round++) await askByApi(app, STRANGER)
    app.clock.advance(MINUTE + 1)
    const refused = await askByApi(app, STRANGER)
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "840"])
    expect(refused.headers.get("ratelimit")).toBe('"ask_client";r=0;t=840')
    app.clock.advance(840_000)
    expect((await askByApi(app, STRANGER)).status).toBe(202)
  })

  it("RAT-11 P8 leaves a known browser its own allowance by the API, and its cookie opens nothing else", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: STRANGER }))
    for (let round = 0; round < 10; round++) await askByApi(app, STRANGER)
    for (let round = 0; round < 5; round++) await askByApi(app, `203.0.113.${round}`, "ada@example.com")
    await untilIdle(app)
    const asked = await browser.api("POST", "sign-in", { email: "ada@example.com" })
    expect([asked.status, asked.headers.has("ratelimit")]).toEqual([202, false])
    await untilIdle(app)
    const message = app.mailbox.messages.at(-1) ?? { link: "" }
    expect((await browser.api("POST", "link", { token: tokenOf(message) })).status).toBe(200)
    expect((await browser.api("POST", "sign-in", { email: "bob@example.com" })).status).toBe(429)
  })
})
