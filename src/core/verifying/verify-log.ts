import type { Bundle, LogHead } from "../sealing/sealing-store.ts"
import { TILE_WIDTH } from "../tree/tile.ts"
import { BundleVerifier } from "./bundle-verifier.ts"
import { checkEnds } from "./check-ends.ts"
import { checkHead } from "./check-head.ts"
import { checkHoles } from "./check-holes.ts"
import { type GivenNote, type KnownKeys, type ProvenCheckpoint, readCheckpoints } from "./checkpoint-ledger.ts"
import { CheckpointComparison } from "./compare-checkpoints.ts"
import type { EventCounts } from "./event-counts.ts"
import { type Finding, Findings } from "./finding.ts"
import type { DraftBundle } from "./leaf-draft.ts"
import { PositionCover } from "./position-cover.ts"
import type { ReadableLog } from "./readable-log.ts"

export interface VerifyOptions {
  readonly keys: KnownKeys
  /** Checkpoints that were kept where nobody could change them together with the log, as notes, and where each is from. */
  readonly outside: readonly { readonly note: string; readonly source: string }[]
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined
}

export interface VerifyProgress {
  readonly events: number
  readonly size: number
}

export interface LogVerdict {
  /** `faulty` where there is any finding. */
  readonly status: "proven" | "faulty"
  /** Sealed events, those that were pruned included. */
  readonly size: number
  /** Indexes below it were pruned: of those, only the tree is left. */
  readonly minIndex: number
  readonly counts: EventCounts
  readonly checkpoints: {
    /** In the database, and from outside. */
    readonly kept: number
    readonly outside: number
    /** How many of both are as the log is. */
    readonly matching: number
    /** How many events the greatest from outside covers that is as the log is. */
    readonly coveredOutside: number
    readonly newest: ProvenCheckpoint | null
    /** Of the log's names, in the order of its checkpoints. */
    readonly origins: readonly string[]
  }
  /** Sealed events that no checkpoint covers yet. */
  readonly uncovered: number
  /** Events that wait to be sealed, at most `MOST_WAITING` of them counted, and when the oldest of them happened. */
  readonly waiting: { readonly events: number; readonly oldestAt: number | null }
  readonly findings: readonly Finding[]
  /** All of them, though only the first are listed. */
  readonly findingCount: number
}

export const MOST_WAITING = 100_000
// Some thousand events: what is read at once is garbage before the collector has looked at it twice.
const BUNDLES = 4
const CHECKPOINTS = 1_000
// Looks after each other at which no bundle was there: a million events of which nothing is known, each bundle of them a finding.
const MOST_MISSING = 1_000

/**
 * Makes everything anew that the log claims, from the rows of the events up to what was signed, and says where it differs. It reads as far as
 * the log went when it began, in one walk, and holds no more than a few bundles. Nothing in the database is believed but what a key outside
 * of it has signed.
 */
export async function verifyLog(log: ReadableLog, options: VerifyOptions): Promise<LogVerdict> {
  const findings = new Findings()
  const { keys, outside } = options
  // Before the head: what is signed later covers more than this reads.
  const kept = await readKept(log)
  const checkpoints = readCheckpoints([...kept, ...outside.map((one) => ({ ...one, isOutside: true }))], keys, findings)
  const head = checkHead(await log.head(), findings)
  const cover = new PositionCover()
  const comparison = new CheckpointComparison(checkpoints, findings)
  const verifier = new BundleVerifier({ log, head, cover, comparison, findings })
  const isWalked = await verifyBundles(log, head, verifier, options)
  const { counts, minIndex, wide } = verifier
  comparison.finish(head.size)
  if (head.size > 0 && comparison.newest === null) findings.add(nobodyVouches(head.size))
  // Of a walk that found no more bundles everything behind it is told already.
  if (isWalked) await checkHoles(log, head, cover, findings)
  await checkEnds(log, { head: { ...head, minIndex }, cover, counts, wide }, findings)
  return {
    status: findings.count === 0 ? "proven" : "faulty",
    size: head.size,
    minIndex,
    counts,
    checkpoints: {
      kept: kept.length,
      outside: outside.length,
      matching: comparison.matching,
      coveredOutside: comparison.coveredOutside,
      newest: comparison.newest,
      origins: [...new Set(checkpoints.map(({ origin }) => origin))],
    },
    uncovered: Math.max(0, head.size - comparison.covered),
    waiting: await log.backlog({ max: MOST_WAITING }),
    findings: findings.list(),
    findingCount: findings.count,
  }
}

async function readKept(log: ReadableLog): Promise<readonly GivenNote[]> {
  const notes: GivenNote[] = []
  for (let fromSize = 0; ; ) {
    const page = await log.checkpoints({ fromSize, max: CHECKPOINTS })
    for (const { note, size } of page) notes.push({ note, size, source: "the database", isOutside: false })
    if (page.length < CHECKPOINTS) return notes
    fromSize = (page.at(-1)?.size ?? 0) + 1
  }
}

/** Whether it came to the end: a size that somebody wrote there is up to 2^53, and nobody would wait for that many bundles to be missing. */
async function verifyBundles(
  log: ReadableLog,
  { size }: LogHead,
  verifier: BundleVerifier,
  { onProgress }: VerifyOptions,
): Promise<boolean> {
  const count = Math.ceil(size / TILE_WIDTH)
  let missing = 0
  for (let from = 0; from < count; from += BUNDLES) {
    const read = await (log.drafts?.({ from, max: BUNDLES }) ?? log.bundles({ from, max: BUNDLES }))
    const bundles = new Map<number, Bundle | DraftBundle>(read.map((bundle) => [bundle.index, bundle]))
    const end = Math.min(count, from + BUNDLES)
    missing = bundles.keys().some((index) => index < end) ? 0 : missing + 1
    if (missing > MOST_MISSING) return false
    for (let index = from; index < end; index += 1) {
      // One that is gone says nothing of where its events stand.
      await verifier.verify(bundles.get(index) ?? { index, ranges: [], rows: [] })
    }
    onProgress?.({ events: Math.min(size, (from + BUNDLES) * TILE_WIDTH), size })
  }
  return true
}

function nobodyVouches(size: number): Finding {
  const message = `${size} events are sealed, and no checkpoint that fits is signed by a key that is known here: nobody vouches for any of them.`
  return { code: "checkpoint_missing", index: 0, message }
}
