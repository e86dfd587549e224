import type { Address } from "../addresses/canonical-address.ts"
import type { AuditEvent } from "./event.ts"

/** A question about the end of the log. */
export interface LatestEvents {
  /** A position, or null to begin at the end of the log. */
  readonly before: number | null
  readonly max: number
  readonly reach: number
  readonly type: string | null
  /** Events of this user, or about this address: what came before there was a user names the address alone. */
  readonly person: { readonly userId: string | null; readonly address: Address | null } | null
}

export interface LatestOutcome {
  readonly events: readonly AuditEvent[]
  /** Where to go on from; null when the beginning of the log was reached. */
  readonly before: number | null
}
