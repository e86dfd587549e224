import type { SessionTokenHash } from "./session-token.ts"

/** A signed-in browser. Times are milliseconds since the epoch. */
export interface Session {
  /** Public id, UUIDv7: safe to show, to log and to name in an address. It signs nobody in. */
  readonly id: string
  readonly userId: string
  readonly createdAt: number
  readonly lastSeenAt: number
  /** When the session ends if it is not used, and when it ends whatever is done with it. */
  readonly idleExpiresAt: number
  readonly expiresAt: number
  /** How the person came in: `magic_link`, `email_code`… */
  readonly provider: string
  /** When the person last proved who they are. */
  readonly provenAt: number
  /** "Firefox on Windows". */
  readonly device: string
  readonly ip: string | null
}

/** A session that a redeem may start. */
export interface NewSession {
  readonly id: string
  readonly tokenHash: SessionTokenHash
  readonly idleExpiresAt: number
  readonly expiresAt: number
  readonly device: string
}

/** What that becomes once it is started, at `at`. */
export function startedSession(
  { id, idleExpiresAt, expiresAt, device }: NewSession,
  { userId, provider, at, ip }: { userId: string; provider: string; at: number; ip: string | null },
): Session {
  const times = { createdAt: at, lastSeenAt: at, idleExpiresAt, expiresAt, provenAt: at }
  return { id, userId, ...times, provider, device, ip }
}
