/**
 * `npm run bench:move`: what it takes to move a million sign-ins from SQLite to PostgreSQL and back, with their events.
 * `-- --quick` for a look at a hundred thousand.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import { startOwnPostgres } from "../scripts/services/own-postgres.ts"
import { sqlite } from "../src/sqlite.ts"
import { writeLogins } from "./finished-logins.ts"
import { describeMachine, showMachine } from "./reports/machine.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } })
const SIGN_INS = values.quick ? 100_000 : 1_000_000
const BIN = join(import.meta.dirname, "../bin/linklatch.mjs")

// What asking, sending, redeeming write: five events, with a row of personal data for each decision.
const EVENTS = ["link_requested", "link_sent", "link_consumed", "provider_used", "session_created"]
const DECISIONS = 3

const folder = temporaryFolder("linklatch-move")
const files = ["there.db", "back.db"].map((name) => join(folder.path, name)) as [string, string]
const server = await startOwnPostgres({ durable: true })
try {
  console.log(showMachine(await describeMachine()))
  await sqlite(files[0]).close()
  writeLogins(files[0], { at: Date.now(), count: SIGN_INS, from: 7, to: 0, isLive: true })
  writeEvents(files[0])
  await move("SQLite to PostgreSQL", `sqlite:${files[0]}`, server.url)
  await move("PostgreSQL to SQLite", server.url, `sqlite:${files[1]}`)
} finally {
  await server.stop()
  folder.remove()
}

interface Told {
  readonly progress?: { readonly phase: string; readonly rows: number; readonly rowsPerSecond: number }
  readonly status?: string
  readonly seconds?: number
}

async function move(name: string, from: string, to: string): Promise<void> {
  const child = spawn(process.execPath, [BIN, "move", "--from", from, "--to", to, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  let out = ""
  let peak = 0
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    out += chunk
    peak = Math.max(peak, peakMegabytes(child.pid))
  })
  const [code] = (await once(child, "close")) as [number]
  const told = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Told)
  const last = told.at(-1)
  if (code !== 0 || last?.status !== "moved") throw new Error(`The move failed with ${code}.`)
  const pace = (phase: string) => told.findLast(({ progress }) => progress?.phase === phase)?.progress
  const [copying, comparing] = [pace("copying"), pace("comparing")]
  console.log(`${name}: ${copying?.rows} rows in ${last.seconds?.toFixed(0)} s: ${copying?.rowsPerSecond} a second copied, \
${comparing?.rowsPerSecond} compared; ${peak} MB of memory at most`)
}

/** The most that a process has ever held, or 0 where the system doesn't say. */
function peakMegabytes(pid: number | undefined): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? []
    return Math.round(Number(kilobytes ?? 0) / 1_024)
  } catch {
    return 0
  }
}

function writeEvents(path: string): void {
  const database = new DatabaseSync(path)
  const rows = "with recursive n (i) as (select 0 union all select i + 1 from n where i <"
  const id = (number: string) => `printf('%08x-0000-7000-8000-%012d', ${number} / 1000, ${number})`
  const types = EVENTS.map((type, index) => `when ${index} then '${type}'`).join(" ")
  database.exec("pragma synchronous = off; begin")
  database.exec(`${rows} ${SIGN_INS * DECISIONS - 1}) insert into auth_event_pii (pii_id, salt, address, ip, user_agent)
    select ${id("i")}, randomblob(32), 'live-' || (i % 100000) || '@example.com', '203.0.113.7',
      'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' from n`)
  database.exec(`${rows} ${SIGN_INS * EVENTS.length - 1}) insert into auth_events
    (event_id, at, type, user_id, detail, pii_id, commitment)
    select ${id("i")}, i, case i % ${EVENTS.length} ${types} end, ${id("i % 100000")}, '{"requestId":"' || ${id("i")} || '"}',
      ${id(`i * ${DECISIONS} / ${EVENTS.length}`)}, hex(randomblob(22)) from n`)
  database.exec("commit; pragma wal_checkpoint(truncate)")
  database.close()
}
