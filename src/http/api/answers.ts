// What the JSON API answers, field by field. Types alone: the client stands on them in browsers. Times are ISO 8601, UTC.
import type { ProblemCode } from "../../core/problem-code.ts"

/** A person, as far as their own browser may know. */
export interface ApiUser {
  /** UUIDv7. */
  readonly id: string
  readonly email: string
  /** Made from the address: "Ada Lovelace". */
  readonly displayName: string
  readonly createdAt: string
  /** The address is one of `adminEmails`. */
  readonly isAdmin: boolean
}

/** A signed-in browser. */
export interface ApiSession {
  /** Public: it signs nobody in. */
  readonly id: string
  readonly createdAt: string
  /** Exact to five minutes. */
  readonly lastSeenAt: string
  /** When the session ends if it is not used, and when it ends whatever is done with it. */
  readonly idleExpiresAt: string
  readonly expiresAt: string
  /** How the person came in: `magic_link`, `email_code`… */
  readonly provider: string
  /** When the person last proved who they are. */
  readonly provenAt: string
  /** "Firefox on Windows", as the browser says of itself. */
  readonly device: string
  /** It is the one that asks. */
  readonly isCurrent: boolean
}

/** Somebody has asked for a link. It is the same for every address, whether or not a mail goes out. */
export interface PendingSignIn {
  /** In its canonical form. */
  readonly email: string
  /** Two digits to show: opened in another browser, the link asks for them. */
  readonly matchNumber: number
  /** How many codes may still be typed. */
  readonly codeTriesLeft: number
  /** How long link and code last from the moment when the mail is sent. */
  readonly lifetimeSeconds: number
  /** When link and code are over at the latest: a mail may be sent late. */
  readonly expiresAt: string
  /** When to offer another message. */
  readonly resendAfter: string
}

/** A link or a code has signed somebody in; the cookie goes with it. */
export interface SignedInAnswer {
  readonly user: ApiUser
  readonly session: ApiSession
  /** Where the person was going, as it was given when they asked; safe to go to. */
  readonly next: string | null
}

/** Who is signed in in this browser. */
export type SessionAnswer =
  | { readonly user: ApiUser; readonly session: ApiSession }
  | { readonly user: null; readonly session: null }

/** Where a person is signed in, newest first. */
export interface SessionsAnswer {
  readonly sessions: readonly ApiSession[]
}

/** What went wrong, as `application/problem+json` (RFC 9457). */
export interface ProblemAnswer {
  readonly type: string
  readonly title: string
  readonly status: number
  /** A sentence for people, in the language of whoever asked. */
  readonly detail: string
  /** Stable: match on this. */
  readonly code: ProblemCode
  /** With `wrong_code`. At 0 no code of this sign-in works any more; the link does. */
  readonly triesLeft?: number
  /** With `wrong_browser`. At 0 the link works only in the browser that asked. */
  readonly matchTriesLeft?: number
}
