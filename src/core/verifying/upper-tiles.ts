import { hashFrom } from "../tree/encode-hash.ts"
import { foldHashes } from "../tree/fold-hashes.ts"
import type { Frontier } from "../tree/frontier.ts"
import { HASH_BYTES, type TreeHash } from "../tree/hash.ts"
import { TILE_WIDTH, type Tile } from "../tree/tile.ts"

type TilePlace = Pick<Tile, "level" | "index">
type Read = (tile: TilePlace) => Promise<Uint8Array | null>

interface UpperTile {
  index: number
  /** What is stored. */
  bytes: Uint8Array | null
  /** What follows from the tiles below. */
  readonly hashes: TreeHash[]
}

/** Re-derives all tiles above level 0, and compares them with those that are stored. */
export class UpperTiles {
  readonly #read: Read
  readonly #differs: (tile: TilePlace, nth: number) => void
  readonly #levels: UpperTile[] = []

  /** `differs` hears of each tile whose hash number `nth` isn't what follows from those below, or is missing. */
  constructor(read: Read, differs: (tile: TilePlace, nth: number) => void) {
    this.#read = read
    this.#differs = differs
  }

  /** The stored root of full tile number `index` of level 0, or null. */
  async storedRoot(index: number): Promise<TreeHash | null> {
    return storedHash(await this.#open(1, Math.floor(index / TILE_WIDTH)), index % TILE_WIDTH)
  }

  /** Takes the root of the next full tile of level 0. */
  async push(root: TreeHash): Promise<void> {
    let hash = root
    for (let level = 1; ; level += 1) {
      const tile = await this.#open(level, this.#levels[level]?.index ?? 0)
      const nth = tile.hashes.push(hash) - 1
      if (storedHash(tile, nth) !== hash) this.#differs({ level, index: tile.index }, nth)
      if (tile.hashes.length < TILE_WIDTH) return
      hash = foldHashes(tile.hashes)
      tile.hashes.length = 0
      tile.index += 1
      tile.bytes = null
    }
  }

  /** The tree at a size, whose last and partial tile of level 0 holds `leaves`. */
  frontier(size: number, leaves: readonly TreeHash[]): Frontier {
    const upper = this.#levels.slice(1).map(({ hashes }) => hashes.slice())
    return { size, levels: [leaves, ...upper] }
  }

  async #open(level: number, index: number): Promise<UpperTile> {
    while (this.#levels.length <= level) this.#levels.push({ index, bytes: null, hashes: [] })
    const tile = this.#levels[level] as UpperTile
    tile.bytes ??= await this.#read({ level, index: tile.index })
    return tile
  }
}

function storedHash({ bytes }: UpperTile, nth: number): TreeHash | null {
  const start = nth * HASH_BYTES
  if (bytes === null || bytes.byteLength < start + HASH_BYTES) return null
  return hashFrom(bytes.subarray(start, start + HASH_BYTES))
}
