import type { LeafRange } from "./hash-ranges.ts"

/** RFC 6962 §2.1: to the left go as many leaves as the greatest power of two that is less than their number, which is 2 or more. */
export function splitAt({ start, end }: LeafRange): number {
  let left = 1
  while (left * 2 < end - start) left *= 2
  return start + left
}
