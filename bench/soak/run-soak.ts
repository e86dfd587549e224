import { setTimeout as rest } from "node:timers/promises"
import { build } from "../../scripts/build.ts"
import { fields } from "../contenders/fields.ts"
import { type DatabaseSize, type Engine, type EngineName, type Reader, startEngine } from "../engines/engine.ts"
import { seededNumbers } from "../open-loop/schedule.ts"
import { summarizeTimes, type Times } from "../open-loop/times.ts"
import { addressOf } from "../people.ts"
import { createHttpClient } from "./http-client.ts"
import { type MailCatcher, startMailCatcher } from "./mail-catcher.ts"
import { type Sample, seriesOf } from "./series.ts"
import { LIVES, type ServedOptions, ServedSite } from "./served-site.ts"
import { type Judged, judge } from "./verdict.ts"
import { drawVisit } from "./visits.ts"

export interface SoakPlan {
  readonly engine: EngineName
  readonly processes: number
  readonly minutes: number
  readonly visitsPerSecond: number
  /** Ends it early, with what was measured so far. */
  readonly stopping: AbortSignal
  readonly progress: (line: string) => void
}

export interface SoakResult {
  readonly minutes: number
  readonly warmUpMinutes: number
  readonly samples: readonly Sample[]
  readonly judged: readonly Judged[]
  readonly visits: VisitCounts
  readonly sizes: { readonly first: DatabaseSize; readonly last: DatabaseSize }
}

export interface VisitCounts {
  readonly begun: number
  readonly done: number
  readonly failed: number
  readonly firstFailure: string | null
  readonly requests: Times
  readonly mails: number
  readonly complaints: Readonly<Record<string, number>>
}

const SAMPLES = 180
// Tables are counted row by row: seldom enough not to be a load of its own.
const SAMPLES_A_COUNT = 6
const LONGEST_BETWEEN_SAMPLES_MS = 10_000
// Compilers, caches and pools get warm, and retention deletes what was seeded too old: the first third, and no less than this.
const WARM_UP_SHARE = 1 / 3
const WARM_UP_LEAST_MINUTES = 10
const HOUR = 3_600_000

/** Runs the built server for a while under visits, on tables as they stand after a day of them, and watches what grows. */
export async function runSoak(plan: SoakPlan): Promise<SoakResult> {
  const built = await build()
  if (!built.ok) throw new Error(`The build failed.\n${built.output}`)
  const engine = await startEngine(plan.engine)
  try {
    const database = await engine.createDatabase("soak")
    const mail = await startMailCatcher()
    try {
      return await soak(engine, database, mail, plan)
    } finally {
      await mail.close()
    }
  } finally {
    await engine.stop()
  }
}

async function soak(engine: Engine, database: string, mail: MailCatcher, plan: SoakPlan): Promise<SoakResult> {
  const databaseUrl = engine.name === "sqlite" ? `sqlite:${database}` : database
  const options = { databaseUrl, smtpPort: mail.port, environment: engine.environment }
  await makeTables(options)
  await seed(engine, database, plan)
  const reader = await engine.openReader(database)
  const site = new ServedSite(options)
  try {
    while (site.processes.length < plan.processes) await site.add()
    const crowd = startCrowd(site, mail, plan)
    const samples = await watch(site, reader, plan)
    const visits = await crowd.leave()
    return summarize(plan, samples, {
      ...visits,
      mails: mail.caught(),
      complaints: Object.fromEntries(site.complaints),
    })
  } finally {
    await site.stop()
    await reader.close()
  }
}

async function makeTables(options: ServedOptions): Promise<void> {
  const site = new ServedSite(options)
  try {
    await site.add()
  } finally {
    await site.stop()
  }
}

/** As the tables stand after a day: what retention deletes from now on balances what comes. */
async function seed(engine: Engine, database: string, { visitsPerSecond, progress }: SoakPlan): Promise<void> {
  const [ours] = fields[engine.name].ours
  const pace = { every: 1_000 / visitsPerSecond, linkLasts: LIVES.linkMs, sessionLasts: LIVES.sessionMs }
  const people = Math.round((LIVES.keptMs + LIVES.sessionMs) / pace.every)
  progress(
    `writing a day of ${visitsPerSecond} visits a second: ${people} accounts, each with a request, a link and a session`,
  )
  await ours.seed({ database, people, areSignedIn: true, sample: 0, begun: Date.now(), pace })
}

/** Lets people come at random moments, each in a browser of their own, until they are told to leave. */
function startCrowd(site: ServedSite, mail: MailCatcher, plan: SoakPlan) {
  const client = createHttpClient(site.processes.map(({ port }) => port))
  const random = seededNumbers(1)
  const people = Math.round((LIVES.keptMs + LIVES.sessionMs) / (1_000 / plan.visitsPerSecond))
  const counts = { begun: 0, done: 0, failed: 0, firstFailure: null as string | null }
  const times: number[] = []
  const underWay = new Set<Promise<void>>()
  const leaving = new AbortController()

  async function come(number: number): Promise<void> {
    const visit = drawVisit(random)
    const email = `user${Math.floor(random() * people)}@example.com`
    counts.begun++
    try {
      const timed = (milliseconds: number) => times.push(milliseconds)
      await visit.run({ email, ip: addressOf(number), client, mail, random, timed })
      counts.done++
    } catch (error) {
      counts.failed++
      counts.firstFailure ??= `${visit.name}: ${error instanceof Error ? error.message : String(error)}`
    }
  }

  async function keepComing(): Promise<void> {
    for (let number = 0; !leaving.signal.aborted; number++) {
      const visit: Promise<void> = come(number).finally(() => underWay.delete(visit))
      underWay.add(visit)
      const wait = (-Math.log(1 - random()) * 1_000) / plan.visitsPerSecond
      await rest(wait, undefined, { signal: leaving.signal }).catch(() => undefined)
    }
  }

  const coming = keepComing()
  return {
    /** Those who are there finish what they began, unless it was to end at once. */
    async leave() {
      leaving.abort()
      await coming
      if (!plan.stopping.aborted) await Promise.all(underWay)
      const seen = { ...counts }
      client.close()
      return { ...seen, requests: summarizeTimes(times) }
    },
  }
}

async function watch(site: ServedSite, reader: Reader, plan: SoakPlan): Promise<readonly Sample[]> {
  const { minutes, stopping, progress } = plan
  const every = Math.min(LONGEST_BETWEEN_SAMPLES_MS, (minutes * 60_000) / SAMPLES)
  const startedAt = performance.now()
  const samples: Sample[] = []
  let told = 0
  for (let number = 0; ; number++) {
    const hours = (performance.now() - startedAt) / HOUR
    const isOver = stopping.aborted || hours * 60 >= minutes
    const processes = await Promise.all(site.processes.map((one) => one.metrics()))
    const isCounted = number % SAMPLES_A_COUNT === 0 || isOver
    samples.push({ hours, processes: processes.map(Object.fromEntries), size: isCounted ? await reader.sizes() : null })
    if (isOver) return samples
    if (hours * 60 >= told) {
      progress(describe(samples, minutes))
      told += Math.max(1, minutes / 30)
    }
    const wait = startedAt + (number + 1) * every - performance.now()
    await rest(Math.max(0, wait), undefined, { signal: stopping }).catch(() => undefined)
  }
}

function describe(samples: readonly Sample[], minutes: number): string {
  const sample = samples.at(-1)
  const size = samples.findLast((one) => one.size !== null)?.size
  const [first] = sample?.processes ?? []
  const megabytes = (bytes = 0) => `${(bytes / 2 ** 20).toFixed(0)} MB`
  const rows = (size?.tables ?? []).reduce((sum, table) => sum + table.rows, 0)
  return [
    `minute ${((sample?.hours ?? 0) * 60).toFixed(1)} of ${minutes}:`,
    `RSS ${megabytes(first?.["process_resident_memory_bytes"])},`,
    `heap ${megabytes(first?.["nodejs_heap_size_used_bytes"])},`,
    `${first?.["process_open_fds"]} descriptors, ${rows} rows, database ${megabytes(size?.bytes)}, WAL ${megabytes(size?.walBytes)}`,
  ].join(" ")
}

function summarize(plan: SoakPlan, samples: readonly Sample[], visits: VisitCounts): SoakResult {
  const minutes = (samples.at(-1)?.hours ?? 0) * 60
  const warmUpMinutes = Math.max(minutes * WARM_UP_SHARE, WARM_UP_LEAST_MINUTES)
  const sizes = samples.flatMap(({ size }) => (size === null ? [] : [size]))
  const [first, last] = [sizes[0], sizes.at(-1)]
  if (first === undefined || last === undefined) throw new Error("Nothing was measured.")
  const comesPerHour = plan.visitsPerSecond * 3_600
  return {
    minutes,
    warmUpMinutes,
    samples,
    judged: seriesOf(samples, comesPerHour).map((series) => judge(series, warmUpMinutes / 60)),
    visits,
    sizes: { first, last },
  }
}
