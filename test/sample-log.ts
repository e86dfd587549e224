import { writeCheckpoint } from "../src/core/notes/checkpoint.ts"
import { deriveLogKey } from "../src/core/notes/log-key.ts"
import { signNote } from "../src/core/notes/sign-note.ts"
import { ED25519, verifierKeyOf, writeVerifierKey } from "../src/core/notes/verifier-key.ts"
import type { ProveConsistency, SignedCheckpoint } from "../src/core/sealing/checkpoint-outlet.ts"
import { extendTree } from "../src/core/tree/extend-tree.ts"
import { EMPTY_FRONTIER } from "../src/core/tree/frontier.ts"
import { hashLeaf, type TreeHash } from "../src/core/tree/hash.ts"
import { proveConsistency } from "../src/core/tree/prove-consistency.ts"
import { readRoot } from "../src/core/tree/read-frontier.ts"
import { type ReadTile, TILE_WIDTH } from "../src/core/tree/tile.ts"

/** A log of leaves that mean nothing, signed with a key of its own. */
export interface SampleLog {
  readonly origin: string
  readonly verifierKey: string
  checkpoint(size: number): Promise<SignedCheckpoint>
  prove(oldSize: number, size: number): Promise<readonly TreeHash[]>
  /** What the sequencer hands to an outlet with a checkpoint. */
  prover(size: number): ProveConsistency
}

export interface SampleLogOptions {
  readonly origin?: string
  readonly secret?: string
  readonly leaves?: number
  /** From this leaf on it says something else than a log without it. */
  readonly forksAt?: number
}

/** The same options make the same log, byte for byte. */
export function sampleLog(options: SampleLogOptions = {}): SampleLog {
  const { origin = "example.com/auth/log", secret = `log-${"k".repeat(32)}`, leaves = 700, forksAt = leaves } = options
  const key = deriveLogKey(secret)
  const readTile = tilesOf(leaves, forksAt)
  const prove = (oldSize: number, size: number) => proveConsistency({ oldSize, size }, readTile)
  return {
    origin,
    verifierKey: writeVerifierKey(verifierKeyOf(origin, ED25519, key.publicKey)),
    async checkpoint(size) {
      const root = await readRoot(size, readTile)
      const note = signNote(writeCheckpoint({ origin, size, root }), { name: origin, key })
      return { origin, size, root, note, at: Date.UTC(2026, 10, 21) + size }
    },
    prove,
    prover: (size) => (oldSize) => prove(oldSize, size),
  }
}

function tilesOf(leaves: number, forksAt: number): ReadTile {
  const hashes = Array.from({ length: leaves }, (_, index) =>
    hashLeaf(index < forksAt ? `leaf ${index}` : `other leaf ${index}`),
  )
  const { tiles } = extendTree(EMPTY_FRONTIER, hashes)
  const byPlace = new Map(tiles.map((tile) => [tile.level * TILE_WIDTH ** 4 + tile.index, tile.hashes]))
  return async ({ level, index }) => byPlace.get(level * TILE_WIDTH ** 4 + index) ?? null
}
