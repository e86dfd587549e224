import { closeSync, fsyncSync, openSync } from "node:fs"
import type { DatabaseSync } from "node:sqlite"
import { setImmediate as nextTurn } from "node:timers/promises"

const BATCH = 20_000

/** Calls `write` for 0 to `count` in transactions of a bounded size. Not durable: these rows are only made for the run. */
export async function writeInBatches(
  database: DatabaseSync,
  count: number,
  write: (index: number) => void,
): Promise<void> {
  database.exec("pragma synchronous = off; pragma cache_size = -262144; pragma wal_autocheckpoint = 16384")
  for (let from = 0; from < count; from += BATCH) {
    database.exec("begin immediate")
    for (let index = from; index < Math.min(from + BATCH, count); index++) write(index)
    database.exec("commit")
    await nextTurn()
  }
  database.exec("pragma synchronous = full; pragma wal_checkpoint(truncate)")
  // Else the first that commits durably would pay for writing all of this to the disk.
  const file = openSync(database.location() ?? "", "r+")
  fsyncSync(file)
  closeSync(file)
}
