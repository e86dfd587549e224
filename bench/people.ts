import type { Person } from "./contenders/contender.ts"

// Prime to any round number of people: one after the other lie far apart in the tables.
const STRIDE = 7_919

/** Who asks: accounts in turn, far apart, and each time from an address that nobody has asked from. */
export class People {
  readonly #total: number
  #next = 0

  constructor(total: number) {
    this.#total = total
  }

  /** Those whose turn it is: all different, as long as `count` is no more than there are. */
  peek(count: number): readonly Person[] {
    return Array.from({ length: count }, (_, offset) => {
      const index = this.#next + offset
      return { email: `user${(index * STRIDE) % this.#total}@example.com`, ip: addressOf(index) }
    })
  }

  /** The first `count` of them had their turn. */
  pass(count: number): void {
    this.#next += count
  }
}

/** One of the sixteen million addresses of 10.0.0.0/8. */
export function addressOf(index: number): string {
  return `10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`
}
