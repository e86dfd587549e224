import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { type LogCursor, openRanges, readCursor, writeCursor } from "../../core/sealing/log-cursor.ts"
import { advanceCursor, type LookAtLog } from "./advance-cursor.ts"

type Advance = (cursor: LogCursor, look: LookAtLog) => LogCursor

const MAX = 7
const MOST_OPEN = 6

/** As much of PostgreSQL as the promise needs: numbers are given for good, a commit is seen before its lock goes, a server may start anew. */
class World {
  given = 0
  readonly visible: number[] = []
  #writers: Writer[] = []
  #started = 0
  readonly #log = { cursor: "0", sealed: [] as number[] }

  get sealed(): readonly number[] {
    return this.#log.sealed
  }

  get cursor(): LogCursor {
    return readCursor(this.#log.cursor)
  }

  /** Something that happens, as `choice` has it. */
  happen(choice: number): void {
    const writer = this.#writers[(choice % 13) % Math.max(1, this.#writers.length)]
    const act = Math.floor(choice / 13) % 16
    if (act < 3 || writer === undefined) this.#begin()
    else if (act < 8) this.#take(writer)
    else if (act < 12) this.#end(writer, true)
    else if (act === 12) this.#end(writer, false)
    else if (act === 13) writer.prepare(choice % 2 === 0)
    else if (act === 14) this.#restart()
    else this.given += 3
  }

  /** Everybody is done, most of them with a commit. */
  end(): void {
    while (this.#writers.length > 0) this.happen(this.#writers.length % 5 === 4 ? 12 * 13 : 8 * 13)
  }

  /** A row at a number that nobody was given yet, as its owner may write it. */
  insertAhead(): number {
    const position = this.given + 4
    this.visible.push(position)
    return position
  }

  /** A process that seals, step by step. */
  sequencer(advance: Advance, { countsLate = false } = {}) {
    const steps: (() => void)[] = []
    let stands = { cursor: "", size: 0, positions: [] as number[] }
    let given = 0
    let writers: string[] = []
    const read = () => {
      const { through, open } = this.cursor
      const ranges = openRanges({ through, open })
      const isWaiting = (position: number) =>
        position > through || ranges.some(([first, last]) => position >= first && position <= last)
      const positions = this.visible.filter(isWaiting).sort((one, other) => one - other)
      const { cursor, sealed } = this.#log
      stands = { cursor, size: sealed.length, positions: positions.slice(0, MAX) }
    }
    const look = () => {
      writers = this.#writers.map(({ id }) => id)
    }
    const extend = () => {
      const { cursor, size, positions } = stands
      const readThrough = positions.length < MAX ? Number.POSITIVE_INFINITY : (positions.at(-1) ?? 0)
      const next = writeCursor(advance(readCursor(cursor), { positions, readThrough, given, writers }))
      if (cursor !== this.#log.cursor || size !== this.#log.sealed.length) return
      this.#log.cursor = next
      this.#log.sealed.push(...positions)
    }
    const count = () => {
      given = this.given
    }
    return () => {
      if (steps.length === 0) steps.push(...(countsLate ? [look, count, read, extend] : [read, count, look, extend]))
      steps.shift()?.()
    }
  }

  #begin(): void {
    if (this.#writers.length >= MOST_OPEN) return
    this.#writers.push(new Writer(`3/${++this.#started}`))
  }

  #take(writer: Writer): void {
    if (writer.state === "open") writer.numbers.push(++this.given)
  }

  // In two steps: it is seen, and then its lock goes.
  #end(writer: Writer, isCommit: boolean): void {
    if (isCommit && writer.state !== "seen") {
      this.visible.push(...writer.numbers)
      writer.state = "seen"
    } else this.#writers = this.#writers.filter((other) => other !== writer)
  }

  // Ids begin anew. What was prepared is still there, under another one.
  #restart(): void {
    this.#writers = this.#writers.filter(({ state }) => state === "prepared")
    for (const writer of this.#writers) writer.prepare(true)
    this.#started = 0
  }
}

class Writer {
  id: string
  state: "open" | "prepared" | "seen" = "open"
  readonly numbers: number[] = []

  constructor(id: string) {
    this.id = id
  }

  prepare(changesId: boolean): void {
    if (this.state === "seen") return
    this.state = "prepared"
    if (changesId && !this.id.startsWith("-1/")) this.id = `-1/${this.id.slice(2)}`
  }
}

/** What is sealed in the end, after things happened and two processes sealed meanwhile, in whatever order. */
function live(choices: readonly number[], advance: Advance, options = {}): World {
  const world = new World()
  const sequencers = [world.sequencer(advance, options), world.sequencer(advance, options)]
  for (const choice of choices) {
    if (choice % 5 < 2) sequencers[choice % 5]?.()
    else world.happen(Math.floor(choice / 5))
  }
  world.end()
  const passes = 20 + choices.length
  for (let step = 0; step < passes * 4; step += 1) sequencers[0]?.()
  return world
}

function isWhole({ sealed, visible, cursor }: World): boolean {
  const all = new Set(sealed)
  return all.size === sealed.length && visible.every((one) => all.has(one)) && cursor.open.length === 0
}

const lives = fc.array(fc.nat({ max: 5 * 13 * 16 - 1 }), { minLength: 1, maxLength: 300, size: "max" })
const isKept = (advance: Advance, options = {}) =>
  fc.property(lives, (choices) => isWhole(live(choices, advance, options)))
const isLost = (advance: Advance, options = {}) =>
  fc.check(isKept(advance, options), { numRuns: 10_000, endOnFailure: true }).failed

describe("the cursor", () => {
  it("loses no event and takes none twice, whoever commits, rolls back, prepares or starts anew, whenever", () => {
    fc.assert(isKept(advanceCursor), { numRuns: 3_000 })
  })

  it("would lose some if it went on above the last one, as the same lives show", () => {
    expect(isLost((cursor, { positions }) => ({ through: positions.at(-1) ?? cursor.through, open: [] }))).toBe(true)
  })

  it("would lose some if it looked for writers before it counted the numbers that are given", () => {
    expect(isLost(advanceCursor, { countsLate: true })).toBe(true)
  })

  it("would lose some if it gave a hole up in the look that finds its writers gone", () => {
    const early: Advance = (cursor, look) => {
      const { through, open } = advanceCursor(cursor, look)
      return { through, open: open.filter(({ writers }) => writers?.length !== 0) }
    }
    expect(isLost(early)).toBe(true)
  })

  it("would lose some if it took no notice of prepared transactions that have another id now", () => {
    const forgetful: Advance = (cursor, look) =>
      advanceCursor(cursor, { ...look, writers: look.writers.filter((id) => !id.startsWith("-1/")) })
    expect(isLost(forgetful)).toBe(true)
  })

  it("takes what is inserted ahead of all numbers, and still waits for those in between", () => {
    const world = new World()
    const step = world.sequencer(advanceCursor)
    const seal = () => [1, 2, 3, 4].forEach(step)
    const ahead = world.insertAhead()
    seal()
    seal()
    expect(world.sealed).toEqual([ahead])
    expect(world.cursor).toEqual({ through: 4, open: [{ ranges: [[1, 3]], writers: null }] })
    for (const choice of [0, 3 * 13, 3 * 13, 8 * 13, 8 * 13]) world.happen(choice)
    seal()
    expect(world.sealed).toEqual([ahead, 1, 2])
    expect(world.cursor.open).toEqual([{ ranges: [[3, 3]], writers: null }])
  })
})

describe("the text of a cursor", () => {
  it("is a number where nothing is open, and says what is where something is", () => {
    const look = { positions: [1, 4], readThrough: 4, given: 4, writers: ["3/7"] }
    const open = advanceCursor({ through: 0, open: [] }, look)
    expect(writeCursor(open)).toBe('{"through":4,"open":[{"ranges":[[2,3]],"writers":["3/7"]}]}')
    const whole = advanceCursor(open, { ...look, positions: [2, 3], readThrough: Number.POSITIVE_INFINITY })
    expect(writeCursor(whole)).toBe("4")
  })

  it("is read as it was written", () => {
    const range = fc.tuple(fc.nat(), fc.nat()).map(([first, more]) => [first, first + more] as const)
    const ranges = fc.array(range, { minLength: 1 })
    const writers = fc.option(fc.array(fc.string()))
    const cursors = fc.record({ through: fc.nat(), open: fc.array(fc.record({ ranges, writers })) })
    fc.assert(
      fc.property(cursors, (cursor) => {
        expect(readCursor(writeCursor(cursor))).toEqual(cursor)
      }),
    )
  })
})
