import { LinklatchError } from "../core/fault.ts"
import type { Log } from "../core/log.ts"
import type { MailTransport } from "../core/mail/transport.ts"

/**
 * Sends nothing: writes the link to the log as `magic_link_dev_fallback`, for development without any mail.
 *
 * @throws LinklatchError `invalid_configuration` in production, where whoever reads the log could sign in as anybody (P12)
 */
export function createLogTransport(log: Log): MailTransport {
  // biome-ignore lint/style/noProcessEnv: whoever makes it must not be able to say that this isn't production
  if (process.env.NODE_ENV === "production") {
    const problem = "There is no mail transport, and in production links never go to the log."
    const cure = "Give mail: smtp({ url, from }) or resend({ apiKey, from })."
    throw new LinklatchError("invalid_configuration", `${problem} ${cure}`, {
      faults: [{ setting: "mail", problem, cure }],
    })
  }
  return {
    name: "log",
    async send({ to, link, code }) {
      log.warn("magic_link_dev_fallback", { to, url: link, code })
      return { status: "sent" }
    },
    verify: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
