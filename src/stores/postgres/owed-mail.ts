import type { Database } from "./database.ts"
import { keepListening } from "./keep-listening.ts"

const TELL = "select to_json(pg_notify($1, '') is null)::text as result"
// One word at most in this time, however many requests are written, and none of it in their transactions: those that notify
// commit one after the other.
const TELL_EVERY = 50

/** Tells other processes that mail is owed, and hears it from them. Any of it may be lost: workers look by themselves too. */
export interface OwedMail {
  tell(): void
  onOwed(listener: () => void): () => void
  close(): void
}

export function createOwedMail(database: Database, mayListen: boolean): OwedMail {
  const channel = `${database.schemaName}_outbox`
  const listeners = new Set<() => void>()
  let stopListening: (() => void) | null = null
  let telling: NodeJS.Timeout | null = null
  return {
    tell() {
      telling ??= setTimeout(() => {
        telling = null
        database.ask(TELL, [channel]).catch(() => undefined)
      }, TELL_EVERY).unref()
    },
    onOwed(listener) {
      listeners.add(listener)
      if (mayListen)
        stopListening ??= keepListening(database, channel, () => {
          for (const heard of listeners) heard()
        })
      return () => listeners.delete(listener)
    },
    close() {
      if (telling !== null) clearTimeout(telling)
      stopListening?.()
    },
  }
}
