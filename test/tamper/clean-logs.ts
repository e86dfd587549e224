import { mkdirSync, rmSync } from "node:fs"
import { join } from "node:path"
import { createDraw, type Draw } from "./draw.ts"
import { type LogPlan, makeLog } from "./make-log.ts"
import { verifyFile } from "./verify-file.ts"

export interface CleanRow {
  readonly logs: number
  readonly events: number
  /** How many were called faulty, though nobody touched them. */
  readonly alarms: number
  readonly misses: readonly string[]
}

export interface CleanPlan {
  readonly seed: number
  readonly clean: number
  /** How many of them have some 65,536 events, a tile of the second level. */
  readonly large: number
  readonly onProgress?: ((said: string) => void) | undefined
}

/** Makes logs of many shapes and verifies each, with all its checkpoints from outside. */
export async function verifyCleanLogs(
  { seed, clean, large, onProgress }: CleanPlan,
  folder: string,
): Promise<CleanRow> {
  const place = join(folder, "clean")
  mkdirSync(place)
  const misses: string[] = []
  let events = 0
  for (let nth = 0; nth < clean; nth += 1) {
    const draw = createDraw(seed + 1_000_003 * (nth + 1))
    const plan = drawPlan(nth < large, draw)
    const log = await makeLog(join(place, `${nth}.db`), plan, draw)
    const verdict = await verifyFile(log.path, log.outside)
    events += verdict.size
    const told = verdict.findings.map(({ code, index }) => `${code}@${index ?? "-"}`).join(", ")
    if (told !== "") misses.push(`${JSON.stringify(plan)}: ${told}`)
    for (const suffix of ["", ".old", "-wal", "-shm"]) rmSync(log.path + suffix, { force: true })
    if (nth % 100 === 99) onProgress?.(`${nth + 1} clean logs, ${misses.length} alarms`)
  }
  return { logs: clean, events, alarms: misses.length, misses }
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
