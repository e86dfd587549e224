import type { AuditEvent } from "../../src/index.ts"
import type { App } from "../app.ts"

/** Resolves with the next event of a type that is committed from now on. */
export function nextEvent(app: App, type: AuditEvent["type"]): Promise<AuditEvent> {
  return new Promise((resolve) => {
    const stop = app.store.audit.onCommitted((event) => {
      if (event.type !== type) return
      stop()
      resolve(event)
    })
  })
}
