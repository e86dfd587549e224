import type { Context } from "../core/context.ts"
import { type AuthCookies, createAuthCookies } from "./auth-cookies.ts"
import type { ClientAddress } from "./client-address.ts"
import { securityHeaders } from "./security-headers.ts"

/** What all requests to one site share. */
export interface Site {
  readonly context: Context
  readonly cookies: AuthCookies
  readonly clientAddress: ClientAddress
  /** Shows the way to the development mailbox. */
  readonly isDevelopment: boolean
  readonly headers: {
    readonly usual: Readonly<Record<string, string>>
    /** For pages with a token in their address. */
    readonly noReferrer: Readonly<Record<string, string>>
  }
  /** Tells the mail worker that a request was committed. */
  wakeWorker(): void
}

export function createSite(
  context: Context,
  clientAddress: ClientAddress,
  { isDevelopment, wakeWorker }: Pick<Site, "isDevelopment" | "wakeWorker">,
): Site {
  const { isHttps, allowedOrigins } = context.settings
  return {
    context,
    cookies: createAuthCookies(context.settings),
    clientAddress,
    isDevelopment,
    headers: {
      usual: securityHeaders({ isHttps, allowedOrigins, referrerPolicy: "same-origin" }),
      noReferrer: securityHeaders({ isHttps, allowedOrigins, referrerPolicy: "no-referrer" }),
    },
    wakeWorker,
  }
}
