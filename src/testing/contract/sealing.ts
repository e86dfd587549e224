import { positionsOf } from "../../core/sealing/position-ranges.ts"
import type { Facts } from "./lab.ts"
import { START } from "./steps/ask.ts"
import { eventsOf } from "./steps/events.ts"
import { atOnce, signIn } from "./steps/redeem.ts"
import { readyToSeal, seal, writeEvents } from "./steps/seal.ts"

const SECOND = 1_000

export const sealingFacts: Facts = {
  "begins with nothing": async ({ store, expect }) => {
    expect(await store.sealing.head()).toMatchObject({ size: 0, minIndex: 0, open: [] })
    expect(await store.sealing.latestCheckpoint()).toBe(null)
    expect(await store.sealing.tile({ level: 0, index: 0 })).toBe(null)
    expect(await store.sealing.bundles({ from: 0, max: 10 })).toEqual([])
    expect(await store.sealing.backlog({ max: 10 })).toEqual({ events: 0, oldestAt: null })
  },

  "hands out each event once, as it stands in the log": async ({ store, expect }) => {
    await signIn(store)
    await writeEvents(store, 3)
    const events = await eventsOf(store)
    const unsealed = await store.sealing.unsealed({ max: 100 })
    const rows = events.map(({ seq, id, at, type, userId, commitment }) => ({
      position: seq,
      id,
      at,
      type,
      userId,
      commitment,
    }))
    expect(unsealed.events.map(({ detail, ...row }) => row)).toEqual(rows)
    expect(unsealed.events.map(({ detail }) => JSON.parse(detail))).toEqual(events.map(({ detail }) => detail))
    expect(await seal(store)).toBe(events.length)
    expect(await store.sealing.unsealed({ max: 100 })).toMatchObject({ events: [], head: { size: events.length } })
  },

  "hands out no more than is asked for, and goes on from there": async ({ store, expect }) => {
    await writeEvents(store, 10)
    const positions = (await store.sealing.unsealed({ max: 100 })).events.map(({ position }) => position)
    const first = (await store.sealing.unsealed({ max: 4 })).events.map(({ position }) => position)
    expect(await seal(store, 4)).toBe(4)
    const rest = (await store.sealing.unsealed({ max: 100 })).events.map(({ position }) => position)
    expect([...first, ...rest].toSorted((one, other) => one - other)).toEqual(positions)
    expect(await seal(store, 100)).toBe(6)
  },

  "extends from where the log stands, and from nowhere else": async ({ store, expect }) => {
    await writeEvents(store, 3)
    const { head, events, cursor } = await store.sealing.unsealed({ max: 2 })
    const positions = events.map(({ position }) => position)
    expect(await seal(store, 1)).toBe(1)
    const before = await store.sealing.tile({ level: 0, index: 0 })
    const tiles = [{ level: 0, index: 0, hashes: new Uint8Array(64) }]
    expect(await store.sealing.extend({ from: head, cursor, positions, tiles })).toBe("conflict")
    expect(await store.sealing.tile({ level: 0, index: 0 })).toEqual(before)
    expect(await store.sealing.head()).toMatchObject({ size: 1 })
    expect(await store.sealing.bundles({ from: 0, max: 1 })).toMatchObject([{ ranges: [[positions[0], positions[0]]] }])
  },

  "lets one of many extend": async ({ store, expect }) => {
    await writeEvents(store, 20)
    // All of them have read before the first one writes.
    const extensions = await atOnce(8, () => readyToSeal(store))
    const outcomes = await Promise.all(extensions.map((extension) => store.sealing.extend(extension)))
    expect(outcomes.toSorted()).toEqual([...Array(7).fill("conflict"), "extended"])
    expect(await store.sealing.head()).toMatchObject({ size: 20 })
  },

  "keeps tiles and places over many bundles": async ({ store, expect }) => {
    await writeEvents(store, 600)
    for (const max of [100, 200, 100_000]) await seal(store, max)
    const widths = await Promise.all([0, 1, 2, 3].map((index) => store.sealing.tile({ level: 0, index })))
    expect(widths.map((tile) => (tile === null ? null : tile.byteLength / 32))).toEqual([256, 256, 88, null])
    expect((await store.sealing.tile({ level: 1, index: 0 }))?.byteLength).toBe(64)
    const bundles = await store.sealing.bundles({ from: 0, max: 10 })
    expect(bundles.map(({ index, rows }) => [index, rows.length])).toEqual([
      [0, 256],
      [1, 256],
      [2, 88],
    ])
    const positions = (await eventsOf(store)).map(({ seq }) => seq)
    expect(bundles.flatMap(({ ranges }) => positionsOf(ranges)).toSorted((a, b) => a - b)).toEqual(positions)
    expect(bundles.flatMap(({ rows }) => rows.map(({ position }) => position)).toSorted((a, b) => a - b)).toEqual(
      positions,
    )
    expect(await store.sealing.bundles({ from: 1, max: 1 })).toEqual(bundles.slice(1, 2))
  },

  "shows what is sealed with the personal data beside it": async ({ store, expect }) => {
    await writeEvents(store, 1)
    await writeEvents(store, 1, { address: null, client: { ip: null, userAgent: null } })
    await seal(store)
    const [bundle] = await store.sealing.bundles({ from: 0, max: 1 })
    const [withPerson, without] = bundle?.rows ?? []
    const [event] = await eventsOf(store)
    expect(withPerson).toMatchObject({ id: event?.id, commitment: event?.commitment, pii: { ...event?.person } })
    expect(withPerson?.pii?.salt.byteLength).toBe(32)
    expect(without).toMatchObject({ piiId: null, pii: null, commitment: null })
  },

  "finds an event between two positions, and none where there is none": async ({ store, expect }) => {
    await writeEvents(store, 3)
    const [first, second, third] = await eventsOf(store)
    const between = (from: number, through: number) => store.sealing.eventBetween({ from, through })
    const [low, high] = [first?.seq ?? 0, third?.seq ?? 0]
    expect(await between(low, high)).toMatchObject({ id: first?.id, position: low })
    expect(await between(low + 1, high)).toMatchObject({ id: second?.id })
    expect(await between(high + 1, high + 1_000)).toBe(null)
    expect(await between(Number.MIN_SAFE_INTEGER, low - 1)).toBe(null)
  },

  "tells how many events wait, and since when": async ({ store, expect }) => {
    await writeEvents(store, 5)
    expect(await store.sealing.backlog({ max: 3 })).toEqual({ events: 3, oldestAt: START })
    await seal(store)
    expect(await store.sealing.backlog({ max: 3 })).toEqual({ events: 0, oldestAt: null })
  },

  "leases sealing to one, until its time is over": async ({ store, expect }) => {
    const lease = (holder: string, at: number) => store.sealing.lease({ holder, at, until: at + 3 * SECOND })
    expect(await lease("one", START)).toBe("held")
    expect(await lease("other", START + SECOND)).toBe("taken")
    expect(await lease("one", START + 2 * SECOND)).toBe("held")
    expect(await lease("other", START + 4 * SECOND)).toBe("taken")
    expect(await lease("other", START + 6 * SECOND)).toBe("held")
    expect(await lease("one", START + 6 * SECOND)).toBe("taken")
  },

  "gives a lease to one of many": async ({ store, expect }) => {
    const outcomes = await atOnce(8, (index) =>
      store.sealing.lease({ holder: `process ${index}`, at: START, until: START + 3 * SECOND }),
    )
    expect(outcomes.toSorted()).toEqual(["held", ...Array(7).fill("taken")])
  },

  "believes no lease that a clock far ahead gave": async ({ store, expect }) => {
    const lease = (holder: string, at: number) => store.sealing.lease({ holder, at, until: at + 3 * SECOND })
    expect(await lease("ahead", START + 3_600 * SECOND)).toBe("held")
    expect(await lease("right", START)).toBe("held")
  },
}
