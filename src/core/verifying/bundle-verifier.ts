import type { Bundle, LogHead } from "../sealing/sealing-store.ts"
import { hashFrom, readHashes } from "../tree/encode-hash.ts"
import type { Frontier } from "../tree/frontier.ts"
import { HASH_BYTES, type TreeHash } from "../tree/hash.ts"
import { rootOf } from "../tree/root-of.ts"
import { TILE_WIDTH, type Tile } from "../tree/tile.ts"
import { type CheckedEvents, EventChecks } from "./check-events.ts"
import type { CheckpointComparison } from "./compare-checkpoints.ts"
import type { EventCounts } from "./event-counts.ts"
import type { Findings } from "./finding.ts"
import { foldFullTile } from "./fold-full-tile.ts"
import type { DraftBundle } from "./leaf-draft.ts"
import type { PositionCover } from "./position-cover.ts"
import type { ReadableLog } from "./readable-log.ts"
import { UpperTiles } from "./upper-tiles.ts"

interface Parts {
  readonly log: ReadableLog
  readonly head: LogHead
  readonly cover: PositionCover
  readonly comparison: CheckpointComparison
  readonly findings: Findings
}

/** A tile, or a bundle, that is wider than the log said it is: it may have grown while it was read. */
export interface Wide {
  readonly level: number | "bundle"
  readonly index: number
  readonly width: number
}

/** Verifies bundles in their order: rows against the tile, tiles against those above, and the tree against what was signed. */
export class BundleVerifier {
  readonly wide: Wide[] = []
  /** Indexes below it were pruned, some of them perhaps while this was under way. */
  minIndex: number
  readonly #parts: Parts
  readonly #events: EventChecks
  readonly #upper: UpperTiles

  constructor(parts: Parts) {
    const { log, head, cover, findings } = parts
    this.#parts = parts
    this.minIndex = head.minIndex
    this.#events = new EventChecks(findings, cover)
    this.#upper = new UpperTiles(
      (tile) => this.#readTile(log, tile),
      (tile, nth) => this.#tellUpper(tile, nth),
    )
  }

  get counts(): EventCounts {
    return this.#events.counts
  }

  async verify(bundle: Bundle | DraftBundle): Promise<void> {
    const { log, head, comparison } = this.#parts
    const { index } = bundle
    const start = index * TILE_WIDTH
    const width = Math.min(TILE_WIDTH, head.size - start)
    const told = bundle.ranges.reduce((sum, [first, last]) => sum + (last - first) + 1, 0)
    if (told > width) this.wide.push({ level: "bundle", index, width: told })
    const tile = await this.#readTile(log, { level: 0, index })
    const hashes = await this.#leaves(bundle, width, tile)
    const end = start + width
    if (comparison.isDue(end)) {
      const leaves = readHashes(hashes, width)
      comparison.compare(Math.min(end, start + TILE_WIDTH - 1), this.#frontiers(start, leaves))
    }
    if (width < TILE_WIDTH) return
    await this.#upper.push(foldFullTile(hashes))
    comparison.compare(end, (size) => this.#upper.frontier(size, []))
  }

  /** The hashes of a bundle's leaves that the tree goes on with: of the tile and of the rows, where they differ, those that fit. */
  async #leaves(given: Bundle | DraftBundle, width: number, tile: Uint8Array | null): Promise<Uint8Array> {
    const { index } = given
    const bytes = width * HASH_BYTES
    const stored = tile !== null && tile.byteLength >= bytes ? tile.subarray(0, bytes) : null
    if (stored === null) this.#tellTile(index, index * TILE_WIDTH, tile === null ? "is gone" : "is too short")
    if (stored !== null && this.#isConfirmed(given, width, stored)) return stored
    const bundle = rowsOf(given)
    const pruned = await this.#asPruned(bundle, width)
    if (pruned !== null) {
      this.#events.skip(pruned, width)
      return stored ?? new Uint8Array(bytes)
    }
    const checked = this.#events.check(bundle, width)
    const derived = checked.hashes.subarray(0, bytes)
    if (stored === null) return this.#judged(checked, index, derived)
    if (derived.equals(stored)) return checked.otherPeople.length === 0 ? stored : this.#judged(checked, index, stored)
    if (await this.#areRowsRight(checked, index, width, stored)) {
      const [place = 0] = placesThatDiffer(checked, stored)
      this.#tellTile(index, index * TILE_WIDTH + place, "isn't that of the events, which are as they were signed")
      return this.#judged(checked, index, derived)
    }
    return this.#judged(checked, index, stored)
  }

  #isConfirmed(given: Bundle | DraftBundle, width: number, stored: Uint8Array): boolean {
    if (!("drafts" in given) || given.index * TILE_WIDTH < this.minIndex) return false
    return this.#events.confirm(given, width, stored)
  }

  /** The bundle if it was pruned, or null. Where rows are missing, that may be since the head was read: then what was read of it is no more. */
  async #asPruned(bundle: Bundle, width: number): Promise<Bundle | null> {
    const start = bundle.index * TILE_WIDTH
    if (start < this.minIndex) return bundle
    if (bundle.rows.length >= width) return null
    const { minIndex } = await this.#parts.log.head()
    if (start >= minIndex) return null
    this.minIndex = minIndex
    return { ...bundle, rows: [] }
  }

  /** Says which rows aren't those of the hashes, and of the others whose personal data isn't theirs. */
  #judged(checked: CheckedEvents, bundle: number, hashes: Uint8Array): Uint8Array {
    const { findings } = this.#parts
    const changed = new Set(placesThatDiffer(checked, hashes))
    for (const place of changed) {
      const row = checked.rows[place]
      if (row === undefined) continue
      const { position, id } = row
      const index = bundle * TILE_WIDTH + place
      const message = `Event ${index} isn't the one that was sealed: its row, at position ${position}, was changed.`
      findings.add({ code: "event_changed", index, position, id, message })
    }
    for (const place of checked.otherPeople) {
      const row = checked.rows[place]
      if (row === undefined || changed.has(place)) continue
      const { position, id } = row
      const index = bundle * TILE_WIDTH + place
      const message = `The address, client address or browser beside event ${index} isn't the one that it was sealed with.`
      findings.add({ code: "person_changed", index, position, id, message })
    }
    // The buffer of derived hashes is used anew for the next bundle; until then it is whole.
    return hashes
  }

  async #areRowsRight(
    { hashes, unknown }: CheckedEvents,
    index: number,
    width: number,
    stored: Uint8Array,
  ): Promise<boolean> {
    if (unknown.length > 0) return false
    if (width === TILE_WIDTH) {
      const root = await this.#upper.storedRoot(index)
      if (root !== null && foldFullTile(stored) === root) return false
      if (root !== null && foldFullTile(hashes) === root) return true
    }
    const start = index * TILE_WIDTH
    const agreesWith = (bytes: Uint8Array) => {
      const frontierAt = this.#frontiers(start, readHashes(bytes, width))
      return this.#parts.comparison.agrees(start + Math.min(width, TILE_WIDTH - 1), (size) => rootOf(frontierAt(size)))
    }
    return agreesWith(hashes) === true && agreesWith(stored) === false
  }

  /** The tree at any size within a bundle, from all leaves of it. */
  #frontiers(start: number, leaves: readonly TreeHash[]): (size: number) => Frontier {
    return (size) => this.#upper.frontier(size, leaves.slice(0, size - start))
  }

  async #readTile(log: ReadableLog, { level, index }: Pick<Tile, "level" | "index">): Promise<Uint8Array | null> {
    const bytes = await log.tile({ level, index })
    if (bytes === null) return null
    const width = bytes.byteLength / HASH_BYTES
    const fitting = Math.floor(this.#parts.head.size / TILE_WIDTH ** level) - index * TILE_WIDTH
    if (width > Math.min(TILE_WIDTH, fitting)) this.wide.push({ level, index, width })
    return bytes
  }

  #tellTile(tile: number, index: number, problem: string): void {
    const message = `Tile ${tile} of level 0, the hashes of the events from ${tile * TILE_WIDTH} on, ${problem}.`
    this.#parts.findings.add({ code: "tile_changed", index, level: 0, tile, message })
  }

  #tellUpper({ level, index }: Pick<Tile, "level" | "index">, nth: number): void {
    const covers = TILE_WIDTH ** level
    const first = (index * TILE_WIDTH + nth) * covers
    const message = `Hash ${nth} of tile ${index} of level ${level} doesn't follow from the events ${first} to ${first + covers - 1}: it was changed, or they were, with their tiles.`
    this.#parts.findings.add({ code: "tile_changed", index: first, level, tile: index, message })
  }
}

function rowsOf(given: Bundle | DraftBundle): Bundle {
  return "drafts" in given ? given.bundle() : given
}

function placesThatDiffer({ hashes, unknown }: CheckedEvents, stored: Uint8Array): readonly number[] {
  const places: number[] = []
  const missing = new Set(unknown)
  for (let place = 0; place * HASH_BYTES < stored.byteLength; place += 1) {
    const [from, to] = [place * HASH_BYTES, (place + 1) * HASH_BYTES]
    const isSame = hashFrom(stored.subarray(from, to)) === hashFrom(hashes.subarray(from, to))
    if (!isSame && !missing.has(place)) places.push(place)
  }
  return places
}
