import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import { writeCheckpoint } from "../notes/checkpoint.ts"
import { signNote } from "../notes/sign-note.ts"
import { writeVerifierKey } from "../notes/verifier-key.ts"
import type { Frontier } from "../tree/frontier.ts"
import { rootOf } from "../tree/root-of.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "./checkpoint-outlet.ts"
import { type LogIdentity, verifierKeys } from "./log-identity.ts"
import { openLog, type Signed } from "./open-log.ts"
import type { OurCheckpoint } from "./read-signed.ts"
import { sealEvents } from "./seal-events.ts"

const LEASE = 3_000
/** At most so many events wait for one checkpoint. */
export const MOST_EVENTS = 4_096

export interface SequencerParts {
  readonly context: Pick<Context, "store" | "clock" | "random">
  readonly identity: LogIdentity
  readonly outlets: readonly Pick<CheckpointOutlet, "name" | "latest">[]
  /** Hears of each checkpoint once it is kept. */
  readonly onSigned: (checkpoint: SignedCheckpoint) => void
}

/**
 * Seals what was committed. Any number of processes may have one: the lease lets one of them work, and where two work all the same,
 * the store lets one go on. A root is signed only after it was committed as the root of its size: so nobody ever signs two.
 */
export class Sequencer {
  readonly #parts: SequencerParts
  readonly #holder: string
  #frontier: Frontier | null = null
  #signed: Signed | null = null
  #leaseRefusedUntil = 0

  constructor(parts: SequencerParts) {
    this.#parts = parts
    this.#holder = uuidv7(parts.context.clock.now(), parts.context.random)
  }

  /**
   * Seals and signs everything that waits. Returns how many events it sealed.
   *
   * @throws SealingRefused where what is there doesn't follow from what was signed.
   */
  async pass(): Promise<number> {
    if (!(await this.#hasWork()) || !(await this.#holdLease())) return 0
    let sealed = 0
    for (;;) {
      const frontier = this.#frontier ?? (await this.#open())
      const outcome = await sealEvents(this.#store, frontier)
      if (outcome.status === "overtaken") {
        // The next pass reads anew where the log stands.
        this.#frontier = null
        return sealed
      }
      this.#frontier = outcome.frontier
      sealed += outcome.events
      if (outcome.isAll || outcome.frontier.size - (this.#signed?.size ?? 0) >= MOST_EVENTS)
        await this.#sign(outcome.frontier)
      if (outcome.isAll || !(await this.#holdLease())) return sealed
    }
  }

  get #store() {
    return this.#parts.context.store.sealing
  }

  async #hasWork(): Promise<boolean> {
    if (this.#frontier === null || this.#frontier.size !== (this.#signed?.size ?? 0)) return true
    return (await this.#store.backlog({ max: 1 })).events > 0
  }

  async #holdLease(): Promise<boolean> {
    const at = this.#parts.context.clock.now()
    if (at < this.#leaseRefusedUntil) return false
    const outcome = await this.#store.lease({ holder: this.#holder, at, until: at + LEASE })
    if (outcome === "held") return true
    this.#leaseRefusedUntil = at + LEASE
    this.#frontier = null
    return false
  }

  async #open(): Promise<Frontier> {
    const { identity, outlets } = this.#parts
    const { frontier, signed } = await openLog(this.#store, identity, outlets, this.#signed)
    if (signed !== null && isByAnother(signed, identity)) await this.#tellChange(signed)
    this.#signed = signed
    return frontier
  }

  async #sign(frontier: Frontier): Promise<void> {
    const { size } = frontier
    if (size === (this.#signed?.size ?? 0)) return
    const { context, identity, onSigned } = this.#parts
    const { origin, keys } = identity
    const root = rootOf(frontier)
    const note = signNote(writeCheckpoint({ origin, size, root }), { name: origin, key: keys[0] })
    const at = context.clock.now()
    await this.#store.sign({ size, note, at })
    this.#signed = { size, root }
    onSigned({ origin, size, root, note, at })
  }

  // Once for each change, and not for each checkpoint: that would give the next one something to seal.
  async #tellChange({ size }: OurCheckpoint): Promise<void> {
    const { context, identity } = this.#parts
    const [key] = verifierKeys(identity, identity.origin)
    if (key === undefined) return
    const detail = { origin: identity.origin, key: writeVerifierKey(key), size }
    const nobody = { ip: null, userAgent: null }
    const event = { type: "checkpoint_signed", detail, at: context.clock.now(), userId: null, address: null } as const
    await context.store.audit.append({ ...event, client: nobody })
  }
}

function isByAnother({ origin, signedBy }: OurCheckpoint, identity: LogIdentity): boolean {
  const [first] = verifierKeys(identity, identity.origin)
  return origin !== identity.origin || signedBy.id !== first?.id
}
