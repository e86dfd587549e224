import type { Tile } from "./tile.ts"

/** Thrown where a tile that a tree of this size must have is missing, or holds less than it must. It stays within Linklatch. */
export class TreeFault extends Error {
  override readonly name = "TreeFault"
  readonly level: number
  readonly index: number

  constructor({ level, index }: Pick<Tile, "level" | "index">, wrong: string) {
    super(`The tile at level ${level}, number ${index}, ${wrong}.`)
    this.level = level
    this.index = index
  }
}
