import type { Frontier } from "../tree/frontier.ts"
import type { TreeHash } from "../tree/hash.ts"
import { rootOf } from "../tree/root-of.ts"
import type { ProvenCheckpoint } from "./checkpoint-ledger.ts"
import type { Findings } from "./finding.ts"

/** Compares checkpoints, smallest first, with the tree as it grows. */
export class CheckpointComparison {
  readonly #checkpoints: readonly ProvenCheckpoint[]
  readonly #findings: Findings
  #next = 0
  #matching = 0
  #hasToldKept = false
  #hasToldOutside = false
  /** The size of the greatest from outside that is as the tree is; 0 where none is. */
  coveredOutside = 0
  /** The greatest that is as the tree is. */
  newest: ProvenCheckpoint | null = null

  constructor(checkpoints: readonly ProvenCheckpoint[], findings: Findings) {
    this.#checkpoints = checkpoints
    this.#findings = findings
  }

  /** Up to which size everything is as it was signed. */
  get covered(): number {
    return this.newest?.size ?? 0
  }

  get matching(): number {
    return this.#matching
  }

  /** Whether any of a size up to `size` wasn't compared yet. */
  isDue(size: number): boolean {
    const next = this.#checkpoints[this.#next]
    return next !== undefined && next.size <= size
  }

  /** Whether a tree is what was signed, at every size up to `size` that wasn't compared yet. Null where none of those was signed. */
  agrees(size: number, rootAt: (size: number) => TreeHash): boolean | null {
    let agrees: boolean | null = null
    for (let nth = this.#next; nth < this.#checkpoints.length; nth += 1) {
      const checkpoint = this.#checkpoints[nth] as ProvenCheckpoint
      if (checkpoint.size > size) break
      agrees = agrees !== false && rootAt(checkpoint.size) === checkpoint.root
    }
    return agrees
  }

  /** Compares those of every size up to `size`. */
  compare(size: number, frontierAt: (size: number) => Frontier): void {
    for (; this.#next < this.#checkpoints.length; this.#next += 1) {
      const checkpoint = this.#checkpoints[this.#next] as ProvenCheckpoint
      if (checkpoint.size > size) return
      if (rootOf(frontierAt(checkpoint.size)) !== checkpoint.root) this.#tell(checkpoint)
      else {
        this.#matching += 1
        if (checkpoint.isOutside) this.coveredOutside = checkpoint.size
        // Of two of one size, the one that others have signed too.
        const isBetter =
          checkpoint.size > this.covered || checkpoint.witnesses.length > (this.newest?.witnesses.length ?? 0)
        if (this.newest === null || isBetter) this.newest = checkpoint
      }
    }
  }

  /** Tells where the greatest covers more than there is. */
  finish(size: number): void {
    const last = this.#checkpoints.at(-1)
    if (last === undefined || last.size <= size) return
    const missing = last.size - size
    const message = `${last.size} events were signed, in ${last.source}, and the log has ${size}: the last ${missing} are missing. Its end was cut off, or an old copy was put back.`
    this.#findings.add({ code: "log_cut", index: size, size: last.size, source: last.source, missing, message })
  }

  // Once it differs all that follow do: the first says where.
  #tell({ size, source, isOutside, origin }: ProvenCheckpoint): void {
    if (isOutside ? this.#hasToldOutside : this.#hasToldKept) return
    // Those of the database that fit may have been signed by a server that was made to go on from what was rewritten.
    const from = isOutside ? this.coveredOutside : this.covered
    const where = from === 0 ? `the first ${size} events` : `events ${from} to ${size - 1}`
    if (isOutside) this.#hasToldOutside = true
    else this.#hasToldKept = true
    // The database's own are in the hands of whoever rewrote it. If they fit, the log was signed anew as well.
    const code = isOutside ? "log_forked" : "checkpoint_mismatch"
    const message = isOutside
      ? `The checkpoint of ${size} events in ${source}, of the log ${origin}, is of another history: ${where} were rewritten, or an old copy was put back and went on.`
      : `What was signed at ${size} events isn't what is there: among ${where} something was changed, and the tree with it. Which one can't be told.`
    this.#findings.add({ code, index: from, size, source, message })
  }
}
