import { DatabaseSync } from "node:sqlite"
import type { Address } from "../../src/core/addresses/canonical-address.ts"
import { commitTo, SALT_BYTES } from "../../src/core/audit/commitment.ts"
import { detailJson } from "../../src/core/audit/detail-json.ts"
import type { LeafRow } from "../../src/core/audit/leaf.ts"
import { leafHashOf } from "../../src/core/audit/leaf-hash.ts"
import { uuidv7 } from "../../src/core/ids.ts"
import { writeCheckpoint } from "../../src/core/notes/checkpoint.ts"
import type { LogKey } from "../../src/core/notes/log-key.ts"
import { signNote } from "../../src/core/notes/sign-note.ts"
import { systemRandom } from "../../src/core/random.ts"
import { extendTree } from "../../src/core/tree/extend-tree.ts"
import { EMPTY_FRONTIER, type Frontier } from "../../src/core/tree/frontier.ts"
import { rootOf } from "../../src/core/tree/root-of.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"
import { createInsertMany } from "../../src/stores/sqlite/insert-many.ts"

interface Planned {
  readonly events: number
  readonly origin: string
  readonly key: LogKey
}

// 4 096 of them at a time, as a sequencer has it; a checkpoint is kept of each hour.
const AT_ONCE = 4_096
const CHECKPOINT_EVERY = 25
const BEGINS_AT = Date.UTC(2026, 0, 1)
const BROWSER =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

/** Writes a sealed log of sign-ins into a migrated SQLite file, as a store and a sequencer would have left it. */
export function writeLog(path: string, { events, origin, key }: Planned): void {
  const database = new DatabaseSync(path)
  database.exec("pragma synchronous = off; pragma cache_size = -65536")
  const insertPeople = createInsertMany(
    database,
    "insert into auth_event_pii (pii_id, salt, address, ip, user_agent)",
    5,
  )
  const insertEvents = createInsertMany(
    database,
    "insert into auth_events (seq, event_id, at, type, user_id, detail, pii_id, commitment)",
    8,
  )
  const seal = createSeal(database, { origin, key })
  let at = BEGINS_AT
  for (let written = 0; written < events; ) {
    const rows: (LeafRow & { readonly piiId: string })[] = []
    const people: (readonly (string | Uint8Array)[])[] = []
    const most = Math.min(AT_ONCE, events - written)
    while (rows.length < most) {
      at += 700
      for (const { row, person } of signIn(at, written + rows.length)) {
        if (rows.length === most) break
        if (person !== null) people.push(person)
        rows.push(row)
      }
    }
    database.exec("begin")
    insertPeople(people)
    insertEvents(
      rows.map((row, nth) => [
        written + nth + 1,
        row.id,
        row.at,
        row.type,
        row.userId,
        row.detail,
        row.piiId,
        row.commitment,
      ]),
    )
    seal(rows, written)
    database.exec("commit")
    written += rows.length
  }
  database.exec("pragma wal_checkpoint(truncate)")
  database.close()
}

type Written = {
  readonly row: LeafRow & { readonly piiId: string }
  readonly person: readonly (string | Uint8Array)[] | null
}

/** Asked, sent, redeemed: five events, of which the last three share a row of personal data. */
function signIn(at: number, nth: number): readonly Written[] {
  const ids = () => uuidv7(at, systemRandom)
  const [requestId, linkId, sessionId, userId] = [ids(), ids(), ids(), ids()]
  const address = `person-${nth % 100_000}@example.com`
  const browser = [address, `203.0.113.${nth % 250}`, BROWSER] as const
  const by = { requestId, linkId, by: "magic_link" }
  return [
    ...decision(at, browser, null, [["link_requested", { requestId }]]),
    ...decision(at + 40, [address, null, null], null, [
      ["link_sent", { requestId, linkId, attempt: 1, transport: "smtp" }],
    ]),
    ...decision(at + 600, browser, userId, [
      ["link_consumed", by],
      ["provider_used", { provider: "magic_link", isFirst: false }],
      ["session_created", { sessionId, provider: "magic_link" }],
    ]),
  ]
}

function decision(
  at: number,
  [address, ip, userAgent]: readonly [string, string | null, string | null],
  userId: string | null,
  events: readonly (readonly [string, object])[],
): readonly Written[] {
  const piiId = uuidv7(at, systemRandom)
  const salt = systemRandom.bytes(SALT_BYTES)
  const commitment = commitTo({ address: address as Address, ip, userAgent }, salt)
  return events.map(([type, detail], nth) => ({
    row: { id: uuidv7(at, systemRandom), at, type, userId, detail: detailJson(detail), commitment, piiId },
    person: nth === 0 ? ([piiId, salt, address, ip, userAgent] as readonly (string | Uint8Array)[]) : null,
  }))
}

function createSeal(database: DatabaseSync, { origin, key }: Pick<Planned, "origin" | "key">) {
  const tile = database.prepare(
    "insert into audit_tiles values (?, ?, ?) on conflict (level, tile_index) do update set hashes = excluded.hashes",
  )
  const bundle = database.prepare(
    "insert into audit_bundles values (?, ?) on conflict (bundle_index) do update set ranges = excluded.ranges",
  )
  const checkpoint = database.prepare("insert into audit_checkpoints (size, note, signed_at) values (?, ?, ?)")
  const head = database.prepare("update audit_log set size = ?, cursor = ?")
  let frontier: Frontier = EMPTY_FRONTIER
  let passes = 0
  return (rows: readonly LeafRow[], from: number) => {
    const extended = extendTree(frontier, rows.map(leafHashOf))
    frontier = extended.frontier
    for (const { level, index, hashes } of extended.tiles) tile.run(level, index, hashes)
    const { size } = frontier
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index += 1)
      bundle.run(index, JSON.stringify([[index * TILE_WIDTH + 1, Math.min(size, (index + 1) * TILE_WIDTH)]]))
    head.run(size, String(size))
    passes += 1
    if (passes % CHECKPOINT_EVERY !== 0 && rows.length === AT_ONCE) return
    const note = signNote(writeCheckpoint({ origin, size, root: rootOf(frontier) }), { name: origin, key })
    checkpoint.run(size, note, rows.at(-1)?.at ?? 0)
  }
}
