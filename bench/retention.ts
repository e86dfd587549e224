/**
 * `npm run bench:retention`: what it costs to delete a million finished logins, and whether those who sign in meanwhile
 * notice. `-- --quick` for a look at a hundred thousand.
 */
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { parseArgs } from "node:util"
import { systemClock } from "../src/core/clock.ts"
import { sweepRows } from "../src/core/retention/sweep-rows.ts"
import type { SessionTokenHash } from "../src/core/sessions/session-token.ts"
import { readSettings } from "../src/core/settings.ts"
import { type Auth, linklatch, type Store } from "../src/index.ts"
import { sqlite } from "../src/sqlite.ts"
import { createTestMailbox } from "../src/testing.ts"
import { quantile } from "./figures.ts"
import { measureFile, writeLogins } from "./finished-logins.ts"
import { describeMachine, showMachine } from "./reports/machine.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } })
const FINISHED = values.quick ? 100_000 : 1_000_000
const LIVE = 100_000
const QUIET_MS = 10_000
// Of each kind, a second: far from what the store can do, so that what is measured is waiting, not a queue.
const RATE = 200

const at = Date.now()
const folder = temporaryFolder("linklatch-retention")
const path = join(folder.path, "auth.db")
console.log(showMachine(await describeMachine()))
await sqlite(path).close()
writeLogins(path, { at, count: FINISHED, from: 120, to: 61, isLive: false })
writeLogins(path, { at, count: LIVE, from: 6, to: 0, isLive: true })
const tokens = readTokens()
const options = {
  baseUrl: "https://login.example.com",
  siteName: "Example",
  secret: "a-secret-for-the-bench-that-is-long-enough",
  mail: createTestMailbox(),
  limits: { askClient: false, askAddress: false, askBrowser: false, redeemClient: false },
} as const
const store = sqlite(path)
// Its own housekeeping leaves rows alone, so that each batch is ours, and timed.
const auth = linklatch({ ...options, store, worker: false, retention: { requestDays: false, sessionDays: false } })
const before = measureFile(path)

const warming = AbortSignal.timeout(QUIET_MS / 2)
await useSite(auth, store, warming)
print("nothing else going on", await useSite(auth, store, AbortSignal.timeout(QUIET_MS)))
const work = watchSweeps(store)
const done = new AbortController()
const using = useSite(auth, store, done.signal)
const startedAt = performance.now()
const pace = { pause: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)), isStopping: () => false }
const { settings } = readSettings({ ...options, store })
const deleted = await sweepRows({ store: work.store, settings, clock: systemClock }, pace)
const seconds = (performance.now() - startedAt) / 1_000
done.abort()
print("while rows are deleted", await using)
const after = measureFile(path)
await auth.close()
const vacuumed = vacuum()

console.log(`
deleted ${deleted.requests} requests and ${deleted.sessions} sessions in ${seconds.toFixed(1)} s, ${work.batches.length} batches:
  a batch takes ${quantile(work.batches, 0.5).toFixed(1)} ms (median), ${quantile(work.batches, 0.99).toFixed(1)} ms (99 %)
  at work ${((work.batches.reduce((sum, ms) => sum + ms, 0) / seconds / 1_000) * 100).toFixed(0)} % of the time
the file: ${show(before)} before, ${show(after)} after, ${show(vacuumed)} after vacuum`)
folder.remove()

interface Latencies {
  readonly ask: readonly number[]
  readonly check: readonly number[]
}

/** Asks and checks at fixed times, whether or not the last ones are answered. Latencies count from the time that was due. */
async function useSite(site: Auth, { sessions }: Store, over: AbortSignal): Promise<Latencies> {
  const ask: number[] = []
  const check: number[] = []
  const waiting = new Set<Promise<void>>()
  const measure = (into: number[], due: number, answer: Promise<unknown>) => {
    const one = answer.then(() => void into.push(performance.now() - due)).finally(() => waiting.delete(one))
    waiting.add(one)
  }
  const beganAt = performance.now()
  for (let count = 0; !over.aborted; count++) {
    const due = beganAt + (count * 1_000) / RATE
    while (performance.now() < due) await nextTurn()
    measure(ask, due, askSite(site, count))
    const tokenHash = tokens[(count * 7_919) % tokens.length] as SessionTokenHash
    measure(check, due, sessions.check({ tokenHash, at: Date.now(), idleTtl: 1e9, touchEvery: 1e12 }))
  }
  await Promise.all(waiting)
  return { ask, check }
}

async function askSite(site: Auth, count: number): Promise<void> {
  const body = new URLSearchParams({ email: `somebody${count}@example.com` })
  const headers = { Origin: options.baseUrl, "Sec-Fetch-Site": "same-origin" }
  const response = await site.handler(
    new Request(`${options.baseUrl}/auth/sign-in`, { method: "POST", body, headers }),
    { remoteAddress: "203.0.113.7" },
  )
  if (response.status !== 303) throw new Error(`Asking was answered with ${response.status}`)
}

/** A store that times its sweeps. */
function watchSweeps(watched: Store): { readonly store: Store; readonly batches: readonly number[] } {
  const batches: number[] = []
  const sweep: Store["retention"]["sweep"] = async (args) => {
    const beganAt = performance.now()
    const swept = await watched.retention.sweep(args)
    batches.push(performance.now() - beganAt)
    return swept
  }
  return { store: { ...watched, retention: { sweep } }, batches }
}

function readTokens(): readonly string[] {
  const database = new DatabaseSync(path)
  const rows = database.prepare("select token_hash from sessions where revoked_at is null").all()
  database.close()
  return rows.map(({ token_hash }) => String(token_hash))
}

function vacuum() {
  const database = new DatabaseSync(path)
  database.exec("vacuum; pragma wal_checkpoint(truncate)")
  database.close()
  return measureFile(path)
}

function print(title: string, { ask, check }: Latencies): void {
  const row = (name: string, times: readonly number[]) => {
    const figures = [0.5, 0.99, 0.999, 1].map((share) => quantile(times, share).toFixed(2).padStart(8)).join("")
    console.log(`  ${name.padEnd(20)}${figures} ms (median, 99 %, 99.9 %, longest of ${times.length})`)
  }
  console.log(title)
  row("asking", ask)
  row("checking a session", check)
}

function show({ megabytes, freeMegabytes }: { readonly megabytes: number; readonly freeMegabytes: number }): string {
  return `${megabytes.toFixed(0)} MB (${freeMegabytes.toFixed(0)} MB of it free)`
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve))
}
