import type { Context } from "../core/context.ts"
import { deriveJwtKey, type JwtKey } from "../core/jwt/jwt-key.ts"
import { type AuthCookies, createAuthCookies } from "./auth-cookies.ts"
import type { ClientAddress } from "./client-address.ts"
import { apiHeaders, securityHeaders } from "./security-headers.ts"
import { createWarnOnce, type WarnOnce } from "./warn-once.ts"

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
    /** For the JSON API, and for its answers that have a body. */
    readonly api: Readonly<Record<string, string>>
    readonly json: Readonly<Record<string, string>>
  }
  readonly warnOnce: WarnOnce
  /** One for each secret; the first signs. Made when somebody first asks for them. */
  jwtKeys(): JwtKeys
  /** Tells the mail worker that a request was committed. */
  wakeWorker(): void
}

type JwtKeys = readonly [JwtKey, ...JwtKey[]]

export function createSite(
  context: Context,
  clientAddress: ClientAddress,
  { isDevelopment, wakeWorker }: Pick<Site, "isDevelopment" | "wakeWorker">,
): Site {
  const { isHttps, allowedOrigins, secrets } = context.settings
  let jwtKeys: JwtKeys | undefined
  const api = apiHeaders({ isHttps })
  return {
    context,
    cookies: createAuthCookies(context.settings),
    clientAddress,
    isDevelopment,
    headers: {
      usual: securityHeaders({ isHttps, allowedOrigins, referrerPolicy: "same-origin" }),
      noReferrer: securityHeaders({ isHttps, allowedOrigins, referrerPolicy: "no-referrer" }),
      api,
      json: Object.freeze({ ...api, "Content-Type": "application/json" }),
    },
    warnOnce: createWarnOnce(context.log),
    jwtKeys() {
      const [first, ...others] = secrets
      jwtKeys ??= [deriveJwtKey(first), ...others.map(deriveJwtKey)]
      return jwtKeys
    },
    wakeWorker,
  }
}
