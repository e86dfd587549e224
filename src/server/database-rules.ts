import { isLocalServer } from "./database-url.ts"
import type { Mode, ServerConfig } from "./server-config.ts"
import type { FaultList } from "./setting-fault.ts"
import type { VariableValues } from "./variables.ts"

/** What DATABASE_URL and REDIS_URL ask of one another, and of the way to them. */
export function checkDatabaseRules(
  values: VariableValues,
  { database, mode }: Pick<ServerConfig, "database" | "mode">,
  faults: FaultList,
  warnings: FaultList,
): void {
  if (values.REDIS_URL !== undefined && database.engine === "sqlite" && !faults.has("DATABASE_URL")) {
    refuseRedisAlone(mode, faults, warnings)
  }
  if (database.engine === "postgres" && mode === "production" && isInClear(database.url)) {
    const problem = "The connection to PostgreSQL isn't encrypted: whoever is on the way reads along (ASVS 12.3.1)."
    const cure = "Add ?sslmode=verify-full; or ?sslmode=disable, where the network is yours alone."
    warnings.add("DATABASE_URL", problem, cure)
  }
}

// Two machines that each have a SQLite file share no user and no session, however many limits they share.
function refuseRedisAlone(mode: Mode, faults: FaultList, warnings: FaultList): void {
  const problem = "Redis serves many machines, and a SQLite file lives on one."
  const cure = "Set DATABASE_URL to a PostgreSQL, or leave REDIS_URL out."
  if (mode === "production") faults.add("REDIS_URL", problem, cure)
  // An application's .env often names the Redis of the application.
  else warnings.add("REDIS_URL", problem, `It isn't used. ${cure}`)
}

function isInClear(url: string): boolean {
  const { searchParams } = new URL(url)
  const isDecided = ["sslmode", "ssl", "sslnegotiation"].some((name) => searchParams.has(name))
  return !isDecided && !isLocalServer(url)
}
