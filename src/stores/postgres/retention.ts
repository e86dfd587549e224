import { firstIdAt } from "../../core/ids.ts"
import type { RetentionStore, Swept } from "../../core/retention/retention-store.ts"
import type { Database } from "./database.ts"

export function createRetention(database: Database): RetentionStore {
  return {
    async sweep({ at, max, askedBefore, endedBefore, personsBefore }) {
      const below = askedBefore === null ? null : firstIdAt(Math.min(askedBefore, at))
      const swept = (await database.call("sweep", [at, max, askedBefore, below, endedBefore])) as Swept
      if (personsBefore === null) return { ...swept, persons: 0, isMoreOfPersons: false }
      const persons = await database.call("sweep_persons", [firstIdAt(Math.min(personsBefore, at)), max])
      return { ...swept, ...(persons as Pick<Swept, "persons" | "isMoreOfPersons">) }
    },
  }
}
