import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"
import { LinklatchError } from "../../core/fault.ts"
import type { MigrationPlan } from "../../core/migration-plan.ts"
import { planMigrations } from "./migrate.ts"

/** What `sqlite(path)` would run when it opens this file. Makes no file, and writes to none. */
export function planForFile(path: string): MigrationPlan {
  let database: DatabaseSync | null = null
  try {
    const isThere = path !== ":memory:" && existsSync(path)
    database = isThere ? new DatabaseSync(path, { readOnly: true, timeout: 5_000 }) : new DatabaseSync(":memory:")
    return planMigrations(database)
  } catch (cause) {
    throw new LinklatchError("store_unavailable", `The database ${path} can't be read: ${String(cause)}`, { cause })
  } finally {
    database?.close()
  }
}
