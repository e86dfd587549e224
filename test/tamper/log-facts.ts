import { DatabaseSync } from "node:sqlite"
import { positionsOf } from "../../src/core/sealing/position-ranges.ts"
import type { PositionRange } from "../../src/core/sealing/sealing-store.ts"
import type { MadeLog } from "./make-log.ts"

/** What a tamperer reads out of a log before touching it. */
export interface LogFacts extends MadeLog {
  readonly size: number
  readonly minIndex: number
  /** The position of each index, pruned ones too. */
  readonly positions: readonly number[]
  /** Positions that were looked through and have no event. */
  readonly holes: readonly number[]
  /** Of the checkpoints in the database, smallest first. */
  readonly signedSizes: readonly number[]
}

export function readFacts(log: MadeLog): LogFacts {
  const database = new DatabaseSync(log.path, { readOnly: true })
  const head = database.prepare("select size, min_index, cursor from audit_log").get()
  const bundles = database.prepare("select ranges from audit_bundles order by bundle_index").all()
  const positions = bundles.flatMap(({ ranges }) => positionsOf(JSON.parse(String(ranges)) as PositionRange[]))
  const signed = database.prepare("select size from audit_checkpoints order by size").all()
  database.close()
  const taken = new Set(positions)
  const through = Number(head?.["cursor"])
  return {
    ...log,
    size: Number(head?.["size"]),
    minIndex: Number(head?.["min_index"]),
    positions,
    holes: Array.from({ length: through }, (_, nth) => nth + 1).filter((position) => !taken.has(position)),
    signedSizes: signed.map(({ size }) => Number(size)),
  }
}

/** The newest checkpoint covers what is below. */
export function coveredOf({ signedSizes }: LogFacts): number {
  return signedSizes.at(-1) ?? 0
}
