import type { PositionRange } from "../../src/core/sealing/sealing-store.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"
import type { Draw } from "./draw.ts"
import { type Kind, pick, type TamperedFile } from "./kind.ts"
import { coveredOf } from "./log-facts.ts"

/** Kinds that touch where events stand, and what the log says of itself: bundles and the head. */
export const bundleKinds: readonly Kind[] = [
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
  {
    name: "an event inserted, and its position added to a bundle",
    codes: ["event_inserted", "bundle_changed"],
    tamper: insertAndAdd,
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

function insertAndAdd(file: TamperedFile) {
  const { database, log } = file
  const drawn = drawPlaces(file)
  const row = database.prepare("select * from auth_events order by seq desc limit 1").get()
  if (drawn === null || row === undefined) return null
  const position = log.holes.length > 0 ? pick(log.holes, file.draw) : -1
  const values = Object.values({ ...row, seq: position, type: "forged" })
  database.prepare("insert into auth_events values (?, ?, ?, ?, ?, ?, ?, ?)").run(...values)
  writePositions(file, drawn.bundle, [...drawn.positions, position])
  return { first: null }
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
