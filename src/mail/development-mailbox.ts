import { type Clock, systemClock } from "../core/clock.ts"
import type { MailMessage, MailTransport } from "../core/mail/transport.ts"

/** A message as the mailbox shows it. */
export interface MailboxMessage extends MailMessage {
  /** Counts from 1, and stays with the message. */
  readonly id: number
  /** Milliseconds since the epoch. */
  readonly sentAt: number
}

export interface DevelopmentMailbox extends MailTransport {
  /** Newest first. */
  messages(): readonly MailboxMessage[]
}

export interface DevelopmentMailboxOptions {
  /** How many messages are kept. Default 100. */
  readonly max?: number
  readonly clock?: Clock
}

/** Keeps the newest messages in memory for a developer to read, and sends none. */
export function createDevelopmentMailbox(options: DevelopmentMailboxOptions = {}): DevelopmentMailbox {
  const { max = 100, clock = systemClock } = options
  let kept: readonly MailboxMessage[] = []
  let lastId = 0
  return {
    name: "mailbox",
    async send({ to, subject, text, html, link, code }) {
      lastId += 1
      kept = [{ id: lastId, to, subject, text, html, link, code, sentAt: clock.now() }, ...kept].slice(0, max)
      return { status: "sent" }
    },
    messages: () => kept,
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
