import { hash } from "node:crypto"
import type { Random } from "../core/random.ts"

/** The same bytes for the same seed, for tests that must be repeatable. Predictable: never for anything that signs people in. */
export function createSeededRandom(seed: number | string): Random {
  let block = 0
  return {
    bytes(length) {
      const blocks: Buffer[] = []
      for (let made = 0; made < length; made += 32) blocks.push(hash("sha256", `${seed}/${block++}`, "buffer"))
      return Buffer.concat(blocks, length)
    },
  }
}
