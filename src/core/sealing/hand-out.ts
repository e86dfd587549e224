import { MINUTE, SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import { addSignatures } from "../notes/sign-note.ts"
import { readNote } from "../notes/signed-note.ts"
import { proveConsistency } from "../tree/prove-consistency.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "./checkpoint-outlet.ts"
import { inTime } from "./in-time.ts"
import type { LogIdentity } from "./log-identity.ts"
import { readSigned } from "./read-signed.ts"
import { withinGrace } from "./within-grace.ts"

// Longer than any outlet of ours takes: none of an application's own may hold up the log by never answering.
const PATIENCE = 30 * SECOND
const LEAST_PAUSE = 10 * SECOND
const PUBLISH_GRACE = 2 * SECOND
const CLOSE_GRACE = SECOND
const SAY_AGAIN = 10 * MINUTE
const MOST_PAUSE = 300 * SECOND

/** Hands checkpoints out, each outlet at its own pace: only the newest is kept for one that is slow or away. */
export class HandingOut {
  readonly #lanes: readonly Lane[]

  constructor(
    context: Pick<Context, "store" | "clock" | "log">,
    identity: LogIdentity,
    outlets: readonly CheckpointOutlet[],
  ) {
    const log: KeptLog = { newest: createReadNewest(context, identity), cosign: createKeepCosigned(context) }
    this.#lanes = outlets.map((outlet) => new Lane(context, outlet, log))
  }

  offer(checkpoint: SignedCheckpoint): void {
    for (const lane of this.#lanes) lane.offer(checkpoint)
  }

  /** Hands out what waits, if that takes no more than two seconds. */
  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
  }
}

interface KeptLog {
  /** The newest checkpoint there is: this one, unless another process has signed since. */
  newest(checkpoint: SignedCheckpoint): Promise<SignedCheckpoint>
  cosign(checkpoint: SignedCheckpoint, cosigned: string): Promise<void>
}

class Lane {
  readonly #context: Pick<Context, "store" | "clock" | "log">
  readonly #outlet: CheckpointOutlet
  readonly #log: KeptLog
  #waiting: SignedCheckpoint | null = null
  #publishing: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #notBefore = 0
  #failures = 0
  // Now and then, as whoever reads the log later must find it.
  #sayAgainAt = Number.NEGATIVE_INFINITY
  #isStopping = false

  constructor(context: Pick<Context, "store" | "clock" | "log">, outlet: CheckpointOutlet, log: KeptLog) {
    this.#context = context
    this.#outlet = outlet
    this.#log = log
  }

  offer(checkpoint: SignedCheckpoint): void {
    this.#waiting = checkpoint
    this.#goOn()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#goOn()
    await withinGrace(PUBLISH_GRACE, () => this.#finish())
    if (this.#timer !== null) clearTimeout(this.#timer)
    const { log } = this.#context
    const { name } = this.#outlet
    const close = async () => this.#outlet.close()
    await withinGrace(CLOSE_GRACE, () =>
      close().catch((error: unknown) => log.error("checkpoint_outlet_failed", { outlet: name, error })),
    )
  }

  async #finish(): Promise<void> {
    while (this.#publishing !== null) await this.#publishing
  }

  #goOn(): void {
    if (this.#publishing !== null || this.#waiting === null) return
    // Whatever the pace: the end of the log is what a process leaves behind. One that fails isn't asked once more for that.
    const wait = this.#isStopping && this.#failures === 0 ? 0 : this.#notBefore - performance.now()
    if (wait > 0) {
      if (this.#isStopping || this.#timer !== null) return
      this.#timer = setTimeout(() => {
        this.#timer = null
        this.#goOn()
      }, wait)
      this.#timer.unref()
      return
    }
    this.#publishing = this.#publish(this.#waiting).finally(() => {
      this.#publishing = null
      this.#goOn()
    })
  }

  async #publish(offered: SignedCheckpoint): Promise<void> {
    const { store, log } = this.#context
    const { name, every } = this.#outlet
    try {
      // What waited for its turn may be old by now: a witness would refuse it, and what is kept outside would go back.
      const checkpoint = await this.#log.newest(offered)
      const prove = (oldSize: number) => proveConsistency({ oldSize, size: checkpoint.size }, store.sealing.tile)
      const { cosigned } = await inTime(name, PATIENCE, () => this.#outlet.publish(checkpoint, prove))
      if (cosigned !== null) await this.#log.cosign(checkpoint, cosigned)
      if (this.#failures > 0) log.info("checkpoint_outlet_recovered", { outlet: name })
      if (this.#waiting === offered) this.#waiting = null
      this.#failures = 0
      this.#sayAgainAt = Number.NEGATIVE_INFINITY
      this.#notBefore = performance.now() + every
    } catch (error) {
      if (performance.now() >= this.#sayAgainAt) {
        this.#sayAgainAt = performance.now() + SAY_AGAIN
        log.error("checkpoint_outlet_failed", { outlet: name, error })
      }
      this.#failures += 1
      const pause = Math.min(MOST_PAUSE, LEAST_PAUSE * 2 ** Math.min(this.#failures - 1, 10))
      this.#notBefore = performance.now() + Math.max(every, pause)
    }
  }
}

function createReadNewest({ store }: Pick<Context, "store">, identity: LogIdentity): KeptLog["newest"] {
  return async (checkpoint) => {
    // Where the store is away, what is at hand goes out all the same.
    const kept = await store.sealing.latestCheckpoint().catch(() => null)
    if (kept === null || kept.size <= checkpoint.size) return checkpoint
    const known = readSigned(kept.note, identity)
    if (known === null || known.origin !== checkpoint.origin) return checkpoint
    const { origin, size, root } = known
    return { origin, size, root, note: kept.note, at: kept.at }
  }
}

/** Two witnesses may sign one checkpoint: the note that is kept has both signatures. */
function createKeepCosigned({ store, clock }: Pick<Context, "store" | "clock">): KeptLog["cosign"] {
  let keeping: Promise<void> = Promise.resolve()
  async function keep({ size }: SignedCheckpoint, cosigned: string): Promise<void> {
    const [kept] = await store.sealing.checkpoints({ fromSize: size, max: 1 })
    const lines = readNote(cosigned)?.signatures.map(({ line }) => line) ?? []
    const note = kept?.size === size ? addSignatures(kept.note, lines) : cosigned
    await store.sealing.cosign({ size, note, at: clock.now() })
  }
  return (checkpoint, cosigned) => {
    const kept = keeping.then(() => keep(checkpoint, cosigned))
    keeping = kept.catch(() => undefined)
    return kept
  }
}
