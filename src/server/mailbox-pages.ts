import { pickLocale, wordsFor } from "../core/words/words-for.ts"
import type { Answer } from "../http/answer.ts"
import type { Incoming } from "../http/incoming.ts"
import { assetVersion } from "../http/pages/assets.ts"
import { mailboxPage } from "../http/pages/mailbox-page.ts"
import { pathOf } from "../http/path-of.ts"
import { securityHeaders } from "../http/security-headers.ts"
import type { DevelopmentMailbox } from "../mail/development-mailbox.ts"
import type { Pages } from "./app.ts"

const HTML = { "Content-Type": "text/html; charset=utf-8" }
const PAGE_HEADERS = securityHeaders({ isHttps: false, allowedOrigins: [], referrerPolicy: "same-origin" })
const JSON_HEADERS = {
  "Content-Type": "application/json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
}
// A message is somebody else's HTML: it may show itself and open its links, and nothing more.
const MESSAGE_HEADERS = {
  ...HTML,
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}

/** The mail of a development server at /dev/mailbox. Whoever reads it can sign in as anybody: never in production. */
export function createMailboxPages(mailbox: DevelopmentMailbox, siteName: string): Pages {
  return (incoming) => {
    if (incoming.method !== "GET" && incoming.method !== "HEAD") return null
    const path = pathOf(incoming)
    if (path === "/dev/mailbox") return showMailbox(mailbox, siteName, incoming)
    if (path === "/dev/mailbox.json") return showJson(mailbox)
    const file = /^\/dev\/mailbox\/([0-9]{1,9})\.html$/.exec(path)
    return file === null ? null : showMessage(mailbox, Number(file[1]))
  }
}

function showMailbox(mailbox: DevelopmentMailbox, siteName: string, incoming: Incoming): Answer {
  const words = wordsFor(pickLocale(incoming.header("accept-language")))
  const messages = mailbox.messages()
  const page = mailboxPage({ words, siteName, assetVersion, isDevelopment: true }, { messages })
  // Whoever asked for mail and looks here too early sees it come, without a script.
  const headers = { ...PAGE_HEADERS, ...HTML, ...(messages.length === 0 && { Refresh: "3" }) }
  return { status: 200, headers, body: String(page) }
}

function showJson(mailbox: DevelopmentMailbox): Answer {
  const messages = mailbox
    .messages()
    .map(({ to, subject, text, html, link, code }) => ({ to, subject, text, html, link, code }))
  return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(messages) }
}

function showMessage(mailbox: DevelopmentMailbox, id: number): Answer | null {
  const message = mailbox.messages().find((one) => one.id === id)
  return message === undefined ? null : { status: 200, headers: MESSAGE_HEADERS, body: message.html }
}
