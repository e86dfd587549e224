import { appendFileSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import pg from "pg"
import { linklatch, type Store } from "../../src/index.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import type { Pass, Point } from "./points.ts"
import type { AuditErrand } from "./site-process.ts"
import { watchedSealing } from "./watched-sealing.ts"
import { withFailpoints } from "./with-failpoints.ts"

/** What one process of a flood is given at its start. */
export interface FloodErrand {
  readonly name: string
  readonly databaseUrl: string
  readonly audit: Pick<AuditErrand, "key" | "origin" | "notesFile">
  /** Where it tells what became of each event, a `Told` in each line. */
  readonly toldFile: string
  readonly events: number
  /** At most; 0: as fast as it can. */
  readonly perSecond: number
  readonly aheadMs: number
}

/** What it may be told later: to end, or where to stand still, once. */
export type FloodOrder = "end" | { readonly stopAt: Point }

/** What became of an event, by its name. Who dies tells nothing of what was under way. */
export interface Told {
  readonly id: string
  readonly became: "committed" | "rolled back" | "unknown"
  /** When it was asked for, and when it was known to be committed. */
  readonly askedAt: number
  readonly knownAt: number
}

const AT_ONCE = 32
const RAW_EVERY = 40
const OPEN_MS = 150

const errand = JSON.parse(process.argv[2] ?? "{}") as FloodErrand
const { name, databaseUrl, audit, events, perSecond, aheadMs } = errand
const isSqlite = databaseUrl.startsWith("sqlite:")
const path = databaseUrl.slice("sqlite:".length)
let stopAt: Point | null = null

const pass: Pass = (point) => {
  if (point !== stopAt) return
  stopAt = null
  // It stands still right here, until somebody lets it go on.
  process.kill(process.pid, "SIGSTOP")
}

const own = withFailpoints(isSqlite ? sqlite(path) : postgres(databaseUrl), pass)
const store = watchedSealing(own, { notesFile: audit.notesFile, isYielding: () => false })
await store.migrate()
const auth = linklatch({
  siteName: "Flood",
  baseUrl: "http://localhost:3000",
  secret: "a secret of the flood, which has thirty-two characters",
  store,
  worker: false,
  audit: { key: audit.key, origin: audit.origin, seal: true },
  clock: { now: () => Date.now() + aheadMs },
  log: { info: () => undefined, warn: console.warn, error: console.error },
})
const writeRaw = isSqlite ? rawInSqlite() : await rawInPostgres()
process.on("disconnect", () => process.exit(0))
process.on("message", (order: FloodOrder) => {
  if (order === "end") void auth.close().then(() => process.exit(0))
  else stopAt = order.stopAt
})
process.send?.("ready")

const began = performance.now()
const raw: Promise<void>[] = []
for (let next = 0; next < events; next += AT_ONCE) {
  if (perSecond > 0) await pause(Math.max(0, began + (next / perSecond) * 1_000 - performance.now()))
  const ids = Array.from({ length: Math.min(AT_ONCE, events - next) }, (_, index) => `${name}-${next + index}`)
  await Promise.all(ids.map((id) => tell(id, () => append(store, id))))
  if (Math.random() < AT_ONCE / RAW_EVERY) raw.push(tell(`${name}-raw-${next}`, () => writeRaw(`${name}-raw-${next}`)))
}
await Promise.all(raw)
process.send?.("done")

async function tell(id: string, write: () => Promise<Told["became"]>): Promise<void> {
  const askedAt = Date.now()
  // Without an answer nobody knows.
  const became = await write().catch(() => "unknown" as const)
  const told: Told = { id, became, askedAt, knownAt: Date.now() }
  appendFileSync(errand.toldFile, `${JSON.stringify(told)}\n`)
}

async function append({ audit: log }: Store, id: string): Promise<Told["became"]> {
  const client = { ip: "192.0.2.1", userAgent: null }
  await log.append({ type: "flood.wave", detail: { id }, at: Date.now(), userId: null, address: null, client })
  return "committed"
}

/** A transaction of somebody else's, which fails as often as not, and stays open for a while. */
function rawInSqlite(): (id: string) => Promise<Told["became"]> {
  const other = new DatabaseSync(path, { timeout: 4_000 })
  const insert = other.prepare("insert into auth_events (event_id, at, type, detail) values (?, ?, 'flood.wave', ?)")
  return async (id) => {
    const becomes = Math.random() < 0.7 ? "rolled back" : "committed"
    other.exec("begin immediate")
    insert.run(id, Date.now(), JSON.stringify({ id }))
    other.exec(becomes === "committed" ? "commit" : "rollback")
    return becomes
  }
}

async function rawInPostgres(): Promise<(id: string) => Promise<Told["became"]>> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3 })
  pool.on("error", () => undefined)
  const insert = "insert into linklatch.auth_events (event_id, at, type, detail) values ($1, $2, 'flood.wave', $3)"
  return async (id) => {
    const becomes = Math.random() < 0.7 ? "rolled back" : "committed"
    const client = await pool.connect()
    try {
      await client.query("begin")
      await client.query(insert, [id, Date.now(), JSON.stringify({ id })])
      await pause(Math.random() * OPEN_MS)
      await client.query(becomes === "committed" ? "commit" : "rollback")
      return becomes
    } finally {
      client.release()
    }
  }
}
