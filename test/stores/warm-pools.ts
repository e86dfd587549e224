import pg from "pg"
import { afterAll } from "vitest"
import { closeOnce } from "../../src/core/close-once.ts"
import type { Store } from "../../src/core/store.ts"

/** Pools of one role. They outlive their stores: the first decision of a connection costs the server ten times what the next ones do. */
export interface WarmPools {
  /** A store with a pool that no other has while it is open. */
  open(make: (pool: pg.Pool) => Store): Store
  use<Result>(act: (pool: pg.Pool) => Promise<Result>): Promise<Result>
}

const pools: pg.Pool[] = []
afterAll(async () => {
  for (const pool of pools.splice(0)) {
    // The database may be dropped before the server has seen all of them off, and the pool would tell of each that was cut off.
    pool.on("error", () => undefined)
    await pool.end()
  }
})

export function createWarmPools(url: string): WarmPools {
  const free: pg.Pool[] = []
  const take = () => free.pop() ?? createPool(url)
  return {
    open(make) {
      const pool = take()
      const store = make(pool)
      const close = closeOnce(async () => {
        await store.close()
        free.push(pool)
      })
      return { ...store, close }
    },
    async use(act) {
      const pool = take()
      try {
        return await act(pool)
      } finally {
        free.push(pool)
      }
    },
  }
}

// As `postgres` makes its own, but that nobody leaves for not having been used for ten seconds.
function createPool(connectionString: string): pg.Pool {
  const patience = { connectionTimeoutMillis: 5_000, query_timeout: 10_000, idleTimeoutMillis: 0 }
  const pool = new pg.Pool({ connectionString, max: 10, ...patience })
  pools.push(pool)
  return pool
}
