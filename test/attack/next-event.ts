import type { AuditEvent } from "../../src/index.ts"
import type { App } from "../app.ts"

/** Resolves with the next event of a type that is committed from now on. */
export async function nextEvent(app: App, type: AuditEvent["type"]): Promise<AuditEvent> {
  const [event] = await nextEvents(app, [type], 1)
  if (event === undefined) throw new Error(`No ${type} came.`)
  return event
}

/** Resolves with the next `count` events of these types that are committed from now on. */
export function nextEvents(app: App, types: readonly AuditEvent["type"][], count: number): Promise<readonly AuditEvent[]> {
  const events: AuditEvent[] = []
  return new Promise((resolve) => {
    const stop = app.store.audit.onCommitted((event) => {
      if (!types.includes(event.type) || events.push(event) < count) return
      stop()
      resolve(events)
    })
  })
}

/** Resolves once `count` more mails were sent or withheld. */
export async function mailsSettled(app: App, count: number): Promise<void> {
  await nextEvents(app, ["link_sent", "link_withheld"], count)
}
