import { TILE_WIDTH } from "../tree/tile.ts"
import type { PositionRange } from "./sealing-store.ts"

/** Adds positions behind those that are there, in the order of their indexes: neighbours become one range. */
export function addPositions(ranges: readonly PositionRange[], positions: readonly number[]): readonly PositionRange[] {
  const added: [number, number][] = ranges.map(([first, last]) => [first, last])
  for (const position of positions) {
    const end = added.at(-1)
    if (end !== undefined && end[1] === position - 1) end[1] = position
    else added.push([position, position])
  }
  return added
}

/** The positions of a bundle in the order of their indexes: no more than it can hold, whatever is written there. */
export function positionsOf(ranges: readonly PositionRange[]): readonly number[] {
  const positions: number[] = []
  for (const [first, last] of ranges)
    for (let position = first; position <= last && positions.length < TILE_WIDTH; position += 1)
      positions.push(position)
  return positions
}

/** Ranges as a store keeps them, as JSON. None where somebody wrote something else there: then positions are missing, which is found. */
export function readRanges(json: string): readonly PositionRange[] {
  try {
    const ranges: unknown = JSON.parse(json)
    return Array.isArray(ranges) && ranges.length <= TILE_WIDTH && ranges.every(isRange) ? ranges : []
  } catch {
    return []
  }
}

function isRange(range: unknown): range is PositionRange {
  if (!Array.isArray(range) || range.length !== 2 || !range.every(Number.isSafeInteger)) return false
  const [first, last] = range as [number, number]
  return first <= last && last - first < TILE_WIDTH
}
