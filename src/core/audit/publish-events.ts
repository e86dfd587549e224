import type { AuditEvent } from "./event.ts"

export type EventListeners = Set<(event: AuditEvent) => void>

/** Tells everybody who listens of events that are committed. */
export function publishEvents(listeners: EventListeners, events: readonly AuditEvent[]): void {
  for (const event of events) {
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        // What is committed stays committed, and the other listeners hear of it too.
        process.emitWarning(`A listener of the audit log failed: ${String(error)}`)
      }
    }
  }
}
