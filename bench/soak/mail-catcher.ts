import { text } from "node:stream/consumers"
import PostalMime from "postal-mime"
import { openSmtpInbox } from "../../test/smtp-inbox.ts"

/** What a message brought. */
export interface Caught {
  readonly link: string
  readonly code: string
}

/** A mail server that hands each message to whoever waits for it, and keeps none. */
export interface MailCatcher {
  readonly port: number
  readonly caught: () => number
  /** The next message to this address; rejects when none comes in time. */
  next(email: string): Promise<Caught>
  close(): Promise<void>
}

const MAIL_WITHIN_MS = 20_000

export async function startMailCatcher(): Promise<MailCatcher> {
  const waiting = new Map<string, (caught: Caught) => void>()
  let count = 0
  const inbox = await openSmtpInbox({
    async onData(stream, { envelope }, callback) {
      const email = await PostalMime.parse(await text(stream))
      callback()
      count++
      const body = email.text ?? ""
      const [link = ""] = /https:\/\/\S+/.exec(body) ?? []
      const [, first = "", last = ""] = /^(\d{3}) (\d{3})$/m.exec(body) ?? []
      waiting.get(envelope.rcptTo[0]?.address ?? "")?.({ link, code: first + last })
    },
  })
  return {
    port: inbox.port,
    caught: () => count,
    async next(email) {
      const { promise, resolve, reject } = Promise.withResolvers<Caught>()
      waiting.set(email, resolve)
      const giveUp = setTimeout(() => reject(new Error(`No mail within ${MAIL_WITHIN_MS / 1_000} s.`)), MAIL_WITHIN_MS)
      giveUp.unref()
      return promise.finally(() => {
        clearTimeout(giveUp)
        waiting.delete(email)
      })
    },
    close: () => inbox.close(),
  }
}
