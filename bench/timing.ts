/**
 * `npm run timing [pairs]`: can the time of an answer tell whether an address has an account (TIM-1)? The real server
 * over loopback, worker on, sign-up closed. Each pair asks for a known and an unknown address in random order on one
 * keep-alive connection; pairs of two unknown ones show what the measurement itself is worth. Nothing is discarded.
 */
import { fork } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync } from "node:fs"
import { Agent, request } from "node:http"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { origin } from "./sites/settings.ts"

const PAIRS = Number(process.argv[2] ?? 8_000)
// A pause between requests, in milliseconds: without it each request also feels what the worker does for the last one.
const REST = Number(process.argv[3] ?? 0)
const POOL = 1_000
const RESAMPLES = 1_000
const BOUND_MICROSECONDS = 50

/** What is compared: the time for `a` less the time for `b`. */
interface Comparison {
  readonly title: string
  readonly a: readonly string[]
  readonly b: readonly string[]
  readonly times: { readonly a: number[]; readonly b: number[] }
}

/** A figure with the ends of its 95 % interval, in microseconds. */
type Estimate = readonly [low: number, figure: number, high: number]

const folder = mkdtempSync(join(tmpdir(), "linklatch-timing-"))
const pool = (name: string) =>
  Array.from({ length: POOL }, (_, index) => `${name}-${String(index).padStart(5, "0")}@example.com`)
const known = pool("known")
const comparisons: readonly Comparison[] = [
  { title: "known − unknown", a: known, b: pool("other"), times: { a: [], b: [] } },
  { title: "unknown − unknown", a: pool("first"), b: pool("again"), times: { a: [], b: [] } },
]

const site = fork(new URL("./sites/mailing.ts", import.meta.url), [join(folder, "auth.db"), ...known], { execArgv: [] })
try {
  const [{ port }] = (await once(site, "message")) as [{ port: number }]
  const rest = REST > 0 ? `${REST} ms between requests` : "one request after the other"
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${PAIRS} pairs of each kind, ${rest}\n`)
  await measure(port)
  console.log("microseconds        | median difference (95 %)   | p90 difference (95 %)      | inside ±50 µs")
  for (const comparison of comparisons) report(comparison)
} finally {
  site.kill()
  rmSync(folder, { recursive: true })
}

async function measure(port: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  // The first ask for an address makes rows that later ones only change, so each is asked for once, unmeasured.
  for (const { a, b } of comparisons) for (const email of [...a, ...b]) await ask(port, agent, email)
  const order = shuffled(Array.from({ length: PAIRS * comparisons.length }, (_, index) => index))
  for (const index of order) {
    const comparison = comparisons[index % comparisons.length]
    if (comparison === undefined) continue
    const person = Math.floor(index / comparisons.length) % POOL
    for (const side of shuffled(["a", "b"] as const)) {
      comparison.times[side].push(await ask(port, agent, comparison[side][person] ?? ""))
      if (REST > 0) await new Promise((resolve) => setTimeout(resolve, REST))
    }
  }
  agent.destroy()
}

/** How long the answer took, in microseconds. */
function ask(port: number, agent: Agent, email: string): Promise<number> {
  const body = `email=${encodeURIComponent(email)}`
  const headers = {
    origin,
    "content-type": "application/x-www-form-urlencoded",
    "content-length": body.length,
    "sec-fetch-site": "same-origin",
  }
  return new Promise((resolve, reject) => {
    const asking = request({ host: "127.0.0.1", port, agent, method: "POST", path: "/auth/sign-in", headers })
    asking.on("error", reject)
    asking.on("response", (response) => {
      response.resume()
      response.on("end", () => {
        const microseconds = (performance.now() - sentAt) * 1_000
        if (response.statusCode === 303) resolve(microseconds)
        else reject(new Error(`${email} was answered with ${response.statusCode}.`))
      })
    })
    const sentAt = performance.now()
    asking.end(body)
  })
}

function report({ title, times }: Comparison): void {
  const [a, b] = [Float64Array.from(times.a), Float64Array.from(times.b)]
  const median = estimate(a.length, (rows) =>
    quantile(
      rows.map((row) => (a[row] ?? 0) - (b[row] ?? 0)),
      0.5,
    ),
  )
  const p90 = estimate(a.length, (rows) => quantile(pick(a, rows), 0.9) - quantile(pick(b, rows), 0.9))
  const isInside = [median, p90].every(([low, , high]) => low > -BOUND_MICROSECONDS && high < BOUND_MICROSECONDS)
  console.log([title.padEnd(19), show(median), show(p90), isInside ? "yes" : "NO"].join(" | "))
}

/** The figure of all pairs, and between what it falls in 95 of 100 samples drawn from them with replacement. */
function estimate(length: number, figureOf: (rows: Float64Array) => number): Estimate {
  const all = Float64Array.from({ length }, (_, index) => index)
  const draws = Float64Array.from({ length: RESAMPLES }, () =>
    figureOf(all.map(() => Math.floor(Math.random() * length))),
  )
  return [quantile(draws, 0.025), figureOf(all), quantile(draws, 0.975)]
}

function quantile(values: Float64Array, share: number): number {
  const sorted = values.toSorted()
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

function pick(values: Float64Array, rows: Float64Array): Float64Array {
  return rows.map((row) => values[row] ?? 0)
}

function show([low, figure, high]: Estimate): string {
  return `${figure.toFixed(1).padStart(7)} (${low.toFixed(1)} … ${high.toFixed(1)})`.padEnd(26)
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const list = [...items]
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(Math.random() * (last + 1))
    const moved = list[last] as Item
    list[last] = list[other] as Item
    list[other] = moved
  }
  return list
}
