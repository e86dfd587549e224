import { leafOf } from "../audit/leaf.ts"
import { writeLogProof } from "../notes/log-proof.ts"
import { hashLeaf } from "../tree/hash.ts"
import { proveInclusion } from "../tree/prove-inclusion.ts"
import { TreeFault } from "../tree/tree-fault.ts"
import { verifyInclusion } from "../tree/verify-inclusion.ts"
import { type KnownKeys, type ProvenCheckpoint, readCheckpoints } from "./checkpoint-ledger.ts"
import type { FoundEvent } from "./find-event.ts"
import { Findings } from "./finding.ts"
import type { ReadableLog } from "./readable-log.ts"

export type ProveOutcome =
  | { readonly status: "proven"; readonly proof: string; readonly checkpoint: ProvenCheckpoint }
  /** No checkpoint that a known key signed covers it yet. */
  | { readonly status: "not_covered" }
  /** It isn't what was signed. */
  | { readonly status: "differs" }

const CHECKPOINTS = 1_000

/**
 * That an event is in the log, so that whoever has the log's key can check it with nothing else (C2SP tlog-proof). Its leaf goes with it. It is
 * proven in the newest checkpoint that a witness signed too, and otherwise in the newest.
 */
export async function proveEvent(log: ReadableLog, { index, row }: FoundEvent, keys: KnownKeys): Promise<ProveOutcome> {
  const covering = await coveringCheckpoints(log, index, keys)
  const checkpoint = covering.findLast(hasOtherSignatures) ?? covering.at(-1)
  if (checkpoint === undefined) return { status: "not_covered" }
  const leaf = leafOf(row)
  const { size, root, note } = checkpoint
  try {
    const proof = await proveInclusion({ index, size }, log.tile)
    if (!verifyInclusion({ leafHash: hashLeaf(leaf), index, size, proof, root })) return { status: "differs" }
    return {
      status: "proven",
      checkpoint,
      proof: writeLogProof({ extra: Buffer.from(leaf), index, proof, checkpoint: note }),
    }
  } catch (error) {
    if (error instanceof TreeFault) return { status: "differs" }
    throw error
  }
}

async function coveringCheckpoints(
  log: ReadableLog,
  index: number,
  keys: KnownKeys,
): Promise<readonly ProvenCheckpoint[]> {
  const { size } = await log.head()
  const found: ProvenCheckpoint[] = []
  for (let fromSize = index + 1; ; ) {
    const page = await log.checkpoints({ fromSize, max: CHECKPOINTS })
    const notes = page.map(({ note }) => ({ note, source: "the database", isOutside: false }))
    // What is wrong with one is for `audit verify` to tell: here it doesn't count.
    found.push(...readCheckpoints(notes, keys, new Findings()).filter((one) => one.size > index && one.size <= size))
    if (page.length < CHECKPOINTS) return found
    fromSize = (page.at(-1)?.size ?? 0) + 1
  }
}

// Of a witness that isn't known here too: whoever checks the proof may know it.
function hasOtherSignatures({ note }: ProvenCheckpoint): boolean {
  return note.split("\n— ").length > 2
}
