import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { expect, it } from "vitest"
import { readVerifierKey } from "../../src/core/notes/verifier-key.ts"
import type { Store } from "../../src/core/store.ts"
import type { ReadableLog } from "../../src/core/verifying/readable-log.ts"
import { verifyLog } from "../../src/core/verifying/verify-log.ts"
import { sqlite } from "../../src/sqlite.ts"
import { ownFolder } from "../cli/run-command.ts"
import { createDraw } from "../tamper/draw.ts"
import { makeLog, sealAgain, VKEY } from "../tamper/make-log.ts"

const PLAN = { events: 700, passes: 3, erased: 0, pruned: 0, isLate: false, waiting: 0 }
const keys = { log: () => [readVerifierKey(VKEY)].filter((key) => key !== null), witnesses: [] }

it("finds nothing wrong with a log that is pruned while it is read", async () => {
  const { log } = await openLog(1, async ({ store }) => prune(store))
  expect(await verifyLog(log, { keys, outside: [] })).toMatchObject({ findings: [], minIndex: 512, size: 700 })
})

it("finds nothing wrong where the word on pruning is sealed while it is read", async () => {
  const { log, store } = await openLog(2, async ({ path }) => sealAgain(path))
  await prune(store)
  expect(await verifyLog(log, { keys, outside: [] })).toMatchObject({ findings: [], minIndex: 512, size: 700 })
  expect((await store.sealing.head()).size).toBe(701)
})

it("misses events that are deleted while it is read, and weren't pruned", async () => {
  const { log } = await openLog(3, async ({ path }) => {
    const database = new DatabaseSync(path)
    for (const { name } of database.prepare("select name from sqlite_schema where type = 'trigger'").all())
      database.exec(`drop trigger ${name}`)
    database.exec("delete from auth_events where seq = 300")
    database.close()
  })
  const { findings } = await verifyLog(log, { keys, outside: [] })
  expect(findings).toMatchObject([{ code: "event_missing", index: 299, position: 300 }])
})

interface Opened {
  readonly store: Store
  readonly path: string
}

/** A log, and what somebody else does once its head was read. */
async function openLog(seed: number, meanwhile: (opened: Opened) => Promise<void>) {
  const { path } = await makeLog(join(ownFolder(), "log.db"), PLAN, createDraw(seed))
  const store = sqlite(path)
  let hasHappened = false
  const log: ReadableLog = {
    ...store.sealing,
    async bundles(ask) {
      if (!hasHappened) await meanwhile({ store, path })
      hasHappened = true
      return store.sealing.bundles(ask)
    },
  }
  return { store, path, log }
}

async function prune(store: Store): Promise<void> {
  const nobody = { userId: null, address: null, client: { ip: null, userAgent: null } }
  const detail = { action: "audit_pruned", minIndex: 512, by: "cli" } as const
  await store.audit.append({ ...nobody, at: Date.UTC(2026, 5, 1), type: "admin_action", detail })
  for (const bundle of [0, 1]) expect(await store.sealing.prune({ bundle })).toBe("pruned")
}
