import type { MigrationPlan } from "../core/migration-plan.ts"
import { DEFAULT_SCHEMA } from "../stores/postgres/default-schema.ts"
import type { DatabaseConfig } from "./server-config.ts"
import { withPostgres } from "./with-postgres.ts"

/** What opening the store of a database would run. Changes nothing, and makes no file. */
export async function planMigrations(database: DatabaseConfig): Promise<MigrationPlan> {
  if (database.engine === "sqlite")
    return (await import("../stores/sqlite/plan-for-file.ts")).planForFile(database.path)
  const { planMigrations: plan } = await import("../stores/postgres/migrate.ts")
  return withPostgres(database.url, (client) => plan(client, DEFAULT_SCHEMA))
}
