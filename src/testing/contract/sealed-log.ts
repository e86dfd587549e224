import { HOUR, MINUTE } from "../../core/clock.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { START } from "./steps/ask.ts"
import { eventsOf } from "./steps/events.ts"
import { checkpointOf, seal, writeEvents } from "./steps/seal.ts"

const FULL_HOUR = START - (START % HOUR) + HOUR

export const checkpointFacts: Facts = {
  "keeps the first checkpoint of a size": async ({ store, expect }) => {
    await store.sealing.sign(checkpointOf(5, START))
    await store.sealing.sign(checkpointOf(5, START + MINUTE, "another root"))
    expect(await sizes(store)).toEqual([5])
    expect(await store.sealing.latestCheckpoint()).toEqual(checkpointOf(5, START))
  },

  "keeps one of each hour that is past, and the newest": async ({ store, expect }) => {
    const times = [0, 10, 50, 60, 70, 119, 180, 181].map((minutes) => FULL_HOUR + minutes * MINUTE)
    for (const [index, at] of times.entries()) await store.sealing.sign(checkpointOf(index + 1, at))
    expect(await sizes(store)).toEqual([3, 6, 8])
  },

  "keeps a cosigned note in the place of the one that was signed": async ({ store, expect }) => {
    await store.sealing.sign(checkpointOf(5, FULL_HOUR))
    await store.sealing.cosign(checkpointOf(5, FULL_HOUR + MINUTE, "cosigned"))
    expect(await store.sealing.latestCheckpoint()).toMatchObject({ size: 5, note: "cosigned" })
    await store.sealing.sign(checkpointOf(5, FULL_HOUR + 2 * MINUTE))
    expect(await store.sealing.latestCheckpoint()).toMatchObject({ size: 5, note: "cosigned" })
  },

  "keeps a cosigned note beside newer ones that aren't": async ({ store, expect }) => {
    await store.sealing.sign(checkpointOf(5, FULL_HOUR))
    await store.sealing.sign(checkpointOf(6, FULL_HOUR + 1))
    await store.sealing.cosign(checkpointOf(5, FULL_HOUR + 2, "cosigned"))
    await store.sealing.sign(checkpointOf(7, FULL_HOUR + 3))
    expect(await sizes(store)).toEqual([5, 7])
    await store.sealing.cosign(checkpointOf(7, FULL_HOUR + 4, "cosigned too"))
    expect(await sizes(store)).toEqual([7])
  },

  "reads checkpoints from a size on": async ({ store, expect }) => {
    for (let hour = 0; hour < 5; hour += 1) await store.sealing.sign(checkpointOf(hour * 10, FULL_HOUR + hour * HOUR))
    const read = await store.sealing.checkpoints({ fromSize: 11, max: 2 })
    expect(read.map(({ size }) => size)).toEqual([20, 30])
  },
}

export const pruneFacts: Facts = {
  "prunes bundle by bundle, oldest first, and keeps the tiles": async ({ store, openOwner, expect }) => {
    const owner = await openOwner()
    await sealedLog(store, 600)
    const events = await eventsOf(store)
    const tile = await store.sealing.tile({ level: 0, index: 0 })
    expect(await prune(owner, 0)).toBe("pruned")
    expect(await store.sealing.head()).toMatchObject({ size: 600, minIndex: 256 })
    expect((await eventsOf(store)).map(({ id }) => id)).toEqual(events.slice(256).map(({ id }) => id))
    expect(await store.sealing.tile({ level: 0, index: 0 })).toEqual(tile)
    const [gone, next] = await store.sealing.bundles({ from: 0, max: 2 })
    expect(gone).toMatchObject({ index: 0, rows: [] })
    expect(next?.rows).toHaveLength(256)
    expect(await prune(owner, 1)).toBe("pruned")
    expect(await store.sealing.head()).toMatchObject({ minIndex: 512 })
  },

  "goes on after pruning: positions rise, and sealing finds the next": async ({ store, openOwner, expect }) => {
    const owner = await openOwner()
    await sealedLog(store, 300)
    const newest = (await eventsOf(store)).at(-1)?.seq ?? 0
    await prune(owner, 0)
    await writeEvents(store, 1)
    expect((await eventsOf(store)).at(-1)?.seq).toBeGreaterThan(newest)
    expect(await seal(store)).toBe(1)
    expect(await store.sealing.head()).toMatchObject({ size: 301 })
  },

  "doesn't prune what isn't next": async ({ store, openOwner, expect }) => {
    const owner = await openOwner()
    await sealedLog(store, 800)
    expect(await prune(owner, 1)).toBe("refused")
    expect(await prune(owner, 0)).toBe("pruned")
    expect(await prune(owner, 0)).toBe("refused")
    expect(await prune(owner, -1)).toBe("refused")
    expect(await eventsOf(store)).toHaveLength(800 - 256)
  },

  "doesn't prune what isn't full, or under no checkpoint, or the newest event": async ({
    store,
    openOwner,
    expect,
  }) => {
    const owner = await openOwner()
    await writeEvents(store, 256)
    await seal(store)
    expect(await prune(owner, 0)).toBe("refused")
    await store.sealing.sign(checkpointOf(255))
    expect(await prune(owner, 0)).toBe("refused")
    await store.sealing.sign(checkpointOf(256))
    expect(await prune(owner, 0)).toBe("refused")
    await writeEvents(store, 1)
    expect(await prune(owner, 0)).toBe("pruned")
    expect(await prune(owner, 1)).toBe("refused")
  },

  "prunes a bundle once, whoever asks how often": async ({ store, openOwner, expect }) => {
    const owner = await openOwner()
    await sealedLog(store, 300)
    const outcomes = await Promise.all(Array.from({ length: 6 }, () => prune(owner, 0)))
    expect(outcomes.toSorted()).toEqual(["pruned", ...Array(5).fill("refused")])
    expect(await eventsOf(store)).toHaveLength(300 - 256)
  },
}

async function sealedLog(store: Store, count: number): Promise<void> {
  await writeEvents(store, count)
  await seal(store)
  await store.sealing.sign(checkpointOf(count))
}

function prune(owner: Store, bundle: number) {
  return owner.sealing.prune({ bundle })
}

async function sizes(store: Store): Promise<readonly number[]> {
  return (await store.sealing.checkpoints({ fromSize: 0, max: 100 })).map(({ size }) => size)
}
