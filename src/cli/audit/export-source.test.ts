import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { createDraw } from "../../../test/tamper/draw.ts"
import { makeLog } from "../../../test/tamper/make-log.ts"
import type { SealingStore } from "../../core/sealing/sealing-store.ts"
import { sqlite } from "../../sqlite.ts"
import { readExport } from "./export-source.ts"

const folder = mkdtempSync(join(tmpdir(), "linklatch-export-"))
afterAll(() => rmSync(folder, { recursive: true }))

describe("reading a log to export it", () => {
  it("doesn't take for missing what is pruned while it is read", async () => {
    const path = join(folder, "pruned.db")
    await makeLog(path, { events: 1_600, passes: 2, erased: 0, pruned: 0, isLate: false, waiting: 0 }, createDraw(1))
    const store = sqlite(path)
    const outcomes: string[] = []
    // Somebody prunes just before the first pieces of the log are read.
    const sealing: SealingStore = {
      ...store.sealing,
      async bundles(ask) {
        if (outcomes.length === 0) outcomes.push(await store.sealing.prune({ bundle: 0 }))
        return store.sealing.bundles(ask)
      },
    }
    const range = { from: 0, to: Number.POSITIVE_INFINITY, isFollowing: false, stop: new AbortController().signal }
    const told: [number, string][] = []
    for await (const { events } of readExport(sealing, range)) {
      told.push(...events.map(({ index, state }): [number, string] => [index, state]))
    }
    expect(outcomes).toEqual(["pruned"])
    expect(told[0]).toEqual([256, "sealed"])
    expect(told.filter(([, state]) => state !== "sealed")).toEqual([])
    expect(told.at(-1)?.[0]).toBe((await store.sealing.head()).size - 1)
    await store.close()
  })
})
