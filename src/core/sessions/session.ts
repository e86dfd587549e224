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
