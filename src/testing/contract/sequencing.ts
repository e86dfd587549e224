import type { SignedCheckpoint } from "../../core/sealing/checkpoint-outlet.ts"
import { createLogIdentity } from "../../core/sealing/log-identity.ts"
import { readSigned } from "../../core/sealing/read-signed.ts"
import type { Facts } from "./lab.ts"
import { START } from "./steps/ask.ts"
import { eventsOf } from "./steps/events.ts"
import { signIn } from "./steps/redeem.ts"
import { extend, writeEvents } from "./steps/seal.ts"
import { createSequencer, frontierOf, identity, noteOf, refusalOf, rootOfRows, SECRET } from "./steps/sequence.ts"

export const sequencingFacts: Facts = {
  "seals every event in its place, under a root that follows from them": async ({ store, expect }) => {
    const { sequencer, signed } = createSequencer(store)
    await signIn(store)
    await writeEvents(store, 300)
    const events = await eventsOf(store)
    expect(await sequencer.pass()).toBe(events.length)
    expect(signed.map(({ size }) => size)).toEqual([events.length])
    expect(signed[0]?.root).toBe(await rootOfRows(store))
    const kept = await store.sealing.latestCheckpoint()
    expect(readSigned(kept?.note ?? "", identity)).toMatchObject({ size: events.length, root: signed[0]?.root })
  },

  "signs nothing where there is nothing new": async ({ store, expect }) => {
    const { sequencer, signed } = createSequencer(store)
    expect(await sequencer.pass()).toBe(0)
    await writeEvents(store, 2)
    expect([await sequencer.pass(), await sequencer.pass()]).toEqual([2, 0])
    expect(signed).toHaveLength(1)
  },

  "goes on where another one ended, whether it signed or not": async ({ store, expect, open }) => {
    await writeEvents(store, 5)
    await createSequencer(store).sequencer.pass()
    await writeEvents(store, 5)
    const { head, events, cursor } = await store.sealing.unsealed({ max: 100 })
    // What a process leaves behind that dies between committing a root and signing it.
    const { tiles } = extend(await frontierOf(store), events)
    await store.sealing.extend({ from: head, cursor, positions: events.map(({ position }) => position), tiles })
    await writeEvents(store, 5)
    const next = createSequencer(await open(), START + 10_000)
    expect(await next.sequencer.pass()).toBe(5)
    expect(next.signed.map(({ size }) => size)).toEqual([15])
    expect(next.signed[0]?.root).toBe(await rootOfRows(store))
  },

  "signs what another one sealed and didn't live to sign, though nothing new comes": async ({ store, expect }) => {
    const idle = createSequencer(store)
    await writeEvents(store, 5)
    await idle.sequencer.pass()
    await writeEvents(store, 5)
    const { head, events, cursor } = await store.sealing.unsealed({ max: 100 })
    const { tiles } = extend(await frontierOf(store), events)
    await store.sealing.extend({ from: head, cursor, positions: events.map(({ position }) => position), tiles })
    await idle.sequencer.pass()
    expect(idle.signed.map(({ size }) => size)).toEqual([5, 10])
  },

  "never gives one size two roots, where two work at once (AUD-6)": async ({ store, expect, open }) => {
    // Times so far apart that each finds the other's lease to be over.
    const workers = [createSequencer(store), createSequencer(await open(), START + 3_600_000)]
    const roots = new Map<number, Set<string>>()
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([writeEvents(store, 1 + (round % 7)), ...workers.map(({ sequencer }) => sequencer.pass())])
    }
    for (const { sequencer } of workers) await sequencer.pass()
    for (const { signed } of workers)
      for (const { size, root } of signed) roots.set(size, (roots.get(size) ?? new Set()).add(root))
    expect([...roots.values()].every((some) => some.size === 1)).toBe(true)
    expect(roots.size).toBeGreaterThan(10)
    const events = await eventsOf(store)
    expect(await store.sealing.head()).toMatchObject({ size: events.length })
    expect([...(roots.get(events.length) ?? [])]).toEqual([await rootOfRows(store)])
  },

  "refuses to go on from a tree that isn't the one it signed": async ({ store, expect, open }) => {
    await writeEvents(store, 5)
    await createSequencer(store).sequencer.pass()
    await writeEvents(store, 1)
    const { head, cursor } = await store.sealing.unsealed({ max: 1 })
    const tiles = [{ level: 0, index: 0, hashes: new Uint8Array(5 * 32) }]
    await store.sealing.extend({ from: head, cursor: head.cursor, positions: [], tiles })
    expect(cursor === head.cursor).toBe(false)
    const next = createSequencer(await open(), START + 10_000)
    expect(await refusalOf(next.sequencer)).toBe("tree_changed")
    expect(next.signed).toEqual([])
  },

  "refuses to sign for a log whose last checkpoint nobody here signed": async ({ store, expect }) => {
    await writeEvents(store, 5)
    await createSequencer(store).sequencer.pass()
    await writeEvents(store, 5)
    const other = createLogIdentity({ origin: identity.origin, keys: ["another secret, which has thirty-two as well"] })
    expect(await refusalOf(createSequencer(store, START + 10_000, other).sequencer)).toBe("unknown_signature")
    const keys = ["another secret, which has thirty-two as well", SECRET] as const
    const rotated = createSequencer(store, START + 20_000, createLogIdentity({ origin: identity.origin, keys }))
    // Its own event says so.
    expect(await rotated.sequencer.pass()).toBe(6)
    expect((await eventsOf(store)).at(-1)).toMatchObject({ type: "checkpoint_signed", detail: { size: 5 } })
  },

  "refuses to sign for a copy that is older than a checkpoint outside": async ({ store, expect }) => {
    await writeEvents(store, 5)
    const { sequencer, signed } = createSequencer(store)
    await sequencer.pass()
    await writeEvents(store, 5)
    const ahead = { ...signed[0], size: 11 } as SignedCheckpoint
    const outlets = [{ name: "file", latest: async () => noteOf(ahead) }]
    expect(await refusalOf(createSequencer(store, START + 10_000, identity, outlets).sequencer)).toBe(
      "outside_is_ahead",
    )
    const same = [{ name: "file", latest: async () => signed[0]?.note ?? null }]
    expect(await createSequencer(store, START + 20_000, identity, same).sequencer.pass()).toBe(5)
  },
}
