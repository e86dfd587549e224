import { type Kind, pick, type Tampered, type TamperedFile } from "./kind.ts"
import { coveredOf } from "./log-facts.ts"
import { rebuildLog } from "./rebuild-log.ts"

/** Kinds of somebody who knows the format: events are changed and everything is computed anew to fit, but for the signature. */
export const rewritingKinds: readonly Kind[] = [
  {
    name: "an event changed, its hash in the tile too",
    codes: ["tile_changed", "checkpoint_mismatch"],
    tamper: changeWithHash,
  },
  {
    name: "an event changed, the tree rebuilt",
    codes: ["checkpoint_mismatch"],
    tamper: (file) => rewrite(file, change),
  },
  {
    name: "a person changed, salt and commitment too, the tree rebuilt",
    codes: ["checkpoint_mismatch"],
    tamper: (file) => rewrite(file, changeCommitment),
  },
  {
    name: "an event dropped, the tree rebuilt",
    codes: ["checkpoint_mismatch", "log_cut"],
    tamper: (file) => rewrite(file, drop),
  },
  {
    name: "an event inserted, the tree rebuilt",
    codes: ["checkpoint_mismatch"],
    tamper: (file) => rewrite(file, insert),
  },
  {
    name: "two events swapped, the tree rebuilt",
    codes: ["checkpoint_mismatch"],
    tamper: (file) => rewrite(file, swap),
  },
  { name: "the end cut off, the tree rebuilt, checkpoints left", codes: ["log_cut"], tamper: cutAndRebuild },
]

export interface Rewriting {
  readonly positions: readonly number[]
  readonly first: number
}

/** Changes what is at an index, and returns the positions as they are to be sealed. */
export type Rewrite = (file: TamperedFile, index: number) => Rewriting | null

/** Rewrites something between two indexes, and all that is derived from it. */
export function rewriteWithin(file: TamperedFile, from: number, end: number, how: Rewrite): Tampered | null {
  const { database, log, draw } = file
  const lowest = Math.max(from, log.minIndex)
  if (end <= lowest) return null
  const rewriting = how(file, lowest + draw(end - lowest))
  if (rewriting === null) return null
  rebuildLog(database, rewriting.positions, log.minIndex)
  return { first: rewriting.first, isExact: false }
}

function rewrite(file: TamperedFile, how: Rewrite): Tampered | null {
  return rewriteWithin(file, 0, coveredOf(file.log), how)
}

export function change({ database, log }: TamperedFile, index: number): Rewriting {
  database
    .prepare("update auth_events set at = at - 1, type = type || 'x' where seq = ?")
    .run(log.positions[index] as number)
  return { positions: log.positions, first: index }
}

function changeCommitment({ database, log }: TamperedFile, index: number): Rewriting | null {
  const row = database.prepare("select pii_id from auth_events where seq = ?").get(log.positions[index] as number)
  if (row?.["pii_id"] == null) return null
  database
    .prepare(
      "update auth_events set commitment = case substr(commitment, 1, 1) when 'A' then 'B' else 'A' end || substr(commitment, 2) where seq = ?",
    )
    .run(log.positions[index] as number)
  const changed = database
    .prepare("select commitment from auth_events where seq = ?")
    .get(log.positions[index] as number)
  if (String(changed?.["commitment"]).length !== 43) return null
  database.prepare("delete from auth_event_pii where pii_id = ?").run(String(row["pii_id"]))
  return { positions: log.positions, first: index }
}

export function drop({ database, log }: TamperedFile, index: number): Rewriting {
  database.prepare("delete from auth_events where seq = ?").run(log.positions[index] as number)
  return { positions: log.positions.toSpliced(index, 1), first: index }
}

export function insert({ database, log, draw }: TamperedFile, index: number): Rewriting | null {
  const like = database.prepare("select * from auth_events where seq = ?").get(log.positions[index] as number)
  if (like === undefined) return null
  const top = Number(database.prepare("select max(seq) as top from auth_events").get()?.["top"])
  const isNothingWaiting = top === Math.max(...log.positions)
  if (!isNothingWaiting && log.holes.length === 0) return null
  const position = !isNothingWaiting || (log.holes.length > 0 && draw(2) === 0) ? pick(log.holes, draw) : top + 1
  const copy = Object.values({ ...like, seq: position, type: "forged" })
  database.prepare("insert into auth_events values (?, ?, ?, ?, ?, ?, ?, ?)").run(...copy)
  return { positions: log.positions.toSpliced(index, 0, position), first: index }
}

function swap({ log, draw }: TamperedFile, index: number): Rewriting | null {
  const covered = coveredOf(log)
  const other = log.minIndex + draw(covered - log.minIndex)
  if (other === index) return null
  const positions = log.positions
    .with(index, log.positions[other] as number)
    .with(other, log.positions[index] as number)
  return { positions, first: Math.min(index, other) }
}

function changeWithHash(file: TamperedFile): Tampered | null {
  const { database, log, draw } = file
  const covered = coveredOf(log)
  if (covered <= log.minIndex) return null
  const index = log.minIndex + draw(covered - log.minIndex)
  const upper = database.prepare("select level, tile_index, hashes from audit_tiles where level > 0").all()
  change(file, index)
  rebuildLog(database, log.positions, log.minIndex)
  const restore = database.prepare("update audit_tiles set hashes = ? where level = ? and tile_index = ?")
  for (const tile of upper) restore.run(tile["hashes"] as Uint8Array, Number(tile["level"]), Number(tile["tile_index"]))
  return { first: index, isExact: false }
}

function cutAndRebuild(file: TamperedFile): Tampered | null {
  const { log, draw } = file
  const covered = coveredOf(log)
  if (covered <= log.minIndex) return null
  const size = log.minIndex + draw(covered - log.minIndex)
  cutTo(file, size)
  return { first: size }
}

/** The log as if it had ended with so many events. */
export function cutTo({ database, log }: TamperedFile, size: number): void {
  for (const position of log.positions.slice(size))
    database.prepare("delete from auth_events where seq = ?").run(position)
  database.prepare("delete from auth_events where seq > ?").run(Math.max(0, ...log.positions))
  rebuildLog(database, log.positions.slice(0, size), log.minIndex)
}
