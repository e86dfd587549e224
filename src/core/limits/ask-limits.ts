import type { LimitTake, Quota } from "./limit.ts"

/** The limits of asking. The store takes those that are there, in this order. */
export interface AskLimits {
  /** Taken first, if the browser is known for this address: when it admits, no other limit is taken. */
  readonly knownBrowser: LimitTake | null
  /** Refused openly. Null where it is off, as the next one. */
  readonly client: LimitTake | null
  /** Refused silently. */
  readonly address: LimitTake | null
}

/** Limits of asking that somebody else has taken, as Redis does: this store takes none, and keeps no count. */
export interface DecidedAskLimits {
  readonly isDecided: true
  /** What is left of the client's limit, to be handed back. */
  readonly quota: Quota | null
  /** The address's limit where it is spent: it marks the outbox row. Its first refusal in a window writes `rate_limited`. */
  readonly spent: { readonly limit: LimitTake; readonly isFirst: boolean } | null
}
