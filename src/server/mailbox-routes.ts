import { Hono } from "hono"
import { pickLocale, wordsFor } from "../core/words/words-for.ts"
import { assetVersion } from "../http/pages/assets.ts"
import { mailboxPage } from "../http/pages/mailbox-page.ts"
import { securityHeaders } from "../http/security-headers.ts"
import type { DevelopmentMailbox } from "../mail/development-mailbox.ts"

// A message is somebody else's HTML: it may show itself and open its links, and nothing more.
const MESSAGE_HEADERS = {
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cache-Control": "no-store",
}

/** The mail of a development server at /dev/mailbox. Whoever reads it can sign in as anybody: never in production. */
export function mailboxRoutes(mailbox: DevelopmentMailbox, siteName: string): Hono {
  const routes = new Hono()
  const pageHeaders = securityHeaders({ isHttps: false, allowedOrigins: [], referrerPolicy: "same-origin" })

  routes.get("/mailbox", (c) => {
    const words = wordsFor(pickLocale(c.req.header("accept-language") ?? null))
    const page = { words, siteName, assetVersion, isDevelopment: true }
    const messages = mailbox.messages()
    // Whoever asked for mail and looks here too early sees it come, without a script.
    const headers = messages.length === 0 ? { ...pageHeaders, Refresh: "3" } : pageHeaders
    return c.html(mailboxPage(page, { messages }), 200, headers)
  })

  routes.get("/mailbox.json", (c) => {
    const messages = mailbox
      .messages()
      .map(({ to, subject, text, html, link, code }) => ({ to, subject, text, html, link, code }))
    return c.json(messages, 200, { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" })
  })

  routes.get("/mailbox/:file{[0-9]{1,9}\\.html}", (c) => {
    const id = Number.parseInt(c.req.param("file"), 10)
    const message = mailbox.messages().find((one) => one.id === id)
    return message === undefined ? c.notFound() : c.html(message.html, 200, MESSAGE_HEADERS)
  })

  return routes
}
