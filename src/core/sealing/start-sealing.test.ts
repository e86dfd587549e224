import { setImmediate as turn } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { sqlite } from "../../sqlite.ts"
import { writeEvents } from "../../testing/contract/steps/seal.ts"
import { identity } from "../../testing/contract/steps/sequence.ts"
import { createFakeClock } from "../../testing/fake-clock.ts"
import { createSeededRandom } from "../../testing/seeded-random.ts"
import { MINUTE, SECOND } from "../clock.ts"
import { writeCheckpoint } from "../notes/checkpoint.ts"
import { signNote } from "../notes/sign-note.ts"
import type { Store } from "../store.ts"
import { EMPTY_FRONTIER } from "../tree/frontier.ts"
import { rootOf } from "../tree/root-of.ts"
import type { CheckpointOutlet, SignedCheckpoint } from "./checkpoint-outlet.ts"
import type { SealingStore } from "./sealing-store.ts"
import { type Sealing, startSealing } from "./start-sealing.ts"

const FOR_EVER = new Promise<never>(() => undefined)
const STEP = 250

let store: Store
let sealings: Sealing[]

beforeEach(async () => {
  // Not setImmediate: the store answers by it.
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance"] })
  store = sqlite(":memory:")
  await store.migrate()
  sealings = []
})

afterEach(async () => {
  await during(Promise.all(sealings.map((sealing) => sealing.stop())))
  vi.useRealTimers()
  await store.close()
})

describe("a log that is kept sealed", () => {
  it("is signed within a second of a commit, and then left in peace", async () => {
    const { given } = start()
    await writeEvents(store, 3)
    await goOn(SECOND)
    expect(given.map(({ size }) => size)).toEqual([3])
    await goOn(10 * SECOND)
    expect(given).toHaveLength(1)
  })

  it("says once that the store is away, then now and then, and once that all is well again", async () => {
    const away = { isAway: true }
    const { lines, given } = start({ store: awayAtTimes(away) })
    await writeEvents(store, 1)
    await goOn(25 * MINUTE, SECOND)
    expect(lines).toEqual(["sealing_failed", "sealing_failed", "sealing_failed"])
    away.isAway = false
    await goOn(2 * SECOND)
    expect(lines.slice(3)).toEqual(["log_sealed_again"])
    expect(given).toHaveLength(1)
    away.isAway = true
    await writeEvents(store, 1)
    await goOn(2 * SECOND)
    expect(lines.slice(4)).toEqual(["sealing_failed"])
  })

  it("says once that nothing is signed, where several processes refuse in turn", async () => {
    const ahead = writeCheckpoint({ origin: identity.origin, size: 9, root: rootOf(EMPTY_FRONTIER) })
    const note = signNote(ahead, { name: identity.origin, key: identity.keys[0] })
    const refusing = [1, 2, 3].map(() => start({ outlets: [{ latest: async () => note }] }))
    await writeEvents(store, 1)
    await goOn(5 * MINUTE)
    for (const { lines } of refusing) expect(lines).toEqual(["log_not_sealed"])
  })

  it("leaves witnesses in peace where many processes have nothing to do", async () => {
    const asked = vi.fn(async () => null)
    const publish = async () => ({ cosigned: null })
    const many = Array.from({ length: 10 }, () => start({ outlets: [{ latest: asked, publish }] }))
    await goOn(MINUTE)
    const atFirst = asked.mock.calls.length
    await writeEvents(store, 1)
    await goOn(MINUTE)
    expect(many.flatMap(({ given }) => given.map(({ size }) => size))).toEqual([1])
    expect(atFirst).toBe(many.length)
    expect(asked.mock.calls.length - atFirst).toBeLessThanOrEqual(1)
  })

  it("stops within seconds though others write for ever, with a signature under all that it sealed", async () => {
    const { sealing, given } = start({
      store: withSealing({
        unsealed: async (ask) => {
          await writeEvents(store, ask.max)
          return store.sealing.unsealed(ask)
        },
      }),
    })
    await writeEvents(store, 1)
    await goOn(SECOND)
    const took = await during(sealing.stop())
    expect(took).toBeLessThanOrEqual(4 * SECOND)
    const { size } = await store.sealing.head()
    expect(size).toBeGreaterThan(4_096)
    expect((await store.sealing.latestCheckpoint())?.size).toBe(size)
    expect(given.at(-1)?.size).toBe(size)
  })

  it("stops within seconds though the store never answers, and says no more", async () => {
    const { sealing, lines } = start({ store: withSealing({ lease: () => FOR_EVER }) })
    await goOn(2 * SECOND)
    expect(await during(sealing.stop())).toBeLessThanOrEqual(4 * SECOND)
    await goOn(MINUTE)
    expect(lines).toEqual([])
  })

  it("stops within seconds though an outlet never answers, and another one throws", async () => {
    const silent = { publish: () => FOR_EVER, close: () => FOR_EVER }
    const throwing = {
      publish: () => {
        throw new Error("broken")
      },
      close: () => {
        throw new Error("broken")
      },
    }
    const { sealing, given, lines } = start({ outlets: [silent, throwing] })
    await writeEvents(store, 1)
    await goOn(2 * SECOND)
    expect(given).toHaveLength(1)
    expect(await during(sealing.stop())).toBeLessThanOrEqual(4 * SECOND)
    expect(lines).toEqual(["checkpoint_outlet_failed", "checkpoint_outlet_failed"])
  })

  it("says that an outlet doesn't answer for what it knows, and goes on", async () => {
    const asked = vi.fn(() => FOR_EVER)
    const { lines, given } = start({ outlets: [{ latest: asked }] })
    await writeEvents(store, 1)
    await goOn(10 * SECOND)
    expect(lines).toEqual(["checkpoint_outlet_unheard"])
    // It and the one beside it.
    expect(given.map(({ size }) => size)).toEqual([1, 1])
    expect(asked.mock.calls.length).toBe(1)
  })

  it("gives an outlet that had to wait what another process has signed meanwhile", async () => {
    const away = { isAway: false }
    const slow = start({ every: MINUTE, store: awayAtTimes(away) })
    await writeEvents(store, 1)
    await goOn(SECOND)
    await writeEvents(store, 1)
    await goOn(SECOND)
    expect(slow.given.map(({ size }) => size)).toEqual([1])
    away.isAway = true
    const other = start()
    await writeEvents(store, 5)
    await goOn(5 * SECOND)
    expect(other.given.map(({ size }) => size)).toEqual([7])
    await goOn(MINUTE)
    expect(slow.given.map(({ size }) => size)).toEqual([1, 7])
    expect(slow.given[1]?.root).toBe(other.given[0]?.root)
  })

  it("keeps no timer that would keep a process alive", async () => {
    const timers: NodeJS.Timeout[] = []
    for (const name of ["setTimeout", "setInterval"] as const) {
      const real = globalThis[name] as (...args: never[]) => NodeJS.Timeout
      vi.spyOn(globalThis, name).mockImplementation(((...args: never[]) => {
        const timer = real(...args)
        timers.push(timer)
        return timer
      }) as never)
    }
    start({ every: MINUTE })
    await writeEvents(store, 1)
    await goOn(SECOND)
    await writeEvents(store, 1)
    await goOn(2 * SECOND)
    vi.restoreAllMocks()
    expect(timers.length).toBeGreaterThan(2)
    expect(timers.filter((timer) => timer.hasRef())).toEqual([])
  })
})

interface Start {
  readonly store?: Store
  readonly every?: number
  readonly outlets?: readonly Partial<CheckpointOutlet>[]
}

function start({ store: own = store, every = 0, outlets = [] }: Start = {}) {
  const lines: string[] = []
  const given: SignedCheckpoint[] = []
  const say = (event: string) => void lines.push(event)
  const clock = createFakeClock()
  // It goes with the timers, which a fake clock of its own doesn't.
  const begun = performance.now()
  const moving = { ...clock, now: () => clock.now() + performance.now() - begun }
  const keep: CheckpointOutlet = {
    name: "test",
    every,
    publish: async (checkpoint) => {
      given.push(checkpoint)
      return { cosigned: null }
    },
    latest: async () => null,
    close: async () => undefined,
  }
  const context = {
    store: own,
    clock: moving,
    random: createSeededRandom(sealings.length),
    log: { info: say, warn: say, error: say },
  }
  const sealing = startSealing(context, { identity, outlets: [keep, ...outlets.map((one) => ({ ...keep, ...one }))] })
  sealings.push(sealing)
  return { sealing, lines, given }
}

function withSealing(methods: Partial<SealingStore>): Store {
  return { ...store, sealing: { ...store.sealing, ...methods } }
}

function awayAtTimes(state: { readonly isAway: boolean }): Store {
  const lease: SealingStore["lease"] = (ask) =>
    state.isAway ? Promise.reject(new Error("away")) : store.sealing.lease(ask)
  return withSealing({ lease })
}

/** Lets time go by, and the store answer in between. */
async function goOn(ms: number, step = STEP): Promise<void> {
  for (let gone = 0; gone < ms; gone += step) {
    vi.advanceTimersByTime(step)
    for (let turns = 0; turns < 12; turns += 1) await turn()
  }
}

/** Lets time go by until something is done, and returns how much of it. */
async function during(done: Promise<unknown>): Promise<number> {
  const begun = performance.now()
  let isDone = false
  void done.finally(() => {
    isDone = true
  })
  while (!isDone && performance.now() - begun < 10 * MINUTE) await goOn(STEP)
  await done
  return performance.now() - begun
}
