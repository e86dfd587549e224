import { SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import { addSignatures } from "../notes/sign-note.ts"
import { readNote } from "../notes/signed-note.ts"
import { proveConsistency } from "../tree/prove-consistency.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "./checkpoint-outlet.ts"

const LEAST_PAUSE = 10 * SECOND
const MOST_PAUSE = 300 * SECOND
const STOP_GRACE = 3 * SECOND

/** Hands checkpoints out, each outlet at its own pace: only the newest is kept for one that is slow or away. */
export class HandingOut {
  readonly #lanes: readonly Lane[]

  constructor(context: Pick<Context, "store" | "clock" | "log">, outlets: readonly CheckpointOutlet[]) {
    const keeping = createKeepCosigned(context)
    this.#lanes = outlets.map((outlet) => new Lane(context, outlet, keeping))
  }

  offer(checkpoint: SignedCheckpoint): void {
    for (const lane of this.#lanes) lane.offer(checkpoint)
  }

  /** Hands out what waits, if that takes no more than three seconds. */
  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()))
  }
}

type KeepCosigned = (checkpoint: SignedCheckpoint, cosigned: string) => Promise<void>

class Lane {
  readonly #context: Pick<Context, "store" | "clock" | "log">
  readonly #outlet: CheckpointOutlet
  readonly #keepCosigned: KeepCosigned
  #waiting: SignedCheckpoint | null = null
  #publishing: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null
  #notBefore = 0
  #failures = 0
  #isStopping = false

  constructor(context: Pick<Context, "store" | "clock" | "log">, outlet: CheckpointOutlet, keepCosigned: KeepCosigned) {
    this.#context = context
    this.#outlet = outlet
    this.#keepCosigned = keepCosigned
  }

  offer(checkpoint: SignedCheckpoint): void {
    this.#waiting = checkpoint
    this.#goOn()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    this.#goOn()
    const grace = new Promise<void>((resolve) => setTimeout(resolve, STOP_GRACE).unref())
    while (this.#publishing !== null) {
      const isDone = await Promise.race([this.#publishing.then(() => true), grace.then(() => false)])
      if (!isDone) break
    }
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#outlet.close()
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

  async #publish(checkpoint: SignedCheckpoint): Promise<void> {
    const { store, log } = this.#context
    const { name, every } = this.#outlet
    try {
      const prove = (oldSize: number) => proveConsistency({ oldSize, size: checkpoint.size }, store.sealing.tile)
      const { cosigned } = await this.#outlet.publish(checkpoint, prove)
      if (cosigned !== null) await this.#keepCosigned(checkpoint, cosigned)
      if (this.#failures > 0) log.info("checkpoint_outlet_recovered", { outlet: name })
      if (this.#waiting === checkpoint) this.#waiting = null
      this.#failures = 0
      this.#notBefore = performance.now() + every
    } catch (error) {
      if (this.#failures === 0) log.error("checkpoint_outlet_failed", { outlet: name, error })
      this.#failures += 1
      const pause = Math.min(MOST_PAUSE, LEAST_PAUSE * 2 ** Math.min(this.#failures - 1, 10))
      this.#notBefore = performance.now() + Math.max(every, pause)
    }
  }
}

/** Two witnesses may sign one checkpoint: the note that is kept has both signatures. */
function createKeepCosigned({ store, clock }: Pick<Context, "store" | "clock">): KeepCosigned {
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
