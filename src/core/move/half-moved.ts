import { LinklatchError } from "../fault.ts"

/** What a store says that is asked to open a database which is half moved (decisions/051). */
export function halfMoved(): LinklatchError {
  const problem = "A move into this database is not finished, so it doesn't hold everything yet."
  const cure = "Run the same `linklatch move` again, which goes on where it was; or empty the database."
  return new LinklatchError("store_unavailable", `${problem} ${cure}`)
}
