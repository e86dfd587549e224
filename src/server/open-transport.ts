import type { Log } from "../core/log.ts"
import type { MailTransport } from "../core/mail/transport.ts"
import { createDevelopmentMailbox, type DevelopmentMailbox } from "../mail/development-mailbox.ts"
import { createLogTransport } from "../mail/log-transport.ts"
import type { MailConfig } from "./server-config.ts"

export interface OpenedTransport {
  readonly transport: MailTransport
  /** The same transport where it is one that shows its mail: development only. */
  readonly mailbox: DevelopmentMailbox | null
}

export async function openTransport(mail: MailConfig, log: Log): Promise<OpenedTransport> {
  switch (mail.by) {
    case "smtp": {
      const { smtp } = await import("../smtp.ts")
      const { url, from } = mail
      return { transport: smtp({ url, from }), mailbox: null }
    }
    case "resend": {
      const { resend } = await import("../resend.ts")
      const { apiKey, from, baseUrl } = mail
      return { transport: resend({ apiKey, from, ...(baseUrl !== null && { baseUrl }) }), mailbox: null }
    }
    case "mailbox": {
      const mailbox = createDevelopmentMailbox()
      return { transport: mailbox, mailbox }
    }
    case "log": {
      return { transport: createLogTransport(log), mailbox: null }
    }
  }
}
