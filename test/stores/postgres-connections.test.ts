import pg from "pg"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { startPgBouncer } from "../../scripts/services/pgbouncer.ts"
import type { Store } from "../../src/core/store.ts"
import { postgres } from "../../src/postgres.ts"
import { ask, askLimits, openRequest, START, someLimit } from "../../src/testing/contract/steps/ask.ts"
import { claim, mailTo } from "../../src/testing/contract/steps/deliver.ts"
import { eventsOf } from "../../src/testing/contract/steps/events.ts"
import { atOnce, redeemLink, signIn, tally } from "../../src/testing/contract/steps/redeem.ts"

// Servers start when a busy machine lets them.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: OwnServer
let schemas = 0
const freshSchema = () => `s${schemas++}`

beforeAll(async () => {
  server = await startOwnPostgres({ settings: { max_connections: "60" } })
})
afterAll(() => server.stop())

async function withStores(open: () => Store, count: number, use: (stores: Store[]) => Promise<void>): Promise<void> {
  const stores = Array.from({ length: count }, open)
  try {
    await use(stores)
  } finally {
    for (const store of stores) await store.close()
  }
}

describe("connections to PostgreSQL", () => {
  it("work through PgBouncer in transaction mode, with fewer connections than stores", async () => {
    const bouncer = await startPgBouncer({ url: server.url, settings: { default_pool_size: "3" } })
    const schema = freshSchema()
    const open = () => postgres(bouncer.url, { schema })
    try {
      await withStores(open, 4, async (stores) => {
        await Promise.all(stores.map((store) => store.migrate()))
        const [store] = stores as [Store]
        for (let round = 0; round < 10; round++) {
          const mail = await mailTo(store, { at: START + round * 60_000 })
          const outcomes = await atOnce(40, (i) => redeemLink(stores[i % 4] ?? store, mail))
          expect(tally(outcomes)).toEqual({ redeemed: 1, used: 39 })
        }
        const limit = someLimit("redeem_client", { max: 17, windowMs: 60_000 })
        const take = { limit, address: null, client: { ip: null, userAgent: null }, at: START }
        const taken = await atOnce(100, (i) => (stores[i % 4] ?? store).limits.take(take))
        expect(tally(taken)).toEqual({ admitted: 17, refused: 83 })
        const types = (await eventsOf(store)).map(({ type }) => type)
        expect(types.filter((type) => type === "session_created")).toHaveLength(10)
        expect(types.filter((type) => type === "rate_limited")).toHaveLength(1)
      })
    } finally {
      await bouncer.stop()
    }
  })

  for (const level of ["repeatable read", "serializable"])
    it(`may be ${level} by default: what is undone by others is tried again (TOK-3)`, async () => {
      const url = new URL(server.url)
      url.searchParams.set("options", `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`)
      const schema = freshSchema()
      await withStores(
        () => postgres(url.href, { schema }),
        4,
        async (stores) => {
          await Promise.all(stores.map((store) => store.migrate()))
          const [store] = stores as [Store]
          expect(await askPostgres(url.href, "show transaction_isolation")).toEqual([{ transaction_isolation: level }])
          for (let round = 0; round < 10; round++) {
            const mail = await mailTo(store, { at: START + round * 60_000 })
            const outcomes = await atOnce(40, (i) => redeemLink(stores[i % 4] ?? store, mail))
            expect(tally(outcomes)).toEqual({ redeemed: 1, used: 39 })
          }
        },
      )
    })

  it("may be the application's own pool, which stays open, however few there are", async () => {
    const pool = new pg.Pool({ connectionString: server.url, max: 1 })
    const store = postgres(pool, { schema: freshSchema() })
    await store.migrate()
    // A pool of one has no connection left for listening.
    store.outbox.onOwed(() => undefined)
    await atOnce(50, () => ask(store))
    expect(await claim(store, { at: START })).toHaveLength(50)
    await store.close()
    await expect(store.ping()).rejects.toMatchObject({ code: "closed" })
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  it("need a database of UTF-8, and say how to make one", async () => {
    await askPostgres(server.url, "create database latin encoding 'LATIN1' locale 'C' template template0")
    const url = Object.assign(new URL(server.url), { pathname: "/latin" }).href
    await withStores(
      () => postgres(url),
      1,
      async ([store]) => {
        const cure = /LATIN1, and must be UTF8.*create database/
        await expect(store?.migrate()).rejects.toThrow(cure)
        await expect(store?.migrate()).rejects.toMatchObject({ code: "store_unavailable" })
      },
    )
  })

  it("tell a role that may not make the tables who can", async () => {
    await askPostgres(server.url, "create role guest login password 'for-a-test'")
    const url = Object.assign(new URL(server.url), { username: "guest", password: "for-a-test" }).href
    await withStores(
      () => postgres(url, { schema: freshSchema() }),
      1,
      async ([store]) => {
        await expect(store?.requests.open(openRequest())).rejects.toThrow(/Run "linklatch migrate" as their owner/)
      },
    )
  })

  it("migrate once where four processes start at the same moment", async () => {
    const schema = freshSchema()
    await withStores(
      () => postgres(server.url, { schema }),
      4,
      async (stores) => {
        const migrated = await Promise.all(stores.map((store) => store.migrate()))
        expect(migrated.filter((names) => names.length > 0)).toHaveLength(1)
      },
    )
  })

  it("carry the word to another process that mail is owed, and find each other again after a restart", async () => {
    const schema = freshSchema()
    await withStores(
      () => postgres(server.url, { schema }),
      2,
      async ([one, other]) => {
        await one?.migrate()
        let heard = 0
        other?.outbox.onOwed(() => {
          heard += 1
        })
        const isHeard = async () => {
          const before = heard
          await ask(one as Store, { limits: askLimits({ client: null, address: null }) })
          return vi.waitUntil(() => heard > before, { timeout: 300 }).catch(() => false)
        }
        await expect.poll(isHeard, { timeout: 10_000 }).toBe(true)
        await server.restart()
        await expect.poll(isHeard, { timeout: 30_000, interval: 200 }).toBe(true)
      },
    )
  })

  it("that died are replaced without anybody being signed out", async () => {
    const schema = freshSchema()
    await withStores(
      () => postgres(server.url, { schema }),
      1,
      async ([store]) => {
        await store?.migrate()
        const { tokenHash, user } = await signIn(store as Store)
        const check = { tokenHash, at: START + 5 * 60_000, idleTtl: 3_600_000, touchEvery: 3_600_000 }
        for (let round = 0; round < 5; round++) {
          const checks = atOnce(20, () => (store as Store).sessions.check(check))
          const killed = askPostgres(
            server.url,
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'linklatch'",
          )
          for (const signedIn of await checks) expect(signedIn?.user.id).toBe(user.id)
          await killed
        }
      },
    )
  })
})
