import type { Store } from "../../src/index.ts"
import { postgres } from "../../src/postgres.ts"
import { sqlite } from "../../src/sqlite.ts"
import type { CampaignDatabase } from "./campaign-database.ts"

/** A store of the test's own over a round's database. */
export function openStore({ engine, url }: Pick<CampaignDatabase, "engine" | "url">): Store {
  return engine === "sqlite" ? sqlite(url.slice("sqlite:".length)) : postgres(url)
}
