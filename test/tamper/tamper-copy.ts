import { copyFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { createDraw, type Draw } from "./draw.ts"
import type { Kind, Tampered } from "./kind.ts"
import { type LogFacts, readFacts } from "./log-facts.ts"
import { type LogPlan, makeLog } from "./make-log.ts"

const BASE: LogPlan = { events: 600, passes: 5, erased: 0, pruned: 0, isLate: false, waiting: 0 }
/** What is tampered with: each kind finds a place in some of these. */
const PLANS: readonly LogPlan[] = [
  BASE,
  { ...BASE, events: 255, passes: 3, waiting: 4 },
  { ...BASE, events: 256, passes: 2, erased: 2 },
  { ...BASE, events: 257, passes: 1 },
  { ...BASE, events: 900, passes: 9, erased: 3, pruned: 1, waiting: 2 },
  { ...BASE, events: 700, passes: 4, erased: 1, isLate: true },
  { ...BASE, events: 1_100, passes: 6, pruned: 2, isLate: true, waiting: 1 },
  { ...BASE, events: 7, passes: 2 },
]

/** Logs of several shapes, in a folder. */
export async function makeLogs(folder: string, seed: number): Promise<readonly LogFacts[]> {
  const draw = createDraw(seed)
  const logs: LogFacts[] = []
  for (const [nth, plan] of PLANS.entries())
    logs.push(readFacts(await makeLog(join(folder, `log-${nth}.db`), plan, draw)))
  return logs
}

export interface TamperedLog extends Tampered {
  readonly log: LogFacts
  readonly draw: Draw
}

export interface TamperOptions {
  readonly logs: readonly LogFacts[]
  /** Where the tampered copy goes. */
  readonly path: string
  /** The same number tampers in the same way, in the same place. */
  readonly seed: number
}

const MAX_TRIES = 60

/** Tampers with a copy of one of the logs; null where none has a place for it. */
export async function tamperCopy(kind: Kind, { logs, path, seed }: TamperOptions): Promise<TamperedLog | null> {
  const draw = createDraw(seed + hashName(kind.name))
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const log = logs[draw(logs.length)] as LogFacts
    const tampered = tamperWith(kind, log, path, draw)
    if (tampered === null) continue
    await kind.afterwards?.({ path, log, draw })
    return { ...tampered, log, draw }
  }
  return null
}

function hashName(name: string): number {
  return [...name].reduce((sum, character) => (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) >>> 0, 7)
}

/** The file is the tamperer's own: no trigger and no check is in the way. */
function tamperWith(kind: Kind, log: LogFacts, path: string, draw: Draw): Tampered | null {
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
