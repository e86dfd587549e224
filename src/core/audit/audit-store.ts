import type { AuditEvent } from "./event.ts"
import type { LatestEvents, LatestOutcome } from "./latest-events.ts"
import type { NewEvent } from "./new-event.ts"

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
