import type { LeafRow } from "../audit/leaf.ts"
import type { Tile } from "../tree/tile.ts"

/**
 * Where the sealed log is kept: beside the events, in tables of its own. It gives committed events dense indexes and keeps the tree over
 * them; the rows of the events are never touched. Nothing here is trusted: whoever can write to these tables is found out by
 * the signature of a checkpoint, which needs a key that is not in the database.
 *
 * An event's *position* is its number in the database (`seq`: rising, with holes). Its *index* is its place in the log: 0, 1, 2….
 */
export interface SealingStore {
  /** Where the log stands. */
  head(): Promise<LogHead>
  /** Takes or keeps the lease on sealing, which only spares others the work: that two never seal the same is `extend`'s. */
  lease(lease: { readonly holder: string; readonly at: number; readonly until: number }): Promise<"held" | "taken">
  /**
   * Committed events that have no index yet, at most `max`, with the head that they follow. None is ever lost, however late it is
   * committed and whatever was sealed meanwhile; an open transaction of one writer keeps nobody else's events waiting.
   */
  unsealed(ask: { readonly max: number }): Promise<Unsealed>
  /** Gives events the next indexes and stores the tiles that changed; nothing at all unless the log still stands at `head`. */
  extend(extension: Extension): Promise<"extended" | "conflict">
  /**
   * Keeps a signed checkpoint. The first one of a size stays; of those past, one of each hour (UTC, by `at`) and all that `cosign` gave.
   */
  sign(checkpoint: KeptCheckpoint): Promise<void>
  /** Puts the cosigned note in place of the one of its size, or keeps it beside those that are there; one of each hour stays. */
  cosign(checkpoint: KeptCheckpoint): Promise<void>
  /** Checkpoints from a size on, smallest first. */
  checkpoints(ask: { readonly fromSize: number; readonly max: number }): Promise<readonly KeptCheckpoint[]>
  /** The one of the greatest size, or null. */
  latestCheckpoint(): Promise<KeptCheckpoint | null>
  /** As wide as it has grown, or null. */
  tile(tile: { readonly level: number; readonly index: number }): Promise<Uint8Array | null>
  /** Bundles of sealed events from bundle number `from` on, oldest first: at most `max`. Those that were pruned have no rows. */
  bundles(ask: { readonly from: number; readonly max: number }): Promise<readonly Bundle[]>
  /**
   * The first event between two positions, both included, or null: for holes, where there should be none. The least and the greatest
   * number that is exact in JavaScript, and what is beyond them, bound nothing: rows may stand there that no position of ours reaches.
   */
  eventBetween(ask: { readonly from: number; readonly through: number }): Promise<SealedRow | null>
  /** How many events wait to be sealed, at most `max` of them counted, and when the oldest of them happened. */
  backlog(ask: { readonly max: number }): Promise<{ readonly events: number; readonly oldestAt: number | null }>
  /**
   * Deletes the events of bundle number `bundle`, with their personal data, and says in `LogHead.minIndex` that indexes below its end
   * are gone; their tiles stay. `refused`: it isn't the next bundle to go, it isn't full, no checkpoint covers it, or the newest event
   * of all is in it.
   * Only the owner of the tables may.
   */
  prune(prune: { readonly bundle: number }): Promise<"pruned" | "refused">
}

export interface LogHead {
  /** How many events have an index. */
  readonly size: number
  /** Indexes below this one were pruned: C2SP's minimum index, a multiple of 256. */
  readonly minIndex: number
  /** The highest position that was looked at. */
  readonly through: number
  /** Positions below `through` at which an event may still be committed: first and last of each row of them. */
  readonly open: readonly PositionRange[]
  /** What the store needs to go on from here; it means nothing to others. */
  readonly cursor: string
}

/** First and last position. */
export type PositionRange = readonly [first: number, last: number]

export interface Unsealed {
  /** The head that these events follow. */
  readonly head: LogHead
  /** In the order in which they get their indexes. */
  readonly events: readonly UnsealedEvent[]
  /** The cursor once these events are sealed. It may differ though there are no events: `extend` takes that too. */
  readonly cursor: string
}

export interface UnsealedEvent extends LeafRow {
  readonly position: number
}

export interface Extension {
  /** Size and cursor of the head must still be these. */
  readonly from: Pick<LogHead, "size" | "cursor">
  readonly cursor: string
  /** Of the events that get an index, in their order. */
  readonly positions: readonly number[]
  /** Whole, as wide as they are now. */
  readonly tiles: readonly Tile[]
}

/** A checkpoint as it was signed, and when by this side's clock. */
export interface KeptCheckpoint {
  readonly size: number
  /** A C2SP signed note: three lines, an empty one, and signatures. */
  readonly note: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Up to 256 events side by side: those of the level 0 tile of the same number. */
export interface Bundle {
  readonly index: number
  /** Where its events stand, in the order of their indexes. */
  readonly ranges: readonly PositionRange[]
  /** What is there of them, in the order of their positions; those that are missing were pruned, or deleted behind the log's back. */
  readonly rows: readonly SealedRow[]
}

export interface SealedRow extends LeafRow {
  readonly position: number
  /** Null where the event is about nobody. */
  readonly piiId: string | null
  /** Null where there never was any, and where it was erased. */
  readonly pii: {
    readonly salt: Uint8Array
    readonly address: string | null
    readonly ip: string | null
    readonly userAgent: string | null
  } | null
}
