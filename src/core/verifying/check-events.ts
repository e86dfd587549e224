import { commitTo } from "../audit/commitment.ts"
import type { EventPerson } from "../audit/event.ts"
import { leafHashOf } from "../audit/leaf-hash.ts"
import { positionsOf } from "../sealing/position-ranges.ts"
import { rowsInOrder } from "../sealing/rows-in-order.ts"
import type { Bundle, SealedRow } from "../sealing/sealing-store.ts"
import { HASH_BYTES } from "../tree/hash.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import { DraftCounts } from "./draft-counts.ts"
import type { EventCounts } from "./event-counts.ts"
import type { Findings } from "./finding.ts"
import { type DraftBundle, hashDraft, type LeafDraft } from "./leaf-draft.ts"
import type { PositionCover } from "./position-cover.ts"
import { prunedThrough } from "./pruned-through.ts"

export interface CheckedEvents {
  /** The leaf hashes that follow from the rows; those of `unknown` are zeros. It is used anew for the next bundle. */
  readonly hashes: Buffer
  /** Places in the bundle whose row isn't there, or isn't known. */
  readonly unknown: readonly number[]
  /** Places whose personal data isn't what was committed to. */
  readonly otherPeople: readonly number[]
  /** Rows by their place. */
  readonly rows: readonly (SealedRow | undefined)[]
}

/** Makes the leaves of one bundle after the other anew from the rows of the events. */
export class EventChecks {
  readonly counts: EventCounts = { events: 0, people: 0, withoutPerson: 0, backwards: 0, prunedThrough: 0 }
  readonly #findings: Findings
  readonly #cover: PositionCover
  readonly #hashes = Buffer.alloc(TILE_WIDTH * HASH_BYTES)
  #lastAt = Number.NEGATIVE_INFINITY
  #lastPiiId: string | null = null
  #lastCommitment: string | null = null

  constructor(findings: Findings, cover: PositionCover) {
    this.#findings = findings
    this.#cover = cover
  }

  /** Whether drafts are what was sealed, personal data included. False says nothing: then `check` finds out, from the rows. */
  confirm(bundle: DraftBundle, width: number, stored: Uint8Array): boolean {
    const { drafts } = bundle
    const positions = positionsOf(bundle.ranges)
    if (drafts.length < width || positions.length < width) return false
    const sealed = latin1(stored)
    const seen = new DraftCounts(this.#lastAt)
    for (let place = 0; place < width; place += 1) {
      const draft = drafts[place] as LeafDraft
      const hash = draft.position === positions[place] ? hashDraft(draft) : null
      if (hash === null || !sealed.startsWith(hash, place * HASH_BYTES) || !seen.take(draft)) return false
    }
    this.#coverPositions(bundle, width)
    this.#lastAt = seen.lastAt
    seen.addTo(this.counts)
    return true
  }

  check(bundle: Bundle, width: number): CheckedEvents {
    const positions = this.#coverPositions(bundle, width)
    const rows = rowsInOrder(bundle)
    const unknown: number[] = []
    const otherPeople: number[] = []
    for (let place = 0; place < width; place += 1) {
      const row = rows[place]
      if (row === undefined) {
        unknown.push(place)
        this.#hashes.fill(0, place * HASH_BYTES, (place + 1) * HASH_BYTES)
        if (place < positions.length) this.#tellMissing(bundle.index * TILE_WIDTH + place, positions[place] as number)
        continue
      }
      this.#hashes.write(leafHashOf(row), place * HASH_BYTES, HASH_BYTES, "latin1")
      this.#count(row)
      if (!this.#isSamePerson(row)) otherPeople.push(place)
    }
    return { hashes: this.#hashes, unknown, otherPeople, rows }
  }

  /** Takes a bundle that was pruned: only where its events stood still counts. */
  skip(bundle: Bundle, width: number): void {
    const positions = this.#coverPositions(bundle, width)
    for (const { position, id } of bundle.rows) {
      const index = bundle.index * TILE_WIDTH + Math.max(0, positions.indexOf(position))
      const message = `The event at position ${position} stands where one was pruned: it was put there since.`
      this.#findings.add({ code: "event_inserted", index, position, id, message })
    }
  }

  #coverPositions({ index, ranges }: Pick<Bundle, "index" | "ranges">, width: number): readonly number[] {
    const positions = positionsOf(ranges).slice(0, width)
    const start = index * TILE_WIDTH
    let counted = 0
    for (const [first, last] of ranges) {
      const end = Math.min(last, first + (width - counted - 1))
      if (end < first) break
      if (this.#cover.add([first, end]) !== null) this.#coverEach(first, end, start + counted)
      counted += end - first + 1
    }
    if (counted < width) {
      const message = `Of the events from ${start} on, ${width} are sealed, and the log says of ${counted} where they stand.`
      this.#findings.add({ code: "bundle_changed", index: start + counted, tile: index, message })
    }
    return positions
  }

  #coverEach(first: number, last: number, index: number): void {
    for (let position = first; position <= last; position += 1) {
      if (this.#cover.add([position, position]) === null) continue
      const place = index + position - first
      const message = `The event at position ${position} has a second place in the log, as event ${place}.`
      this.#findings.add({ code: "event_twice", index: place, position, message })
    }
  }

  #tellMissing(index: number, position: number): void {
    const message = `Event ${index} is gone: there is no row at position ${position}.`
    this.#findings.add({ code: "event_missing", index, position, message })
  }

  #count({ at, type, detail, commitment, pii }: SealedRow): void {
    const { counts } = this
    counts.events += 1
    if (at < this.#lastAt) counts.backwards += 1
    this.#lastAt = at
    if (commitment !== null && pii === null) counts.withoutPerson += 1
    if (type === "admin_action") counts.prunedThrough = Math.max(counts.prunedThrough, prunedThrough(detail))
  }

  // Events of one decision stand side by side and share a row of personal data.
  #isSamePerson({ piiId, pii, commitment }: SealedRow): boolean {
    if (pii === null) return (piiId === null) === (commitment === null)
    if (piiId !== this.#lastPiiId) {
      this.#lastPiiId = piiId
      this.#lastCommitment = commitTo(pii as EventPerson, pii.salt)
      this.counts.people += 1
    }
    return this.#lastCommitment === commitment
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
}
