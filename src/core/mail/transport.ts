import type { Address } from "../addresses/canonical-address.ts"

/** One message to one person. */
export interface MailMessage {
  readonly to: Address
  readonly subject: string
  readonly text: string
  readonly html: string
  /** The same secrets as in the text, for a development mailbox to offer. A transport never logs them. */
  readonly link: string
  readonly code: string
}

export interface SendContext {
  /** The same for the same attempt only: a retry carries a new link and so a new key. At most 64 ASCII characters. */
  readonly idempotencyKey: string
  /** Aborts when the lease is about to run out: a transport stops then and says that it failed. */
  readonly signal: AbortSignal
}

export type SendOutcome =
  | { readonly status: "sent" }
  | {
      readonly status: "failed"
      /** True where another try can't help: an unknown mailbox, a refused sender. */
      readonly isPermanent: boolean
      /** A short code for the log, like `smtp_450` or `timeout`: no address, no secret, no free text of the other side. */
      readonly reason: string
      /** How long the other side asks us to wait, in milliseconds. */
      readonly retryAfterMs?: number | undefined
    }

/** A way to send mail. What can go wrong is an outcome; `send` doesn't reject. */
export interface MailTransport {
  /** A short name for events and logs: `smtp`, `resend`, `mailbox`, `log`. */
  readonly name: string
  send(message: MailMessage, context: SendContext): Promise<SendOutcome>
  /** Checks that the other side is there and takes our credentials. Rejects with a message that says what to mend. */
  verify(): Promise<void>
  close(): Promise<void>
}
