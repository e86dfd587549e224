import { describe, expect, it } from "vitest"
import type { TestDatabase } from "../../../src/testing/contract/lab.ts"
import { sharedStoreContract, storeContract } from "../../../src/testing.ts"
import { commitmentContract } from "./commitment-contract.ts"
import { erasingContract } from "./erasing-contract.ts"
import { historyContract } from "./history-contract.ts"
import { processContract } from "./process-contract.ts"

export interface ContractDatabase extends TestDatabase {
  /** What another process needs to open it, as JSON. Missing, as the next one, where no other can. */
  readonly address?: unknown
  /** Asks the tables themselves, for what the port doesn't tell. */
  query?(sql: string): Promise<readonly object[]>
}

export interface ContractOptions {
  /** A module whose `openStore(address)` opens the database in another process; null where only one process can. */
  readonly module: URL | null
  /** Milliseconds until the end of a session must be seen everywhere: 0 but for a store with a cache. */
  readonly staleMs?: number
}

/** All that every store must hold, on one: no store has tests of its own for what they share. */
export function everyContract(
  name: string,
  createDatabase: () => Promise<ContractDatabase>,
  { module, staleMs = 0 }: ContractOptions,
): void {
  const runner = { describe, it, expect }
  storeContract(name, createDatabase, runner)
  historyContract(name, createDatabase)
  if (module === null) return
  commitmentContract(name, createDatabase)
  sharedStoreContract(name, createDatabase, runner, { staleMs })
  processContract(name, createDatabase, module, staleMs)
  erasingContract(name, createDatabase, module, staleMs)
}
