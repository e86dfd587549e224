import type { Address } from "../addresses/canonical-address.ts"
import type { Code } from "../links/code.ts"
import type { Words } from "../words/words.ts"
import { composeHtml } from "./compose-html.ts"
import { composeText } from "./compose-text.ts"
import { deviceLine, plainLine } from "./plain-line.ts"
import type { MailMessage } from "./transport.ts"

export interface MessageParts {
  readonly to: Address
  readonly link: string
  readonly code: Code
  readonly siteName: string
  readonly words: Words
  /** "Firefox on Linux". It comes from a header that anybody can forge. */
  readonly device: string
  /** Milliseconds since the epoch. */
  readonly requestedAt: number
  readonly ttlMinutes: number
}

/** What the text and the HTML both say, cleaned but not yet escaped. */
export interface MessageContent {
  readonly words: Words
  readonly siteName: string
  readonly link: string
  readonly code: string
  readonly device: string
  readonly requestedAt: string
  readonly minutes: number
}

/**
 * The one message that Linklatch sends: the link, the code, what asked for them, and when. Nothing in it is a stranger's
 * text but the browser's label, which is cleaned (EML-3, EML-9): not even the address it goes to.
 */
export function composeMessage(parts: MessageParts): MailMessage {
  const { to, link, code, words } = parts
  const content: MessageContent = {
    words,
    link,
    code,
    siteName: plainLine(parts.siteName, 100),
    device: deviceLine(words.device(parts.device)) || words.mail.unknownDevice,
    requestedAt: formatTime(parts.requestedAt, words.locale),
    minutes: Math.max(1, Math.floor(parts.ttlMinutes)),
  }
  return {
    to,
    subject: words.mail.subject(content.siteName),
    text: composeText(content),
    html: composeHtml(content),
    link,
    code,
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

// We don't know where the reader is, so the time says its zone.
function formatTime(at: number, locale: string): string {
  const format = formats.get(locale) ?? createFormat(locale)
  formats.set(locale, format)
  return format.format(at)
}

// Making a format costs a hundred times what using it does: more than all the rest of a message.
function createFormat(locale: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, {
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZone: "UTC",
    timeZoneName: "short",
  })
}
