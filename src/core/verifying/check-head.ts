import type { LogHead } from "../sealing/sealing-store.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import type { Findings } from "./finding.ts"

/** The head as a log can have it: what somebody else wrote there is told, and read as the nearest that can be. */
export function checkHead(head: LogHead, findings: Findings): LogHead {
  const { size, minIndex, through } = head
  const isSize = Number.isSafeInteger(size) && size >= 0
  const isMinIndex = Number.isSafeInteger(minIndex) && minIndex >= 0 && minIndex <= size && minIndex % TILE_WIDTH === 0
  const isThrough = Number.isSafeInteger(through) && through >= 0
  if (isSize && isMinIndex && isThrough) return head
  const message = `What the log says of itself can't be: ${size} events, ${minIndex} of them pruned, looked through to position ${through}.`
  findings.add({ code: "head_changed", index: 0, message })
  return {
    ...head,
    size: isSize ? size : 0,
    minIndex: isMinIndex ? minIndex : 0,
    through: isThrough ? through : 0,
  }
}
