import type { DatabaseSync } from "node:sqlite"
import { HOUR } from "../../core/clock.ts"
import { openRanges, readCursor } from "../../core/sealing/log-cursor.ts"
import { addPositions } from "../../core/sealing/position-ranges.ts"
import type {
  Extension,
  KeptCheckpoint,
  LogHead,
  PositionRange,
  SealingStore,
} from "../../core/sealing/sealing-store.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import { createSealedEvents } from "./sealed-events.ts"
import type { Commits } from "./shared-commit.ts"

const HEAD = "select size, cursor, min_index, holder, lease_until from audit_log where only = 1"
const LEASE = "update audit_log set holder = ?, lease_until = ? where only = 1"
const ADVANCE = "update audit_log set size = ?, cursor = ? where only = 1"
const TILE = "select hashes from audit_tiles where level = ? and tile_index = ?"
const KEEP_TILE = `
  insert into audit_tiles (level, tile_index, hashes) values (?, ?, ?)
  on conflict (level, tile_index) do update set hashes = excluded.hashes`
const RANGES = "select ranges from audit_bundles where bundle_index = ?"
const KEEP_RANGES = `
  insert into audit_bundles (bundle_index, ranges) values (?, ?)
  on conflict (bundle_index) do update set ranges = excluded.ranges`
const SIGN = "insert into audit_checkpoints (size, note, signed_at) values (?, ?, ?) on conflict (size) do nothing"
const COSIGN = `
  insert into audit_checkpoints (size, note, signed_at, is_cosigned) values (?, ?, ?, 1)
  on conflict (size) do update set note = excluded.note, is_cosigned = 1`
// Those of the hour, from the newest down: there is one of each kind, so the walk is short.
const FORGET = "delete from audit_checkpoints where size < ? and size >= ? and signed_at >= ? and is_cosigned = ?"
const LOOK_BACK = "select size from audit_checkpoints where size < ? order by size desc limit 4"
const CHECKPOINTS = "select size, note, signed_at from audit_checkpoints where size >= ? order by size limit ?"
const LATEST = "select size, note, signed_at from audit_checkpoints where size >= 0 order by size desc limit 1"

/** Half of a lease may pass before it is written anew: a pass that changes nothing costs the disk nothing. */
const RENEW_AT = 2

interface HeadRow {
  readonly size: number
  readonly cursor: string
  readonly min_index: number
  readonly holder: string | null
  readonly lease_until: number
}

interface CheckpointRow {
  readonly size: number
  readonly note: string
  readonly signed_at: number
}

export function createSealing(database: DatabaseSync, commits: Commits): SealingStore {
  const head = database.prepare(HEAD)
  const readHead = () => head.get() as unknown as HeadRow
  const tile = database.prepare(TILE)
  const checkpoints = database.prepare(CHECKPOINTS)
  const latest = database.prepare(LATEST)
  const extend = createExtend(database, readHead)
  const keep = createKeepCheckpoint(database)
  return {
    head: () => commits.read(() => toHead(readHead())),
    lease: createLease(database, commits, readHead),
    extend: (extension) => commits.decide(() => extend(extension)),
    sign: (checkpoint) => commits.decide(() => keep(checkpoint, false)),
    cosign: (checkpoint) => commits.decide(() => keep(checkpoint, true)),
    checkpoints: ({ fromSize, max }) =>
      commits.read(() => (checkpoints.all(fromSize, max) as unknown as readonly CheckpointRow[]).map(toCheckpoint)),
    latestCheckpoint: () =>
      commits.read(() => {
        const row = latest.get() as CheckpointRow | undefined
        return row === undefined ? null : toCheckpoint(row)
      }),
    tile: ({ level, index }) =>
      commits.read(() => (tile.get(level, index)?.["hashes"] as Uint8Array | undefined) ?? null),
    ...createSealedEvents(database, commits, () => toHead(readHead())),
  }
}

function createLease(database: DatabaseSync, commits: Commits, readHead: () => HeadRow): SealingStore["lease"] {
  const write = database.prepare(LEASE)
  // Null: it has to be written.
  const look = ({ holder, at, until }: Parameters<SealingStore["lease"]>[0]) => {
    const { holder: other, lease_until: held } = readHead()
    // One that lasts longer than any does was given by a clock that is ahead of ours.
    const isOver = other === null || held <= at || held > until + (until - at)
    if (other !== holder) return isOver ? null : "taken"
    return held - at < (until - at) / RENEW_AT ? null : "held"
  }
  // Most of the time there is nothing to write, and the lock that all processes write under is asked for by others.
  return async (ask) =>
    (await commits.read(() => look(ask))) ??
    commits.decide(() => {
      const found = look(ask)
      if (found === null) write.run(ask.holder, ask.until)
      return found ?? "held"
    })
}

// Transactions of one file follow each other: the head that is read here is the one that stands until the commit.
function createExtend(database: DatabaseSync, readHead: () => HeadRow) {
  const advance = database.prepare(ADVANCE)
  const keepTile = database.prepare(KEEP_TILE)
  const readRanges = database.prepare(RANGES)
  const keepRanges = database.prepare(KEEP_RANGES)

  function keepPositions(size: number, positions: readonly number[]): void {
    let from = 0
    while (from < positions.length) {
      const bundle = Math.floor((size + from) / TILE_WIDTH)
      const through = Math.min(positions.length, (bundle + 1) * TILE_WIDTH - size)
      const ranges = (readRanges.get(bundle)?.["ranges"] as string | undefined) ?? "[]"
      const more = addPositions(JSON.parse(ranges) as PositionRange[], positions.slice(from, through))
      keepRanges.run(bundle, JSON.stringify(more))
      from = through
    }
  }

  return ({ from, cursor, positions, tiles }: Extension): "extended" | "conflict" => {
    const { size, cursor: stands } = readHead()
    if (size !== from.size || stands !== from.cursor) return "conflict"
    for (const { level, index, hashes } of tiles) keepTile.run(level, index, hashes)
    keepPositions(size, positions)
    advance.run(size + positions.length, cursor)
    return "extended"
  }
}

function createKeepCheckpoint(database: DatabaseSync) {
  const sign = database.prepare(SIGN)
  const cosign = database.prepare(COSIGN)
  const lookBack = database.prepare(LOOK_BACK)
  const forget = database.prepare(FORGET)
  return ({ size, note, at }: KeptCheckpoint, isCosigned: boolean): void => {
    const keep = isCosigned ? cosign : sign
    keep.run(size, note, at)
    const lowest = lookBack.all(size).at(-1)?.["size"]
    if (lowest !== undefined) forget.run(size, lowest, at - (at % HOUR), Number(isCosigned))
  }
}

function toHead({ size, cursor, min_index }: HeadRow): LogHead {
  // One transaction writes at a time, so positions are committed in their order, and nothing appears below the last one. What is open was
  // moved here from a database where that isn't so, and is there.
  const { through, open } = readCursor(cursor)
  return { size, cursor, minIndex: min_index, through, open: openRanges({ through, open }) }
}

function toCheckpoint({ size, note, signed_at }: CheckpointRow): KeptCheckpoint {
  return { size, note, at: signed_at }
}
