import { describe, expect, it } from "vitest"
import type { AuditEvent } from "../../../src/core/audit/event.ts"
import type { Swept } from "../../../src/core/retention/retention-store.ts"
import type { Store } from "../../../src/core/store.ts"
import { sqlite } from "../../../src/sqlite.ts"
import type { TestDatabase } from "../../../src/testing/contract/lab.ts"
import { eventsOf } from "../../../src/testing/contract/steps/events.ts"
import { makeHistory, outcomeOf, type Plot, type Round } from "./history.ts"

/** One alone, some that share commits with others, and as many as a busy second brings. */
export const plots: readonly Plot[] = [
  { seed: 1, lanes: 1, rounds: 120, moves: 5 },
  { seed: 2, lanes: 12, rounds: 50, moves: 4 },
  { seed: 3, lanes: 300, rounds: 39, moves: 1 },
]

/** Every store decides as SQLite in memory does one decision at a time: the same outcomes, the same events (P5). */
export function historyContract(name: string, createDatabase: () => Promise<TestDatabase>): void {
  describe(`${name} lives a history as the reference does`, () => {
    for (const plot of plots)
      it(`with ${plot.lanes} at once (seed ${plot.seed})`, () => compare(plot, createDatabase), 60_000)
  })
}

async function compare(plot: Plot, createDatabase: () => Promise<TestDatabase>): Promise<void> {
  const { rounds, events } = await historyOf(plot)
  const database = await createDatabase()
  const store = await database.open()
  try {
    await store.migrate()
    for (const [number, round] of rounds.entries())
      await relive(store, round, database.limitsExpire === true, `seed ${plot.seed}, round ${number}`)
    expect(seen(await eventsOf(store))).toEqual(seen(events))
  } finally {
    await store.close()
    await database.discard?.()
  }
}

interface History {
  readonly rounds: readonly Round[]
  readonly events: readonly AuditEvent[]
}

const histories = new Map<Plot, Promise<History>>()

/** The reference lives each history once, however many stores are compared to it. */
export function historyOf(plot: Plot): Promise<History> {
  const history = histories.get(plot) ?? live(plot)
  histories.set(plot, history)
  return history
}

async function live(plot: Plot): Promise<History> {
  const reference = sqlite(":memory:")
  const rounds = await makeHistory(reference, plot)
  const events = await eventsOf(reference)
  await reference.close()
  return { rounds, events }
}

async function relive(store: Store, { alone, lanes }: Round, limitsExpire: boolean, where: string): Promise<void> {
  for (const { order, outcome } of alone) {
    const expected = limitsExpire && order.method === "sweep" ? { ...(outcome as Swept), limits: 0 } : outcome
    expect(await outcomeOf(store, order), `${where}: ${order.part}.${order.method}`).toEqual(expected)
  }
  const outcomes = await Promise.all(
    lanes.map(async (lane) => {
      const own: unknown[] = []
      for (const { order } of lane) own.push(await outcomeOf(store, order))
      return own
    }),
  )
  for (const [i, lane] of lanes.entries()) {
    for (const [j, { order, outcome }] of lane.entries())
      expect(outcomes[i]?.[j], `${where}, lane ${i}: ${order.part}.${order.method}`).toEqual(outcome)
  }
}

/** Events without what is random in them. Those of one decision share a time of their own, and stand in any order. */
function seen(events: readonly AuditEvent[]): readonly unknown[] {
  const keyed = events.map(({ at, type, userId, detail, person, commitment }) => {
    const fact = { at, type, userId, detail, person, isCommitted: commitment !== null }
    return { fact, key: `${at} ${type} ${JSON.stringify(Object.entries(detail).sort())}` }
  })
  return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ fact }) => fact)
}
