import type { LogCursor, OpenHoles } from "../../core/sealing/log-cursor.ts"

/** What `unsealed_events` saw. */
export interface LookAtLog {
  /** Of the events that it read, rising: first those in open holes, then those above. */
  readonly positions: readonly number[]
  /** Up to here it read all that could be seen. */
  readonly readThrough: number
  /** The highest number that had been given. */
  readonly given: number
  /** The transactions that had the right to write events, seen after `given`: their virtual ids. */
  readonly writers: readonly string[]
}

interface Hole {
  readonly first: number
  readonly last: number
  readonly writers: readonly string[] | null
}

// As a transaction shows that was prepared before the server started, or on servers before 14.1: it may be one that had another id.
const PREPARED = "-1/"

/**
 * The cursor once these events are sealed. No event is lost, whoever commits when (decisions/056): a hole is given up only after a
 * look that found its writers gone, *and* a read of it that came after that look. The look is that of an earlier call: it is in the cursor.
 */
export function advanceCursor({ through, open }: LogCursor, look: LookAtLog): LogCursor {
  const next = Math.max(through, look.positions.at(-1) ?? 0)
  const known = open.flatMap(({ ranges, writers }) => ranges.map(([first, last]): Hole => ({ first, last, writers })))
  const holes = [...known, { first: through + 1, last: next, writers: null }]
    .flatMap((hole) => withoutEvents(hole, look.positions))
    .flatMap((hole) => judge(hole, look))
    .sort((one, other) => one.first - other.first)
  return { through: next, open: groupByWriters(holes) }
}

function withoutEvents({ first, last, writers }: Hole, positions: readonly number[]): readonly Hole[] {
  const holes: Hole[] = []
  let from = first
  for (let at = firstAtLeast(positions, first); at < positions.length; at += 1) {
    const position = positions[at] ?? last
    if (position > last) break
    if (position > from) holes.push({ first: from, last: position - 1, writers })
    from = position + 1
  }
  if (from <= last) holes.push({ first: from, last, writers })
  return holes
}

function firstAtLeast(positions: readonly number[], sought: number): number {
  let [low, high] = [0, positions.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((positions[middle] ?? 0) < sought) low = middle + 1
    else high = middle
  }
  return low
}

function judge(hole: Hole, { readThrough, given, writers: present }: LookAtLog): readonly Hole[] {
  const { writers } = hole
  if (writers === null) {
    // Whoever was given one of these numbers had the right to write before, and keeps it until the commit can be seen.
    const [known, notGiven] = split(hole, given)
    return [...known.map((part) => ({ ...part, writers: present })), ...notGiven]
  }
  // An earlier look found nobody who could still write here, and what they had written would have been read now.
  if (writers.length === 0) return split(hole, readThrough)[1]
  const still = present.filter((one) => writers.includes(one) || one.startsWith(PREPARED))
  return [{ ...hole, writers: still }]
}

function split({ first, last, writers }: Hole, at: number): readonly [below: readonly Hole[], above: readonly Hole[]] {
  const below = first <= at ? [{ first, last: Math.min(last, at), writers }] : []
  const above = last > at ? [{ first: Math.max(first, at + 1), last, writers }] : []
  return [below, above]
}

function groupByWriters(holes: readonly Hole[]): readonly OpenHoles[] {
  const groups = new Map<string, { ranges: [number, number][]; writers: Hole["writers"] }>()
  for (const { first, last, writers } of holes) {
    const key = JSON.stringify(writers)
    const group = groups.get(key) ?? { ranges: [], writers }
    groups.set(key, group)
    const end = group.ranges.at(-1)
    if (end !== undefined && end[1] === first - 1) end[1] = last
    else group.ranges.push([first, last])
  }
  return [...groups.values()]
}
