import { randomBytes } from "node:crypto"
import { expect, it } from "vitest"
import { readHashes } from "../tree/encode-hash.ts"
import { foldHashes } from "../tree/fold-hashes.ts"
import { HASH_BYTES } from "../tree/hash.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import { foldFullTile } from "./fold-full-tile.ts"

it("comes to what folding each hash comes to, tile after tile", () => {
  for (let nth = 0; nth < 3; nth += 1) {
    const tile = randomBytes(TILE_WIDTH * HASH_BYTES)
    expect(foldFullTile(tile)).toBe(foldHashes(readHashes(tile, TILE_WIDTH)))
  }
})
