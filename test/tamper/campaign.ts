import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import type { Finding } from "../../src/core/verifying/finding.ts"
import { checkpointKinds } from "./checkpoint-kinds.ts"
import { createDraw, type Draw } from "./draw.ts"
import { eventKinds } from "./event-kinds.ts"
import type { Kind, Tampered } from "./kind.ts"
import { type LogFacts, readFacts } from "./log-facts.ts"
import { type LogPlan, makeLog } from "./make-log.ts"
import { outsideKinds, silentKinds } from "./outside-kinds.ts"
import { rewritingKinds } from "./rewriting-kinds.ts"
import { treeKinds } from "./tree-kinds.ts"
import { verifyFile } from "./verify-file.ts"

export interface CampaignPlan {
  readonly seed: number
  /** How many tamperings that are to be found. Those that need a checkpoint from outside come on top, and those that can't be found. */
  readonly tamperings: number
  /** How many logs that nobody touched. */
  readonly clean: number
  /** Among those, how many have more than 65,536 events. */
  readonly large: number
  readonly onProgress?: (said: string) => void
}

/** What became of the tamperings of one kind. */
export interface KindRow {
  readonly name: string
  readonly why?: string
  runs: number
  found: number
  /** Of those found, how many named the event, or the events among which it is, and the fault. */
  named: number
  /** The same with the checkpoints that were kept outside. */
  foundOutside: number
  namedOutside: number
  /** The first few that went otherwise. */
  readonly misses: string[]
}

export interface CampaignReport {
  readonly seed: number
  readonly inside: readonly KindRow[]
  readonly outside: readonly KindRow[]
  readonly silent: readonly KindRow[]
  readonly clean: {
    readonly logs: number
    readonly events: number
    readonly alarms: number
    readonly misses: readonly string[]
  }
  readonly seconds: number
}

export const INSIDE = [...eventKinds, ...treeKinds, ...checkpointKinds, ...rewritingKinds]
const MAX_MISSES = 3
const MAX_TRIES = 60

/** Tampers with logs in every way that is known here, and verifies each; and verifies some that nobody touched. */
export async function runCampaign(plan: CampaignPlan): Promise<CampaignReport> {
  const startedAt = performance.now()
  const folder = mkdtempSync(join(tmpdir(), "linklatch-tamper-"))
  try {
    const clean = await verifyClean(plan, folder)
    const logs = await makeLogs(folder, createDraw(plan.seed))
    const work = async (kinds: readonly Kind[], total: number) =>
      tamperAll(kinds, Math.ceil(total / kinds.length), logs, { ...plan, folder })
    const tenth = plan.tamperings / INSIDE.length
    const inside = await work(INSIDE, plan.tamperings)
    const outside = await work(outsideKinds, tenth * outsideKinds.length)
    const silent = await work(silentKinds, tenth * silentKinds.length)
    return { seed: plan.seed, inside, outside, silent, clean, seconds: (performance.now() - startedAt) / 1_000 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const BASE: LogPlan = { events: 600, passes: 5, erased: 0, pruned: 0, isLate: false, waiting: 0 }
/** What is tampered with: each kind finds a place in some of these. */
const LOGS: readonly LogPlan[] = [
  BASE,
  { ...BASE, events: 255, passes: 3, waiting: 4 },
  { ...BASE, events: 256, passes: 2, erased: 2 },
  { ...BASE, events: 257, passes: 1 },
  { ...BASE, events: 900, passes: 9, erased: 3, pruned: 1, waiting: 2 },
  { ...BASE, events: 700, passes: 4, erased: 1, isLate: true },
  { ...BASE, events: 1_100, passes: 6, pruned: 2, isLate: true, waiting: 1 },
  { ...BASE, events: 7, passes: 2 },
]

async function makeLogs(folder: string, draw: Draw): Promise<readonly LogFacts[]> {
  const logs: LogFacts[] = []
  for (const [nth, plan] of LOGS.entries())
    logs.push(readFacts(await makeLog(join(folder, `log-${nth}.db`), plan, draw)))
  return logs
}

type Work = CampaignPlan & { readonly folder: string }

async function tamperAll(
  kinds: readonly Kind[],
  runs: number,
  logs: readonly LogFacts[],
  work: Work,
): Promise<readonly KindRow[]> {
  const rows: KindRow[] = []
  for (const kind of kinds) {
    const row: KindRow = {
      name: kind.name,
      ...("why" in kind && { why: String(kind.why) }),
      runs: 0,
      found: 0,
      named: 0,
      foundOutside: 0,
      namedOutside: 0,
      misses: [],
    }
    for (let run = 0; run < runs; run += 1) await tamperOnce(kind, row, run, logs, work)
    work.onProgress?.(`${kind.name}: ${row.found} of ${row.runs}`)
    rows.push(row)
  }
  return rows
}

async function tamperOnce(
  kind: Kind,
  row: KindRow,
  run: number,
  logs: readonly LogFacts[],
  { seed, folder }: Work,
): Promise<void> {
  // A stream of its own for each, so that one can be done again alone.
  const draw = createDraw(seed + hashName(kind.name) + run * 7_919)
  const path = join(folder, "tampered.db")
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const log = logs[draw(logs.length)] as LogFacts
    const tampered = tamperCopy(kind, log, path, draw)
    if (tampered === null) continue
    await kind.afterwards?.({ path, log, draw })
    const newest = INSIDE.includes(kind) ? null : log.outside.slice(-1 - draw(3))
    row.runs += 1
    await judge(kind, row, tampered, path, { seed: `${kind.name} #${run}`, outside: newest })
    return
  }
}

function hashName(name: string): number {
  return [...name].reduce((sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) >>> 0, 7)
}

/** The file is the tamperer's own: no trigger and no check is in the way. */
function tamperCopy(kind: Kind, log: LogFacts, path: string, draw: Draw): Tampered | null {
  for (const suffix of ["-wal", "-shm", "-journal"]) rmSync(path + suffix, { force: true })
  copyFileSync(log.path, path)
  const database = new DatabaseSync(path)
  try {
    database.exec("pragma synchronous = off; pragma journal_mode = memory; pragma ignore_check_constraints = on; begin")
    for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all()) {
      database.exec(`drop trigger ${name}`)
    }
    const tampered = kind.tamper({ database, log, draw })
    database.exec(tampered === null ? "rollback" : "commit")
    return tampered
  } finally {
    database.close()
  }
}

interface Case {
  readonly seed: string
  /** Null where they aren't needed, and so not asked. */
  readonly outside: readonly { readonly note: string }[] | null
}

async function judge(
  kind: Kind,
  row: KindRow,
  tampered: Tampered,
  path: string,
  { seed, outside }: Case,
): Promise<void> {
  const alone = await findingsOf(path, [])
  if (alone.length > 0) row.found += 1
  if (isNamed(kind, tampered, alone)) row.named += 1
  const helped = outside === null ? alone : await findingsOf(path, outside)
  if (helped.length > 0) row.foundOutside += 1
  if (isNamed(kind, tampered, helped)) row.namedOutside += 1
  const isAsExpected = kind.codes.length === 0 ? helped.length === 0 : isNamed(kind, tampered, helped)
  if (isAsExpected || row.misses.length >= MAX_MISSES) return
  const said = helped
    .slice(0, 3)
    .map(({ code, index, size }) => `${code}@${index ?? "-"}${size === undefined ? "" : `<${size}`}`)
  row.misses.push(`${seed}: first ${tampered.first}, told ${said.join(", ") || "nothing"}`)
}

async function findingsOf(path: string, outside: NonNullable<Case["outside"]>): Promise<readonly Finding[]> {
  return (await verifyFile(path, outside)).findings
}

// Said of the log as a whole, beside what is said of its events.
const OF_ALL = ["checkpoint_missing", "prune_unrecorded"]

/** The first finding that is about an event is about the first one that was touched, and calls by its name what was done. */
function isNamed({ codes }: Kind, { first, isExact = true }: Tampered, findings: readonly Finding[]): boolean {
  const told = findings.find(({ code }) => codes.includes(code))
  if (told === undefined) return false
  if (first === null) return true
  const earlier = findings.slice(0, findings.indexOf(told)).filter(({ code }) => !OF_ALL.includes(code))
  if (earlier.length > 0 || told.index === undefined) return false
  if (isExact) return told.index === first
  // Of a log that is too short nothing is left to compare with, so it is anywhere before the size that was signed.
  const isAfter = told.code !== "log_cut" && told.index > first
  return !isAfter && (told.size === undefined || first < told.size)
}

async function verifyClean(
  { seed, clean, large, onProgress }: CampaignPlan,
  folder: string,
): Promise<CampaignReport["clean"]> {
  const place = join(folder, "clean")
  mkdirSync(place)
  const misses: string[] = []
  let [alarms, events] = [0, 0]
  for (let nth = 0; nth < clean; nth += 1) {
    const draw = createDraw(seed + 1_000_003 * (nth + 1))
    const plan = drawPlan(nth < large, draw)
    const log = await makeLog(join(place, `${nth}.db`), plan, draw)
    const verdict = await verifyFile(log.path, log.outside)
    events += verdict.size
    if (verdict.findings.length > 0) {
      alarms += 1
      misses.push(
        `${JSON.stringify(plan)}: ${verdict.findings.map(({ code, index }) => `${code}@${index}`).join(", ")}`,
      )
    }
    for (const suffix of ["", ".old", "-wal", "-shm"]) rmSync(log.path + suffix, { force: true })
    if (nth % 100 === 99) onProgress?.(`${nth + 1} clean logs, ${alarms} alarms`)
  }
  return { logs: clean, events, alarms, misses: misses.slice(0, MAX_MISSES) }
}

const EDGES = [0, 1, 2, 255, 256, 257, 511, 512, 513]
const LARGE_EDGE = 65_536

/** Any shape, and often one that ends where a tile does. */
function drawPlan(isLarge: boolean, draw: Draw): LogPlan {
  const small = draw(2) === 0 ? (EDGES[draw(EDGES.length)] ?? 0) : draw(1_300)
  const events = isLarge ? LARGE_EDGE - 1 + draw(3) : small
  return {
    events,
    passes: 1 + draw(12),
    erased: draw(4),
    pruned: draw(3) === 0 ? draw(Math.floor(events / 256) + 1) : 0,
    isLate: draw(4) === 0,
    waiting: draw(3) === 0 ? draw(5) : 0,
  }
}
