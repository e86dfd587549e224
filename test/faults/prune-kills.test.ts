import { fork } from "node:child_process"
import { once } from "node:events"
import { expect, it, onTestFinished } from "vitest"
import { verifierKeys } from "../../src/core/sealing/log-identity.ts"
import { verifyLog } from "../../src/core/verifying/verify-log.ts"
import type { Store } from "../../src/index.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import { writeEvents } from "../../src/testing/contract/steps/seal.ts"
import { createSequencer, identity } from "../../src/testing/contract/steps/sequence.ts"
import { ownFile } from "../attack/own-app.ts"
import { withCompileCache } from "../compile-cache.ts"
import { createPostgresDatabase } from "../postgres.ts"
import { type Point, SQLITE_PRUNING } from "./points.ts"
import type { PruneErrand } from "./prune-process.ts"

const BUNDLES = 3
const EVENTS = 900
const AROUND = ["before:sealing.prune", "after:sealing.prune"]

it("AUD-8 a log on SQLite that is pruned by a process that dies at any write verifies as before, and is pruned by the next", async () => {
  const path = await ownFile()
  const inside = SQLITE_PRUNING.map((write) => `sqlite:after:${write}`)
  await provePruned(path, () => sqlite(path), [...inside, ...AROUND])
})

it("AUD-8 a log on PostgreSQL that is pruned by a process that dies verifies as before, and is pruned by the next", async () => {
  const { ownerUrl: url, schema } = await createPostgresDatabase()
  await provePruned({ url, schema }, () => postgres(url, { schema }), AROUND)
})

async function provePruned(database: PruneErrand["database"], open: () => Store, points: readonly Point[]) {
  const store = open()
  onTestFinished(() => store.close())
  await store.migrate()
  await writeEvents(store, EVENTS)
  const { sequencer, signed } = createSequencer(store)
  await sequencer.pass()
  const keys = { log: (origin: string) => verifierKeys(identity, origin), witnesses: [] }
  const outside = signed.map(({ note }) => ({ note, source: "outside" }))
  const findings = async () => (await verifyLog(store.sealing, { keys, outside })).findings
  for (const point of points) {
    expect(await runPrune({ database, point, bundles: BUNDLES })).toBe("SIGKILL")
    expect(await findings(), point).toEqual([])
  }
  expect(await runPrune({ database, point: null, bundles: BUNDLES })).toBe(0)
  expect(await store.sealing.head()).toMatchObject({ minIndex: BUNDLES * 256, size: EVENTS })
  // The events that say what was to be pruned, one of each try.
  await sequencer.pass()
  expect(await store.sealing.head()).toMatchObject({ size: EVENTS + points.length + 1 })
  expect(await findings()).toEqual([])
}

async function runPrune(errand: PruneErrand): Promise<unknown> {
  const child = fork(new URL("./prune-process.ts", import.meta.url), [JSON.stringify(errand)], {
    execArgv: [],
    env: withCompileCache,
  })
  const [code, signal] = await once(child, "exit")
  return signal ?? code
}
