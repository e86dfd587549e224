/**
 * `npm run bench:redis`: what one process decides in a second with 32 in flight, with Redis beside the database and without, in
 * one run: limits, session checks, and whole requests. Durable SQLite and PostgreSQL, and Redis, of the run's own, on this machine.
 */
import { cpus, loadavg } from "node:os"
import { join } from "node:path"
import { Redis } from "ioredis"
import { startOwnPostgres } from "../scripts/services/own-postgres.ts"
import { startOwnRedis } from "../scripts/services/own-redis.ts"
import { DAY, HOUR, MINUTE } from "../src/core/clock.ts"
import type { Store } from "../src/index.ts"
import { postgres } from "../src/postgres.ts"
import { withRedis } from "../src/redis.ts"
import { sqlite } from "../src/sqlite.ts"
import { ask, laptop, START, someLimit } from "../src/testing/contract/steps/ask.ts"
import { signIn } from "../src/testing/contract/steps/redeem.ts"
import { median } from "./figures.ts"
import { temporaryFolder } from "./temporary-folder.ts"

const IN_FLIGHT = 32
const ROUND_MS = Number(process.argv[2] ?? 2_000)
const ROUNDS = 5
const PEOPLE = 200
const LIMIT = { max: 5, windowMs: 15 * MINUTE }

type Work = (index: number) => Promise<unknown>

const folder = temporaryFolder("linklatch-redis")
const [server, cache] = await Promise.all([startOwnPostgres({ durable: true }), startOwnRedis()])
const client = new Redis(cache.url)
const open = {
  SQLite: () => sqlite(join(folder.path, "auth.db")),
  PostgreSQL: () => postgres(server.url),
}
try {
  console.log(
    `Node ${process.version}, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(2)}, medians of ${ROUNDS}\n`,
  )
  for (const [engine, openStore] of Object.entries(open)) await compare(engine, openStore)
} finally {
  client.disconnect()
  await Promise.all([server.stop(), cache.stop()])
  folder.remove()
}

async function compare(engine: string, openStore: () => Store): Promise<void> {
  const alone = openStore()
  await alone.migrate()
  const beside = withRedis(openStore(), client, {
    secret: "a-secret-for-a-bench-that-is-long-enough",
    prefix: engine,
    timeout: 500,
    onStateChange: ({ status }) => {
      throw new Error(`Redis is ${status}: nothing was measured`)
    },
  })
  const people: Awaited<ReturnType<typeof signIn>>[] = []
  for (let i = 0; i < PEOPLE; i++) people.push(await signIn(alone))
  for (const [title, work] of Object.entries(decisions(people))) {
    const rates = await ratesOf([work(alone), work(beside)])
    console.log(`${engine.padEnd(11)} ${title.padEnd(44)} alone ${told(rates[0])}   with Redis ${told(rates[1])}`)
  }
  await alone.close()
  await beside.close()
}

function decisions(people: readonly { readonly tokenHash: Parameters<Store["sessions"]["check"]>[0]["tokenHash"] }[]) {
  const check = { at: START + 5 * MINUTE, idleTtl: DAY, touchEvery: DAY }
  const checkOne = (store: Store, index: number) => {
    const { tokenHash } = people[index % people.length] ?? {}
    return tokenHash && store.sessions.check({ ...check, tokenHash })
  }
  return {
    "limits, a new subject each": (store: Store) => () => take(store, someLimit("redeem_client", LIMIT)),
    "limits, one subject who is refused": (store: Store) => {
      const limit = someLimit("redeem_client", LIMIT)
      return () => take(store, limit)
    },
    [`session checks, ${people.length} people in turn`]: (store: Store) => async (index: number) =>
      checkOne(store, index),
    "asking: two limits, request, mail owed": (store: Store) => () =>
      ask(store, {
        limits: {
          knownBrowser: null,
          client: someLimit("ask_client", LIMIT),
          address: someLimit("ask_address", { max: 3, windowMs: HOUR }),
        },
      }),
  } satisfies Record<string, (store: Store) => Work>
}

function take(store: Store, limit: ReturnType<typeof someLimit>) {
  return store.limits.take({ limit, address: null, client: laptop, at: START })
}

/** How often each is done in a second; they take turns, so that what else the machine does meets them alike. */
async function ratesOf(works: readonly Work[]): Promise<readonly number[]> {
  const rates = works.map((): number[] => [])
  for (let round = 0; round <= ROUNDS; round++)
    for (const [index, work] of works.entries()) {
      const rate = await rateOf(work)
      // The first is for the compilers.
      if (round > 0) rates[index]?.push(rate)
    }
  return rates.map(median)
}

async function rateOf(work: Work): Promise<number> {
  const startedAt = performance.now()
  let started = 0
  const one = async () => {
    while (performance.now() - startedAt < ROUND_MS) await work(started++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, one))
  return (started / (performance.now() - startedAt)) * 1_000
}

function told(rate = 0): string {
  return String(Math.round(rate)).padStart(7)
}
