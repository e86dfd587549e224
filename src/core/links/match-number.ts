import type { Random } from "../random.ts"

/** How often a wrong match number may be typed before the link works only where it was asked for. */
export const MATCH_TRIES = 3

/** Two digits, 10 to 99, shown in the browser that asked and typed in any other one. */
export function createMatchNumber(random: Random): number {
  let byte = random.bytes(1)[0] ?? 255
  while (byte >= 180) byte = random.bytes(1)[0] ?? 255
  return 10 + (byte % 90)
}

/** The match number in what a person typed, or null. */
export function parseMatchNumber(text: string): number | null {
  return /^\s*[1-9][0-9]\s*$/.test(text) ? Number(text) : null
}
