/**
 * `npm run bench:erasing`: what it costs to erase one person of a hundred thousand, with a million sign-ins and their four million events
 * in a SQLite file. `-- --logins 2500000` for ten million events.
 */
import { statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import { systemClock } from "../src/core/clock.ts"
import { erasePeople } from "../src/core/erasing/erase-people.ts"
import type { Store } from "../src/index.ts"
import { sqlite } from "../src/sqlite.ts"
import { wipeFile } from "../src/stores/sqlite/wipe-file.ts"
import { addressOf } from "../src/testing/contract/steps/ask.ts"
import { quantile } from "./figures.ts"
import { writeLogins } from "./finished-logins.ts"
import { describeMachine, showMachine } from "./reports/machine.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const { values } = parseArgs({ options: { logins: { type: "string", default: "1000000" } } })
const LOGINS = Number(values.logins)
const SWEEPS = 500
const at = Date.now()
const who = addressOf("done-777@example.com")

console.log(showMachine(await describeMachine()))
const folder = temporaryFolder("linklatch-erasing")
const path = join(folder.path, "auth.db")
await sqlite(path).close()
writeLogins(path, { at, count: LOGINS, from: 120, to: 61, isLive: false })
writeLog(path)
console.log(`${(4 * LOGINS).toLocaleString("en")} events, ${megabytes(path)} MB`)

const store = sqlite(path)
const steps: number[] = []
const person = { address: who, userId: null, before: null }
const erasing = await time(() => erasePeople({ store: timed(store), clock: systemClock }, [person], { by: "cli" }))
const { requests, persons } = erasing.result
console.log(
  `erasing ${requests} requests and ${persons} rows of personal data: ${erasing.seconds.toFixed(1)} s, a step ${ms(0.5)} ms (median), ${ms(0.99)} ms (99 %)`,
)
steps.length = 0
for (let count = 0; count < SWEEPS; count++) {
  const sweep = { at, max: 100, askedBefore: null, endedBefore: null, personsBefore: at }
  steps.push((await time(() => store.retention.sweep(sweep))).seconds * 1_000)
}
console.log(
  `sweeping personal data that has a user and stays, a thousand rows at a time: ${ms(0.5)} ms (median), ${ms(0.99)} ms (99 %)`,
)
await store.close()
const looking = await time(() => wipeFile(path, { marks: [Buffer.from(who)], rewrite: "never" }))
console.log(`looking for copies in the file: ${looking.seconds.toFixed(1)} s (${looking.result.status})`)
const writing = await time(() => wipeFile(path, { marks: [], rewrite: "always" }))
console.log(
  `writing the file anew: ${writing.seconds.toFixed(1)} s, ${(megabytes(path) / writing.seconds).toFixed(0)} MB/s`,
)
folder.remove()

/** Four events for each sign-in, two rows of personal data: what asking and redeeming leave. */
function writeLog(file: string): void {
  const database = new DatabaseSync(file)
  const numbers = `with recursive n (i) as (select 0 union all select i + 1 from n where i < ${LOGINS - 1})`
  const moment = `(${at} - 7776000000 + i * 100)`
  const id = (kind: number) => `printf('%08x-%04x-7${kind}00-8000-%012x', ${moment} >> 16, ${moment} & 65535, i)`
  const browser = "'203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'"
  const address = "printf('done-%d@example.com', i % 100000)"
  const kinds =
    "(select 0 as kind, 'link_requested' as type union all values (1, 'link_consumed'), (1, 'provider_used'), (1, 'session_created'))"
  database.exec("pragma synchronous = off; begin")
  for (const kind of [0, 1])
    database.exec(
      `${numbers} insert into auth_event_pii select ${id(kind)}, randomblob(32), ${address}, ${browser} from n`,
    )
  database.exec(`${numbers} insert into auth_events (event_id, at, type, user_id, detail, pii_id, commitment)
    select ${id(2)}, ${moment}, type, iif(kind = 0, null, printf('done-%d', i % 100000)),
      '{"requestId":"019a0000-0000-7000-8000-000000000000"}', iif(kind = 0, ${id(0)}, ${id(1)}), hex(zeroblob(21))
    from n cross join ${kinds}`)
  database.exec("commit; pragma wal_checkpoint(truncate)")
  database.close()
}

/** The store, whose walks are timed. */
function timed(opened: Store): Store {
  const walk: Store["erasure"]["walk"] = async (args) => {
    const { result, seconds } = await time(() => opened.erasure.walk(args))
    steps.push(seconds * 1_000)
    return result
  }
  return { ...opened, erasure: { ...opened.erasure, walk } }
}

async function time<T>(act: () => Promise<T>): Promise<{ readonly result: T; readonly seconds: number }> {
  const startedAt = performance.now()
  const result = await act()
  return { result, seconds: (performance.now() - startedAt) / 1_000 }
}

function ms(part: number): string {
  return quantile(steps, part).toFixed(1)
}

function megabytes(file: string): number {
  return Math.round(statSync(file).size / 1_000_000)
}
