import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { LeafRow } from "../../src/core/audit/leaf.ts"
import { leafHashOf } from "../../src/core/audit/leaf-hash.ts"
import { silentLog } from "../../src/core/log.ts"
import { writeCheckpoint } from "../../src/core/notes/checkpoint.ts"
import { deriveLogKey } from "../../src/core/notes/log-key.ts"
import { signNote } from "../../src/core/notes/sign-note.ts"
import { readVerifierKey, type VerifierKey } from "../../src/core/notes/verifier-key.ts"
import { Sequencer } from "../../src/core/sealing/sequencer.ts"
import { extendTree } from "../../src/core/tree/extend-tree.ts"
import { EMPTY_FRONTIER } from "../../src/core/tree/frontier.ts"
import type { TreeHash } from "../../src/core/tree/hash.ts"
import { rootOf } from "../../src/core/tree/root-of.ts"
import { type LogVerdict, verifyLog } from "../../src/core/verifying/verify-log.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openSqliteLog } from "../../src/stores/sqlite/open-log.ts"
import { createFakeClock } from "../../src/testing/fake-clock.ts"
import { createSeededRandom } from "../../src/testing/seeded-random.ts"
import { createDraw } from "../tamper/draw.ts"
import { LOG_SECRET, type MadeLog, makeLog, ORIGIN } from "../tamper/make-log.ts"

const PLAN = { events: 900, passes: 6, erased: 0, pruned: 0, isLate: false, waiting: 5 }

let folder: string
let clean: MadeLog
let late: MadeLog
let pruned: MadeLog
let nth = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "linklatch-tamper-"))
  clean = await makeLog(join(folder, "clean.db"), PLAN, createDraw(1))
  late = await makeLog(join(folder, "late.db"), { ...PLAN, isLate: true, erased: 2 }, createDraw(2))
  pruned = await makeLog(join(folder, "pruned.db"), { ...PLAN, pruned: 2 }, createDraw(3))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const identity = { origin: ORIGIN, keys: [deriveLogKey(LOG_SECRET)] as const }

interface Given {
  readonly outside?: readonly { readonly note: string; readonly source: string }[]
}

/** Does something to a copy of a log that only its owner can, and verifies it. */
async function tamper(log: MadeLog, change: (database: DatabaseSync) => void, given: Given = {}): Promise<LogVerdict> {
  nth += 1
  const path = join(folder, `${nth}.db`)
  copyFileSync(log.path, path)
  const database = new DatabaseSync(path)
  const triggers = database.prepare("select name from sqlite_schema where type = 'trigger'").all()
  for (const { name } of triggers) database.exec(`drop trigger ${name}`)
  database.exec("pragma ignore_check_constraints = on")
  change(database)
  database.exec("pragma journal_mode = delete")
  database.close()
  return verify(path, given)
}

async function verify(path: string, { outside = [] }: Given = {}): Promise<LogVerdict> {
  const { log, close } = openSqliteLog(path)
  const keys = [readVerifierKey(clean.vkey) as VerifierKey]
  try {
    return await verifyLog(log, {
      keys: { log: (origin) => keys.filter(({ name }) => name === origin), witnesses: [] },
      outside,
    })
  } finally {
    close()
  }
}

function codes({ findings }: LogVerdict): readonly string[] {
  return [...new Set(findings.map(({ code }) => code))]
}

const asGiven = (log: MadeLog) => log.outside.map(({ note }) => ({ note, source: "checkpoints" }))

describe("P11: a log that nobody touched", () => {
  it.each([
    ["as it comes from SQLite", () => clean],
    ["with holes, out of order, and with people erased", () => late],
    ["of which the beginning was pruned", () => pruned],
  ])("verifies %s", async (_, log) => {
    const verdict = await verify(log().path, { outside: asGiven(log()) })
    expect(verdict.findings).toEqual([])
    expect(verdict.status).toBe("proven")
    expect(verdict.checkpoints.matching).toBe(verdict.checkpoints.kept + verdict.checkpoints.outside)
    expect(verdict.waiting.events).toBe(5)
    expect(verdict.counts.events).toBe(verdict.size - verdict.minIndex)
  })
})

describe("P11: what is told and is no fault", () => {
  it("AUD-11 counts events that happened before the one in front of them, by a clock that went back", async () => {
    const path = join(folder, "clocks.db")
    const store = sqlite(path)
    const nobody = { userId: null, address: null, client: { ip: null, userAgent: null } }
    for (const at of [5_000, 9_000, 4_000, 4_000, 8_000])
      await store.audit.append({ ...nobody, type: "shop.closed", detail: {}, at: 1_790_000_000_000 + at })
    const clock = createFakeClock()
    const parts = {
      context: { store, clock, random: createSeededRandom(1), log: silentLog },
      identity,
      outlets: [],
      onSigned: () => undefined,
    }
    await new Sequencer(parts).pass()
    await store.close()
    const verdict = await verify(path)
    expect(verdict.status).toBe("proven")
    expect(verdict.counts.backwards).toBe(1)
  })
})

describe("P11: a tampered row", () => {
  it.each([
    ["its type", "update auth_events set type = 'shop.closed_' where seq = 301"],
    ["its time, by a millisecond", "update auth_events set at = at - 1 where seq = 301"],
    ["its time, to what no number of JavaScript is", "update auth_events set at = 9007199254740993 where seq = 301"],
    ["whom it is about", "update auth_events set user_id = 'somebody' where seq = 301"],
    ["its id", "update auth_events set event_id = event_id || 'x' where seq = 301"],
    ["what it says", `update auth_events set detail = '{"by":"nobody"}' where seq = 301`],
    ["what it says, to no JSON", "update auth_events set detail = '[' where seq = 301"],
    ["its commitment", "update auth_events set commitment = 'x' where seq = 301"],
  ])("is found by its index when somebody changes %s", async (_, sql) => {
    const { findings, status } = await tamper(clean, (database) => database.exec(sql))
    expect(status).toBe("faulty")
    expect(findings[0]).toMatchObject({ code: "event_changed", index: 300, position: 301 })
    expect(findings.every(({ index }) => index === 300)).toBe(true)
  })

  it("is found where it is gone", async () => {
    const verdict = await tamper(clean, (database) => database.exec("delete from auth_events where seq = 301"))
    expect(verdict.findings).toMatchObject([{ code: "event_missing", index: 300, position: 301 }])
  })

  it("is found where two were swapped", async () => {
    const swap =
      "update auth_events set seq = -1 where seq = 20; update auth_events set seq = 20 where seq = 700; update auth_events set seq = 700 where seq = -1"
    const { findings } = await tamper(clean, (database) => database.exec(swap))
    expect(findings).toMatchObject([
      { code: "event_changed", index: 19 },
      { code: "event_changed", index: 699 },
    ])
  })

  it.each([
    [
      "between sealed ones",
      "select max(seq) + 1 from auth_events where seq + 1 not in (select seq from auth_events) and seq < 800",
    ],
    ["before all others", "select -7"],
  ])("is found where one was put %s", async (_, place) => {
    const { findings } = await tamper(late, (database) =>
      database.exec(
        `insert into auth_events select (${place}), event_id, at, type, user_id, detail, pii_id, commitment from auth_events where seq = 1`,
      ),
    )
    expect(findings).toMatchObject([{ code: "event_inserted" }])
  })
})

describe("P11: tampered persons", () => {
  const person = "(select pii_id from auth_events where pii_id is not null and seq > 300 limit 1)"
  it.each([
    ["the address", `update auth_event_pii set address = 'eve@example.com' where pii_id = ${person}`],
    ["the salt", `update auth_event_pii set salt = zeroblob(32) where pii_id = ${person}`],
    ["where it was from", `update auth_event_pii set ip = null where pii_id = ${person}`],
    [
      "which row of them",
      `update auth_events set pii_id = (select max(pii_id) from auth_event_pii) where pii_id = ${person}`,
    ],
    ["that there is one", `update auth_events set pii_id = null where pii_id = ${person}`],
  ])("are found when somebody changes %s", async (_, sql) => {
    expect(codes(await tamper(clean, (database) => database.exec(sql)))).toEqual(["person_changed"])
  })

  it("are counted where they were erased, as anybody may be", async () => {
    const verdict = await tamper(clean, (database) => database.exec("delete from auth_event_pii"))
    expect(verdict.status).toBe("proven")
    expect(verdict.counts.people).toBe(0)
    expect(verdict.counts.withoutPerson).toBeGreaterThan(100)
  })
})

describe("P11: tampered tables of the log", () => {
  const bytes =
    (change: (hashes: Uint8Array) => Uint8Array, level: number, index: number) => (database: DatabaseSync) => {
      const row = database
        .prepare("select hashes from audit_tiles where level = ? and tile_index = ?")
        .get(level, index)
      const hashes = change(Uint8Array.from(row?.["hashes"] as Uint8Array))
      database.prepare("update audit_tiles set hashes = ? where level = ? and tile_index = ?").run(hashes, level, index)
    }
  const flip = (at: number) => (hashes: Uint8Array) => hashes.with(at, (hashes[at] ?? 0) ^ 1) as Uint8Array

  it.each([
    ["a bit of a full tile", bytes(flip(32 * 40), 0, 1), "tile_changed", 296],
    ["a bit of the last tile", bytes(flip(32 * 2), 0, 3), "tile_changed", 770],
    ["a bit of a tile above", bytes(flip(64), 1, 0), "tile_changed", 512],
    ["a tile that is short", bytes((hashes) => hashes.slice(0, -32), 0, 2), "tile_changed", 512],
    [
      "a tile that is too wide",
      bytes((hashes) => Buffer.concat([hashes, hashes.slice(0, 32)]), 0, 3),
      "tile_changed",
      900,
    ],
    [
      "a tile that is gone",
      (database: DatabaseSync) => database.exec("delete from audit_tiles where level = 0 and tile_index = 2"),
      "tile_changed",
      512,
    ],
    [
      "a tile behind the end",
      (database: DatabaseSync) => database.exec("insert into audit_tiles values (0, 4, zeroblob(32))"),
      "tile_changed",
      900,
    ],
    [
      "a bundle that is gone",
      (database: DatabaseSync) => database.exec("delete from audit_bundles where bundle_index = 1"),
      "bundle_changed",
      256,
    ],
    [
      "a bundle that is no JSON",
      (database: DatabaseSync) => database.exec("update audit_bundles set ranges = '[' where bundle_index = 1"),
      "bundle_changed",
      256,
    ],
    [
      "a bundle with an event twice",
      (database: DatabaseSync) =>
        database.exec("update audit_bundles set ranges = '[[257,511],[300,300]]' where bundle_index = 1"),
      "event_twice",
      511,
    ],
    [
      "a bundle behind the end",
      (database: DatabaseSync) => database.exec("insert into audit_bundles values (4, '[[1000,1000]]')"),
      "bundle_changed",
      900,
    ],
    [
      "a size that can't be",
      (database: DatabaseSync) => database.exec("update audit_log set size = -1"),
      "head_changed",
      0,
    ],
    [
      "a beginning that nobody pruned",
      (database: DatabaseSync) =>
        database.exec("update audit_log set min_index = 256; delete from auth_events where seq <= 256"),
      "prune_unrecorded",
      0,
    ],
  ] as const)("are found: %s", async (_, change, code, index) => {
    const { findings } = await tamper(clean, change)
    expect(findings).toContainEqual(expect.objectContaining({ code, index }))
  })

  it("are found where the log was made to begin anew", async () => {
    const verdict = await tamper(clean, (database) => database.exec("update audit_log set cursor = '100'"))
    expect(codes(verdict)).toEqual(["head_changed"])
  })

  it("are found where the log was made to pass over what comes", async () => {
    const verdict = await tamper(clean, (database) => database.exec("update audit_log set cursor = '100000'"))
    expect(codes(verdict)).toEqual(["event_inserted"])
  })
})

describe("P11: tampered checkpoints", () => {
  const size = "(select max(size) from audit_checkpoints)"
  const put = (note: string) => (database: DatabaseSync) => {
    database.prepare(`update audit_checkpoints set note = ? where size = ${size}`).run(note)
  }
  const newest = (): string => clean.outside.at(-1)?.note ?? ""

  it.each([
    [
      "by a key that isn't the log's",
      () => signed("another secret, which is not the one of the log", ORIGIN),
      "checkpoint_unsigned",
    ],
    ["by the log's key, under another name", () => signed(LOG_SECRET, "elsewhere.example/log"), "checkpoint_unsigned"],
    [
      "with a signature of another text",
      () => newest().replace(/\n900\n./, (text) => (text.endsWith("A") ? "\n900\nB" : "\n900\nA")),
      "checkpoint_forged",
    ],
    ["that are none", () => "Trust me.", "checkpoint_unreadable"],
    ["of another size", () => clean.outside[0]?.note ?? "", "checkpoint_mismatch"],
  ] as readonly (readonly [string, () => string, string])[])("are found: %s", async (_, note, code) => {
    const verdict = await tamper(clean, put(note()))
    expect(codes(verdict)).toContain(code)
  })

  it("are found where there is none left", async () => {
    const verdict = await tamper(clean, (database) => database.exec("delete from audit_checkpoints"))
    expect(verdict.findings).toMatchObject([{ code: "checkpoint_missing", index: 0 }])
  })

  function signed(secret: string, origin: string): string {
    const note = newest().split("\n")
    const root = Buffer.from(note[2] ?? "", "base64").toString("latin1") as never
    return signNote(writeCheckpoint({ origin, size: 900, root }), { name: origin, key: deriveLogKey(secret) })
  }
})

describe("P11: a history that was rewritten", () => {
  it("is found by the checkpoint, which says from where on it may be", async () => {
    const verdict = await tamper(clean, (database) => {
      database.exec("update auth_events set user_id = 'somebody else' where seq = 301")
      rebuild(database)
    })
    const { findings } = verdict
    expect(codes(verdict)).toEqual(["checkpoint_mismatch"])
    const sizes = clean.outside.map(({ size }) => size)
    const before = Math.max(0, ...sizes.filter((size) => size <= 300))
    expect(findings[0]).toMatchObject({ index: before, source: "the database" })
  })

  it("is found by a checkpoint from outside alone, where somebody has the key and signed it anew", async () => {
    const resigned = (database: DatabaseSync) => {
      database.exec("update auth_events set user_id = 'somebody else' where seq = 301; delete from audit_checkpoints")
      const { size, root } = rebuild(database)
      const note = signNote(writeCheckpoint({ origin: ORIGIN, size, root }), {
        name: ORIGIN,
        key: deriveLogKey(LOG_SECRET),
      })
      database.prepare("insert into audit_checkpoints (size, note, signed_at) values (?, ?, 0)").run(size, note)
    }
    expect((await tamper(clean, resigned)).status).toBe("proven")
    const { findings } = await tamper(clean, resigned, { outside: asGiven(clean) })
    expect(findings).toMatchObject([{ code: "log_forked", source: "checkpoints" }])
  })

  // What no log can know by itself, and why checkpoints go where the database's owner can't.
  it("AUD-4 can't be found without an outside checkpoint where its end was cut off, and is with one", async () => {
    const [keep] = clean.outside.filter(({ size }) => size > 256)
    const cut = (database: DatabaseSync) => {
      const size = keep?.size ?? 0
      database.exec(
        `delete from auth_events where seq > ${size}; delete from audit_checkpoints where size > ${size}; update audit_log set size = ${size}, cursor = '${size}'`,
      )
      rebuild(database)
    }
    expect((await tamper(clean, cut)).status).toBe("proven")
    const { findings } = await tamper(clean, cut, { outside: asGiven(clean) })
    const missing = 900 - (keep?.size ?? 0)
    expect(findings).toMatchObject([{ code: "log_cut", index: keep?.size, missing }])
  })
})

/** Makes the side tables fit the rows that are there, as somebody would who owns the database and knows our code. */
function rebuild(database: DatabaseSync): { readonly size: number; readonly root: TreeHash } {
  const { size } = database.prepare("select size from audit_log").get() as { size: number }
  const rows = database
    .prepare(
      'select event_id as id, at, type, user_id as "userId", detail, commitment from auth_events order by seq limit ?',
    )
    .all(size)
  const { frontier, tiles } = extendTree(EMPTY_FRONTIER, (rows as unknown as LeafRow[]).map(leafHashOf))
  database.exec("delete from audit_tiles; delete from audit_bundles")
  const tile = database.prepare("insert into audit_tiles values (?, ?, ?)")
  for (const { level, index, hashes } of tiles) tile.run(level, index, hashes)
  const bundle = database.prepare("insert into audit_bundles values (?, ?)")
  for (let index = 0; index * 256 < size; index += 1)
    bundle.run(index, JSON.stringify([[index * 256 + 1, Math.min(size, (index + 1) * 256)]]))
  return { size, root: rootOf(frontier) }
}
