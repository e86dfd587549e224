import { DatabaseSync } from "node:sqlite"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { HOUR, MINUTE, SECOND } from "../../src/core/clock.ts"
import { type App, askForMail, createApp, signIn } from "../app.ts"
import { countRows, readRefusals } from "./database.ts"
import { ownApp, ownFile } from "./own-app.ts"
import { parseItem } from "./structured-field.ts"
import { untilIdle } from "./until-idle.ts"

const WINDOW = 15 * MINUTE
const STRANGER = "203.0.113.66"
let nextPerson = 1
const somebody = () => `person${nextPerson++}@example.com`

/** One request of a browser that was never here before. */
function ask(
  app: App,
  ip: string,
  email: string = somebody(),
  headers: Record<string, string> = {},
): Promise<Response> {
  return app.browser({ ip }).post("/auth/sign-in", { email }, headers)
}

function redeem(app: App, ip: string): Promise<Response> {
  const token = Buffer.from(String(nextPerson++).padStart(32)).toString("base64url")
  return app.browser({ ip }).post("/auth/link", { token })
}

async function times<T>(count: number, act: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  for (let index = 0; index < count; index++) results.push(await act(index))
  return results
}

const statuses = (responses: readonly Response[]) => responses.map(({ status }) => status)

describe("the limit of a client address", () => {
  it("RAT-1 RAT-10 P8 admits five in fifteen minutes and refuses the sixth openly, until the first stops counting", async () => {
    const app = ownApp()
    expect(statuses(await times(7, () => ask(app, STRANGER)))).toEqual([303, 303, 303, 303, 303, 429, 429])
    app.clock.advance(WINDOW - 1)
    expect((await ask(app, STRANGER)).status).toBe(429)
    app.clock.advance(1)
    expect(statuses(await times(6, () => ask(app, STRANGER)))).toEqual([303, 303, 303, 303, 303, 429])
  })

  it("RAT-1 P8 is what the options say", async () => {
    const app = ownApp({ limits: { askClient: { max: 2, minutes: 1 } } })
    expect(statuses(await times(3, () => ask(app, STRANGER)))).toEqual([303, 303, 429])
    app.clock.advance(MINUTE)
    expect((await ask(app, STRANGER)).status).toBe(303)
  })

  it("RAT-9 P8 says on each answer what is left, in fields that parse", async () => {
    const app = ownApp()
    for (const remaining of [4, 3, 2, 1, 0]) {
      const { headers } = await ask(app, STRANGER)
      expect(parseItem(headers.get("ratelimit-policy"))).toEqual({
        name: "ask_client",
        parameters: new Map([
          ["q", 5],
          ["w", 900],
        ]),
      })
      expect(parseItem(headers.get("ratelimit"))).toEqual({
        name: "ask_client",
        parameters: new Map([
          ["r", remaining],
          ["t", 900],
        ]),
      })
      expect(headers.has("retry-after")).toBe(false)
    }
  })

  it("RAT-9 P8 refuses with a problem that says when to come back and that no cache may keep", async () => {
    const app = ownApp()
    await times(5, () => ask(app, STRANGER))
    app.clock.advance(90 * SECOND + 1)
    const { status, headers, ...response } = await refusal(app)
    expect(status).toBe(429)
    const left = parseItem(headers.get("ratelimit"))
    expect(left.parameters).toEqual(
      new Map([
        ["r", 0],
        ["t", 810],
      ]),
    )
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(left.parameters.get("t") ?? Number.NaN)
    expect(parseItem(headers.get("ratelimit-policy")).parameters.has("pk")).toBe(false)
    expect(headers.get("cache-control")).toBe("no-store")
    expect(headers.get("content-type")).toBe("application/problem+json")
    const problem = {
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      status: 429,
      code: "rate_limited",
    }
    expect(response.problem).toMatchObject(problem)
    // Whoever does as told is let in.
    app.clock.advance(Number(headers.get("retry-after")) * SECOND)
    expect((await ask(app, STRANGER)).status).toBe(303)
  })

  it("RAT-2 P8 admits as many as a list of admitted times would, in bursts around every edge of the window", async () => {
    const app = ownApp()
    const pause = fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(0, 0, 0, 1) },
      { weight: 3, arbitrary: fc.constantFrom(WINDOW - 1, WINDOW, WINDOW + 1, WINDOW / 2, WINDOW / 5) },
      fc.integer({ min: 0, max: WINDOW }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pause, { minLength: 10, maxLength: 30 }), async (pauses) => {
        const ip = `203.0.${nextPerson++ % 256}.${nextPerson++ % 256}`
        const admitted: number[] = []
        for (const wait of pauses) {
          const at = app.clock.advance(wait)
          const isExpected = admitted.filter((time) => time > at - WINDOW).length < 5
          expect((await ask(app, ip)).status).toBe(isExpected ? 303 : 429)
          if (isExpected) admitted.push(at)
        }
      }),
      { numRuns: 60 },
    )
  })

  it("RAT-6 P8 counts by the client and by nothing else that a client sends", async () => {
    const app = ownApp()
    const { browser: known } = await signIn(app, "eve@example.com", app.browser({ ip: STRANGER }))
    await times(4, () => ask(app, STRANGER))
    const variants: [form: Record<string, string>, headers: Record<string, string>][] = [
      [{ email: somebody() }, { "user-agent": "another", "accept-language": "de" }],
      [{ email: somebody(), next: "/elsewhere" }, {}],
      [{ email: somebody(), ip: "1.2.3.4", limit: "1000", username: "x" }, {}],
      [{ email: somebody() }, { cookie: "__Host-linklatch_flow=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
      // A known browser, but not with this address.
      [{ email: somebody() }, { cookie: `__Host-linklatch_known=${known.cookies.get("__Host-linklatch_known")}` }],
      [{ email: somebody() }, { authorization: "Bearer 1", "x-api-key": "1", "x-client-id": "1", dnt: "1" }],
    ]
    for (const [form, headers] of variants) {
      expect((await app.browser({ ip: STRANGER }).post("/auth/sign-in", form, headers)).status).toBe(429)
    }
  })

  it("RAT-7 P8 counts addresses that nobody knows, disabled ones and unlisted ones like all others", async () => {
    const app = ownApp({ signUp: "closed", adminEmails: ["ada@example.com"] })
    await signIn(app, "ada@example.com")
    await app.auth.users.disable((await app.auth.users.find({ email: "ada@example.com" }))?.id ?? "")
    for (const email of ["ada@example.com", "nobody@example.com"]) {
      const ip = email.startsWith("ada") ? "203.0.113.1" : "203.0.113.2"
      const answers = await times(6, () => ask(app, ip, email))
      expect(statuses(answers)).toEqual([303, 303, 303, 303, 303, 429])
      expect(answers.map(({ headers }) => headers.get("ratelimit"))).toEqual(
        [4, 3, 2, 1, 0, 0].map((r) => `"ask_client";r=${r};t=900`),
      )
    }
  })
})

async function refusal(app: App) {
  const response = await ask(app, STRANGER, somebody(), { accept: "application/json" })
  return { status: response.status, headers: response.headers, problem: await response.json() }
}

describe("the limit of a mail address", () => {
  it("RAT-1 RAT-10 P8 sends three an hour and withholds the rest without a word", async () => {
    const app = ownApp()
    const answers = await times(5, (index) => ask(app, `203.0.113.${index}`, "ada@example.com"))
    expect(new Set(answers.map(fingerprint)).size).toBe(1)
    await untilIdle(app)
    expect(app.mailbox.messages.map(({ to }) => to)).toEqual(Array(3).fill("ada@example.com"))
  })

  it("RAT-10 LOG-3 P8 writes down each mail that it withheld, and that the limit was spent", async () => {
    const app = ownApp()
    await times(5, (index) => ask(app, `203.0.113.${index}`, "ada@example.com"))
    await untilIdle(app)
    const events = await app.events()
    const details = (type: string) => events.filter((event) => event.type === type).map(({ detail }) => detail)
    expect(details("link_withheld")).toEqual(Array(2).fill({ requestId: expect.any(String), reason: "rate_limited" }))
    expect(details("rate_limited")).toEqual([{ limit: "ask_address", count: 1, windowSeconds: 3_600 }])
    expect(details("link_requested").length).toBe(5)
  })

  it("RAT-6 P8 counts every spelling of an address as one", async () => {
    const app = ownApp()
    const spellings = ["A@x.example", "a@x.example", " a@x.example ", "\ta@X.EXAMPLE", "a@x.Example", "A@X.example\t"]
    const answers = await times(6, (index) => ask(app, `203.0.113.${index}`, spellings[index] ?? ""))
    expect(statuses(answers)).toEqual(Array(6).fill(303))
    await untilIdle(app)
    expect(app.mailbox.messages.length).toBe(3)
    expect(new Set(app.mailbox.messages.map(({ to }) => to))).toEqual(new Set(["a@x.example"]))
  })

  it("RAT-1 P8 sends again once the first of the three stops counting, and not a millisecond sooner", async () => {
    const app = ownApp()
    for (const index of [0, 1, 2]) await askForMail(app, app.browser({ ip: `203.0.113.${index}` }), "ada@example.com")
    app.clock.advance(HOUR - 1)
    await ask(app, "203.0.113.10", "ada@example.com")
    await untilIdle(app)
    expect(app.mailbox.messages.length).toBe(3)
    app.clock.advance(1)
    await askForMail(app, app.browser({ ip: "203.0.113.11" }), "ada@example.com")
    expect(app.mailbox.messages.length).toBe(4)
  })
})

// All that a client can see but the value of the flow's cookie, which is new each time.
function fingerprint({ status, headers }: Response): string {
  const visible = [...headers].map(([name, value]) => `${name}: ${value.replace(/(_flow=)[^;]+/, "$1")}`)
  return [status, ...visible].join("\n")
}

describe("the limit of redeeming", () => {
  it("RAT-7 P8 admits twenty guesses in fifteen minutes, right, wrong or unknown, and is apart from that of asking", async () => {
    const app = ownApp()
    await times(6, () => ask(app, STRANGER))
    expect(statuses(await times(21, () => redeem(app, STRANGER)))).toEqual([...Array(20).fill(404), 429])
    const refused = await redeem(app, STRANGER)
    expect(parseItem(refused.headers.get("ratelimit-policy"))).toEqual({
      name: "redeem_client",
      parameters: new Map([
        ["q", 20],
        ["w", 900],
      ]),
    })
    expect((await ask(app, "203.0.113.67")).status).toBe(303)
    app.clock.advance(WINDOW)
    expect((await redeem(app, STRANGER)).status).toBe(404)
  })

  it("RAT-7 P8 counts wrong codes and used links too", async () => {
    const app = ownApp()
    const browser = app.browser({ ip: STRANGER })
    const message = await askForMail(app, browser, "ada@example.com")
    const wrong = message.code === "000000" ? "111111" : "000000"
    expect(statuses(await times(4, () => browser.post("/auth/code", { code: wrong })))).toEqual(Array(4).fill(422))
    await times(16, () => browser.press(message))
    expect((await browser.press(message)).status).toBe(429)
    expect((await browser.post("/auth/code", { code: message.code })).status).toBe(429)
  })

  it("RAT-10 P8 lets a client in that may not ask any more", async () => {
    const app = ownApp()
    const browser = app.browser({ ip: STRANGER })
    const message = await askForMail(app, browser, "ada@example.com")
    await times(10, () => ask(app, STRANGER))
    expect((await browser.press(message)).headers.get("location")).toBe("/auth/account")
  })

  it("RAT-8 P8 is not reset by a sign-in that worked, and neither is that of asking", async () => {
    const app = ownApp()
    await times(18, () => redeem(app, STRANGER))
    await signIn(app, "ada@example.com", app.browser({ ip: STRANGER }))
    expect(statuses(await times(2, () => redeem(app, STRANGER)))).toEqual([404, 429])
    expect(statuses(await times(5, () => ask(app, STRANGER)))).toEqual([303, 303, 303, 303, 429])
  })
})

describe("a browser that has signed in before", () => {
  it("RAT-11 P8 still gets its mail while a stranger floods its address from everywhere and its own client address too", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: STRANGER }))
    await times(40, (index) => ask(app, `203.0.113.${index}`, "ada@example.com"))
    expect(statuses(await times(10, () => ask(app, STRANGER)))).toEqual([...Array(4).fill(303), ...Array(6).fill(429)])
    await untilIdle(app)
    await browser.post("/auth/sign-out")
    await browser.post("/auth/sign-in", { email: "ada@example.com" })
    await untilIdle(app)
    const press = await browser.press(app.mailbox.messages.at(-1) ?? { link: "" })
    expect(press.headers.get("location")).toBe("/auth/account")
    expect(statuses(await times(3, () => browser.post("/auth/sign-in", { email: "ada@example.com" })))).toEqual([
      303, 303, 429,
    ])
  })

  it("RAT-11 RAT-6 P8 is believed only with its own cookie, for its own address", async () => {
    const app = ownApp()
    const { browser } = await signIn(app, "ada@example.com", app.browser({ ip: STRANGER }))
    const known = browser.cookies.get("__Host-linklatch_known") ?? ""
    const [id, tag = ""] = known.split(".")
    await times(10, () => ask(app, STRANGER))
    for (const forged of [
      id,
      `${id}.${tag.slice(0, -1)}A`,
      `AAAAAAAAAAAAAAAAAAAAAA.${tag}`,
      tag,
      `${known}.`,
      `${tag}.${id}`,
      `${known}${known}`,
    ]) {
      const cookie = `__Host-linklatch_known=${forged}`
      expect((await ask(app, STRANGER, "ada@example.com", { cookie })).status, forged).toBe(429)
    }
    expect((await ask(app, STRANGER, "bob@example.com", { cookie: `__Host-linklatch_known=${known}` })).status).toBe(
      429,
    )
    expect((await ask(app, STRANGER, "ada@example.com", { cookie: `__Host-linklatch_known=${known}` })).status).toBe(
      303,
    )
  })
})

describe("many at once", () => {
  it("RAT-2 P8 admits exactly five of 500 requests", async () => {
    const app = ownApp()
    const answers = await Promise.all(Array.from({ length: 500 }, () => ask(app, STRANGER)))
    expect(answers.filter(({ status }) => status === 303).length).toBe(5)
    expect(answers.filter(({ status }) => status === 429).length).toBe(495)
    expect((await app.events()).filter(({ type }) => type === "link_requested").length).toBe(5)
  })

  it("RAT-2 P8 admits exactly five to ask and twenty to redeem over two servers of one database", async () => {
    const path = await ownFile()
    const first = ownApp({ path })
    const second = ownApp({ path, clock: first.clock, worker: false })
    const pair = [first, second]
    const at = (index: number) => pair[index % 2] ?? first
    const asked = await Promise.all(Array.from({ length: 250 }, (_, index) => ask(at(index), STRANGER)))
    const redeemed = await Promise.all(Array.from({ length: 250 }, (_, index) => redeem(at(index), STRANGER)))
    expect(asked.filter(({ status }) => status === 303).length).toBe(5)
    expect(redeemed.filter(({ status }) => status === 404).length).toBe(20)
  })

  it("RAT-2 P8 mails one address three times of 60 requests from 60 clients", async () => {
    const app = ownApp()
    await Promise.all(Array.from({ length: 60 }, (_, index) => ask(app, `203.0.113.${index}`, "ada@example.com")))
    await untilIdle(app)
    expect(app.mailbox.messages.length).toBe(3)
  })
})

describe("a flood of refusals", () => {
  it("LOG-7 P8 costs no rows, at most two events for the window, and is counted to the last one", async () => {
    const path = await ownFile()
    const app = ownApp({ path })
    await times(6, () => ask(app, STRANGER))
    const database = new DatabaseSync(path, { readOnly: true })
    const before = countRows(database)
    for (let batch = 0; batch < 20; batch++) {
      app.clock.advance(SECOND)
      expect(new Set(statuses(await Promise.all(Array.from({ length: 100 }, () => ask(app, STRANGER)))))).toEqual(
        new Set([429]),
      )
    }
    expect(countRows(database)).toEqual(before)
    await app.close()
    const counts = readRefusals(database, "ask_client")
    database.close()
    expect(counts.length).toBeLessThanOrEqual(2)
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2_001)
  })

  it("LOG-7 P8 is counted to the last one over two servers of one database", async () => {
    const path = await ownFile()
    const first = createApp({ path })
    const second = createApp({ path, clock: first.clock, worker: false })
    await times(5, () => ask(first, STRANGER))
    for (const app of [first, second]) await times(10, () => ask(app, STRANGER))
    await first.close()
    await second.close()
    const database = new DatabaseSync(path, { readOnly: true })
    const counts = readRefusals(database, "ask_client")
    database.close()
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(20)
  })

  it("LOG-7 P8 begins a new count with each window", async () => {
    const path = await ownFile()
    const app = createApp({ path })
    for (let window = 0; window < 3; window++) {
      await times(15, () => ask(app, STRANGER))
      app.clock.advance(WINDOW)
    }
    await app.close()
    const database = new DatabaseSync(path, { readOnly: true })
    const counts = readRefusals(database, "ask_client")
    database.close()
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 9, 9, 9])
  })
})
