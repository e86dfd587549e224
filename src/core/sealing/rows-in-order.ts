import { positionsOf } from "./position-ranges.ts"
import type { Bundle, SealedRow } from "./sealing-store.ts"

/** The rows of a bundle in the order of their indexes; undefined for one that isn't there. */
export function rowsInOrder({ ranges, rows }: Pick<Bundle, "ranges" | "rows">): readonly (SealedRow | undefined)[] {
  const positions = positionsOf(ranges)
  // Nearly always: one range, and every row of it.
  const isWhole = rows.length === positions.length && positions.every((one, place) => rows[place]?.position === one)
  if (isWhole) return rows
  const byPosition = new Map(rows.map((row) => [row.position, row]))
  return positions.map((position) => byPosition.get(position))
}
