/** The embedded database: a file, nothing to install, one machine. `import { sqlite } from "linklatch/sqlite"` */
import { resolve } from "node:path"
import { LinklatchError } from "./core/fault.ts"
import type { Store } from "./core/store.ts"
import { migrate } from "./stores/sqlite/migrate.ts"
import { openDatabase, waitBriefly } from "./stores/sqlite/open-database.ts"
import { createSqliteStore } from "./stores/sqlite/sqlite-store.ts"

export interface SqliteOptions {
  /** Hears the name of each migration before it runs, as one over a large table takes its time. */
  readonly onMigration?: ((name: string) => void) | undefined
}

/**
 * Opens the SQLite file at `path`, or a database in memory for `":memory:"`, and brings its tables up to date. Several
 * processes of one machine may share a file. Each decision is on disk before it is answered (`synchronous = full`).
 *
 * @throws LinklatchError `store_unavailable` when the file can't be opened or migrated.
 */
export function sqlite(path: string, { onMigration }: SqliteOptions = {}): Store {
  const database = openDatabase(path)
  try {
    const migrated = migrate(database, Date.now(), onMigration)
    waitBriefly(database)
    const store = createSqliteStore(database, migrated)
    return path === ":memory:" ? store : { ...store, file: resolve(path) }
  } catch (cause) {
    database.close()
    if (cause instanceof LinklatchError) throw cause
    const problem = `The tables of ${path} can't be brought up to date: ${String(cause)}`
    throw new LinklatchError("store_unavailable", problem, { cause })
  }
}
