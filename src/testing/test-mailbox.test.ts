import { afterEach, describe, expect, it, vi } from "vitest"
import type { Address } from "../core/addresses/canonical-address.ts"
import type { MailMessage } from "../core/mail/transport.ts"
import { createTestMailbox, type TestMailbox } from "./test-mailbox.ts"

const context = { idempotencyKey: "1", signal: new AbortController().signal }

afterEach(() => vi.useRealTimers())

describe("the test mailbox", () => {
  it("hands out each message to an address once, oldest first", async () => {
    const mailbox = createTestMailbox()
    const [first, other, second] = [messageTo("ada"), messageTo("bob"), messageTo("ada")]
    for (const message of [first, other, second]) expect(await send(mailbox, message)).toEqual({ status: "sent" })
    expect(await mailbox.next("ada@example.com")).toBe(first)
    expect(await mailbox.next("ada@example.com")).toBe(second)
    expect(await mailbox.next("bob@example.com")).toBe(other)
    expect(mailbox.messages).toEqual([first, other, second])
  })

  it("waits for a message that isn't there yet, each reader for one of their own", async () => {
    const mailbox = createTestMailbox()
    const reading = Promise.all([mailbox.next("ada@example.com"), mailbox.next("ada@example.com")])
    const [first, second] = [messageTo("ada"), messageTo("ada")]
    for (const message of [messageTo("bob"), first, second]) await send(mailbox, message)
    expect(await reading).toEqual([first, second])
  })

  it("gives up after five seconds and says who did get mail", async () => {
    vi.useFakeTimers()
    const mailbox = createTestMailbox()
    await send(mailbox, messageTo("bob"))
    const reading = expect(mailbox.next("ada@example.com")).rejects.toThrow(/ada@example\.com in 5 s.*bob@example\.com/)
    await vi.advanceTimersByTimeAsync(5_000)
    await reading
  })

  it("keeps a message for the next reader when an earlier one gave up", async () => {
    vi.useFakeTimers()
    const mailbox = createTestMailbox()
    const reading = expect(mailbox.next("ada@example.com")).rejects.toThrow()
    await vi.advanceTimersByTimeAsync(5_000)
    await reading
    const message = messageTo("ada")
    await send(mailbox, message)
    expect(await mailbox.next("ada@example.com")).toBe(message)
  })

  it("fails as many sends as it is told to, and keeps none of them", async () => {
    const mailbox = createTestMailbox()
    const failure = { status: "failed", isPermanent: false, reason: "smtp_450" } as const
    mailbox.failNext(2, failure)
    const outcomes = [await send(mailbox, messageTo("ada")), await send(mailbox, messageTo("ada"))]
    const message = messageTo("ada")
    expect([...outcomes, await send(mailbox, message)]).toEqual([failure, failure, { status: "sent" }])
    expect(mailbox.messages).toEqual([message])
  })

  it("lets nobody wait for a mailbox that closed", async () => {
    const mailbox = createTestMailbox()
    const reading = expect(mailbox.next("ada@example.com")).rejects.toThrow(/closed/)
    await mailbox.close()
    await reading
  })
})

let count = 0

function messageTo(name: string): MailMessage {
  const subject = `Message ${++count}`
  return { to: `${name}@example.com` as Address, subject, text: "", html: "", link: "", code: "" }
}

function send(mailbox: TestMailbox, message: MailMessage) {
  return mailbox.send(message, context)
}
