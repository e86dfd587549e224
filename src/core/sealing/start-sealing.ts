import { MINUTE, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import type { CheckpointOutlet } from "./checkpoint-outlet.ts"
import { HandingOut } from "./hand-out.ts"
import type { LogIdentity } from "./log-identity.ts"
import { type SealingRefusal, SealingRefused } from "./refusal.ts"
import { MOST_EVENTS, Sequencer } from "./sequencer.ts"

// From the first commit of ours; a second at most until it is signed, with what the pass itself takes.
const SOON = 500
// Another process may have written, or have died holding the lease: nobody wakes us for those.
const POLL_EVERY = SECOND
const TRY_AGAIN = 10 * SECOND
const SAY_AGAIN = 10 * MINUTE

export interface Sealing {
  /** Seals, signs and hands out what is committed, then stops. */
  stop(): Promise<void>
}

/** Keeps the log sealed while this process runs: within a second from a commit, or from 4,096 of them. */
export function startSealing(
  context: Pick<Context, "store" | "clock" | "random" | "log">,
  { identity, outlets }: { readonly identity: LogIdentity; readonly outlets: readonly CheckpointOutlet[] },
): Sealing {
  const handingOut = new HandingOut(context, outlets)
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
  readonly #context: Pick<Context, "store" | "log">
  readonly #sequencer: Sequencer
  readonly #stopHearing: () => void
  readonly #poll: NodeJS.Timeout
  #soon: NodeJS.Timeout | null = null
  #passing: Promise<void> | null = null
  #committed = 0
  #notBefore = 0
  #refusal: SealingRefusal["code"] | null = null
  #saidAt = Number.NEGATIVE_INFINITY

  constructor(context: Pick<Context, "store" | "log">, sequencer: Sequencer) {
    this.#context = context
    this.#sequencer = sequencer
    this.#stopHearing = context.store.audit.onCommitted(() => this.#heard())
    this.#poll = setInterval(() => this.#run(), POLL_EVERY)
    this.#poll.unref()
  }

  async stop(): Promise<void> {
    this.#stopHearing()
    clearInterval(this.#poll)
    if (this.#soon !== null) clearTimeout(this.#soon)
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
    if (this.#passing !== null || performance.now() < this.#notBefore) return
    if (this.#soon !== null) clearTimeout(this.#soon)
    this.#soon = null
    this.#committed = 0
    this.#passing = this.#pass().finally(() => {
      this.#passing = null
    })
  }

  async #pass(): Promise<void> {
    try {
      await this.#sequencer.pass()
      if (this.#refusal !== null) this.#context.log.info("log_sealed_again")
      this.#refusal = null
      this.#saidAt = Number.NEGATIVE_INFINITY
    } catch (error) {
      this.#notBefore = performance.now() + (error instanceof SealingRefused ? TRY_AGAIN : POLL_EVERY)
      this.#say(error)
    }
  }

  // Once, and then now and then: whoever reads the log of a server later must find it.
  #say(error: unknown): void {
    const isNew = error instanceof SealingRefused && error.code !== this.#refusal
    if (error instanceof SealingRefused) this.#refusal = error.code
    if (!isNew && performance.now() - this.#saidAt < SAY_AGAIN) return
    this.#saidAt = performance.now()
    if (error instanceof SealingRefused) {
      this.#context.log.error("log_not_sealed", { reason: error.code, message: error.message })
    } else {
      this.#context.log.error("sealing_failed", { error })
    }
  }
}
