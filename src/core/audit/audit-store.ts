import type { Address } from "../addresses/canonical-address.ts"
import type { ApplicationDetail, ApplicationEventType, AuditEvent, Client, EventDetail } from "./event.ts"
import type { LatestEvents, LatestOutcome } from "./latest-events.ts"

export interface AuditStore {
  append(event: NewEvent): Promise<void>
  /** Events after position `after`, oldest first. */
  read(read: { readonly after: number; readonly max: number }): Promise<readonly AuditEvent[]>
  /**
   * As `read`, for whoever keeps a place in the log and goes on from the last position given. It never goes past an event that may
   * still be committed at an earlier position; it may give fewer than there are.
   */
  follow(follow: { readonly after: number; readonly max: number }): Promise<readonly AuditEvent[]>
  /**
   * The newest events that fit, newest first. A log has no index for this, as each would be written with every event
   * (decisions/021): it looks at no more than `reach` positions before `before`, so that no question holds a database up.
   */
  latest(latest: LatestEvents): Promise<LatestOutcome>
  /** Calls back with each event that this process committed, after its commit. Returns a function that stops it. */
  onCommitted(listener: (event: AuditEvent) => void): () => void
}

/** An event that stands alone: an application's own, the count that closes a window of refusals, or what is done to the log itself. */
export type NewEvent = {
  readonly at: number
  readonly userId: string | null
  readonly address: Address | null
  readonly client: Client
} & (
  | { [T in LoneEventType]: { readonly type: T; readonly detail: EventDetail[T] } }[LoneEventType]
  | { readonly type: ApplicationEventType; readonly detail: ApplicationDetail }
)

type LoneEventType = "rate_limited" | "admin_action" | "checkpoint_signed"
