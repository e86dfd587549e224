import type { SessionTokenHash } from "../../../src/core/sessions/session-token.ts"
import type { Store } from "../../../src/core/store.ts"
import { type Order, obey } from "./order.ts"

/** What a racer is told. It answers each message with one of its own. */
export type Told =
  | { readonly type: "load"; readonly orders: readonly Order[] }
  /** Makes all decisions that were loaded, at once, and answers with their outcomes in order. */
  | { readonly type: "go" }
  /** Checks sessions again and again until all are over; see `Watched`. It answers `live` first, once all are. */
  | { readonly type: "watch"; readonly watch: Watch }

export interface Watch {
  readonly tokenHashes: readonly SessionTokenHash[]
  /** The time of the first check, which moves on with the machine's. */
  readonly at: number
  readonly patienceMs: number
}

/** When the last check of each session that found it live was begun, by `machineTime`. */
export type Watched = readonly number[]

/** Milliseconds of the clock that all processes of a machine share and nobody sets. */
export const machineTime = (): number => Number(process.hrtime.bigint()) / 1e6

if (import.meta.main) await run(process.argv[2] ?? "", JSON.parse(process.argv[3] ?? "null"))

// One process of several on one database. It says "ready" when its store is open and its tables are there.
async function run(module: string, address: unknown): Promise<void> {
  const { openStore } = (await import(module)) as { openStore(address: unknown): Promise<Store> }
  const store = await openStore(address)
  const send = (answer: unknown) => void process.send?.(answer)
  let orders: readonly Order[] = []
  process.on("disconnect", () => store.close())
  process.on("message", async (told: Told) => {
    if (told.type === "watch") return send(await watch(store, told.watch, () => send("live")))
    if (told.type === "go") return send(await Promise.all(orders.map((one) => obey(store, one))))
    orders = told.orders
    send("loaded")
  })
  await store.migrate()
  send("ready")
}

async function watch(store: Store, { tokenHashes, at, patienceMs }: Watch, tellLive: () => void): Promise<Watched> {
  const begin = machineTime()
  const lastLive = tokenHashes.map(() => 0)
  let isFirst = true
  let live = tokenHashes.length
  while (live > 0 && machineTime() - begin < patienceMs) {
    const checks = tokenHashes.map(async (tokenHash, index) => {
      const start = machineTime()
      const times = { at: at + Math.floor(start - begin), idleTtl: 3_600_000, touchEvery: 60_000 }
      const signedIn = await store.sessions.check({ tokenHash, ...times })
      if (signedIn !== null) lastLive[index] = start
      return signedIn !== null
    })
    live = (await Promise.all(checks)).filter((isLive) => isLive).length
    if (isFirst) tellLive()
    isFirst = false
  }
  return lastLive
}
