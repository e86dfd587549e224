import { MINUTE, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import type { CheckpointOutlet } from "./checkpoint-outlet.ts"
import { inTime } from "./in-time.ts"
import type { LogIdentity } from "./log-identity.ts"
import { type OurCheckpoint, readSigned } from "./read-signed.ts"

/** The newest checkpoint of this log that an outlet has. */
export interface KnownOutside {
  readonly outlet: string
  readonly checkpoint: OurCheckpoint
}

const PATIENCE = 5 * SECOND
// Longer than a lease by far: several processes that wait for a silent outlet in turn would hardly get to seal.
const LEFT_ALONE = MINUTE

/**
 * What is known of this log outside. Nobody waits for an outlet that is away: a log that goes unsealed for as long as a witness is down is worse
 * off than one that was compared with one witness fewer, which will refuse what doesn't follow.
 */
export class OutsideView {
  readonly #context: Pick<Context, "clock" | "log">
  readonly #identity: LogIdentity
  readonly #outlets: readonly Pick<CheckpointOutlet, "name" | "latest">[]
  /** Outlets that didn't answer, and when they were asked last. */
  readonly #unheard = new Map<string, number>()

  constructor(
    context: Pick<Context, "clock" | "log">,
    identity: LogIdentity,
    outlets: readonly Pick<CheckpointOutlet, "name" | "latest">[],
  ) {
    this.#context = context
    this.#identity = identity
    this.#outlets = outlets
  }

  async newest(): Promise<readonly KnownOutside[]> {
    return (await Promise.all(this.#outlets.map((outlet) => this.#ask(outlet)))).flat()
  }

  async #ask(outlet: Pick<CheckpointOutlet, "name" | "latest">): Promise<readonly KnownOutside[]> {
    const { clock, log } = this.#context
    const { name } = outlet
    const at = clock.now()
    const unheardAt = this.#unheard.get(name)
    if (unheardAt !== undefined && at >= unheardAt && at < unheardAt + LEFT_ALONE) return []
    try {
      const text = await inTime(name, PATIENCE, async () => outlet.latest(this.#identity.origin))
      this.#unheard.delete(name)
      const checkpoint = text === null ? null : readSigned(text, this.#identity)
      // Of another log, or of this one before it got a new name: then it is evidence, and nothing to follow.
      return checkpoint?.origin === this.#identity.origin ? [{ outlet: name, checkpoint }] : []
    } catch (error) {
      if (unheardAt === undefined) log.warn("checkpoint_outlet_unheard", { outlet: name, error })
      this.#unheard.set(name, clock.now())
      return []
    }
  }
}
