/** What can be wrong with a log. Stable: scripts match on these. */
export type FindingCode =
  /** A row isn't the one that was sealed: something in it was changed, or another one was put in its place. */
  | "event_changed"
  /** A sealed event's row is gone. */
  | "event_missing"
  /** A row stands where nothing was sealed, among those that were. */
  | "event_inserted"
  /** One row has two places in the log. */
  | "event_twice"
  /** Address, client address or browser beside an event aren't those that it was sealed with. */
  | "person_changed"
  /** Events were pruned, and no event says so. */
  | "prune_unrecorded"
  /** Where the events of a bundle stand was changed. */
  | "bundle_changed"
  /** Hashes of the tree were changed. */
  | "tile_changed"
  /** What the log says of its own size isn't so. */
  | "head_changed"
  /** A checkpoint that can't be read. */
  | "checkpoint_unreadable"
  /** A checkpoint that none of the known keys signed. */
  | "checkpoint_unsigned"
  /** A checkpoint with a signature in the name of a known key that isn't by it. */
  | "checkpoint_forged"
  /** What was signed isn't what is there: events, and the tree with them, were changed. */
  | "checkpoint_mismatch"
  /** Events are sealed, and nobody vouches for any of them. */
  | "checkpoint_missing"
  /** A checkpoint covers more events than there are: the end was cut off, or an old copy was put back. */
  | "log_cut"
  /** A checkpoint from outside is of another history: the log was rewritten, and signed anew. */
  | "log_forked"

/** One thing that is wrong. Numbers are missing where they can't be told. */
export interface Finding {
  readonly code: FindingCode
  /** Place in the log, from 0: of the event, or the first that it may be. */
  readonly index?: number
  /** Number of the event's row in the database. */
  readonly position?: number
  /** Of the event. */
  readonly id?: string
  /** Of the checkpoint. */
  readonly size?: number
  /** Where it is from: `the database`, or a file. */
  readonly source?: string
  /** Of the tile. */
  readonly level?: number
  readonly tile?: number
  /** Events that are missing from the end. */
  readonly missing?: number
  /** In plain words, one sentence or two. */
  readonly message: string
}

/** Findings in the order of the log. Of very many the first are kept, and all are counted. */
export class Findings {
  readonly #kept: Finding[] = []
  #count = 0

  add(finding: Finding): void {
    this.#count += 1
    if (this.#kept.length < MAX_KEPT) this.#kept.push(finding)
  }

  get count(): number {
    return this.#count
  }

  list(): readonly Finding[] {
    return this.#kept.toSorted((one, other) => placeOf(one) - placeOf(other))
  }
}

const MAX_KEPT = 1_000

// What has no place of its own is told after what has: it is seldom where it began.
function placeOf({ index }: Finding): number {
  return index ?? Number.MAX_SAFE_INTEGER
}
