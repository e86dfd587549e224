import type { TreeHash } from "./hash.ts"

/** What is needed of a tree to add to it and to say its root: of each level, the hashes of the rightmost tile if that isn't full. */
export interface Frontier {
  /** How many leaves there are. */
  readonly size: number
  /** From level 0 up to the highest that has a hash; 0 to 255 hashes each. */
  readonly levels: readonly (readonly TreeHash[])[]
}

export const EMPTY_FRONTIER: Frontier = { size: 0, levels: [] }
