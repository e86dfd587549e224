import { createSeededRandom } from "../../../src/testing.ts"

/** Chances that fall the same for the same seed. */
export interface Choice {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  oneIn(count: number): boolean
  pick<T>(items: readonly [T, ...T[]]): T
  /** One of them, the newer the likelier; undefined where there are none. */
  recent<T>(items: readonly T[]): T | undefined
}

export function createChoice(seed: number | string): Choice {
  const random = createSeededRandom(seed)
  const below = (end: number) => random.bytes(4).readUInt32BE() % end
  return {
    below,
    oneIn: (count) => below(count) === 0,
    pick: (items) => items[below(items.length)] ?? items[0],
    recent: (items) => items[items.length - 1 - Math.min(below(items.length || 1), below(items.length || 1), below(4))],
  }
}
