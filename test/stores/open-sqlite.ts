import type { Store } from "../../src/core/store.ts"
import { sqlite } from "../../src/sqlite.ts"

/** Opens the file in another process, for the races of the contract. */
export async function openStore(path: string): Promise<Store> {
  return sqlite(path)
}
