import type { LimitTake } from "../../src/core/limits/limit.ts"
import type { RedeemLink } from "../../src/core/store.ts"
import { sqlite } from "../../src/sqlite.ts"

/** What one process of a race does, all at once. */
export interface Race {
  readonly redeems: readonly RedeemLink[]
  readonly takes: readonly { readonly limit: LimitTake; readonly at: number }[]
}

/** What became of it, by status. */
export interface Finish {
  readonly redeemed: readonly string[]
  readonly taken: readonly string[]
}

// One process of several on one file. It says "ready" when its store is open and runs each race that it is sent.
const store = sqlite(process.argv[2] ?? "")
const client = { ip: "203.0.113.7", userAgent: null }

process.on("message", async ({ redeems, takes }: Race) => {
  const [redeemed, taken] = await Promise.all([
    Promise.all(redeems.map((redeem) => store.links.redeem(redeem))),
    Promise.all(takes.map((take) => store.limits.take({ ...take, address: null, client }))),
  ])
  const finish: Finish = { redeemed: redeemed.map(({ status }) => status), taken: taken.map(({ status }) => status) }
  process.send?.(finish)
})
process.on("disconnect", () => store.close())
await store.migrate()
process.send?.("ready")
