import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type Ask, askPostgres, withPostgres } from "../../scripts/services/ask-postgres.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { addPositions, positionsOf } from "../../src/core/sealing/position-ranges.ts"
import type { Store } from "../../src/core/store.ts"
import { postgres } from "../../src/postgres.ts"
import { withPostgres as withClient } from "../../src/server/with-postgres.ts"
import { planMigrations } from "../../src/stores/postgres/migrate.ts"
import { checkpointOf, seal, writeEvents } from "../../src/testing/contract/steps/seal.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { createMigratedRoom } from "./migrated-room.ts"

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const INSERT = "insert into auth_events (event_id, at, type, detail) values ('e', 1, 'shop.late', '{}') returning seq"
const WAITING =
  "select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

interface Place {
  readonly url: string
  readonly schema: string
}

describe("sealing on PostgreSQL", () => {
  it("takes what is committed late, and keeps nobody else waiting for it", async () => {
    await withRoom(async ({ store, writer }) => {
      await writer(async (late) => {
        await late("begin")
        await late(INSERT)
        await writeEvents(store, 1)
        expect(await seal(store)).toBe(1)
        expect(await store.sealing.head()).toMatchObject({ size: 1, through: 2, open: [[1, 1]] })
        for (let pass = 0; pass < 5; pass += 1) expect(await seal(store)).toBe(0)
        expect(await store.sealing.head()).toMatchObject({ open: [[1, 1]] })
        expect(await store.sealing.backlog({ max: 10 })).toMatchObject({ events: 0 })
        await late("commit")
      })
      expect(await store.sealing.backlog({ max: 10 })).toEqual({ events: 1, oldestAt: 1 })
      expect(await sealAll(store)).toEqual([2, 1])
      expect(await store.sealing.head()).toMatchObject({ size: 2, through: 2, open: [], cursor: "2" })
    })
  })

  const ends: Record<string, (late: Ask, ask: Ask) => Promise<unknown>> = {
    "rolled back": (late) => late("rollback"),
    "ended from outside": (_, ask) =>
      ask("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'late'"),
    "taken back to a savepoint": async (late) => {
      await late("rollback to before")
      await late("commit")
    },
  }
  for (const [title, end] of Object.entries(ends))
    it(`gives the numbers up of a transaction that was ${title}`, async () => {
      await withRoom(async ({ store, writer }) => {
        const pending = writer(async (late) => {
          await late("set application_name = 'late'")
          await late("begin")
          await late("savepoint before")
          for (let event = 0; event < 3; event += 1) await late(INSERT)
          await writeEvents(store, 1)
          await sealAll(store)
          expect(await store.sealing.head()).toMatchObject({ size: 1, open: [[1, 3]] })
          await writer((ask) => end(late, ask))
        })
        await pending.catch(() => undefined)
        expect(await sealAll(store)).toEqual([4])
        expect(await store.sealing.head()).toMatchObject({ size: 1, cursor: "4" })
      })
    })

  for (const level of ["read committed", "repeatable read", "serializable"])
    it(`loses no event of many writers with ${level}, and takes none twice, where going on above the last one loses some (AUD-5)`, async () => {
      await withRoom(async ({ store, place, writer }) => {
        const other = postgres(withIsolation(place.url, level), { schema: place.schema })
        const storm = makeStorm(writer)
        const naive: number[] = []
        const working = Promise.all([
          whileRunning(storm, () => seal(other)),
          whileRunning(storm, () => seal(store)),
          whileRunning(storm, async () => {
            const sql = `select seq::int from auth_events where seq > ${naive.at(-1) ?? 0} order by seq`
            naive.push(...(await writer((ask) => ask(sql))).map((row) => Number(row["seq"])))
          }),
        ])
        await storm
        await working
        const rows = await writer((ask) => ask("select seq::int from auth_events order by seq"))
        const sealed = await sealAll(other)
        expect(sealed.toSorted((one, two) => one - two)).toEqual(rows.map((row) => row["seq"]))
        expect((await other.sealing.head()).open).toEqual([])
        expect(naive.length).toBeLessThan(rows.length)
        await other.close()
      })
    })

  it("doesn't give a number up because its writer went while it was looking", async () => {
    await withRoom(async ({ store, place, ownerUrl, writer }) => {
      const other = postgres(withIsolation(place.url, "repeatable read"), { schema: place.schema })
      await writer(async (late) => {
        await late("begin")
        await late(INSERT)
        await writeEvents(store, 1)
        await sealAll(other)
        await withWriter({ url: ownerUrl, schema: place.schema })(async (holder) => {
          await holder("begin")
          await holder("lock table audit_log in access exclusive mode")
          // What it reads is what could be seen when it began, and it looks for writers once it is let go on.
          const sealing = seal(other)
          await expect.poll(() => askPostgres(place.url, WAITING), { timeout: 5_000 }).toEqual([{ count: 1 }])
          await late("commit")
          await holder("commit")
          expect(await sealing).toBe(0)
        })
      })
      expect(await sealAll(store)).toEqual([2, 1])
      await other.close()
    })
  })

  it("takes what its owner wrote ahead of all numbers, and those that are given in between", async () => {
    await withRoom(async ({ store, place, ownerUrl }) => {
      const ahead = `insert into ${place.schema}.auth_events (seq, event_id, at, type, detail) values (9, 'x', 1, 'shop.ahead', '{}')`
      await askPostgres(ownerUrl, ahead)
      expect(await sealAll(store)).toEqual([9])
      expect(await store.sealing.head()).toMatchObject({ through: 9, open: [[1, 8]] })
      await writeEvents(store, 3)
      expect(await sealAll(store)).toEqual([9, 1, 2, 3])
      expect(await store.sealing.head()).toMatchObject({ through: 9, open: [[4, 8]] })
    })
  })

  it("refuses to go on where sessions keep numbers for later, and says the cure", async () => {
    await withRoom(async ({ store, place, ownerUrl }) => {
      await askPostgres(ownerUrl, `alter sequence ${place.schema}.auth_events_seq_seq cache 20`)
      const fault = await store.sealing.unsealed({ max: 10 }).catch((error: unknown) => error as Error)
      expect(fault).toMatchObject({ code: "store_unavailable" })
      expect(String((fault as Error).cause)).toContain("alter sequence auth_events_seq_seq cache 1")
      await askPostgres(ownerUrl, `alter sequence ${place.schema}.auth_events_seq_seq cache 1`)
      expect(await seal(store)).toBe(0)
    })
  })

  it("writes the positions of a bundle as they would be written at once, however many passes they came in", async () => {
    await withRoom(async ({ store, writer }) => {
      const passes = [1, 4, 300, 2, 1]
      for (const count of passes) {
        await writeEvents(store, count)
        await writer(async (ask) => {
          await ask("begin")
          await ask(INSERT)
          await ask("rollback")
        })
        await seal(store)
      }
      const ranges = (await store.sealing.bundles({ from: 0, max: 9 })).map((bundle) => bundle.ranges)
      for (const one of ranges) expect(one).toEqual(addPositions([], positionsOf(one)))
      expect(ranges.flat()[0]).toEqual([1, 1])
    })
  })
})

describe("a log that was there before it was sealed", () => {
  it("is sealed from its first event on", async () => {
    const { ownerUrl, schema, drop } = await createPostgresDatabase()
    const { script } = await withClient(ownerUrl, (client) => planMigrations(client, schema))
    const [before = ""] = script.split("-- 012-sealing.sql")
    expect(before.length).toBeLessThan(script.length)
    await askPostgres(ownerUrl, `${before}commit;`)
    await askPostgres(ownerUrl, `set search_path = ${schema}; ${INSERT}; ${INSERT}; ${INSERT}`)
    const store = postgres(ownerUrl, { schema })
    expect(await store.migrate()).toContain("012-sealing.sql")
    expect(await sealAll(store)).toEqual([1, 2, 3])
    await store.close()
    await drop()
  })
})

describe("a prepared transaction", () => {
  let server: OwnServer
  beforeAll(async () => {
    server = await startOwnPostgres({ settings: { max_prepared_transactions: "5" } })
  })
  afterAll(() => server.stop())

  for (const isRestarted of [false, true])
    it(`is waited for${isRestarted ? ", also by a server that starts anew and knows it by another name" : ""}`, async () => {
      const place = { url: server.url, schema: isRestarted ? "restarted" : "prepared" }
      const store = postgres(place.url, { schema: place.schema })
      await store.migrate()
      await withWriter(place)(async (ask) => {
        for (const name of ["commits", "ends"]) {
          await ask("begin")
          await ask(INSERT)
          // Seen as an open transaction first.
          await writeEvents(store, 1)
          await sealAll(store)
          await ask(`prepare transaction '${name}'`)
        }
      })
      if (isRestarted) await server.restart()
      await sealAll(store)
      expect(await store.sealing.head()).toMatchObject({
        size: 2,
        open: [
          [1, 1],
          [3, 3],
        ],
      })
      await askPostgres(place.url, "rollback prepared 'ends'")
      await askPostgres(place.url, "commit prepared 'commits'")
      expect(await sealAll(store)).toEqual([2, 4, 1])
      expect(await store.sealing.head()).toMatchObject({ cursor: "4" })
      await store.close()
    })
})

describe("the sealed log in PostgreSQL", () => {
  const onlyOwner = {
    "a bundle that may go": "insert into audit_prunes (first_seq, last_seq) values (1, 9)",
    "a lower end of the log": "update audit_log set min_index = 256",
    "a second log": "insert into audit_log default values",
    "no log": "delete from audit_log",
    "a tile less": "delete from audit_tiles",
    "a tile elsewhere": "update audit_tiles set tile_index = 7",
    "a bundle less": "delete from audit_bundles",
    "a checkpoint of another size": "update audit_checkpoints set size = size + 1",
    "no tiles at all": "truncate audit_tiles",
  }
  for (const [title, statement] of Object.entries(onlyOwner))
    it(`refuses ${title} to the application's role (AUD-1)`, async () => {
      await withRoom(async ({ store, writer }) => {
        await sealedLog(store)
        await expect(writer((ask) => ask(statement))).rejects.toThrow(/permission denied/)
      })
    })

  it("is pruned by its owner alone, and says so", async () => {
    await withRoom(async ({ store, openOwner }) => {
      await sealedLog(store)
      const prune = { bundle: 0, at: 1 }
      await expect(store.sealing.prune(prune)).rejects.toThrow(/Prune as the role that owns the tables/)
      expect(await store.sealing.head()).toMatchObject({ minIndex: 0 })
      const owner = await openOwner()
      expect(await owner.sealing.prune(prune)).toBe("pruned")
      await owner.close()
    })
  })

  it("lets events go that were pruned, and no others (AUD-1)", async () => {
    await withRoom(async ({ store, place, ownerUrl }) => {
      await sealedLog(store)
      const asOwner = withWriter({ url: ownerUrl, schema: place.schema })
      const others = /append-only/
      await asOwner((ask) => ask("insert into audit_prunes (first_seq, last_seq) values (10, 19), (30, 39)"))
      for (const seq of [9, 20, 29, 40]) {
        await expect(asOwner((ask) => ask(`delete from auth_events where seq = ${seq}`))).rejects.toThrow(others)
      }
      const gone = await asOwner((ask) =>
        ask("delete from auth_events where seq in (10, 15, 19, 30, 39) returning seq"),
      )
      expect(gone).toHaveLength(5)
      await expect(asOwner((ask) => ask("update auth_events set at = 2 where seq = 16"))).rejects.toThrow(others)
      await expect(asOwner((ask) => ask("truncate auth_events"))).rejects.toThrow(others)
    })
  })
})

interface Room {
  /** As the role of an application, as `writer` is. */
  readonly store: Store
  readonly place: Place
  readonly ownerUrl: string
  readonly writer: ReturnType<typeof withWriter>
  openOwner(): Promise<Store>
}

async function withRoom(act: (room: Room) => Promise<void>): Promise<void> {
  const { room, address, open, openOwner, discard } = await createMigratedRoom()
  const store = await open()
  try {
    await act({ store, place: address, ownerUrl: room.ownerUrl, writer: withWriter(address), openOwner })
  } finally {
    await store.close()
    await discard()
  }
}

/** Lets somebody write beside the store, on a connection of their own. */
function withWriter({ url, schema }: Place) {
  return <Result>(act: (ask: Ask) => Promise<Result>): Promise<Result> =>
    withPostgres(url, async (ask) => {
      await ask(`set search_path = ${schema}`)
      return act(ask)
    })
}

function withIsolation(text: string, level: string): string {
  const url = new URL(text)
  url.searchParams.set("options", `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`)
  return url.href
}

async function sealedLog(store: Store): Promise<void> {
  await writeEvents(store, 300)
  await seal(store)
  await store.sealing.sign(checkpointOf(300))
}

/** Seals until there is nothing left to do. Returns the positions of all that is sealed, in the order of their indexes. */
async function sealAll(store: Store): Promise<readonly number[]> {
  let before: string
  do {
    before = (await store.sealing.head()).cursor
    await seal(store)
  } while ((await store.sealing.head()).cursor !== before)
  const bundles = await store.sealing.bundles({ from: 0, max: 1_000 })
  return bundles.flatMap(({ ranges }) => positionsOf(ranges))
}

// Short ones that commit or roll back, and long ones, each open while others come and go.
async function makeStorm(writer: Room["writer"]): Promise<void> {
  const lengths = [1, 1, 2, 3, 8, 40]
  const writers = lengths.map((length, nth) =>
    writer(async (ask) => {
      for (let round = 0; round < 120 / length; round += 1) {
        await ask("begin")
        for (let step = 0; step < length; step += 1) await ask(step % 4 === 0 ? INSERT : "select 1")
        await ask((round + nth) % 4 === 3 ? "rollback" : "commit")
      }
    }),
  )
  await Promise.all(writers)
}

async function whileRunning(work: Promise<unknown>, act: () => Promise<unknown>): Promise<void> {
  let isRunning = true
  const done = work.finally(() => {
    isRunning = false
  })
  while (isRunning) await act()
  await done
}
