import { LinklatchError } from "../../core/fault.ts"
import { isFaultOfOne, isWorthAnotherTry } from "./database-fault.ts"

interface Waiting<Decision, Outcome> {
  readonly decision: Decision
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (fault: unknown) => void
}

/** Decides an array of decisions in one round trip and one transaction, and answers in their order. */
export type DecideTogether<Decision, Outcome> = (decisions: readonly Decision[]) => Promise<readonly Outcome[]>

// More would make those that came first wait for a transaction that grows and grows.
const MAX_SHARED = 64
// A database that lets one call wait for longer, and then fails it, lets the next one wait as long.
const PATIENCE = 1_000

/**
 * Decisions of one kind. One call of them is under way at a time: those that arrive meanwhile go together in the next, and
 * share its round trip and its commit, which are nearly all that a decision costs (decisions/036).
 */
export class SharedCall<Decision, Outcome> {
  readonly #decideTogether: DecideTogether<Decision, Outcome>
  readonly #keysOf: (decision: Decision) => readonly (string | null | undefined)[]
  #waiting: Waiting<Decision, Outcome>[] = []
  #underWay: Promise<void> | null = null
  #isClosed = false

  /** Decisions with a key in common never share a call: each is to see what the one before it wrote. */
  constructor(
    decideTogether: DecideTogether<Decision, Outcome>,
    keysOf: (decision: Decision) => readonly (string | null | undefined)[] = () => [],
  ) {
    this.#decideTogether = decideTogether
    this.#keysOf = keysOf
  }

  decide(decision: Decision): Promise<Outcome> {
    if (this.#isClosed) return Promise.reject(new LinklatchError("closed", "The store is closed."))
    return new Promise<Outcome>((resolve, reject) => {
      this.#waiting.push({ decision, resolve, reject })
      this.#underWay ??= this.#decideAll()
    })
  }

  /** Decides what waits, then takes no more. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#underWay
  }

  async #decideAll(): Promise<void> {
    // Those that arrive in one turn of the event loop go together.
    await new Promise((resolve) => void setImmediate(resolve))
    while (this.#waiting.length > 0) await this.#decideNext()
    this.#underWay = null
  }

  async #decideNext(): Promise<void> {
    const together = this.#takeTogether()
    const behind = this.#waiting.length
    const startedAt = performance.now()
    const fault = await this.#attempt(together)
    // Where nothing answers, call after call would wait for its time-out, and whoever is last in a long line for minutes.
    if (fault === null || performance.now() - startedAt < PATIENCE) return
    for (const { reject } of this.#waiting.splice(0, behind)) reject(fault)
  }

  #takeTogether(): readonly Waiting<Decision, Outcome>[] {
    const together: Waiting<Decision, Outcome>[] = []
    const later: Waiting<Decision, Outcome>[] = []
    const taken = new Set<string>()
    for (const one of this.#waiting) {
      const keys = this.#keysOf(one.decision).filter((key) => key != null)
      const fits = together.length < MAX_SHARED && !keys.some((key) => taken.has(key))
      for (const key of keys) taken.add(key)
      if (fits) together.push(one)
      else later.push(one)
    }
    this.#waiting = later
    return together
  }

  /** Returns the fault that no other call would escape, if there was one. */
  async #attempt(together: readonly Waiting<Decision, Outcome>[]): Promise<unknown> {
    try {
      const outcomes = await this.#decideTogether(together.map(({ decision }) => decision))
      for (const [index, { resolve }] of together.entries()) resolve(outcomes[index] as Outcome)
      return null
    } catch (fault) {
      const { cause } = fault as Error
      // One decision's fault must not undo its neighbours': nothing was done, so each is decided again alone.
      if (together.length > 1 && isFaultOfOne(cause)) for (const one of together) await this.#attempt([one])
      else for (const { reject } of together) reject(fault)
      return isFaultOfOne(cause) || isWorthAnotherTry(cause) ? null : fault
    }
  }
}
