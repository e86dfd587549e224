import { MINUTE } from "../../src/core/clock.ts"
import { type App, askForMail, signIn, tokenOf } from "../../test/app.ts"
import type { Browser } from "../../test/browser.ts"
import { operations } from "./operations.ts"
import type { Site } from "./site.ts"

/** A way to get one answer out of a real site. What the OpenAPI file says of an operation is what these got. */
export interface Provocation {
  /** By method and path, as in `operations`. */
  readonly operation: string
  /** What is shown of it; an answer with a problem is named by its code. */
  readonly name?: string
  get(site: Site): Promise<Response>
}

const EMAIL = "ada.lovelace@example.com"
const DEFAULT_BODIES: Readonly<Record<string, object>> = {
  "POST /auth/api/sign-in": { email: EMAIL, next: "/orders" },
  "POST /auth/api/link": { token: "A".repeat(43) },
  "POST /auth/api/code": { code: "123456" },
}
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1"
const ID = "019b8d2a-2c40-7000-8000-000000000000"

export const provocations: readonly Provocation[] = [
  ...askings(),
  ...links(),
  ...codes(),
  ...sessions(),
  ...Object.keys(operations).flatMap(common),
]

function askings(): Provocation[] {
  const operation = "POST /auth/api/sign-in"
  return [
    { operation, name: "asked", get: ({ app }) => call(app.browser(), operation, { email: EMAIL, next: "/orders" }) },
    { operation, get: ({ app }) => call(app.browser(), operation, { email: "ada@" }) },
  ]
}

function links(): Provocation[] {
  const operation = "POST /auth/api/link"
  const press = (browser: Browser, token: string, match?: string) => call(browser, operation, { token, match })
  return [
    {
      operation,
      name: "signed in",
      async get({ app }) {
        const { browser, message } = await mailed(app, "/orders")
        return press(browser, tokenOf(message))
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        const wrong = (await browser.matchNumber()) === "42" ? "43" : "42"
        return press(app.browser(), tokenOf(message), wrong)
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        await browser.press(message)
        return press(app.browser(), tokenOf(message))
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        await askForMail(app, browser, EMAIL)
        return press(browser, tokenOf(message))
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        app.clock.advance(10 * MINUTE)
        return press(browser, tokenOf(message))
      },
    },
    { operation, get: ({ app }) => press(app.browser(), "A".repeat(43)) },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await refused(app)
        return press(browser, tokenOf(message))
      },
    },
  ]
}

function codes(): Provocation[] {
  const operation = "POST /auth/api/code"
  const type = (browser: Browser, code: string) => call(browser, operation, { code })
  return [
    {
      operation,
      name: "signed in",
      async get({ app }) {
        const { browser, message } = await mailed(app, "/orders")
        return type(browser, message.code)
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        return type(browser, message.code === "000000" ? "000001" : "000000")
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser } = await mailed(app)
        return type(browser, "12345")
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        await browser.press(message)
        await browser.post("/auth/sign-out")
        return type(browser, message.code)
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        await askForMail(app, browser, EMAIL)
        return type(browser, message.code)
      },
    },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await mailed(app)
        app.clock.advance(10 * MINUTE)
        return type(browser, message.code)
      },
    },
    { operation, get: ({ app }) => type(app.browser(), "123456") },
    {
      operation,
      async get({ app }) {
        const { browser, message } = await refused(app)
        return type(browser, message.code)
      },
    },
  ]
}

function sessions(): Provocation[] {
  const asSomebody = (operation: string, name?: string): Provocation => ({
    operation,
    ...(name !== undefined && { name }),
    get: async ({ app }) => call((await signIn(app, EMAIL)).browser, operation),
  })
  const asNobody = (operation: string, name?: string): Provocation => ({
    operation,
    ...(name !== undefined && { name }),
    // With a cookie that stands for nobody, as it is taken back.
    get: ({ app }) => call(app.browser(), operation, undefined, ID, { cookie: "__Host-linklatch_session=over" }),
  })
  const oneOf = "DELETE /auth/api/sessions/:id"
  return [
    asSomebody("GET /auth/api/session", "somebody"),
    asNobody("GET /auth/api/session", "nobody"),
    asSomebody("POST /auth/api/sign-out"),
    {
      operation: "GET /auth/api/sessions",
      name: "two browsers",
      async get({ app }) {
        await signIn(app, EMAIL)
        app.clock.advance(90 * MINUTE)
        const iphone = app.browser({ userAgent: IPHONE })
        return call((await signIn(app, EMAIL, iphone)).browser, "GET /auth/api/sessions")
      },
    },
    asNobody("GET /auth/api/sessions"),
    asSomebody("DELETE /auth/api/sessions"),
    asNobody("DELETE /auth/api/sessions"),
    {
      operation: oneOf,
      async get({ app }) {
        const { browser } = await signIn(app, EMAIL)
        const { session } = await (await browser.api("GET", "session")).json()
        return call(browser, oneOf, undefined, session.id)
      },
    },
    asSomebody(oneOf),
    asNobody(oneOf),
  ]
}

/** What any operation may answer: a foreign page, an unreadable body, a spent limit, a store that is gone or fails. */
function common(operation: string): Provocation[] {
  const [method] = operation.split(" ")
  const { body } = operations[operation] ?? {}
  const broken = (how: "gone" | "faulty"): Provocation => ({
    operation,
    async get(site) {
      const { browser } = await signIn(site.app, EMAIL)
      await askForMail(site.app, browser, EMAIL)
      site.breakStore(how)
      return call(browser, operation)
    },
  })
  const foreign: Provocation = {
    operation,
    get: ({ app }) => call(app.browser(), operation, undefined, ID, { "sec-fetch-site": "cross-site" }),
  }
  return [
    ...(method === "GET" ? [] : [foreign]),
    ...(body === undefined ? [] : unreadable(operation)),
    broken("gone"),
    broken("faulty"),
  ]
}

function unreadable(operation: string): Provocation[] {
  const send = (app: App, text: string, headers?: Record<string, string>) => {
    const [method = "", path = ""] = operation.split(" ")
    return app.browser().api(method, path.replace("/auth/api/", ""), text, headers)
  }
  return [
    { operation, get: ({ app }) => send(app, "{}") },
    { operation, get: ({ app }) => send(app, " ".repeat(9_000)) },
    { operation, get: ({ app }) => send(app, "", { "content-type": "application/x-www-form-urlencoded" }) },
    {
      operation,
      async get({ app }) {
        const browser = app.browser()
        await askForMail(app, browser, EMAIL)
        let answer = await call(browser, operation)
        for (let tries = 0; tries < 25 && answer.status !== 429; tries++) answer = await call(browser, operation)
        return answer
      },
    },
  ]
}

function call(
  browser: Browser,
  operation: string,
  body: object | undefined = DEFAULT_BODIES[operation],
  id = ID,
  headers: Record<string, string> = {},
): Promise<Response> {
  const [method = "", path = ""] = operation.split(" ")
  return browser.api(method, path.replace("/auth/api/", "").replace(":id", id), body, headers)
}

async function mailed(app: App, next?: string) {
  const browser = app.browser()
  return { browser, message: await askForMail(app, browser, EMAIL, next) }
}

/** Mail for somebody who was disabled after it was sent. */
async function refused(app: App) {
  await signIn(app, EMAIL)
  const one = await mailed(app)
  await app.auth.users.disable((await app.auth.users.find({ email: EMAIL }))?.id ?? "")
  return one
}
