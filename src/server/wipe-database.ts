import type { Wiped, Wiping } from "../core/erasing/wiped.ts"
import type { DatabaseConfig } from "./server-config.ts"

const HOUR_MS = 3_600_000

/** Does away with what deleted rows left in the files of a database. No store of this process may have it open. */
export async function wipeDatabase(database: DatabaseConfig, wiping: Wiping): Promise<Wiped> {
  if (database.engine === "sqlite")
    return (await import("../stores/sqlite/wipe-file.ts")).wipeFile(database.path, wiping)
  const { wipeTables } = await import("../stores/postgres/wipe-tables.ts")
  const { withPostgres } = await import("./with-postgres.ts")
  const patient = { patienceMs: HOUR_MS }
  return withPostgres(
    database.url,
    (work) => withPostgres(database.url, (watch) => wipeTables({ work, watch }, wiping), patient),
    patient,
  )
}
