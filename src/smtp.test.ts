import fc from "fast-check"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { type Delivery, openSmtpInbox, type SmtpInbox } from "../test/smtp-inbox.ts"
import { type Address, canonicalAddress } from "./core/addresses/canonical-address.ts"
import type { Code } from "./core/links/code.ts"
import { composeMessage } from "./core/mail/compose-message.ts"
import type { MailTransport } from "./core/mail/transport.ts"
import { de } from "./core/words/de.ts"
import { en } from "./core/words/en.ts"
import { smtp } from "./smtp.ts"

const ada = "ada@example.com" as Address
const link = "https://app.example.com/auth/link/Zk3vN0pQx7aBcDeFgHiJkLmNoPqRsTuVwXyZ-_12345"
const context = { idempotencyKey: "attempt-1", signal: new AbortController().signal }
const HEADERS = [
  "auto-submitted",
  "content-type",
  "date",
  "from",
  "message-id",
  "mime-version",
  "subject",
  "to",
  "x-auto-response-suppress",
]

let inbox: SmtpInbox
let transport: MailTransport

beforeAll(async () => {
  inbox = await openSmtpInbox()
  transport = smtp({ url: `smtp://127.0.0.1:${inbox.port}`, from: "Example <login@mail.example.com>" })
})
beforeEach(() => {
  inbox.deliveries.length = 0
})
afterAll(async () => {
  await transport.close()
  await inbox.close()
})

const compose = (more: { to?: Address; siteName?: string; device?: string; link?: string } = {}) =>
  composeMessage({
    to: ada,
    link,
    code: "042731" as Code,
    siteName: "Example",
    words: en,
    device: "Firefox 128 on Linux",
    requestedAt: Date.UTC(2026, 10, 21, 9, 57),
    ttlMinutes: 10,
    ...more,
  })

function onlyDelivery(): Delivery {
  expect(inbox.deliveries).toHaveLength(1)
  return inbox.deliveries[0] as Delivery
}

const linesThatAre = (text: string | undefined, line: string) =>
  (text ?? "").split(/\r?\n/).filter((one) => one === line)
const hrefsOf = (html: string | undefined) => [...(html ?? "").matchAll(/href="([^"]*)"/g)].map(([, href]) => href)

describe("a message over SMTP", () => {
  it("goes to one mailbox, from the sender in the envelope (EML-2, EML-5)", async () => {
    expect(await transport.send(compose(), context)).toEqual({ status: "sent" })
    const { mailFrom, rcptTo, email } = onlyDelivery()
    expect({ mailFrom, rcptTo }).toEqual({ mailFrom: "login@mail.example.com", rcptTo: [ada] })
    expect(email.from).toEqual({ name: "Example", address: "login@mail.example.com" })
    expect(email.to).toEqual([{ name: "", address: ada }])
  })

  it("says when it was sent, by whom, and that a machine sent it (EML-5)", async () => {
    await transport.send(compose(), context)
    const { email } = onlyDelivery()
    expect(email.messageId).toMatch(/^<[0-9a-f-]{36}@mail\.example\.com>$/)
    expect(Math.abs(Date.parse(email.date ?? "") - Date.now())).toBeLessThan(60_000)
    expect(headersOf(onlyDelivery())).toEqual(HEADERS)
    expect(email.headers.find(({ key }) => key === "auto-submitted")?.value).toBe("auto-generated")
    expect(email.headers.find(({ key }) => key === "x-auto-response-suppress")?.value).toBe("All")
  })

  it("gives every message a Message-ID of its own (EML-5)", async () => {
    await transport.send(compose(), context)
    await transport.send(compose(), context)
    expect(new Set(inbox.deliveries.map(({ email }) => email.messageId)).size).toBe(2)
  })

  it("carries the link whole, once a part, on lines that every server takes (EML-4)", async () => {
    const long = `https://${"a-long-label.".repeat(18)}example.com/auth/link/=3D&amp;=${"x".repeat(43)}`
    await transport.send(compose({ link: long }), context)
    const { email, raw } = onlyDelivery()
    expect(linesThatAre(email.text, long)).toHaveLength(1)
    expect((email.text ?? "").split(long)).toHaveLength(2)
    expect(hrefsOf(email.html)).toEqual([long.replaceAll("&", "&#38;")])
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(998)
  })

  it("arrives in German as it was written", async () => {
    const message = { ...compose(), subject: de.mail.subject("Bücherei"), text: de.mail.lead }
    await transport.send(message, context)
    expect(onlyDelivery().email).toMatchObject({ subject: "Anmeldung bei Bücherei", text: `${de.mail.lead}\n` })
  })
})

describe("hostile text over SMTP", () => {
  const piece = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.constantFrom(
      "\r\n",
      "\n",
      "\r",
      "\0",
      "\u0085",
      "\u2028",
      "\u2029",
      "\u202e",
      "\ud800",
      "\r\n.\r\n",
      "\r\n\r\n",
    ),
    fc.constantFrom(
      "Bcc: eve@evil.example",
      "RCPT TO:<eve@evil.example>",
      "=?utf-8?q?=0D=0ABcc:_eve@evil.example?=",
      "<",
      ">",
    ),
    fc.constantFrom(
      '"><a href="https://evil.example">press</a>',
      "<!--",
      "</title>",
      "&#10;",
      "https://evil.example/",
      "; ,",
    ),
  )
  const hostile = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(""))

  it("becomes one message to one mailbox with the exact headers and one link (EML-1, EML-2, EML-3)", async () => {
    const property = fc.asyncProperty(hostile, hostile, async (siteName, device) => {
      inbox.deliveries.length = 0
      expect(await transport.send(compose({ siteName, device }), context)).toEqual({ status: "sent" })
      const delivery = onlyDelivery()
      expect(delivery.rcptTo).toEqual([ada])
      expect(headersOf(delivery)).toEqual(HEADERS)
      expect(delivery.email.to).toEqual([{ name: "", address: ada }])
      expect(delivery.email.subject ?? "").not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u)
      expect(hrefsOf(delivery.email.html)).toEqual([link])
      expect(linesThatAre(delivery.email.text, link)).toHaveLength(1)
    })
    await fc.assert(property, { numRuns: 400 })
  }, 60_000)

  it("in any field of a message can't add a header or a mailbox (EML-1)", async () => {
    const property = fc.asyncProperty(hostile, hostile, async (subject, text) => {
      inbox.deliveries.length = 0
      expect(await transport.send({ ...compose(), subject, text, html: text }, context)).toEqual({ status: "sent" })
      const delivery = onlyDelivery()
      expect(delivery.rcptTo).toEqual([ada])
      expect(headersOf(delivery).filter((header) => !HEADERS.includes(header))).toEqual([])
    })
    await fc.assert(property, { numRuns: 200 })
  }, 60_000)
})

describe("the address of a message over SMTP", () => {
  it("is the one RCPT, letter for letter, whatever a valid one looks like (EML-2)", async () => {
    const local = fc.stringMatching(/^[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,20})?$/)
    const domain = fc.constantFrom("example.com", "a-b.example.co.uk", "xn--bcher-kva.example")
    const property = fc.asyncProperty(local, domain, async (name, host) => {
      inbox.deliveries.length = 0
      const to = `${name}@${host}` as Address
      expect(await transport.send(compose({ to }), context)).toEqual({ status: "sent" })
      // The server shows A-labels as Unicode; the canonical form is what was said.
      const rcptTo = onlyDelivery().rcptTo.map((address) => canonicalAddress(address))
      expect(rcptTo).toEqual([{ status: "valid", address: to }])
    })
    await fc.assert(property, { numRuns: 100 })
  }, 30_000)

  it.each([
    "ada@example.com, eve@evil.example",
    "ada@example.com;eve@evil.example",
    '"eve@evil.example x"@example.com',
    "Friends:ada@example.com,eve@evil.example;",
    "ada@example.com (eve@evil.example)",
    "Ada <eve@evil.example>",
    "ada@example.com\r\nRCPT TO:<eve@evil.example>",
    "ada@example.com> SIZE=1",
    "Ada@example.com",
    "",
  ])("is refused unsent where it isn't one canonical mailbox: %j (EML-2)", async (to) => {
    const outcome = await transport.send(compose({ to: to as Address }), context)
    expect(outcome).toEqual({ status: "failed", isPermanent: true, reason: "bad_address" })
    expect(inbox.deliveries).toHaveLength(0)
  })
})

function headersOf({ email }: Delivery): string[] {
  return email.headers.map(({ key }) => key).sort()
}
