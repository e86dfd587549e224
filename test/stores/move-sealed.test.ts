import { expect, it, onTestFinished, vi } from "vitest"
import { withPostgres } from "../../scripts/services/ask-postgres.ts"
import { moveDatabase } from "../../src/core/move/move-database.ts"
import type { MoveSource, MoveTarget } from "../../src/core/move/move-port.ts"
import { positionsOf } from "../../src/core/sealing/position-ranges.ts"
import type { Store } from "../../src/core/store.ts"
import { postgres } from "../../src/postgres.ts"
import { withPostgres as withClient } from "../../src/server/with-postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openPostgresSource } from "../../src/stores/postgres/move-source.ts"
import { openPostgresTarget } from "../../src/stores/postgres/move-target.ts"
import { openSqliteSource } from "../../src/stores/sqlite/move-source.ts"
import { openSqliteTarget } from "../../src/stores/sqlite/move-target.ts"
import { checkpointOf, seal, writeEvents } from "../../src/testing/contract/steps/seal.ts"
import { ownFolder } from "../cli/run-command.ts"
import { createPostgresDatabase } from "../postgres.ts"

vi.setConfig({ testTimeout: 60_000 })

const INSERT = "insert into auth_events (event_id, at, type, detail) values ('e', 1, 'shop.late', '{}')"

it("takes a sealed log along, with an event that was committed late and isn't sealed yet, to SQLite and back", async () => {
  const [first, second] = [await createPostgresDatabase(), await createPostgresDatabase()]
  const path = `${ownFolder()}/auth.db`
  const begun = await migrated(postgres(first.ownerUrl, { schema: first.schema }))
  await withPostgres(first.ownerUrl, async (late) => {
    await late(`set search_path = ${first.schema}`)
    for (const end of ["rollback", "commit"]) {
      await late("begin")
      await late(INSERT)
      await writeEvents(begun, 3)
      await seal(begun)
      expect((await begun.sealing.head()).open).toContainEqual(end === "commit" ? [5, 5] : [1, 1])
      await late(end)
    }
  })
  await begun.sealing.sign(checkpointOf(5))
  await begun.sealing.cosign(checkpointOf(6, 7, "cosigned"))
  await begun.close()

  await (await migrated(sqlite(path))).close()
  await withClient(first.ownerUrl, async (client) => {
    const source = await openPostgresSource(client, first.schema)
    const target = openSqliteTarget(path)
    await move(source, target)
    target.close()
  })
  const other = await migrated(postgres(second.ownerUrl, { schema: second.schema }))
  const file = openSqliteSource(path)
  await withClient(second.ownerUrl, async (client) => move(file, await openPostgresTarget(client, second.schema)))
  file.close()

  const moved = await migrated(sqlite(path))
  for (const store of [moved, other]) {
    expect(await store.sealing.head()).toMatchObject({ size: 6, through: 8, open: [[5, 5]] })
    expect(await store.sealing.backlog({ max: 10 })).toEqual({ events: 1, oldestAt: 1 })
    expect(await store.sealing.latestCheckpoint()).toEqual(checkpointOf(6, 7, "cosigned"))
    await writeEvents(store, 1)
    // One event at a time: the late one isn't forgotten before it is sealed.
    for (const count of [1, 1, 0]) expect(await seal(store, 1)).toBe(count)
    expect(await positionsIn(store)).toEqual([2, 3, 4, 6, 7, 8, 5, 9])
    expect(await store.sealing.head()).toMatchObject({ size: 8, open: [], cursor: "9" })
  }
  const tiles = [moved, other].map(async (store) => (await store.sealing.tile({ level: 0, index: 0 }))?.byteLength)
  expect(await Promise.all(tiles)).toEqual([256, 256])
  await moved.close()
  await other.close()
})

async function migrated(store: Store): Promise<Store> {
  onTestFinished(() => store.close())
  await store.migrate()
  return store
}

async function move(source: MoveSource, target: MoveTarget): Promise<void> {
  const outcome = await moveDatabase({ source, target, from: "here", onProgress: () => undefined })
  expect(outcome.status).toBe("moved")
}

async function positionsIn(store: Store): Promise<readonly number[]> {
  return (await store.sealing.bundles({ from: 0, max: 10 })).flatMap(({ ranges }) => positionsOf(ranges))
}
