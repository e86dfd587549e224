import { MINUTE, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import type { CheckpointOutlet } from "./checkpoint-outlet.ts"
import { HandingOut } from "./hand-out.ts"
import type { LogIdentity } from "./log-identity.ts"
import { type SealingRefusal, SealingRefused } from "./refusal.ts"
import { MOST_EVENTS, Sequencer } from "./sequencer.ts"
import { withinGrace } from "./within-grace.ts"

// From the first commit of ours; a second at most until it is signed, with what the pass itself takes.
const SOON = 500
// Another process may have written, or have died holding the lease: nobody wakes us for those.
const POLL_EVERY = SECOND
const TRY_AGAIN = 10 * SECOND
const SAY_AGAIN = 10 * MINUTE
// Then a pass has time to sign what it has sealed, before the grace is over.
const ENOUGH = 2 * SECOND
const STOP_GRACE = 3 * SECOND

export interface Sealing {
  /** Seals, signs and hands out what is committed, then stops: within seconds, whatever is away. */
  stop(): Promise<void>
}

/** Keeps the log sealed while this process runs: within a second from a commit, or from 4,096 of them. */
export function startSealing(
  context: Pick<Context, "store" | "clock" | "random" | "log">,
  { identity, outlets }: { readonly identity: LogIdentity; readonly outlets: readonly CheckpointOutlet[] },
): Sealing {
  const handingOut = new HandingOut(context, identity, outlets)
  const onSigned = handingOut.offer.bind(handingOut)
  const runner = new Runner(context, new Sequencer({ context, identity, outlets, onSigned }))
  return {
    async stop() {
      await runner.stop()
      await handingOut.stop()
    },
  }
}

/** One pass at a time, soon after a commit of this process and each second for those of others. */
class Runner {
  readonly #sequencer: Sequencer
  readonly #stopHearing: () => void
  readonly #poll: NodeJS.Timeout
  readonly #stopping = new AbortController()
  readonly #faults: FaultTeller
  #soon: NodeJS.Timeout | null = null
  #passing: Promise<void> | null = null
  #committed = 0
  #notBefore = 0

  constructor(context: Pick<Context, "store" | "log">, sequencer: Sequencer) {
    this.#sequencer = sequencer
    this.#faults = new FaultTeller(context.log)
    this.#stopHearing = context.store.audit.onCommitted(() => this.#heard())
    this.#poll = setInterval(() => this.#run(), POLL_EVERY)
    this.#poll.unref()
  }

  async stop(): Promise<void> {
    this.#stopHearing()
    clearInterval(this.#poll)
    if (this.#soon !== null) clearTimeout(this.#soon)
    // Others may write for ever, and a store may not answer: what isn't sealed now is sealed by whoever goes on.
    const enough = setTimeout(() => this.#stopping.abort(), ENOUGH)
    await withinGrace(STOP_GRACE, () => this.#passOnceMore())
    clearTimeout(enough)
    this.#stopping.abort()
  }

  async #passOnceMore(): Promise<void> {
    await this.#passing
    this.#run()
    await this.#passing
  }

  #heard(): void {
    this.#committed += 1
    if (this.#committed >= MOST_EVENTS) return this.#run()
    if (this.#soon !== null) return
    this.#soon = setTimeout(() => {
      this.#soon = null
      this.#run()
    }, SOON)
    this.#soon.unref()
  }

  #run(): void {
    if (this.#passing !== null || this.#stopping.signal.aborted || performance.now() < this.#notBefore) return
    if (this.#soon !== null) clearTimeout(this.#soon)
    this.#soon = null
    this.#committed = 0
    this.#passing = this.#pass().finally(() => {
      this.#passing = null
    })
  }

  async #pass(): Promise<void> {
    try {
      await this.#sequencer.pass(this.#stopping.signal)
      this.#faults.tellEnd(this.#sequencer.isOpen)
    } catch (error) {
      if (this.#stopping.signal.aborted) return
      this.#notBefore = performance.now() + (error instanceof SealingRefused ? TRY_AGAIN : POLL_EVERY)
      this.#faults.tell(error)
    }
  }
}

/** Once, and then now and then: whoever reads the log of a server later must find it. */
class FaultTeller {
  readonly #log: Context["log"]
  /** What was told last, and isn't over; null when all is well. */
  #told: SealingRefusal["code"] | "failed" | null = null
  #saidAt = Number.NEGATIVE_INFINITY

  constructor(log: Context["log"]) {
    this.#log = log
  }

  tell(error: unknown): void {
    const what = error instanceof SealingRefused ? error.code : "failed"
    // A store that comes and goes meanwhile doesn't make a refusal new.
    const isNew = this.#told === null || (what !== "failed" && what !== this.#told)
    if (!isNew && performance.now() - this.#saidAt < SAY_AGAIN) return
    this.#told = what
    this.#saidAt = performance.now()
    if (error instanceof SealingRefused)
      this.#log.error("log_not_sealed", { reason: error.code, message: error.message })
    else this.#log.error("sealing_failed", { error })
  }

  /** `isOpen`: whether it was looked closer, and not left to another process that holds the lease. */
  tellEnd(isOpen: boolean): void {
    if (this.#told === null || (this.#told !== "failed" && !isOpen)) return
    this.#log.info("log_sealed_again")
    this.#told = null
  }
}
