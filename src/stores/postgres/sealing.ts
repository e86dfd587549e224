import { readCursor, writeCursor } from "../../core/sealing/log-cursor.ts"
import { addPositions } from "../../core/sealing/position-ranges.ts"
import type {
  Extension,
  KeptCheckpoint,
  LogHead,
  SealingStore,
  Unsealed,
  UnsealedEvent,
} from "../../core/sealing/sealing-store.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import { advanceCursor } from "./advance-cursor.ts"
import type { Database } from "./database.ts"
import { type HeadRow, toHead } from "./log-head.ts"
import { createSealedEvents, type LeafColumns, toLeafRow } from "./sealed-events.ts"

const HEAD = `
  select json_build_object('size', size, 'cursor', cursor, 'minIndex', min_index)::text as result from {s}.audit_log`
const UNSEALED = "select * from {s}.unsealed_events($1)"
const TILE =
  "select to_json(encode(hashes, 'hex'))::text as result from {s}.audit_tiles where level = $1 and tile_index = $2"
const KEPT = "json_build_object('size', size, 'note', note, 'at', signed_at)::text as result from {s}.audit_checkpoints"
const CHECKPOINTS = `select ${KEPT} where size >= $1 order by size limit $2`
const LATEST = `select ${KEPT} order by size desc limit 1`

/** The last row of `unsealed_events`. */
interface SeenLast extends HeadRow {
  readonly given: number
  readonly writers: readonly string[]
}

export function createSealing(database: Database): SealingStore {
  const keep = async ({ size, note, at }: KeptCheckpoint, isCosigned: boolean) => {
    await database.call("keep_checkpoint", [size, note, at, isCosigned])
  }
  return {
    async head() {
      const [row] = await database.ask(HEAD, [])
      return toHead(row as HeadRow)
    },
    async lease({ holder, at, until }) {
      return (await database.call("lease_log", [holder, at, until])) as "held" | "taken"
    },
    unsealed: ({ max }) => readUnsealed(database, max),
    async extend(extension) {
      return (await database.call("extend_log", extensionArgs(extension))) as "extended" | "conflict"
    },
    sign: (checkpoint) => keep(checkpoint, false),
    cosign: (checkpoint) => keep(checkpoint, true),
    async checkpoints({ fromSize, max }) {
      return (await database.ask(CHECKPOINTS, [fromSize, max])) as readonly KeptCheckpoint[]
    },
    async latestCheckpoint() {
      return ((await database.ask(LATEST, []))[0] as KeptCheckpoint | undefined) ?? null
    },
    async tile({ level, index }) {
      const [hashes] = await database.ask(TILE, [level, index])
      return hashes === undefined ? null : Buffer.from(String(hashes), "hex")
    },
    async backlog({ max }) {
      return (await database.look("log_backlog", [max])) as { events: number; oldestAt: number | null }
    },
    ...createSealedEvents(database),
  }
}

async function readUnsealed(database: Database, max: number): Promise<Unsealed> {
  const rows = (await database.rows(UNSEALED, [max])) as readonly LeafColumns[]
  const last = rows.at(-1) as LeafColumns
  const seen = JSON.parse(last.detail) as SeenLast
  const events: UnsealedEvent[] = rows.slice(0, -1).map(toLeafRow)
  const positions = events.map(({ position }) => position)
  const cursor = advanceCursor(readCursor(seen.cursor), {
    positions,
    readThrough: events.length < max ? Number.POSITIVE_INFINITY : (positions.at(-1) ?? 0),
    given: seen.given,
    writers: seen.writers,
  })
  return { head: toHead(seen) satisfies LogHead, events, cursor: writeCursor(cursor) }
}

function extensionArgs({ from, cursor, positions, tiles }: Extension): readonly unknown[] {
  const bundles: number[] = []
  const added: string[] = []
  for (let done = 0; done < positions.length; ) {
    const bundle = Math.floor((from.size + done) / TILE_WIDTH)
    const end = (bundle + 1) * TILE_WIDTH - from.size
    bundles.push(bundle)
    added.push(JSON.stringify(addPositions([], positions.slice(done, end))))
    done = end
  }
  return [
    from.size,
    from.cursor,
    cursor,
    positions.length,
    bundles,
    added,
    tiles.map(({ level }) => level),
    tiles.map(({ index }) => index),
    tiles.map(({ hashes }) => hashes.byteLength),
    Buffer.concat(tiles.map(({ hashes }) => hashes)),
  ]
}
