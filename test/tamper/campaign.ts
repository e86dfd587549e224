import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { bundleKinds } from "./bundle-kinds.ts"
import { checkpointKinds } from "./checkpoint-kinds.ts"
import { type CleanPlan, type CleanRow, verifyCleanLogs } from "./clean-logs.ts"
import { eventKinds } from "./event-kinds.ts"
import { isNamed } from "./is-named.ts"
import type { Kind } from "./kind.ts"
import type { LogFacts } from "./log-facts.ts"
import { outsideKinds, silentKinds } from "./outside-kinds.ts"
import { rewritingKinds } from "./rewriting-kinds.ts"
import { makeLogs, type TamperedLog, tamperCopy } from "./tamper-copy.ts"
import { tileKinds } from "./tile-kinds.ts"
import { type Told, verifyFile } from "./verify-file.ts"

export interface CampaignPlan extends CleanPlan {
  /** How many that are to be found. Those that need a checkpoint from outside come on top, and those that can't be found. */
  readonly tamperings: number
}

/** What became of the tamperings of one kind. */
export interface KindRow {
  readonly name: string
  /** Why it can't be found. */
  readonly why: string | null
  runs: number
  found: number
  /** Of those found, how many were called what they were, and named the event, or events among which it is. */
  named: number
  /** The same with checkpoints that were kept outside. */
  foundOutside: number
  namedOutside: number
  /** Those that went otherwise than they should. */
  readonly misses: string[]
}

export interface CampaignReport {
  readonly seed: number
  readonly inside: readonly KindRow[]
  readonly outside: readonly KindRow[]
  readonly silent: readonly KindRow[]
  readonly clean: CleanRow
  readonly seconds: number
}

/** Everything that is to be found in the database alone. */
export const insideKinds: readonly Kind[] = [
  ...eventKinds,
  ...tileKinds,
  ...bundleKinds,
  ...checkpointKinds,
  ...rewritingKinds,
]

/** Tampers with logs in every way that is known here, and verifies each; and verifies some that nobody touched. */
export async function runCampaign(plan: CampaignPlan): Promise<CampaignReport> {
  const startedAt = performance.now()
  const folder = mkdtempSync(join(tmpdir(), "linklatch-tamper-"))
  const runs = Math.ceil(plan.tamperings / insideKinds.length)
  try {
    const clean = await verifyCleanLogs(plan, folder)
    const logs = await makeLogs(folder, plan.seed)
    const tamper = async (kinds: readonly Kind[], areHelped: boolean) => {
      const rows: KindRow[] = []
      for (const kind of kinds) {
        const row = await tamperMany(kind, runs, { ...plan, folder, logs, areHelped })
        plan.onProgress?.(`${row.name}: ${areHelped ? row.foundOutside : row.found} of ${row.runs} found`)
        rows.push(row)
      }
      return rows
    }
    const inside = await tamper(insideKinds, false)
    const outside = await tamper(outsideKinds, true)
    const silent = await tamper(silentKinds, true)
    return { seed: plan.seed, inside, outside, silent, clean, seconds: (performance.now() - startedAt) / 1_000 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Work extends CampaignPlan {
  readonly folder: string
  readonly logs: readonly LogFacts[]
  /** Whether each is verified again with checkpoints from outside. */
  readonly areHelped: boolean
}

const STEP = 7_919

async function tamperMany(kind: Kind, runs: number, { seed, folder, logs, areHelped }: Work): Promise<KindRow> {
  const why = "why" in kind ? String(kind.why) : null
  const row: KindRow = {
    name: kind.name,
    why,
    runs: 0,
    found: 0,
    named: 0,
    foundOutside: 0,
    namedOutside: 0,
    misses: [],
  }
  const path = join(folder, "tampered.db")
  for (let run = 0; run < runs; run += 1) {
    const tampered = await tamperCopy(kind, { logs, path, seed: seed + run * STEP })
    if (tampered === null) throw new Error(`No log has a place for this: ${kind.name}.`)
    row.runs += 1
    await judge({ kind, row, run, path, areHelped }, tampered)
  }
  return row
}

interface Case {
  readonly kind: Kind
  readonly row: KindRow
  readonly run: number
  readonly path: string
  readonly areHelped: boolean
}

async function judge({ kind, row, run, path, areHelped }: Case, tampered: TamperedLog): Promise<void> {
  const { log, draw, first } = tampered
  const alone = await findingsOf(path, [])
  if (alone.length > 0) row.found += 1
  if (isNamed(kind, tampered, alone)) row.named += 1
  // The newest that were signed, or the newest alone.
  const helped = areHelped ? await findingsOf(path, log.outside.slice(-1 - draw(3))) : alone
  if (helped.length > 0) row.foundOutside += 1
  const isToldBy = isNamed(kind, tampered, helped)
  if (isToldBy) row.namedOutside += 1
  if (kind.codes.length === 0 ? helped.length === 0 : isToldBy) return
  const told = helped.slice(0, 3).map(({ code, index }) => `${code}@${index ?? "-"}`)
  row.misses.push(`#${run}: first ${first ?? "-"}, told ${told.join(", ") || "nothing"}`)
}

async function findingsOf(path: string, outside: LogFacts["outside"]): Promise<readonly Told[]> {
  return (await verifyFile(path, outside)).findings
}
