import { DAY, HOUR, SECOND } from "../core/clock.ts"
import { type Flow, parseFlow } from "../core/links/flow.ts"
import { parseSessionToken, type SessionToken } from "../core/sessions/session-token.ts"
import type { Settings } from "../core/settings.ts"
import { clearCookie, readCookie, writeCookie } from "./cookies.ts"
import { signValue, verifySigned } from "./signed-value.ts"

/** Our three cookies: who is signed in, which browser asked, and for whom this browser has signed in before. */
export interface AuthCookies {
  /** Whether there is a session cookie at all, good or not. */
  hasSession(header: string | null): boolean
  readSession(header: string | null): SessionToken | null
  writeSession(sessionToken: SessionToken): string
  clearSession(): string
  readFlow(header: string | null): Flow | null
  writeFlow(flow: Flow): string
  readKnownBrowser(header: string | null): string | null
  writeKnownBrowser(value: string): string
}

const PURPOSE = "linklatch session"
// Long enough for a link that was sent late; a flow is worth nothing without a link or a code.
const FLOW_LIFE = 2 * HOUR
const KNOWN_BROWSER_LIFE = 400 * DAY // RFC 6265bis §5.6.2: the longest that browsers keep

export function createAuthCookies({ isHttps, secrets, sessionTtl }: Settings): AuthCookies {
  // The prefix makes browsers refuse the cookie from a neighbour domain or without TLS (ASVS 3.3.3); it needs https.
  const prefix = isHttps ? "__Host-linklatch" : "linklatch"
  const [session, flow, known] = [`${prefix}_session`, `${prefix}_flow`, `${prefix}_known`]
  const write = (name: string, value: string, life: number) =>
    writeCookie(name, value, {
      isSecure: isHttps,
      maxAgeSeconds: Math.floor(Math.min(life, KNOWN_BROWSER_LIFE) / SECOND),
    })
  return {
    hasSession: (header) => readCookie(header, session) !== null,
    readSession(header) {
      const value = verifySigned(readCookie(header, session) ?? "", PURPOSE, secrets)
      return value === null ? null : parseSessionToken(value)
    },
    writeSession: (sessionToken) => write(session, signValue(sessionToken, PURPOSE, secrets), sessionTtl),
    clearSession: () => clearCookie(session, { isSecure: isHttps }),
    readFlow(header) {
      const value = readCookie(header, flow)
      return value === null ? null : parseFlow(value)
    },
    writeFlow: (value) => write(flow, value, FLOW_LIFE),
    readKnownBrowser: (header) => readCookie(header, known),
    writeKnownBrowser: (value) => write(known, value, KNOWN_BROWSER_LIFE),
  }
}
