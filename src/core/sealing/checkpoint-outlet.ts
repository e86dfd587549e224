import type { TreeHash } from "../tree/hash.ts"

/** A checkpoint that was just signed. */
export interface SignedCheckpoint {
  readonly origin: string
  readonly size: number
  readonly root: TreeHash
  /** A C2SP signed note. */
  readonly note: string
  /** Milliseconds since the epoch. */
  readonly at: number
}

/** Takes checkpoints out of the database's reach: a file, a witness, a log elsewhere. */
export interface CheckpointOutlet {
  /** For the log and the metrics: `file`, `witness example.org/w1`. Not a secret. */
  readonly name: string
  /** Least time between two checkpoints that it is given, in milliseconds; in between, only the newest is kept for it. */
  readonly every: number
  /**
   * Resolves once the checkpoint is safe there, with the note as it is cosigned if it is. Rejects where it isn't: it is tried again, with the newest
   * there is then.
   */
  publish(checkpoint: SignedCheckpoint, prove: ProveConsistency): Promise<{ readonly cosigned: string | null }>
  /**
   * The newest checkpoint that it has of this origin, as a note: nothing is signed that doesn't follow from it. Null where it has none or can't
   * say; rejects where it could and wasn't reached.
   */
  latest(origin: string): Promise<string | null>
  close(): Promise<void>
}

/** RFC 6962 §2.1.2: from a tree of `oldSize` leaves to that of the checkpoint. */
export type ProveConsistency = (oldSize: number) => Promise<readonly TreeHash[]>
