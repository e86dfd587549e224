import type { DatabaseSync, StatementSync } from "node:sqlite"
import type { AuditEvent } from "../../core/audit/event.ts"
import { LinklatchError } from "../../core/fault.ts"
import type { Transaction, WriteEvents } from "./journal.ts"

interface Waiting {
  /** It may run again from the start, so it changes nothing but the database and what the transaction takes down. */
  readonly decision: (transaction: Transaction) => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
  /** When it came, by the monotonic clock. */
  readonly since: number
}

interface Asked {
  readonly question: () => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

// One slow disk flush serves at most this many decisions, so that none waits behind an endless row of others.
const MAX_SHARED = 256

const SQLITE_BUSY = 5
const BUSY_RETRY = 20
const BUSY_PATIENCE = 5_000

/** What asks and decides: a copy that is only read has another. */
export type Commits = Pick<SharedCommit, "read" | "decide">

/**
 * Decisions that arrive in the same turn of the event loop share one durable commit: waiting for the disk is nearly all
 * that a commit costs (6,400 a second alone, 40,000 when thirty-two share).
 */
export class SharedCommit {
  readonly #database: DatabaseSync
  readonly #writeEvents: WriteEvents
  readonly #publish: (events: readonly AuditEvent[]) => void
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #beginReading: StatementSync
  #waiting: Waiting[] = []
  #asked: Asked[] = []
  #isClosed = false

  constructor(database: DatabaseSync, writeEvents: WriteEvents, publish: (events: readonly AuditEvent[]) => void) {
    this.#database = database
    this.#writeEvents = writeEvents
    this.#publish = publish
    this.#begin = database.prepare("begin immediate")
    this.#commit = database.prepare("commit")
    this.#beginReading = database.prepare("begin")
  }

  /** Runs a decision in a transaction and resolves once it is durable on disk. */
  decide<T>(decision: (transaction: Transaction) => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return new Promise<T>((resolve, reject) => {
      const one = { decision, resolve: resolve as Waiting["resolve"], reject, since: performance.now() }
      if (this.#waiting.length === 0) setImmediate(() => this.#commitWaiting())
      this.#waiting.push(one)
    })
  }

  /**
   * Runs a question that changes nothing; it sees all that is committed. Questions of one turn share a read transaction,
   * as beginning and ending one asks the kernel three times, and they are answered together, so that answers go out in a
   * row and whoever waits for them is woken once (decisions/017).
   */
  read<T>(question: () => T): Promise<T> {
    if (this.#isClosed) return Promise.reject(closed())
    return new Promise<T>((resolve, reject) => {
      if (this.#asked.length === 0) setImmediate(() => this.#answerAsked())
      this.#asked.push({ question, resolve: resolve as Asked["resolve"], reject })
    })
  }

  /** Answers and commits what waits, then takes no more. */
  close(): void {
    this.#isClosed = true
    this.#answerAsked()
    this.#commitWaiting()
  }

  #answerAsked(): void {
    const asked = this.#asked
    this.#asked = []
    if (asked.length < 2) return answer(asked)
    try {
      this.#beginReading.run()
    } catch (cause) {
      return rejectAll(asked, cause)
    }
    answer(asked)
    // A read that failed may have ended the transaction by itself. Nobody waits for this call: a throw would end the process.
    if (this.#database.isTransaction) this.#commit.run()
  }

  #commitWaiting(): void {
    const decisions = this.#waiting
    this.#waiting = []
    for (let from = 0; from < decisions.length; from += MAX_SHARED)
      this.#attempt(decisions.slice(from, from + MAX_SHARED))
  }

  #attempt(decisions: readonly Waiting[]): void {
    try {
      this.#begin.run()
    } catch (cause) {
      this.#waitForLock(decisions, cause)
      return
    }
    try {
      this.#decideAll(decisions)
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec("rollback")
      // One decision's fault must not undo its neighbours': nothing was committed, so each runs again alone.
      if (decisions.length > 1) for (const decision of decisions) this.#attempt([decision])
      else rejectAll(decisions, cause)
    }
  }

  #decideAll(decisions: readonly Waiting[]): void {
    const transaction: Transaction = { events: [], people: [] }
    const results = decisions.map(({ decision }) => decision(transaction))
    const events = transaction.events.length === 0 ? [] : this.#writeEvents(transaction)
    this.#commit.run()
    // Not in this call: a listener that throws must not look like a decision that failed, which would run again.
    if (events.length > 0) queueMicrotask(() => this.#publish(events))
    for (const [index, { resolve }] of decisions.entries()) resolve(results[index])
  }

  // Another process holds the database. It commits in well under a millisecond, unless it is a backup or a person.
  #waitForLock(decisions: readonly Waiting[], cause: unknown): void {
    const now = performance.now()
    const isBusy = (cause as { errcode?: unknown }).errcode === SQLITE_BUSY
    const patient = isBusy && !this.#isClosed ? decisions.filter(({ since }) => now - since < BUSY_PATIENCE) : []
    rejectAll(
      decisions.filter((decision) => !patient.includes(decision)),
      cause,
    )
    if (patient.length === 0) return
    if (this.#waiting.length === 0) setTimeout(() => this.#commitWaiting(), BUSY_RETRY)
    this.#waiting = [...patient, ...this.#waiting]
  }
}

function answer(asked: readonly Asked[]): void {
  for (const { question, resolve, reject } of asked) {
    try {
      resolve(question())
    } catch (cause) {
      reject(unavailable(cause))
    }
  }
}

function rejectAll(waiting: readonly Pick<Waiting, "reject">[], cause: unknown): void {
  for (const { reject } of waiting) reject(unavailable(cause))
}

function closed(): LinklatchError {
  return new LinklatchError("closed", "The store is closed.")
}

function unavailable(cause: unknown): LinklatchError {
  return new LinklatchError("store_unavailable", "The database did not answer.", { cause })
}
