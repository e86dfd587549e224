import { randomUUID } from "node:crypto"
import type { Address } from "../core/addresses/canonical-address.ts"
import { SECOND } from "../core/clock.ts"
import type { MailTransport } from "../core/mail/transport.ts"
import type { ServerConfig } from "../server/server-config.ts"
import type { Check } from "./check-parts.ts"

const PATIENCE = 30 * SECOND

/** Sends a message that proves the way to a mailbox. There is no link in it: it signs nobody in. */
export async function sendTestMessage(config: ServerConfig, transport: MailTransport, to: Address): Promise<Check> {
  if (config.mail.by === "mailbox" || config.mail.by === "log") {
    return {
      name: "test_message",
      status: "failed",
      says: "There is no mail transport to test. Set SMTP_URL or RESEND_API_KEY.",
    }
  }
  const { siteName } = config.options
  const text = `This is a test message of Linklatch for ${siteName}.\n\nMail from here reaches you. There is nothing to do.\n`
  const html = `<!doctype html><html lang="en"><title>Test message</title><p>${escapeHtml(text)}</p></html>`
  const message = { to, subject: `Test message of ${siteName}`, text, html, link: "", code: "" }
  const outcome = await transport.send(message, { idempotencyKey: randomUUID(), signal: AbortSignal.timeout(PATIENCE) })
  if (outcome.status === "sent")
    return { name: "test_message", status: "ok", says: `Handed over for ${to}. Look into that mailbox.` }
  const further = outcome.isPermanent ? "Trying again won't help." : "It may work later."
  return { name: "test_message", status: "failed", says: `It was not taken (${outcome.reason}). ${further}` }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
