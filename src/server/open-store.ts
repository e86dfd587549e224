import type { Store } from "../core/store.ts"
import type { DatabaseConfig } from "./server-config.ts"

/** The store on the database of the configuration. Each engine is loaded where it is used: no server has both. */
export async function openStore(database: DatabaseConfig, onMigration?: (name: string) => void): Promise<Store> {
  if (database.engine === "sqlite") return (await import("../sqlite.ts")).sqlite(database.path, { onMigration })
  return (await import("../postgres.ts")).postgres(database.url, { onMigration })
}
