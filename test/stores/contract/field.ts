import type { Store } from "../../../src/core/store.ts"
import type { Mail } from "../../../src/testing/contract/steps/deliver.ts"
import { type Order, obey } from "./order.ts"
import type { Racers } from "./racers.ts"

/** Where the races on one database are run, one after another, and what all of them left behind. */
export interface Field {
  readonly store: Store
  readonly racers: Racers
  /** How much later than it was answered the end of a session may be seen elsewhere. */
  readonly staleMs: number
  readonly mails: Mail[]
  readonly finishes: Finish[]
  /** Has the racers make all these decisions at once: dealt out in turn, each in an order of its own. */
  race(orders: readonly Order[]): Promise<readonly Finish[]>
  /** Makes decisions here, at once, and notes them as a race does. */
  decide(...orders: readonly Order[]): Promise<readonly Finish[]>
}

/** An order, and what became of it. */
export interface Finish {
  readonly order: Order
  readonly outcome: unknown
}

/** Races by the fact that they prove. */
export type Races = Readonly<Record<string, (field: Field) => Promise<void>>>

export function createField(store: Store, racers: Racers, staleMs: number): Field {
  const finishes: Finish[] = []
  const note = (orders: readonly Order[], outcomes: readonly unknown[] | undefined) => {
    const finished = orders.map((order, i) => ({ order, outcome: outcomes?.[i] }))
    finishes.push(...finished)
    return finished
  }
  return {
    store,
    racers,
    staleMs,
    mails: [],
    finishes,
    async race(orders) {
      const lanes = times(racers.count, (lane) => shuffled(orders.filter((_, i) => i % racers.count === lane)))
      const outcomes = await racers.race(lanes)
      return lanes.flatMap((lane, i) => note(lane, outcomes[i]))
    },
    decide: async (...orders) => note(orders, await Promise.all(orders.map((order) => obey(store, order)))),
  }
}

/** `count` of what `make` makes. */
export function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index))
}

export function statusOf({ outcome }: Finish): string {
  return typeof outcome === "string" ? outcome : (outcome as { readonly status: string }).status
}

/** How often each status came out. */
export function tallyOf(finishes: readonly Finish[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const finish of finishes) counts[statusOf(finish)] = (counts[statusOf(finish)] ?? 0) + 1
  return counts
}

/** The finishes of each of several things that were raced for. */
export function finishesBy<T>(owners: ReadonlyMap<Order, T>, finishes: readonly Finish[]): Map<T, Finish[]> {
  return Map.groupBy(
    finishes.filter(({ order }) => owners.has(order)),
    ({ order }) => owners.get(order) as T,
  )
}

function shuffled<T>(items: readonly T[]): T[] {
  const places = items.map((item) => ({ item, place: Math.random() }))
  return places.sort((one, other) => one.place - other.place).map(({ item }) => item)
}
