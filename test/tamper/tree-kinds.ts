import type { PositionRange } from "../../src/core/sealing/sealing-store.ts"
import { HASH_BYTES } from "../../src/core/tree/hash.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"
import type { Draw } from "./draw.ts"
import type { Kind, TamperedFile } from "./kind.ts"
import { coveredOf } from "./log-facts.ts"

/** Kinds that touch what stands beside the events: tiles, bundles and the head. */
export const treeKinds: readonly Kind[] = [
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
  { name: "a position given twice", codes: ["event_twice", "event_changed"], tamper: giveTwice },
  { name: "positions of two events swapped", codes: ["event_changed"], tamper: swapPositions },
  { name: "a bundle deleted", codes: ["bundle_changed"], tamper: deleteBundle },
  { name: "a bundle that isn't JSON", codes: ["bundle_changed"], tamper: (file) => writeBundle(file, () => "[[1,") },
  {
    name: "a bundle of a million positions",
    codes: ["bundle_changed", "event_changed", "event_missing", "event_twice"],
    tamper: widenBundle,
  },
  {
    name: "an event and its place taken out of its bundle",
    codes: ["bundle_changed", "event_changed"],
    tamper: dropFromBundle,
  },
  { name: "a bundle put behind the end", codes: ["bundle_changed"], tamper: addBundle },
  { name: "size made less", codes: ["head_changed", "log_cut"], tamper: (file) => setSize(file, -1 - file.draw(300)) },
  {
    name: "size made more",
    codes: ["tile_changed", "bundle_changed"],
    tamper: (file) => setSize(file, 1 + file.draw(300)),
  },
  { name: "cursor moved back", codes: ["head_changed"], tamper: moveCursor },
  {
    name: "cursor that is none",
    codes: ["unreadable", "head_changed"],
    tamper: (file) => setHead(file, "cursor", "'{\"through\":'"),
  },
  {
    name: "min_index that is none",
    codes: ["head_changed"],
    tamper: (file) => setHead(file, "min_index", "min_index + 1"),
  },
  { name: "min_index raised, and nothing pruned", codes: ["event_inserted", "prune_unrecorded"], tamper: raiseMinimum },
  { name: "the oldest deleted as if they were pruned", codes: ["prune_unrecorded"], tamper: pruneSilently },
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

/** Writes positions of a bundle anew, as somebody who has their order in hand. */
function writePositions(file: TamperedFile, bundle: number, positions: readonly number[]): void {
  const ranges = positions.map((position): PositionRange => [position, position])
  file.database
    .prepare("update audit_bundles set ranges = ? where bundle_index = ?")
    .run(JSON.stringify(ranges), bundle)
}

/** A bundle that a checkpoint covers, with its positions and two places in it. */
function drawPlaces({ log, draw }: TamperedFile) {
  const covered = coveredOf(log)
  if (covered - log.minIndex < 2) return null
  const bundle = Math.floor((log.minIndex + draw(covered - log.minIndex)) / TILE_WIDTH)
  const start = bundle * TILE_WIDTH
  const positions = log.positions.slice(start, start + TILE_WIDTH)
  const most = Math.min(positions.length, covered - start)
  const [one, other] = [draw(most), draw(most)]
  return one === other ? null : { bundle, start, positions, one: Math.min(one, other), other: Math.max(one, other) }
}

function giveTwice(file: TamperedFile) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  const { bundle, start, positions, one, other } = drawn
  writePositions(file, bundle, positions.with(other, positions[one] as number))
  return { first: start + other }
}

function swapPositions(file: TamperedFile) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  const { bundle, start, positions, one, other } = drawn
  writePositions(file, bundle, positions.with(other, positions[one] as number).with(one, positions[other] as number))
  return { first: start + one }
}

function writeBundle(file: TamperedFile, write: (draw: Draw) => string) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  const statement = file.database.prepare("update audit_bundles set ranges = ? where bundle_index = ?")
  statement.run(write(file.draw), drawn.bundle)
  return { first: drawn.start }
}

function deleteBundle(file: TamperedFile) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  file.database.prepare("delete from audit_bundles where bundle_index = ?").run(drawn.bundle)
  return { first: drawn.start }
}

function widenBundle(file: TamperedFile) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  const first = drawn.positions[0] as number
  const ranges = JSON.stringify([[first, first + 1_000_000 + file.draw(1_000_000)]])
  file.database.prepare("update audit_bundles set ranges = ? where bundle_index = ?").run(ranges, drawn.bundle)
  return { first: null }
}

function dropFromBundle(file: TamperedFile) {
  const drawn = drawPlaces(file)
  if (drawn === null) return null
  const { bundle, start, positions, one } = drawn
  file.database.prepare("delete from auth_events where seq = ?").run(positions[one] as number)
  writePositions(file, bundle, positions.toSpliced(one, 1))
  return { first: start + one }
}

function addBundle({ database, log }: TamperedFile) {
  const next = Math.ceil(log.size / TILE_WIDTH)
  database.prepare("insert into audit_bundles (bundle_index, ranges) values (?, '[[1,2]]')").run(next)
  return { first: null }
}

function setSize({ database, log }: TamperedFile, by: number) {
  const size = log.size + by
  if (log.size === 0 || size < log.minIndex) return null
  database.prepare("update audit_log set size = ?").run(size)
  return { first: null }
}

function moveCursor({ database, log, draw }: TamperedFile) {
  const top = Math.max(0, ...log.positions)
  if (top === 0) return null
  database.prepare("update audit_log set cursor = ?").run(String(draw(top)))
  return { first: null }
}

function setHead({ database, log }: TamperedFile, column: "cursor" | "min_index", value: string) {
  if (log.size === 0) return null
  database.exec(`update audit_log set ${column} = ${value}`)
  return { first: null }
}

function raiseMinimum({ database, log, draw }: TamperedFile) {
  const bundles = Math.floor((coveredOf(log) - log.minIndex) / TILE_WIDTH)
  if (bundles === 0) return null
  database.prepare("update audit_log set min_index = min_index + ?").run(TILE_WIDTH * (1 + draw(bundles)))
  return { first: null }
}

function pruneSilently(file: TamperedFile) {
  const { database, log, draw } = file
  const bundles = Math.floor((coveredOf(log) - log.minIndex) / TILE_WIDTH)
  if (bundles === 0) return null
  const minIndex = log.minIndex + TILE_WIDTH * (1 + draw(bundles))
  const gone = log.positions.slice(log.minIndex, minIndex)
  for (const position of gone) database.prepare("delete from auth_events where seq = ?").run(position)
  // Where the newest event is among them, a word on another prune is all that could be left.
  database.prepare("update audit_log set min_index = ?").run(minIndex)
  database.exec("delete from audit_prunes")
  const prune = database.prepare("insert into audit_prunes values (?, ?)")
  for (const position of log.positions.slice(0, minIndex)) prune.run(position, position)
  return { first: 0 }
}
