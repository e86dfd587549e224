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
