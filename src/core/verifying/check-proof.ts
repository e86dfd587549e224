import { readLogProof } from "../notes/log-proof.ts"
import { hashLeaf } from "../tree/hash.ts"
import { verifyInclusion } from "../tree/verify-inclusion.ts"
import { type KnownKeys, type ProvenCheckpoint, readCheckpoints } from "./checkpoint-ledger.ts"
import { Findings } from "./finding.ts"

export type CheckProofOutcome =
  | {
      readonly status: "proven"
      readonly index: number
      /** Canonical JSON: what the log says happened. */
      readonly leaf: string
      readonly checkpoint: ProvenCheckpoint
    }
  | { readonly status: "invalid"; readonly problem: string }

/** Checks a proof as `proveEvent` makes it, by the keys alone: nothing else is asked. */
export function checkProof(text: string, keys: KnownKeys): CheckProofOutcome {
  const read = readLogProof(text)
  if (read === null) return invalid("This is no proof, as C2SP tlog-proof has it.")
  const leaf = read.extra === null ? null : readUtf8(read.extra)
  if (leaf === null) return invalid("There is no event in it: a proof of ours has it behind the word extra.")
  const findings = new Findings()
  const source = "the proof"
  const [checkpoint] = readCheckpoints([{ note: read.checkpoint, source, isOutside: true }], keys, findings)
  if (checkpoint === undefined) return invalid(findings.list()[0]?.message ?? "Its checkpoint can't be read.")
  const { index, proof } = read
  const { size, root } = checkpoint
  if (!verifyInclusion({ leafHash: hashLeaf(leaf), index, size, proof, root }))
    return invalid(`The event isn't number ${index} of the ${size} that were signed: it was changed, or the proof was.`)
  return { status: "proven", index, leaf, checkpoint }
}

function invalid(problem: string): CheckProofOutcome {
  return { status: "invalid", problem }
}

// Bytes that are no UTF-8 would become others on the way through a text, and the hash with them.
function readUtf8(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString("utf8")
  return Buffer.from(text).equals(bytes) ? text : null
}
