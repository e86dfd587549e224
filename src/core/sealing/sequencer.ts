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
import { OutsideView } from "./outside-view.ts"
import type { OurCheckpoint } from "./read-signed.ts"
import { BATCH, sealEvents } from "./seal-events.ts"

// What was committed when its holder dies has to wait for its end, and is to be signed within five seconds all the same.
const LEASE = 2_000
// Not for as long as a lease: whoever holds it may have died at its very beginning.
const ASK_AGAIN = 750
// Whoever is further behind catches up by fewer, larger commits: each of them waits for the lock that others write under.
const SMALL_BATCHES = 4
/** At most so many events wait for one checkpoint. */
export const MOST_EVENTS = 4_096

export interface SequencerParts {
  readonly context: Pick<Context, "store" | "clock" | "random" | "log">
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
  readonly #outside: OutsideView
  readonly #holder: string
  #frontier: Frontier | null = null
  #signed: Signed | null = null
  #wasOpened = false
  /** All of that size was signed when it was looked at last. */
  #restsAt = 0
  #leaseRefusedAt = Number.NEGATIVE_INFINITY
  #hasToldChange = false

  constructor(parts: SequencerParts) {
    this.#parts = parts
    this.#outside = new OutsideView(parts.context, parts.identity, parts.outlets)
    this.#holder = uuidv7(parts.context.clock.now(), parts.context.random)
  }

  /**
   * Seals and signs everything that waits, or as much as it can until it is told to stop: others may write for ever. Returns how many
   * events it sealed.
   *
   * @throws SealingRefused where what is there doesn't follow from what was signed.
   */
  async pass(stop?: AbortSignal): Promise<number> {
    if (!(await this.#hasWork()) || !(await this.#holdLease())) return 0
    let sealed = 0
    for (let nth = 0; ; nth += 1) {
      const { events, isLast } = await this.#sealBatch(nth, stop)
      sealed += events
      if (isLast || !(await this.#holdLease())) return sealed
    }
  }

  /** Whether it has looked at the log itself and found that it follows, as far as it knows. */
  get isOpen(): boolean {
    return this.#frontier !== null
  }

  async #sealBatch(nth: number, stop: AbortSignal | undefined): Promise<{ events: number; isLast: boolean }> {
    const frontier = this.#frontier ?? (await this.#open(stop))
    const outcome = await sealEvents(this.#store, frontier, nth < SMALL_BATCHES ? BATCH : MOST_EVENTS)
    if (outcome.status === "overtaken") {
      // The next pass reads anew where the log stands.
      this.#frontier = null
      return { events: 0, isLast: true }
    }
    this.#frontier = outcome.frontier
    const isLast = outcome.isAll || stop?.aborted === true
    if (isLast || outcome.frontier.size - (this.#signed?.size ?? 0) >= MOST_EVENTS) await this.#sign(outcome.frontier)
    return { events: outcome.events, isLast }
  }

  get #store() {
    return this.#parts.context.store.sealing
  }

  async #hasWork(): Promise<boolean> {
    const signed = this.#signed?.size ?? 0
    if (!this.#wasOpened || (this.#frontier !== null && this.#frontier.size !== signed)) return true
    if ((await this.#store.backlog({ max: 1 })).events > 0) return true
    const { size } = await this.#store.head()
    if (size === this.#restsAt) return false
    if (size !== this.#frontier?.size) this.#frontier = null
    // Another one has sealed since, and may not have lived to sign it; or an older copy was put back. Else nobody has to look closer: of many
    // idle processes each would, after every event, and ask each witness.
    const isSigned =
      size >= Math.max(signed, this.#restsAt) && ((await this.#store.latestCheckpoint())?.size ?? 0) === size
    if (isSigned) this.#restsAt = size
    return !isSigned
  }

  async #holdLease(): Promise<boolean> {
    const at = this.#parts.context.clock.now()
    // A clock that was set back since doesn't make us wait for it.
    if (at >= this.#leaseRefusedAt && at < this.#leaseRefusedAt + ASK_AGAIN) return false
    const outcome = await this.#store.lease({ holder: this.#holder, at, until: at + LEASE })
    if (outcome === "held") return true
    this.#leaseRefusedAt = at
    this.#frontier = null
    return false
  }

  async #open(stop: AbortSignal | undefined): Promise<Frontier> {
    const { identity } = this.#parts
    const options = { identity, outside: this.#outside, remembered: this.#signed, stop }
    const { frontier, signed } = await openLog(this.#store, options)
    if (signed !== null && isByAnother(signed, identity)) await this.#tellChange(signed)
    this.#signed = signed
    this.#wasOpened = true
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

  // Once, and not for each checkpoint: that would give the next one something to seal. Two sites with names of their own on one database
  // would answer each other for ever.
  async #tellChange({ size }: OurCheckpoint): Promise<void> {
    const { context, identity } = this.#parts
    const [key] = verifierKeys(identity, identity.origin)
    if (key === undefined || this.#hasToldChange) return
    const detail = { origin: identity.origin, key: writeVerifierKey(key), size }
    const nobody = { ip: null, userAgent: null }
    const event = { type: "checkpoint_signed", detail, at: context.clock.now(), userId: null, address: null } as const
    await context.store.audit.append({ ...event, client: nobody })
    this.#hasToldChange = true
  }
}

function isByAnother({ origin, signedBy }: OurCheckpoint, identity: LogIdentity): boolean {
  const [first] = verifierKeys(identity, identity.origin)
  return origin !== identity.origin || signedBy.id !== first?.id
}
