import { existsSync, readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { type Dump, dumpTables } from "../attack/dump-tables.ts"
import type { Engine } from "./points.ts"

/** A database of its own for one round. */
export interface CampaignDatabase {
  readonly engine: Engine
  /** What a site is told: `sqlite:path`. */
  readonly url: string
  /** A place on the disk for what the processes say. */
  readonly folder: string
  /** Whether the log's positions have no gaps. */
  readonly isDense: boolean
  /** Every row of every table. */
  dump(): Promise<Dump>
  /** How many rows of the outbox wait. */
  countQueued(): Promise<number>
  /** Everything that it keeps on the disk. */
  files(): Promise<ReadonlyMap<string, Buffer>>
  discard(): Promise<void>
}

export async function openSqliteFile(parent = tmpdir()): Promise<CampaignDatabase> {
  const folder = await mkdtemp(join(parent, "linklatch-faults-"))
  const path = join(folder, "auth.db")
  return {
    engine: "sqlite",
    url: `sqlite:${path}`,
    folder,
    isDense: true,
    dump: async () => dumpTables(path),
    async countQueued() {
      const database = new DatabaseSync(path, { readOnly: true })
      const row = database.prepare("select count(*) as queued from outbox where state = 'queued'").get()
      database.close()
      return Number(row?.["queued"])
    },
    async files() {
      const names = [path, `${path}-wal`, `${path}-shm`].filter((name) => existsSync(name))
      return new Map(names.map((name) => [name.slice(folder.length + 1), readFileSync(name)]))
    },
    discard: () => rm(folder, { recursive: true, force: true }),
  }
}
