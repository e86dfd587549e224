import { LinklatchError } from "../fault.ts"
import { TILE_WIDTH } from "./tile.ts"

/** Where a log serves a tile or a bundle of entries, under its prefix (C2SP tlog-tiles, "Merkle Tree" and "Log entries"). */
export interface TilePath {
  /** 0 to 63, or bundles of entries. */
  readonly level: number | "entries"
  readonly index: number
  /** 1 to 255 for one that isn't full, 256 for a full one. */
  readonly width: number
}

const MAX_LEVEL = 63
const SHAPE = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/

/** `tile/0/x001/x234/067`, and `tile/0/x001/x234/067.p/5` for one that is 5 wide. It is full where no width is given. */
export function tilePath({ level, index, width = TILE_WIDTH }: Omit<TilePath, "width"> & { width?: number }): string {
  if (!isTile({ level, index, width })) {
    throw new LinklatchError("invalid_argument", `There is no tile ${index} at level ${level} of width ${width}.`)
  }
  return `tile/${level}/${writeIndex(index)}${width === TILE_WIDTH ? "" : `.p/${width}`}`
}

/** Null for any text that `tilePath` doesn't make. */
export function readTilePath(path: string): TilePath | null {
  const [, level, index, width] = SHAPE.exec(path) ?? []
  if (level === undefined || index === undefined) return null
  const read = {
    level: level === "entries" ? level : Number(level),
    index: Number(index.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  } as const
  return isTile(read) && tilePath(read) === path ? read : null
}

function isTile({ level, index, width }: TilePath): boolean {
  if (level !== "entries" && !isWithin(level, 0, MAX_LEVEL)) return false
  return isWithin(index, 0, Number.MAX_SAFE_INTEGER) && isWithin(width, 1, TILE_WIDTH)
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}

function writeIndex(index: number): string {
  const digits = String(index)
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0")
  return padded.replaceAll(/\d{3}(?=\d)/g, "x$&/")
}
