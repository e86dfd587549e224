import { copyFileSync, existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import type { Address } from "../../src/core/addresses/canonical-address.ts"
import { leafOf } from "../../src/core/audit/leaf.ts"
import type { NewEvent } from "../../src/core/audit/new-event.ts"
import { HOUR, MINUTE } from "../../src/core/clock.ts"
import { silentLog } from "../../src/core/log.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { ED25519, verifierKeyOf, writeVerifierKey } from "../../src/core/notes/verifier-key.ts"
import type { SignedCheckpoint } from "../../src/core/sealing/checkpoint-outlet.ts"
import type { UnsealedEvent } from "../../src/core/sealing/sealing-store.ts"
import { Sequencer } from "../../src/core/sealing/sequencer.ts"
import type { Store } from "../../src/core/store.ts"
import { extendTree } from "../../src/core/tree/extend-tree.ts"
import { hashLeaf } from "../../src/core/tree/hash.ts"
import { readFrontier } from "../../src/core/tree/read-frontier.ts"
import { TILE_WIDTH } from "../../src/core/tree/tile.ts"
import { sqlite } from "../../src/sqlite.ts"
import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.ts"
import { createSeededRandom } from "../../src/testing/seeded-random.ts"
import { createDraw, type Draw } from "./draw.ts"

/** What a log is to look like. */
export interface LogPlan {
  readonly events: number
  /** How often it is sealed and signed on the way. */
  readonly passes: number
  /** How many of the people in it are erased at the end. */
  readonly erased: number
  /** How many bundles are pruned at the end. */
  readonly pruned: number
  /** Positions with holes, sealed out of their order, as a log has them that came from PostgreSQL. */
  readonly isLate: boolean
  /** Events that come after the last checkpoint. */
  readonly waiting: number
}

export interface MadeLog {
  readonly path: string
  readonly origin: string
  /** What verifies its checkpoints. */
  readonly vkey: string
  /** Every checkpoint that was ever signed, smallest first, as an outlet got them. */
  readonly outside: readonly { readonly size: number; readonly note: string }[]
  /** A copy that was made when the log was younger, if there is one. */
  readonly oldCopy: { readonly path: string; readonly size: number } | null
}

export const ORIGIN = "login.example.com/auth/log"
export const LOG_SECRET = "the secret of a log that is made for tests alone"
const identity = { origin: ORIGIN, keys: [deriveLogKey(LOG_SECRET)] as const }
export const VKEY = writeVerifierKey(verifierKeyOf(ORIGIN, ED25519, identity.keys[0].publicKey))

const PEOPLE = 12
const HOLE = 4
/** Longer than any lease: whoever seals next is a new process. */
const PAUSE = MINUTE

/** Makes a sealed log in a new SQLite file, by the store and the sequencer that every server has. Closed, in one file. */
export async function makeLog(path: string, plan: LogPlan, draw: Draw): Promise<MadeLog> {
  await copyEmpty(path)
  const clock = createFakeClock()
  const store = sqlite(path)
  const outside: { size: number; note: string }[] = []
  const random = createSeededRandom(draw(1_000_000))
  const onSigned = ({ size, note }: SignedCheckpoint) => outside.push({ size, note })
  // A new one each time, as after a start.
  const seal = () =>
    new Sequencer({ context: { store, clock, random, log: silentLog }, identity, outlets: [], onSigned }).pass()
  const ends = Array.from({ length: plan.passes - 1 }, () => draw(plan.events + 1)).sort((one, other) => one - other)
  let written = 0
  let oldCopy: MadeLog["oldCopy"] = null
  for (const end of [...ends, plan.events]) {
    await writeEvents(store, clock, end - written, draw)
    written = end
    if (plan.isLate) await sealOutOfOrder(store, path, draw)
    await seal()
    clock.advance(draw(2) === 0 ? PAUSE : HOUR)
    if (oldCopy === null && outside.length > 0) oldCopy = { path: copyNow(path), size: outside.at(-1)?.size ?? 0 }
  }
  await erase(path, clock, plan.erased, seal)
  await prune(store, clock, plan.pruned, seal)
  await writeEvents(store, clock, plan.waiting, draw)
  await store.close()
  intoOneFile(path)
  return { path, origin: ORIGIN, vkey: VKEY, outside, oldCopy }
}

/** What a server does with a file that it is started on: adds events, seals and signs. */
export async function sealAgain(path: string, events = 0): Promise<void> {
  const store = sqlite(path)
  const clock = createFakeClock(Date.UTC(2026, 5, 1))
  await writeEvents(store, clock, events, createDraw(events))
  const random = createSeededRandom(events)
  await new Sequencer({
    context: { store, clock, random, log: silentLog },
    identity,
    outlets: [],
    onSigned: () => undefined,
  }).pass()
  await store.close()
}

function copyNow(path: string): string {
  const database = new DatabaseSync(path)
  database.prepare("vacuum into ?").run(`${path}.old`)
  database.close()
  return `${path}.old`
}

let empty: string | null = null

// To make the tables takes longer than most of these logs.
async function copyEmpty(path: string): Promise<void> {
  if (empty === null || !existsSync(empty)) {
    empty = `${path}.empty`
    await sqlite(empty).close()
    intoOneFile(empty)
  }
  copyFileSync(empty, path)
}

async function writeEvents(store: Store, clock: FakeClock, count: number, draw: Draw): Promise<void> {
  const writing: Promise<void>[] = []
  for (let nth = 0; nth < count; nth += 1) {
    clock.advance(draw(3_000))
    writing.push(store.audit.append(drawEvent(clock.now(), draw)))
  }
  await Promise.all(writing)
}

const TEXTS = ["", "a/b", 'said "no"', "Zürich", "🔑 key", "a\u2028b", "\u0001\t\u007f", "ﬁ", "x".repeat(300), "\ufffd"]
const NUMBERS = [0, -1, 12.5, 1e21, 1e-7, 0.1 + 0.2, 2 ** 53, -1.5e300, 5e-324, 123_456_789]

function drawEvent(at: number, draw: Draw): NewEvent {
  const person = draw(PEOPLE)
  const client = { ip: `192.0.2.${person}`, userAgent: draw(4) === 0 ? null : `Browser ${TEXTS[draw(TEXTS.length)]}` }
  const about = { at, userId: draw(2) === 0 ? null : `user-${person}`, address: addressOf(person), client }
  const nobody = { at, userId: null, address: null, client: { ip: null, userAgent: null } }
  const detail = {
    total: NUMBERS[draw(NUMBERS.length)] ?? 0,
    note: TEXTS[draw(TEXTS.length)] ?? "",
    isGift: draw(2) === 0,
    ü: null,
  }
  const limit = { limit: "ask_client", count: 1 + draw(900), windowSeconds: 900 } as const
  switch (draw(5)) {
    case 0:
      return { ...nobody, type: "rate_limited", detail: limit }
    case 1:
      return { ...nobody, type: "shop.closed", detail: {} }
    case 2:
      return { ...about, type: "shop.viewed", detail: { page: draw(100) } }
    default:
      return { ...about, type: "shop.order_placed", detail }
  }
}

function addressOf(person: number): Address {
  return `person-${person}@example.com` as Address
}

/** Gives the events that wait their indexes with holes between their positions and out of order, a bundle at a time. */
async function sealOutOfOrder(store: Store, path: string, draw: Draw): Promise<void> {
  await makeHoles(path, draw)
  for (;;) {
    const { head, events } = await store.sealing.unsealed({ max: TILE_WIDTH })
    if (events.length === 0) return
    const late = mixed(events, draw)
    const frontier = await readFrontier(head.size, store.sealing.tile)
    const { tiles } = extendTree(
      frontier,
      late.map((event) => hashLeaf(leafOf(event))),
    )
    const cursor = String(events.at(-1)?.position)
    await store.sealing.extend({ from: head, cursor, positions: late.map(({ position }) => position), tiles })
  }
}

// A row can't be renumbered under the triggers: it is taken out and put back by the owner of the file.
async function makeHoles(path: string, draw: Draw): Promise<void> {
  const database = new DatabaseSync(path)
  const sealed = Number(database.prepare("select cursor from audit_log").get()?.["cursor"])
  const rows = database.prepare("select * from auth_events where seq > ? order by seq").all(sealed)
  const triggers = database
    .prepare("select name, sql from sqlite_schema where type = 'trigger' and tbl_name = 'auth_events'")
    .all()
  database.exec("begin")
  for (const { name } of triggers) database.exec(`drop trigger ${name}`)
  database.prepare("delete from auth_events where seq > ?").run(sealed)
  const insert = database.prepare("insert into auth_events values (?, ?, ?, ?, ?, ?, ?, ?)")
  let seq = sealed
  for (const row of rows) {
    seq += draw(HOLE) === 0 ? 2 + draw(HOLE) : 1
    insert.run(seq, ...Object.values(row).slice(1))
  }
  for (const { sql } of triggers) database.exec(String(sql))
  database.exec("commit")
  database.close()
}

/** Neighbours change places here and there, as transactions do that take longer than others. */
function mixed(events: readonly UnsealedEvent[], draw: Draw): readonly UnsealedEvent[] {
  return events
    .map((event, nth) => ({ event, place: nth + (draw(5) === 0 ? draw(20) : 0) }))
    .sort((one, other) => one.place - other.place)
    .map(({ event }) => event)
}

async function erase(path: string, clock: FakeClock, people: number, seal: () => Promise<number>): Promise<void> {
  if (people === 0) return
  const database = new DatabaseSync(path)
  const forget = database.prepare("delete from auth_event_pii where address = ?")
  for (let person = 0; person < people; person += 1) forget.run(addressOf(person))
  database.close()
  clock.advance(HOUR)
  await seal()
}

async function prune(store: Store, clock: FakeClock, bundles: number, seal: () => Promise<number>): Promise<void> {
  if (bundles === 0) return
  const nobody = { userId: null, address: null, client: { ip: null, userAgent: null } }
  const detail = { action: "audit_pruned", minIndex: bundles * TILE_WIDTH, by: "cli" } as const
  await store.audit.append({ ...nobody, at: clock.advance(HOUR), type: "admin_action", detail })
  await seal()
  for (let bundle = 0; bundle < bundles; bundle += 1) {
    const outcome = await store.sealing.prune({ bundle })
    if (outcome === "refused") throw new Error(`Bundle ${bundle} can't be pruned.`)
  }
}

/** What is in the journal beside the file goes into it: it is copied as one. */
function intoOneFile(path: string): void {
  const database = new DatabaseSync(path)
  database.exec("pragma wal_checkpoint(truncate); pragma journal_mode = delete")
  database.close()
}
