import { hash } from "node:crypto"
import { hashLeaf, type TreeHash } from "../tree/hash.ts"
import { LEAF_VERSION, type LeafRow, leafOf } from "./leaf.ts"
import { writeFlatObject } from "./write-flat-object.ts"
import { MAX_PLAIN, writeBytes, writeJsonText } from "./write-json-text.ts"

const bytesOf = (text: string) => Buffer.from(text)
// RFC 6962 §2.1: a zero stands before each leaf.
const START = bytesOf('\0{"at":')
const COMMITMENT = bytesOf(',"commitment":')
const DETAIL = bytesOf(',"detail":')
const ID = bytesOf(',"id":')
const TYPE = bytesOf(',"type":')
const USER_ID = bytesOf(',"userId":')
const END = bytesOf(`,"v":${LEAF_VERSION}}`)
const ZERO = 0x30

const TEN = 10
const TIME_DIGITS = 13
const HALF_DIGITS = 6
const HALF = 1e6
const LEAST_TIME = 1e12
const MOST_TIME = 1e13 - 1

const MAX_TEXTS = 5
const target = Buffer.alloc((MAX_TEXTS + 1) * MAX_PLAIN)
// The first bytes of `target`, by how many: to make such a view costs as much as to write a text.
const views: (Buffer | undefined)[] = []

/**
 * The hash of an event's leaf: `hashLeaf(leafOf(row))` in half the time, as its bytes are written where they are hashed. A row with
 * anything unusual in it takes the long way.
 */
export function leafHashOf(row: LeafRow): TreeHash {
  const end = writeLeaf(row)
  if (end === -1) return hashLeaf(leafOf(row))
  views[end] ??= target.subarray(0, end)
  return hash("sha256", views[end] as Buffer, "binary") as TreeHash
}

function writeLeaf({ at, commitment, detail, id, type, userId }: LeafRow): number {
  let end = writeTime(writeBytes(target, 0, START), at)
  if (end === -1) return -1
  end = writeJsonText(target, writeBytes(target, end, COMMITMENT), commitment)
  if (end === -1) return -1
  end = writeFlatObject(target, writeBytes(target, end, DETAIL), detail)
  if (end === -1) return -1
  end = writeJsonText(target, writeBytes(target, end, ID), id)
  if (end === -1) return -1
  end = writeJsonText(target, writeBytes(target, end, TYPE), type)
  if (end === -1) return -1
  end = writeJsonText(target, writeBytes(target, end, USER_ID), userId)
  return end === -1 ? -1 : writeBytes(target, end, END)
}

// From 2001 to 2286: thirteen digits, from behind, in two halves that are small enough for the quickest kind of number.
function writeTime(start: number, at: number): number {
  if (!(at >= LEAST_TIME && at <= MOST_TIME && Number.isInteger(at))) return -1
  const end = start + TIME_DIGITS
  let high = Math.floor(at / HALF)
  let low = at - high * HALF
  for (let place = end - 1; place >= end - HALF_DIGITS; place -= 1) {
    target[place] = ZERO + (low % TEN)
    low = (low / TEN) | 0
  }
  for (let place = end - HALF_DIGITS - 1; place >= start; place -= 1) {
    target[place] = ZERO + (high % TEN)
    high = (high / TEN) | 0
  }
  return end
}
