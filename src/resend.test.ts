import { subscribe, unsubscribe } from "node:diagnostics_channel"
import { once } from "node:events"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { json } from "node:stream/consumers"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import type { Address } from "./core/addresses/canonical-address.ts"
import { LinklatchError } from "./core/fault.ts"
import type { MailTransport } from "./core/mail/transport.ts"
import { resend } from "./resend.ts"

const apiKey = "re_canary_8f21c0"
const from = "Example <login@example.com>"
const message = { to: "ada@example.com" as Address, subject: "s", text: "t", html: "<p>h", link: "l", code: "c" }
const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }

let server: Server
let transport: MailTransport
let answer: (response: ServerResponse) => void
const asked: {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage["headers"]
  body: unknown
}[] = []

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const body = request.method === "POST" ? await json(request) : null
    asked.push({ method: request.method, url: request.url, headers: request.headers, body })
    answer(response)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  transport = resend({ apiKey, from, baseUrl: baseUrl() })
})
beforeEach(() => {
  asked.length = 0
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await once(server, "close")
})

const baseUrl = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
const reply = (status: number, body = "{}", headers: Record<string, string> = {}) => {
  answer = (response) => response.writeHead(status, headers).end(body)
}

describe("a message by Resend", () => {
  it("is one request with the key, an idempotency key and one mailbox (EML-2)", async () => {
    reply(200, '{"id":"1"}')
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      method: "POST",
      url: "/emails",
      headers: {
        authorization: `Bearer ${apiKey}`,
        "idempotency-key": "attempt-1",
        "content-type": "application/json",
      },
    })
    expect(asked[0]?.body).toEqual({
      from,
      to: ["ada@example.com"],
      subject: "s",
      text: "t",
      html: "<p>h",
      headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    })
  })

  it("is refused unasked where the address isn't one canonical mailbox (EML-2)", async () => {
    const to = "ada@example.com, eve@evil.example" as Address
    const outcome = await transport.send({ ...message, to }, context)
    expect(outcome).toEqual({ status: "failed", isPermanent: true, reason: "bad_address" })
    expect(asked).toHaveLength(0)
  })

  it.each(["garbage", "", '{"id":', "[]"])("counts as sent at any 2xx, though the body is %j", async (body) => {
    reply(202, body)
    expect(await transport.send(message, context)).toEqual({ status: "sent" })
  })

  it.each([
    { status: 400, isPermanent: true },
    { status: 401, isPermanent: false },
    { status: 403, isPermanent: false },
    { status: 404, isPermanent: true },
    { status: 409, isPermanent: false },
    { status: 422, isPermanent: true },
    { status: 429, isPermanent: false },
    { status: 500, isPermanent: false },
    { status: 502, isPermanent: false },
    { status: 504, isPermanent: false },
  ])("that is answered with $status: permanent $isPermanent (EML-10)", async ({ status, isPermanent }) => {
    reply(status, "<html>garbage ada@example.com")
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent,
      reason: `resend_${status}`,
    })
  })

  it("passes on how long it is to wait", async () => {
    reply(429, "{}", { "Retry-After": "7" })
    const failed = { status: "failed", isPermanent: false, reason: "resend_429" }
    expect(await transport.send(message, context)).toEqual({ ...failed, retryAfterMs: 7_000 })
    reply(429, "{}", { "Retry-After": "86400" })
    expect(await transport.send(message, context)).toEqual({ ...failed, retryAfterMs: 60_000 })
  })

  it("is given up for now when the lease runs out before an answer", async () => {
    const lease = new AbortController()
    answer = () => lease.abort()
    const outcome = await transport.send(message, { ...context, signal: lease.signal })
    expect(outcome).toEqual({ status: "failed", isPermanent: false, reason: "timeout" })
  })

  it("counts as sent when the lease runs out after the 200", async () => {
    const lease = new AbortController()
    answer = (response) => response.writeHead(200).write("{")
    const endLease = () => setImmediate(() => lease.abort())
    subscribe("undici:request:headers", endLease)
    try {
      expect(await transport.send(message, { ...context, signal: lease.signal })).toEqual({ status: "sent" })
    } finally {
      unsubscribe("undici:request:headers", endLease)
    }
    expect(lease.signal.aborted).toBe(true)
  })

  it("follows no redirect, so the key and the link go nowhere else", async () => {
    reply(307, "", { Location: "/elsewhere" })
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "connection",
    })
    expect(asked.map(({ url }) => url)).toEqual(["/emails"])
  })

  it("is tried again later when the connection breaks", async () => {
    answer = (response) => response.destroy()
    expect(await transport.send(message, context)).toEqual({
      status: "failed",
      isPermanent: false,
      reason: "connection",
    })
  })
})

describe("verify", () => {
  it.each([
    { what: "a full key", status: 200, body: '{"data":[]}' },
    {
      what: "a key for sending only",
      status: 401,
      body: '{"statusCode":401,"name":"restricted_api_key","message":"…"}',
    },
    { what: "a key for sending only, refused with 403", status: 403, body: '{"name":"restricted_api_key"}' },
  ])("is content with $what", async ({ status, body }) => {
    reply(status, body)
    await expect(transport.verify()).resolves.toBeUndefined()
    expect(asked[0]).toMatchObject({ method: "GET", url: "/domains" })
  })

  it.each([
    { status: 401, body: '{"name":"missing_api_key"}', setting: "resend.apiKey" },
    { status: 403, body: '{"name":"invalid_api_key"}', setting: "resend.apiKey" },
    { status: 401, body: "garbage", setting: "resend.apiKey" },
    { status: 500, body: "", setting: "resend.baseUrl" },
  ])("rejects at $status $body, naming $setting and not the key (P12)", async ({ status, body, setting }) => {
    reply(status, body)
    await expectFault(transport.verify(), setting)
  })

  it("rejects where nobody answers", async () => {
    answer = (response) => response.destroy()
    await expectFault(transport.verify(), "resend.baseUrl")
  })
})

describe("resend(options)", () => {
  it.each([
    { apiKey: "", setting: "resend.apiKey" },
    { apiKey: "re_canary\n8f21c0", setting: "resend.apiKey" },
    { apiKey: "re_canary_ü8f21c0", setting: "resend.apiKey" },
    { from: "canary", setting: "resend.from" },
    { baseUrl: "http://api.example.com", setting: "resend.baseUrl" },
    { baseUrl: "https://user:canary@api.example.com", setting: "resend.baseUrl" },
    { baseUrl: "canary", setting: "resend.baseUrl" },
  ])("refuses a bad $setting and quotes nothing (P12)", async ({ setting, ...options }) => {
    const make = async () => resend({ apiKey, from, ...options })
    await expectFault(make(), setting)
  })
})

async function expectFault(attempt: Promise<unknown>, setting: string): Promise<void> {
  const error = await attempt.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LinklatchError)
  const { code, faults, message: words, stack } = error as LinklatchError
  expect({ code, settings: faults.map((fault) => fault.setting) }).toEqual({
    code: "invalid_configuration",
    settings: [setting],
  })
  expect(JSON.stringify([faults, words, stack])).not.toContain("canary")
}
