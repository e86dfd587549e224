import type { MailMessage, MailTransport, SendOutcome } from "../core/mail/transport.ts"

const WAIT_MS = 5_000

/** A mail transport that keeps what it is given, for a test to read. */
export interface TestMailbox extends MailTransport {
  /** Every message that was sent, oldest first. */
  readonly messages: readonly MailMessage[]
  /**
   * The oldest message to `address` that no earlier call returned; waits for one to be sent. Rejects after five
   * seconds of real time, naming who did get mail.
   */
  next(address: string): Promise<MailMessage>
  /** Answers the next `count` sends with `outcome`; their messages aren't kept. */
  failNext(count: number, outcome: Extract<SendOutcome, { status: "failed" }>): void
}

interface Reader {
  readonly address: string
  receive(message: MailMessage): void
  giveUp(error: Error): void
}

/** A mailbox for everybody. The messages hold live links and codes: for tests only. */
export function createTestMailbox(): TestMailbox {
  const messages: MailMessage[] = []
  const unread = new Set<MailMessage>()
  const readers = new Set<Reader>()
  const failures: SendOutcome[] = []

  return {
    name: "mailbox",
    messages,
    async send(message) {
      const failure = failures.shift()
      if (failure !== undefined) return failure
      messages.push(message)
      const reader = readers.values().find((waiting) => waiting.address === message.to)
      if (reader === undefined) unread.add(message)
      else reader.receive(message)
      return { status: "sent" }
    },
    async next(address) {
      const message = unread.values().find((waiting) => waiting.to === address)
      if (message === undefined) return waitFor(address, readers, messages)
      unread.delete(message)
      return message
    },
    failNext(count, outcome) {
      for (let i = 0; i < count; i++) failures.push(outcome)
    },
    verify: () => Promise.resolve(),
    async close() {
      for (const reader of readers)
        reader.giveUp(new Error(`The mailbox was closed; no message to ${reader.address} came.`))
    },
  }
}

function waitFor(address: string, readers: Set<Reader>, messages: readonly MailMessage[]): Promise<MailMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<MailMessage>()
  const leave = () => {
    clearTimeout(timer)
    readers.delete(reader)
  }
  const reader: Reader = {
    address,
    receive(message) {
      leave()
      resolve(message)
    },
    giveUp(error) {
      leave()
      reject(error)
    },
  }
  const timer = setTimeout(() => {
    const others = [...new Set(messages.map((message) => message.to))].join(", ") || "nobody"
    reader.giveUp(new Error(`No message to ${address} in ${WAIT_MS / 1_000} s. Mail went to: ${others}.`))
  }, WAIT_MS)
  readers.add(reader)
  return promise
}
