/**
 * `npm run bench:verify`: how many events a second `linklatch audit verify` makes anew on SQLite, and how much memory it takes: of a
 * million, and of ten. `-- --events 100000` for another number; `--file log.db` keeps the log, or takes the one that is there.
 */
import { execFileSync } from "node:child_process"
import { existsSync, statSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { deriveLogKey } from "../src/core/notes/log-key.ts"
import { ED25519, verifierKeyOf } from "../src/core/notes/verifier-key.ts"
import { verifyLog } from "../src/core/verifying/verify-log.ts"
import { sqlite } from "../src/sqlite.ts"
import { openSqliteLog } from "../src/stores/sqlite/open-log.ts"
import { describeMachine, showMachine } from "./reports/machine.ts"
import { writeLog } from "./sealed-log/write-log.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const { values } = parseArgs({
  options: { events: { type: "string", multiple: true }, file: { type: "string" }, only: { type: "string" } },
})
const ROUNDS = 3
const KILOBYTE = 1_024
const ORIGIN = "login.example.com/auth/log"
const key = deriveLogKey("a-secret-for-the-bench-that-is-long-enough")

if (values.only === undefined) await measureAll()
else await measureHere(values.only)

async function measureAll(): Promise<void> {
  console.log(showMachine(await describeMachine()))
  for (const events of (values.events ?? ["1000000", "10000000"]).map(Number)) {
    const folder = temporaryFolder("linklatch-verify")
    const path = values.file ?? join(folder.path, "auth.db")
    if (!existsSync(path)) {
      await sqlite(path).close()
      writeLog(path, { events, origin: ORIGIN, key })
    }
    console.log(`\n${events.toLocaleString("en")} events, ${Math.round(statSync(path).size / 1_000_000)} MB`)
    // Each in a process of its own, so that its memory is its own too.
    for (let round = 0; round < ROUNDS; round += 1) {
      const told = execFileSync(process.execPath, [fileURLToPath(import.meta.url), "--only", path], {
        encoding: "utf8",
      })
      process.stdout.write(told)
    }
    folder.remove()
  }
}

async function measureHere(path: string): Promise<void> {
  const { log, close } = openSqliteLog(path)
  const begun = performance.now()
  const cpuBegun = process.cpuUsage()
  const keys = { log: () => [verifierKeyOf(ORIGIN, ED25519, key.publicKey)], witnesses: [] }
  const { status, counts, findings } = await verifyLog(log, { keys, outside: [] })
  const seconds = (performance.now() - begun) / 1_000
  const cpu = process.cpuUsage(cpuBegun)
  close()
  if (status !== "proven") throw new Error(`It found ${JSON.stringify(findings[0])}.`)
  const pace = Math.round(counts.events / seconds).toLocaleString("en")
  const cpuSeconds = (cpu.user + cpu.system) / 1_000_000
  const cpuPace = Math.round(counts.events / cpuSeconds).toLocaleString("en")
  const megabytes = Math.round((process.resourceUsage().maxRSS * KILOBYTE) / 1_000_000)
  console.log(
    `  ${pace} events a second; ${cpuPace} a second of processor; ${counts.people.toLocaleString("en")} people; at most ${megabytes} MB`,
  )
}
