import { HOUR } from "../../core/clock.ts"
import { createLogIdentity } from "../../core/sealing/log-identity.ts"
import type { Store } from "../../core/store.ts"
import type { Facts } from "./lab.ts"
import { START } from "./steps/ask.ts"
import { eventsOf } from "./steps/events.ts"
import { writeEvents } from "./steps/seal.ts"
import { createSequencer, identity, rootOfRows, SECRET } from "./steps/sequence.ts"

/** What may befall a sequencer, and doesn't keep the log from being sealed. */
export const sealingOnFacts: Facts = {
  "isn't locked out by a clock that was set back (AUD-11)": async ({ store, expect, open }) => {
    const [holder, other] = [createSequencer(store, START + HOUR), createSequencer(await open(), START + HOUR)]
    await writeEvents(store, 1)
    expect([await holder.sequencer.pass(), await other.sequencer.pass()]).toEqual([1, 0])
    other.clock.advance(-HOUR)
    await writeEvents(store, 1)
    expect(await other.sequencer.pass()).toBe(1)
  },

  "asks again for a lease before long: its holder may be dead": async ({ store, expect, open }) => {
    const [holder, other] = [createSequencer(store), createSequencer(await open())]
    await writeEvents(store, 1)
    await holder.sequencer.pass()
    other.clock.advance(1_900)
    await writeEvents(store, 1)
    expect(await other.sequencer.pass()).toBe(0)
    other.clock.advance(1_000)
    expect(await other.sequencer.pass()).toBe(1)
  },

  "signs what it has sealed when it is told to stop, though there is more": async ({ store, expect }) => {
    await writeEvents(store, 3_000)
    const { sequencer, signed } = createSequencer(store)
    const sealed = await sequencer.pass(AbortSignal.abort())
    expect(sealed < 3_000).toBe(true)
    expect(signed.map(({ size }) => size)).toEqual([sealed])
    expect(sealed + (await sequencer.pass())).toBe(3_000)
  },

  "goes on when the answer to a decision of its own was lost": async ({ store, expect }) => {
    for (const [nth, method] of (["extend", "sign"] as const).entries()) {
      const { sequencer, signed, clock } = createSequencer(losingAnswers(store, method), START + nth * 10_000)
      const { size } = await store.sealing.head()
      await writeEvents(store, 5)
      await sequencer.pass().catch((error: unknown) => expect(String(error)).toContain("lost"))
      await writeEvents(store, 1)
      clock.advance(1_000)
      for (let pass = 0; pass < 3; pass += 1) await sequencer.pass()
      expect(signed.at(-1)).toMatchObject({ size: size + 6, root: await rootOfRows(store) })
    }
  },

  "tells a change of name once, where two sites with their own share one log": async ({ store, expect, open }) => {
    const named = (origin: string) => createLogIdentity({ origin, keys: [SECRET] })
    const sites = [createSequencer(store), createSequencer(await open(), START, named("other.example/log"))]
    for (let turn = 0; turn < 10; turn += 1) {
      const { sequencer } = sites[turn % 2] as (typeof sites)[number]
      await writeEvents(store, 1)
      await sequencer.pass()
      for (const { clock } of sites) clock.advance(4_000)
    }
    const told = (await eventsOf(store)).filter(({ type }) => type === "checkpoint_signed")
    expect(told).toHaveLength(2)
    expect((await store.sealing.latestCheckpoint())?.size).toBe(12)
  },

  "goes on though a witness is away, and leaves it alone for a while": async ({ store, expect, open }) => {
    const asked: number[] = []
    const latest = async () => {
      asked.push(witnessed.clock.now() - START)
      throw new Error("Nobody answers.")
    }
    const witnessed = createSequencer(store, START, identity, [{ name: "witness", latest }])
    const other = createSequencer(await open())
    for (let turn = 0; turn < 10; turn += 1) {
      await writeEvents(store, 1)
      const { sequencer } = turn % 2 === 0 ? witnessed : other
      // The first finds that another one was there.
      for (let pass = 0; pass < 2; pass += 1) await sequencer.pass()
      for (const { clock } of [witnessed, other]) clock.advance(10_000)
    }
    expect(witnessed.signed.map(({ size }) => size)).toEqual([1, 3, 5, 7, 9])
    expect(asked).toEqual([0, 60_000])
  },
}

/** The same store, but for the first answer of one of its methods: it does what it is told, and nobody hears of it. */
function losingAnswers(store: Store, method: "extend" | "sign"): Store {
  let isLost = false
  const losing = async (...args: never[]) => {
    const answer = await (store.sealing[method] as (...args: never[]) => Promise<unknown>)(...args)
    if (isLost) return answer
    isLost = true
    throw new Error("The answer was lost.")
  }
  return { ...store, sealing: { ...store.sealing, [method]: losing } }
}
