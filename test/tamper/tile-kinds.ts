import { HASH_BYTES } from "../../src/core/tree/hash.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"
import type { Kind, TamperedFile } from "./kind.ts"

/** Kinds that touch the tree alone. */
export const tileKinds: readonly Kind[] = [
  { name: "a bit of a tile flipped, level 0", codes: ["tile_changed"], tamper: (file) => flipTile(file, 0) },
  { name: "a bit of a tile flipped, above", codes: ["tile_changed"], tamper: (file) => flipTile(file, 1) },
  {
    name: "a bit of a tile flipped, its events pruned",
    codes: ["tile_changed", "checkpoint_mismatch"],
    tamper: flipPruned,
  },
  { name: "a tile deleted", codes: ["tile_changed"], tamper: deleteTile },
  { name: "a tile cut short", codes: ["tile_changed"], tamper: shortenTile },
  { name: "two hashes of a tile swapped", codes: ["tile_changed"], tamper: swapHashes },
  { name: "a tile put behind the end", codes: ["tile_changed"], tamper: addTile },
]

interface TileDrawn {
  readonly level: number
  readonly index: number
  readonly width: number
}

/** A tile of a level; of level 0, one whose events are still there. */
function drawTile({ log, draw }: TamperedFile, level: number): TileDrawn | null {
  const hashes = Math.floor(log.size / TILE_WIDTH ** level)
  const lowest = level === 0 ? log.minIndex / TILE_WIDTH : 0
  const tiles = Math.ceil(hashes / TILE_WIDTH) - lowest
  if (tiles <= 0) return null
  const index = lowest + draw(tiles)
  return { level, index, width: Math.min(TILE_WIDTH, hashes - index * TILE_WIDTH) }
}

function readTile({ database }: TamperedFile, { level, index }: Pick<TileDrawn, "level" | "index">): Buffer {
  const row = database.prepare("select hashes from audit_tiles where level = ? and tile_index = ?").get(level, index)
  return Buffer.from(row?.["hashes"] as Uint8Array)
}

function writeTile(
  { database }: TamperedFile,
  { level, index }: Pick<TileDrawn, "level" | "index">,
  hashes: Uint8Array,
): void {
  database.prepare("update audit_tiles set hashes = ? where level = ? and tile_index = ?").run(hashes, level, index)
}

const firstBelow = ({ level, index }: Pick<TileDrawn, "level" | "index">, nth: number) =>
  (index * TILE_WIDTH + nth) * TILE_WIDTH ** level

function flipTile(file: TamperedFile, level: number) {
  const tile = drawTile(file, level)
  return tile === null ? null : { first: firstBelow(tile, flipHash(file, tile)) }
}

/** Flips a bit of one of its hashes, and says which. */
function flipHash(file: TamperedFile, tile: TileDrawn): number {
  const nth = file.draw(tile.width)
  const hashes = readTile(file, tile)
  const place = nth * HASH_BYTES + file.draw(HASH_BYTES)
  hashes[place] = (hashes[place] as number) ^ (1 << file.draw(8))
  writeTile(file, tile, hashes)
  return nth
}

/** Without events only the hashes above it and the checkpoints tell: not which of its hashes, but that it is one of them. */
function flipPruned(file: TamperedFile) {
  const bundles = file.log.minIndex / TILE_WIDTH
  if (bundles === 0) return null
  const tile = { level: 0, index: file.draw(bundles), width: TILE_WIDTH }
  return { first: firstBelow(tile, flipHash(file, tile)), isExact: false }
}

function deleteTile(file: TamperedFile) {
  const tile = drawTile(file, file.draw(2))
  if (tile === null) return null
  file.database.prepare("delete from audit_tiles where level = ? and tile_index = ?").run(tile.level, tile.index)
  return { first: firstBelow(tile, 0) }
}

function shortenTile(file: TamperedFile) {
  const tile = drawTile(file, file.draw(2))
  if (tile === null || tile.width < 2) return null
  const left = 1 + file.draw(tile.width - 1)
  writeTile(file, tile, readTile(file, tile).subarray(0, left * HASH_BYTES))
  // Which of its hashes went is told where it is one that others are derived from.
  return { first: tile.level === 0 ? firstBelow(tile, 0) : firstBelow(tile, left), isExact: tile.level > 0 }
}

function swapHashes(file: TamperedFile) {
  const tile = drawTile(file, file.draw(2))
  if (tile === null) return null
  const [one, other] = [file.draw(tile.width), file.draw(tile.width)]
  const hashes = readTile(file, tile)
  const [left, right] = [one, other].map((nth) =>
    Buffer.from(hashes.subarray(nth * HASH_BYTES, (nth + 1) * HASH_BYTES)),
  ) as [Buffer, Buffer]
  // Equal events have equal hashes.
  if (left.equals(right)) return null
  hashes.set(right, one * HASH_BYTES)
  hashes.set(left, other * HASH_BYTES)
  writeTile(file, tile, hashes)
  return { first: firstBelow(tile, Math.min(one, other)) }
}

function addTile({ database, log, draw }: TamperedFile) {
  // The next of a level that there is, or the first of the next level.
  const levels = log.size === 0 ? 0 : 1 + Math.floor(Math.log(log.size) / Math.log(TILE_WIDTH))
  const level = draw(levels + 1)
  const index = Math.ceil(Math.floor(log.size / TILE_WIDTH ** level) / TILE_WIDTH)
  const hashes = Buffer.alloc(HASH_BYTES * (1 + draw(TILE_WIDTH)), 7)
  database.prepare("insert into audit_tiles (level, tile_index, hashes) values (?, ?, ?)").run(level, index, hashes)
  return { first: null }
}
