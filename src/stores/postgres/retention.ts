import { firstIdAt } from "../../core/ids.ts"
import type { RetentionStore, Swept } from "../../core/retention/retention-store.ts"
import type { Database } from "./database.ts"

export function createRetention(database: Database): RetentionStore {
  return {
    async sweep({ at, max, askedBefore, endedBefore }) {
      const below = askedBefore === null ? null : firstIdAt(Math.min(askedBefore, at))
      return (await database.call("sweep", [at, max, askedBefore, below, endedBefore])) as Swept
    },
  }
}
