import type { Store } from "../../core/store.ts"

/** What a suite needs of a test runner. The functions of vitest, Jest and `bun:test` fit as they are. */
export interface TestRunner {
  describe(title: string, body: () => void): void
  it(title: string, body: () => Promise<void>, timeoutMs?: number): void
  expect: Expect
}

export type Expect = (actual: unknown, message?: string) => Expectation

export interface Expectation {
  readonly not: Pick<Expectation, "toBe" | "toEqual" | "toContain" | "toMatchObject">
  toBe(expected: unknown): void
  toEqual(expected: unknown): void
  toMatchObject(expected: object): void
  toHaveLength(length: number): void
  toContain(item: unknown): void
  toContainEqual(item: unknown): void
  toMatch(pattern: RegExp): void
  toBeGreaterThan(number: number): void
}

/** A database of its own for one test, empty at first. */
export interface TestDatabase {
  /** Opens a store over this database. */
  open(): Promise<Store>
  /** Opens a store that may prune the log, where those of `open` may not: on PostgreSQL, as the role that owns the tables. */
  openOwner?(): Promise<Store>
  /** Limits that are over go by themselves, as in Redis: sweeping finds nothing to do. */
  readonly limitsExpire?: boolean
  /** Throws the database away; every store over it was closed before. */
  discard?(): Promise<void>
}

/** What one test works with. */
export interface Lab {
  readonly store: Store
  readonly expect: Expect
  readonly limitsExpire: boolean
  /** One more store over the same database, as another process would open it. */
  open(): Promise<Store>
  /** One that may prune the log. */
  openOwner(): Promise<Store>
  close(store: Store): Promise<void>
  /** How long another store may still find a session live whose end was answered: 0 but for a store with a cache. */
  readonly staleMs: number
}

/** Facts about a store by their title, each with its proof. */
export type Facts = Readonly<Record<string, (lab: Lab) => Promise<void>>>

const TIMEOUT_MS = 30_000

/** Makes a test of each fact, with a database of its own. */
export function testFacts(
  concept: string,
  facts: Facts,
  createDatabase: () => Promise<TestDatabase>,
  runner: TestRunner,
  staleMs = 0,
): void {
  const expect = withoutMessage(runner.expect)
  runner.describe(concept, () => {
    for (const [title, prove] of Object.entries(facts)) {
      runner.it(title, () => proveInLab(prove, createDatabase, expect, staleMs), TIMEOUT_MS)
    }
  })
}

// Jest throws where it is given a second argument, and its function says that it takes one.
function withoutMessage(expect: Expect): Expect {
  return expect.length > 1 ? expect : (actual) => expect(actual)
}

async function proveInLab(
  prove: Facts[string],
  createDatabase: () => Promise<TestDatabase>,
  expect: Expect,
  staleMs: number,
): Promise<void> {
  const database = await createDatabase()
  const opened = new Set<Store>()
  const opening = (make: () => Promise<Store>) => async () => {
    const store = await make()
    opened.add(store)
    return store
  }
  const open = opening(database.open)
  const close = async (store: Store) => {
    opened.delete(store)
    await store.close()
  }
  try {
    const store = await open()
    await store.migrate()
    // Else whoever may write may prune as well, as far as the store is asked.
    const openOwner = database.openOwner === undefined ? async () => store : opening(database.openOwner)
    await prove({ store, expect, limitsExpire: database.limitsExpire === true, open, openOwner, close, staleMs })
  } finally {
    for (const store of opened) await store.close()
    await database.discard?.()
  }
}
