import { type ChildProcess, execFileSync, fork } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { positionsOf } from "../../src/core/sealing/position-ranges.ts"
import type { Store } from "../../src/index.ts"
import { withCompileCache } from "../compile-cache.ts"
import type { CampaignDatabase } from "./campaign-database.ts"
import type { FloodErrand, FloodOrder, Told } from "./flood-process.ts"
import { sealFaults } from "./invariants.ts"
import { type LogWatch, openLogWatch, readSignedLines, type SealedLog } from "./log-watch.ts"
import { openStore } from "./open-store.ts"
import type { Point } from "./points.ts"

export interface FloodOptions {
  readonly database: CampaignDatabase
  readonly processes: number
  readonly events: number
  /** Of each process; 0: as fast as it can. */
  readonly perSecond: number
  /** Of the first process: an hour ahead or behind. */
  readonly aheadMs: number
  /** Where whoever seals stands still for longer than its lease, one after the other. */
  readonly stopAt: readonly Point[]
}

export interface FloodResult {
  /** What may never be. */
  readonly faults: readonly string[]
  readonly sealed: number
  readonly checkpoints: number
  /** From a commit until it is known to be under a checkpoint, in milliseconds. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number }
  readonly eventsPerSecond: number
}

const AUDIT_KEY = "the key of a log under a flood, thirty-two"
const LONGER_THAN_A_LEASE_MS = 3_000
const SEALED_WITHIN_MS = 5_000
const SETTLE_MS = 60_000

/**
 * Processes that write as much as they can, with transactions that fail among it. Whoever seals is killed; whoever seals then is stopped for
 * longer than its lease, and goes on in the belief that it still has it; one is an hour off. Looks what the log has of all that.
 */
export async function runFlood(options: FloodOptions): Promise<FloodResult> {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-flood-"))
  const logWatch = await openLogWatch(folder, AUDIT_KEY)
  const children: ChildProcess[] = []
  const floodErrand = errandOf(options, logWatch, folder)
  try {
    const store = openStore(options.database)
    try {
      await store.migrate()
      for (let nth = 0; nth < options.processes; nth += 1) children.push(startOne(floodErrand(nth)))
      await Promise.all(children.map((child) => once(child, "message")))
      const began = performance.now()
      const done = children.map((child) => Promise.race([once(child, "message"), once(child, "exit")]))
      await doHarm(children, options.stopAt, logWatch)
      await Promise.all(done)
      const seconds = (performance.now() - began) / 1_000
      await untilSealed(options.database)
      await Promise.all(children.map(endOne))
      const told = readTold(folder, options.processes)
      const log = await logWatch.read(store)
      return { ...(await lookAt(store, log, told, logWatch)), eventsPerSecond: told.length / seconds }
    } finally {
      await store.close()
    }
  } finally {
    for (const child of children) child.kill("SIGKILL")
    await logWatch.close()
    rmSync(folder, { recursive: true })
  }
}

function errandOf({ database, events, perSecond, aheadMs }: FloodOptions, { errand }: LogWatch, folder: string) {
  return (nth: number): FloodErrand => ({
    name: `p${nth}`,
    databaseUrl: database.url,
    audit: errand,
    toldFile: join(folder, `told-${nth}`),
    events,
    perSecond,
    aheadMs: nth === 0 ? aheadMs : 0,
  })
}

function startOne(errand: FloodErrand): ChildProcess {
  return fork(new URL("./flood-process.ts", import.meta.url), [JSON.stringify(errand)], {
    execArgv: [],
    env: withCompileCache,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  })
}

/** Ends in good order, if it is still there. */
async function endOne(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.send("end" satisfies FloodOrder)
  await exit
}

async function doHarm(children: readonly ChildProcess[], stopAt: readonly Point[], { errand }: LogWatch) {
  const victim = await nextSigner(children, errand.notesFile)
  victim.kill("SIGKILL")
  for (const point of stopAt) {
    const still = await nextSigner(children, errand.notesFile)
    still.send({ stopAt: point } satisfies FloodOrder)
    await untilStopped(still)
    await pause(LONGER_THAN_A_LEASE_MS)
    still.kill("SIGCONT")
  }
}

async function untilStopped({ pid }: ChildProcess): Promise<void> {
  const state = () => execFileSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" })
  for (const until = Date.now() + SETTLE_MS; !state().startsWith("T"); await pause(50))
    if (Date.now() > until) throw new Error("It doesn't seal any more, and so never stood still.")
}

/** Whoever signs next, and is alive. */
async function nextSigner(children: readonly ChildProcess[], notesFile: string): Promise<ChildProcess> {
  const before = readSignedLines(notesFile).length
  for (const until = Date.now() + SETTLE_MS; Date.now() < until; await pause(20)) {
    for (const line of readSignedLines(notesFile).slice(before)) {
      const child = "pid" in line ? children.find(({ pid }) => pid === line.pid) : undefined
      if (child !== undefined && child.signalCode === null && child.exitCode === null) return child
    }
  }
  throw new Error("Nobody signs.")
}

async function untilSealed(database: CampaignDatabase): Promise<void> {
  const until = Date.now() + SETTLE_MS
  while ((await database.countUnsealed()) > 0 && Date.now() < until) await pause(50)
}

function readTold(folder: string, processes: number): readonly Told[] {
  return Array.from({ length: processes }, (_, nth) => join(folder, `told-${nth}`))
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").trim().split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Told)
}

async function lookAt(store: Store, log: SealedLog, told: readonly Told[], { errand }: LogWatch) {
  const sealed = await readIds(store)
  const indexes = new Map(sealed.map((id, index) => [id, index]))
  const keptAt = coverTimes(readSignedLines(errand.notesFile), sealed.length)
  const committed = told.filter(({ became }) => became === "committed")
  const lags = committed.flatMap(({ id, knownAt }) => {
    const at = keptAt[indexes.get(id) ?? Number.NaN]
    return at === undefined ? [] : [at - knownAt]
  })
  lags.sort((one, other) => one - other)
  const at = (part: number) => lags[Math.min(lags.length - 1, Math.floor(part * lags.length))] ?? 0
  const lost = committed.filter(({ id }) => !indexes.has(id))
  const undone = told.filter(({ became, id }) => became === "rolled back" && indexes.has(id))
  const late = lags.filter((ms) => ms > SEALED_WITHIN_MS)
  const { size, waiting } = log.verdict
  const faults = [
    ...sealFaults(log, size + waiting.events),
    ...(indexes.size === sealed.length ? [] : [`${sealed.length - indexes.size} events are sealed twice`]),
    ...(lost.length === 0 ? [] : [`${lost.length} committed events aren't sealed, as ${lost[0]?.id}`]),
    ...(undone.length === 0 ? [] : [`${undone.length} events are sealed that were rolled back`]),
    ...(late.length === 0 ? [] : [`${late.length} events weren't sealed within 5 s of their commit`]),
    ...(lags.length === committed.length ? [] : [`${committed.length - lags.length} events are under no checkpoint`]),
  ]
  return { faults, sealed: size, checkpoints: log.signed.length, lag: { p50: at(0.5), p99: at(0.99), max: at(1) } }
}

/** By index. */
async function readIds(store: Store): Promise<readonly string[]> {
  const ids: string[] = []
  for (let from = 0; ; from += 16) {
    const bundles = await store.sealing.bundles({ from, max: 16 })
    for (const { ranges, rows } of bundles) {
      const byPosition = new Map(rows.map((row) => [row.position, row]))
      for (const position of positionsOf(ranges)) {
        const { type, detail } = byPosition.get(position) ?? { type: "", detail: "{}" }
        ids.push(type === "flood.wave" ? String(JSON.parse(detail).id) : `${type} ${position}`)
      }
    }
    if (bundles.length < 16) return ids
  }
}

/** For each index, when the first checkpoint over it was kept. */
function coverTimes(lines: ReturnType<typeof readSignedLines>, size: number): readonly (number | undefined)[] {
  const times: (number | undefined)[] = Array.from({ length: size })
  const kept = lines.filter((line) => "keptAt" in line).toSorted((one, other) => one.keptAt - other.keptAt)
  let covered = 0
  for (const { size: upTo, keptAt } of kept)
    for (; covered < Math.min(upTo, size); covered += 1) times[covered] = keptAt
  return times
}

/** In one line. */
export function showFlood({ sealed, checkpoints, lag, eventsPerSecond }: FloodResult): string {
  const times = `${lag.p50} ms at the median, ${lag.p99} ms for 99 of 100, ${lag.max} ms at most`
  return `${sealed} events under ${checkpoints} checkpoints, ${Math.round(eventsPerSecond)} a second: from commit to checkpoint ${times}`
}
