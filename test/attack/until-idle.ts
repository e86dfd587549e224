import type { App } from "../app.ts"

/** Waits until the worker owes no mail. */
export async function untilIdle(app: App): Promise<void> {
  while ((await app.store.outbox.backlog()).queued > 0) await new Promise(setImmediate)
}
