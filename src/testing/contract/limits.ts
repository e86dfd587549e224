import { HOUR, MINUTE, SECOND } from "../../core/clock.ts"
import type { LimitTake, Quota } from "../../core/limits/limit.ts"
import type { Random } from "../../core/random.ts"
import type { Store } from "../../core/store.ts"
import { createSeededRandom } from "../seeded-random.ts"
import type { Facts } from "./lab.ts"
import { ada, laptop, phone, START, someLimit } from "./steps/ask.ts"
import { eventsDuring, eventsOf } from "./steps/events.ts"
import { atOnce, tally } from "./steps/redeem.ts"
import { sweepLimits } from "./steps/sweep.ts"

export const limitFacts: Facts = {
  "admits up to the limit, and says what remains": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 3, windowMs: MINUTE })
    const quota = { name: "redeem_client", max: 3, windowMs: MINUTE, resetAt: START + MINUTE }
    for (const [i, remaining] of [2, 1, 0].entries()) {
      expect(await take(store, limit, START + i)).toEqual({ status: "admitted", quota: { ...quota, remaining } })
    }
    expect(await take(store, limit, START + 3)).toEqual({ status: "refused", quota: { ...quota, remaining: 0 } })
  },

  "admits again at the moment that it named, and not before": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 2, windowMs: MINUTE })
    await take(store, limit, START)
    await take(store, limit, START + 40 * SECOND)
    const refused = await take(store, limit, START + MINUTE - 1)
    expect(refused).toMatchObject({ status: "refused", quota: { resetAt: START + MINUTE } })
    expect((await take(store, limit, refused.quota.resetAt)).status).toBe("admitted")
    expect((await take(store, limit, refused.quota.resetAt)).status).toBe("refused")
  },

  "counts no refusal against anybody": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    await take(store, limit, START)
    for (let at = START; at < START + MINUTE; at += SECOND)
      expect((await take(store, limit, at)).status).toBe("refused")
    expect((await take(store, limit, START + MINUTE)).status).toBe("admitted")
  },

  "counts each key by itself": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    const other = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    await take(store, limit, START)
    expect((await take(store, other, START)).status).toBe("admitted")
  },

  "admits exactly the limit of 200 takes at once (P8)": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 17, windowMs: MINUTE })
    const outcomes = await atOnce(200, () => take(store, limit, START))
    expect(tally(outcomes)).toEqual({ admitted: 17, refused: 183 })
    expect(outcomes.filter(({ status }) => status === "admitted").map(({ quota }) => quota.remaining)).toContain(0)
    expect((await eventsOf(store)).map(({ type }) => type)).toEqual(["rate_limited"])
  },

  "decides as a list of admitted times would, whatever the times (P8)": async ({ store, expect }) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = createSeededRandom(`limits ${seed}`)
      const limit = someLimit("redeem_client", { max: 1 + below(5, random), windowMs: 10 + below(90, random) })
      const admitted: number[] = []
      let at = START
      for (let step = 0; step < 100; step++) {
        at = nextTime(at, admitted, limit.windowMs, random)
        const expected = decideNaively(limit, admitted, at)
        expect(await take(store, limit, at), `seed ${seed}, step ${step}`).toEqual(expected)
      }
      expect(busiestWindow(admitted, limit.windowMs), `seed ${seed}`).toBe(limit.max)
    }
  },

  "never admits more than the limit when clocks disagree (P8)": async ({ store, expect }) => {
    for (let seed = 1; seed <= 10; seed++) {
      const random = createSeededRandom(`skew ${seed}`)
      const limit = someLimit("redeem_client", { max: 1 + below(4, random), windowMs: 1_000 })
      const admitted: number[] = []
      for (let step = 0; step < 100; step++) {
        const at = START + step * 100 + below(600, random)
        if ((await take(store, limit, at)).status === "admitted") admitted.push(at)
      }
      expect(busiestWindow(admitted, limit.windowMs) <= limit.max, `seed ${seed}`).toBe(true)
    }
  },

  "writes rate_limited for the first refusal of a window, and for no other": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    await take(store, limit, START)
    const events = await eventsDuring(store, async () => {
      for (let i = 1; i <= 30; i++) await store.limits.take({ limit, address: ada, client: phone, at: START + i })
    })
    const detail = { limit: "redeem_client", count: 1, windowSeconds: 60 }
    expect(events).toMatchObject([
      { type: "rate_limited", at: START + 1, userId: null, detail, person: { address: ada, ...phone } },
    ])
  },

  "writes rate_limited once more in a later window": async ({ store, expect }) => {
    const limit = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    for (const at of [START, START + HOUR]) {
      await take(store, limit, at)
      await take(store, limit, at + 1)
      await take(store, limit, at + 2)
    }
    expect((await eventsOf(store)).map(({ at }) => at)).toEqual([START + 1, START + HOUR + 1])
  },

  "writes no event for what it admits": async ({ store, expect }) => {
    await take(store, someLimit("redeem_client", { max: 1, windowMs: MINUTE }), START)
    expect(await eventsOf(store)).toEqual([])
  },
}

export const limitSweepFacts: Facts = {
  "sweeps rows that limit nobody any more, a few at a time": async ({ store, limitsExpire, expect }) => {
    for (let i = 0; i < 3; i++) await take(store, someLimit("redeem_client", { max: 5, windowMs: MINUTE }), START)
    for (const swept of limitsExpire ? [0] : [2, 1, 0]) expect(await sweepLimits(store, START + HOUR, 2)).toBe(swept)
  },

  "leaves rows that still limit somebody": async ({ store, expect }) => {
    const short = someLimit("redeem_client", { max: 1, windowMs: MINUTE })
    const long = someLimit("redeem_client", { max: 1, windowMs: HOUR })
    await take(store, short, START)
    await take(store, long, START)
    expect(await sweepLimits(store, START + MINUTE - 1)).toBe(0)
    expect((await take(store, short, START + MINUTE - 1)).status).toBe("refused")
    await sweepLimits(store, START + 30 * MINUTE)
    expect((await take(store, long, START + 30 * MINUTE)).status).toBe("refused")
  },

  "decides the same with and without sweeping": async ({ store, expect }) => {
    const random = createSeededRandom("sweep")
    const limit = someLimit("redeem_client", { max: 3, windowMs: 50 })
    const admitted: number[] = []
    let at = START
    for (let step = 0; step < 200; step++) {
      at = nextTime(at, admitted, limit.windowMs, random)
      if (step % 3 === 0) await sweepLimits(store, at)
      expect(await take(store, limit, at), `step ${step}`).toEqual(decideNaively(limit, admitted, at))
    }
  },
}

function take(store: Store, limit: LimitTake, at: number) {
  return store.limits.take({ limit, address: null, client: laptop, at })
}

/** The definition: an admitted take counts for one window, from its own time until just before its end. Notes what it admits. */
function decideNaively(limit: LimitTake, admitted: number[], at: number): { status: string; quota: Quota } {
  const isCounting = (time: number) => time > at - limit.windowMs
  const isAdmitted = admitted.filter(isCounting).length < limit.max
  if (isAdmitted) admitted.push(at)
  const counting = admitted.filter(isCounting)
  const { name, max, windowMs } = limit
  const quota = { name, max, windowMs, remaining: max - counting.length, resetAt: Math.min(...counting) + windowMs }
  return { status: isAdmitted ? "admitted" : "refused", quota }
}

/** Bursts, waits of any length, and steps onto, just before and just after the end of an earlier take's window. */
function nextTime(at: number, admitted: readonly number[], windowMs: number, random: Random): number {
  const edges = admitted.map((time) => time + windowMs + below(3, random) - 1).filter((time) => time >= at)
  const edge = edges[below(edges.length, random)]
  const kind = below(8, random)
  if (kind < 3) return at
  if (kind < 5) return at + below(4, random)
  if (kind < 7 && edge !== undefined) return edge
  return at + below(windowMs * 2, random)
}

/** The most admitted times in any window. */
function busiestWindow(admitted: readonly number[], windowMs: number): number {
  const countFrom = (start: number) => admitted.filter((time) => time >= start && time < start + windowMs).length
  return Math.max(0, ...admitted.map(countFrom))
}

function below(end: number, random: Random): number {
  return end === 0 ? 0 : random.bytes(4).readUInt32BE() % end
}
