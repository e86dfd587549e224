import type { DatabaseSync } from "node:sqlite"
import type { AuditEvent } from "../../core/audit/event.ts"
import { LinklatchError } from "../../core/fault.ts"

/** What a decision runs in. It may run again from the start, so it changes nothing but the database and `events`. */
export interface Transaction {
  readonly events: AuditEvent[]
}

export interface SharedCommit {
  /** Runs a decision in a transaction and resolves once it is durable on disk. */
  decide<T>(decision: (transaction: Transaction) => T): Promise<T>
  /** Runs a question that changes nothing, at once: it sees all that is committed. */
  read<T>(question: () => T): Promise<T>
  /** Commits what waits, then takes no more. */
  close(): void
}

interface Waiting {
  readonly decision: (transaction: Transaction) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** When it came, by the monotonic clock. */
  readonly since: number
}

// One slow disk flush serves at most this many decisions, so that none waits behind an endless row of others.
const MAX_SHARED = 256

const SQLITE_BUSY = 5
const BUSY_RETRY = 20
const BUSY_PATIENCE = 5_000

/**
 * Decisions that arrive in the same turn of the event loop share one durable commit: waiting for the disk is nearly all
 * that a commit costs (6,400 a second alone, 40,000 when thirty-two share).
 */
export function createSharedCommit(
  database: DatabaseSync,
  publish: (events: readonly AuditEvent[]) => void,
): SharedCommit {
  const begin = database.prepare("begin immediate")
  const commit = database.prepare("commit")
  let waiting: Waiting[] = []
  let isClosed = false

  function decideAll(decisions: readonly Waiting[]): void {
    const transaction: Transaction = { events: [] }
    const results = decisions.map(({ decision }) => decision(transaction))
    commit.run()
    // Not in this call: a listener that throws must not look like a decision that failed, which would run again.
    if (transaction.events.length > 0) queueMicrotask(() => publish(transaction.events))
    for (const [index, { resolve }] of decisions.entries()) resolve(results[index])
  }

  function attempt(decisions: readonly Waiting[]): void {
    try {
      begin.run()
    } catch (cause) {
      return waitForLock(decisions, cause)
    }
    try {
      decideAll(decisions)
    } catch (cause) {
      if (database.isTransaction) database.exec("rollback")
      if (decisions.length === 1) return rejectAll(decisions, cause)
      // One decision's fault must not undo its neighbours': nothing was committed, so each runs again alone.
      for (const decision of decisions) attempt([decision])
    }
  }

  // Another process holds the database. It commits in well under a millisecond, unless it is a backup or a person.
  function waitForLock(decisions: readonly Waiting[], cause: unknown): void {
    const now = performance.now()
    const isBusy = (cause as { errcode?: unknown }).errcode === SQLITE_BUSY
    const patient = isBusy && !isClosed ? decisions.filter(({ since }) => now - since < BUSY_PATIENCE) : []
    rejectAll(
      decisions.filter((decision) => !patient.includes(decision)),
      cause,
    )
    if (patient.length === 0) return
    if (waiting.length === 0) setTimeout(commitWaiting, BUSY_RETRY)
    waiting = [...patient, ...waiting]
  }

  function commitWaiting(): void {
    const decisions = waiting
    waiting = []
    for (let from = 0; from < decisions.length; from += MAX_SHARED) attempt(decisions.slice(from, from + MAX_SHARED))
  }

  return {
    decide<T>(decision: (transaction: Transaction) => T) {
      if (isClosed) return Promise.reject(new LinklatchError("closed", "The store is closed."))
      return new Promise<T>((resolve, reject) => {
        if (waiting.length === 0) setImmediate(commitWaiting)
        waiting.push({ decision, resolve: resolve as Waiting["resolve"], reject, since: performance.now() })
      })
    },
    async read(question) {
      if (isClosed) throw new LinklatchError("closed", "The store is closed.")
      try {
        return question()
      } catch (cause) {
        throw unavailable(cause)
      }
    },
    close() {
      isClosed = true
      commitWaiting()
    },
  }
}

function rejectAll(decisions: readonly Waiting[], cause: unknown): void {
  for (const { reject } of decisions) reject(unavailable(cause))
}

function unavailable(cause: unknown): LinklatchError {
  return new LinklatchError("store_unavailable", "The database did not answer.", { cause })
}
