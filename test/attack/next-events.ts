import type { AuditEvent } from "../../src/index.ts"
import type { App } from "../app.ts"

/** Resolves with the next `count` events of these types that are committed from now on. */
export function nextEvents(
  app: App,
  types: readonly AuditEvent["type"][],
  count: number,
): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  return new Promise((resolve) => {
    const stop = app.store.audit.onCommitted((event) => {
      if (!types.includes(event.type) || events.push(event) < count) return
      stop()
      resolve(events)
    })
  })
}
