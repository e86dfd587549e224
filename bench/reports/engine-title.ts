import type { EngineName } from "../engines/engine.ts"

/** What a title says of the engine: nothing of SQLite, on which everything was measured first. */
export function engineTitle(engine: EngineName): string {
  if (engine === "sqlite") return ""
  return engine === "postgres" ? ", on PostgreSQL" : ", on PostgreSQL and Redis"
}
