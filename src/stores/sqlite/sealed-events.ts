import type { DatabaseSync } from "node:sqlite"
import { writeCursor } from "../../core/sealing/log-cursor.ts"
import { readRanges } from "../../core/sealing/position-ranges.ts"
import type { Bundle, LogHead, PositionRange, SealingStore, UnsealedEvent } from "../../core/sealing/sealing-store.ts"
import { TILE_WIDTH } from "../../core/tree/tile.ts"
import type { ReadableLog } from "../../core/verifying/readable-log.ts"
import { createReadDrafts } from "./read-drafts.ts"
import { createReadPeople } from "./read-people.ts"
import { AT, createReadSealedRows } from "./read-sealed-rows.ts"
import type { Commits } from "./shared-commit.ts"

const LEAF_COLUMNS = `e.seq, e.event_id, ${AT}, e.type, e.user_id, e.detail, e.commitment`
const BETWEEN = "from auth_events e where e.seq >= ? and e.seq <= ? order by e.seq limit ?"
const UNSEALED = `select ${LEAF_COLUMNS} ${BETWEEN}`
const TIMES = `select ${AT} ${BETWEEN}`
const BUNDLES = "select bundle_index, ranges from audit_bundles where bundle_index >= ? order by bundle_index limit ?"
const RANGES = "select ranges from audit_bundles where bundle_index = ?"
const COVERED = "select 1 from audit_checkpoints where size >= ? limit 1"
const NEWEST = "select max(seq) as seq from auth_events"
const LAST_PRUNE = "select first_seq, last_seq from audit_prunes where first_seq <= ? order by first_seq desc limit 1"
const MAY_GO = `
  insert into audit_prunes (first_seq, last_seq) values (?, ?)
  on conflict (first_seq) do update set last_seq = excluded.last_seq`
const DELETE_PEOPLE =
  "delete from auth_event_pii where pii_id in (select pii_id from auth_events where seq >= ? and seq <= ?)"
const DELETE_EVENTS = "delete from auth_events where seq >= ? and seq <= ?"
const GONE = "update audit_log set min_index = ? where only = 1"

type SealedEvents = Pick<SealingStore, "unsealed" | "backlog" | "bundles" | "eventBetween" | "prune">

/** The events under the sealed log: those that wait, those that are in it, and those that go. */
export function createSealedEvents(database: DatabaseSync, commits: Commits, readHead: () => LogHead): SealedEvents {
  const readUnsealed = createReadWaiting(database, UNSEALED, toUnsealed)
  const readTimes = createReadWaiting(database, TIMES, ([at]: readonly [number]) => at)
  const bundles = database.prepare(BUNDLES)
  const readRows = createReadSealedRows(database)
  const prune = createPrune(database, readHead)
  return {
    unsealed: ({ max }) =>
      commits.read(() => {
        const head = readHead()
        const events = readUnsealed(head, max)
        return { head, events, cursor: cursorAfter(head, events) }
      }),
    backlog: ({ max }) =>
      commits.read(() => {
        const events = readTimes(readHead(), max)
        return { events: events.length, oldestAt: events[0] ?? null }
      }),
    bundles: ({ from, max }) =>
      commits.read(() =>
        bundles.all(from, max).map((row): Bundle => {
          const ranges = readRanges(String(row["ranges"]))
          return { index: Number(row["bundle_index"]), ranges, rows: inRanges(ranges, readRows) }
        }),
      ),
    eventBetween: ({ from, through }) => commits.read(() => readRows(...widest(from, through), 1)[0] ?? null),
    prune: ({ bundle }) => commits.decide(() => prune(bundle)),
  }
}

const BEYOND = 2 ** 63

function widest(from: number, through: number): readonly [number, number] {
  return [from <= Number.MIN_SAFE_INTEGER ? -BEYOND : from, through >= Number.MAX_SAFE_INTEGER ? BEYOND : through]
}

// Those that are open come first: they have the lower positions.
function createReadWaiting<Columns, Row>(database: DatabaseSync, sql: string, toRow: (columns: Columns) => Row) {
  const between = database.prepare(sql)
  // Half the time of objects.
  between.setReturnArrays(true)
  return ({ through, open }: LogHead, max: number): readonly Row[] => {
    let rows: readonly Row[] = []
    for (const [first, last] of [...open, [through + 1, Number.MAX_SAFE_INTEGER] as const]) {
      const more = (between.all(first, last, max - rows.length) as unknown as readonly Columns[]).map(toRow)
      rows = rows.length === 0 ? more : [...rows, ...more]
    }
    return rows
  }
}

type LeafColumns = readonly [number, string, number, string, string | null, string, string | null]

function toUnsealed([position, id, at, type, userId, detail, commitment]: LeafColumns): UnsealedEvent {
  return { position, id, at, type, userId, detail, commitment }
}

function cursorAfter({ through, open }: LogHead, events: readonly UnsealedEvent[]): string {
  const last = events.at(-1)?.position ?? through
  const left = open
    .filter((range) => range[1] > last)
    .map((range): PositionRange => [Math.max(range[0], last + 1), range[1]])
  return writeCursor({
    through: Math.max(through, last),
    open: left.length === 0 ? [] : [{ ranges: left, writers: [] }],
  })
}

/** The same bundles with drafts of their leaves, for whoever reads all of them. */
export function createDrafts(database: DatabaseSync): NonNullable<ReadableLog["drafts"]> {
  const bundles = database.prepare(BUNDLES)
  const readRows = createReadSealedRows(database)
  const readDrafts = createReadDrafts(database, createReadPeople(database))
  return async ({ from, max }) =>
    bundles.all(from, max).map((row) => {
      const ranges = readRanges(String(row["ranges"]))
      const index = Number(row["bundle_index"])
      const bundle = () => ({ index, ranges, rows: inRanges(ranges, readRows) })
      return { index, ranges, drafts: inRanges(ranges, readDrafts), bundle }
    })
}

function createPrune(database: DatabaseSync, readHead: () => LogHead) {
  const rangesOf = database.prepare(RANGES)
  const covered = database.prepare(COVERED)
  const newest = database.prepare(NEWEST)
  const lastPrune = database.prepare(LAST_PRUNE)
  const mayGo = database.prepare(MAY_GO)
  const deletePeople = database.prepare(DELETE_PEOPLE)
  const deleteEvents = database.prepare(DELETE_EVENTS)
  const gone = database.prepare(GONE)

  // Neighbours become one row: so there are few, and the trigger finds the right one at once.
  function letGo([first, last]: PositionRange): void {
    const before = lastPrune.get(first)
    const isNext = before !== undefined && Number(before["last_seq"]) === first - 1
    mayGo.run(isNext ? Number(before["first_seq"]) : first, last)
    deletePeople.run(first, last)
    deleteEvents.run(first, last)
  }

  return (bundle: number): "pruned" | "refused" => {
    const end = (bundle + 1) * TILE_WIDTH
    if (readHead().minIndex !== bundle * TILE_WIDTH || covered.get(end) === undefined) return "refused"
    const ranges = readRanges(String(rangesOf.get(bundle)?.["ranges"] ?? "[]"))
    // The next event gets the number after the newest one's: were that gone, a number would be given twice.
    const top = Number(newest.get()?.["seq"])
    if (ranges.some(([, last]) => last >= top)) return "refused"
    for (const range of ranges.toSorted(byFirst)) letGo(range)
    gone.run(end)
    return "pruned"
  }
}

function inRanges<Row>(
  ranges: readonly PositionRange[],
  read: (first: number, last: number, max: number) => readonly Row[],
): readonly Row[] {
  const [only, ...others] = ranges
  if (only !== undefined && others.length === 0) return read(...only, TILE_WIDTH)
  return ranges.toSorted(byFirst).flatMap(([first, last]) => read(first, last, TILE_WIDTH))
}

function byFirst([one]: PositionRange, [other]: PositionRange): number {
  return one - other
}
