import { LinklatchError } from "../../core/fault.ts"
import type { MoveSource, MoveTarget } from "../../core/move/move-port.ts"
import { nameDatabase } from "../../server/database-url.ts"
import type { DatabaseConfig } from "../../server/server-config.ts"
import { withPostgres } from "../../server/with-postgres.ts"
import { isLostConnection } from "../../stores/postgres/database-fault.ts"
import { DEFAULT_SCHEMA } from "../../stores/postgres/default-schema.ts"
import { explainFailure } from "../store-failure.ts"
import type { Ends } from "./read-ends.ts"

export interface OpenedEnds {
  readonly source: MoveSource
  readonly target: MoveTarget
}

/** Which of the two a fault is of. */
export class EndFault extends LinklatchError {
  readonly isLost: boolean

  constructor(database: DatabaseConfig, cause: unknown) {
    super("store_unavailable", `${nameDatabase(database)}: ${explainFailure(cause)}`)
    const behind = cause instanceof LinklatchError ? cause.cause : cause
    this.isLost = database.engine === "postgres" && isLostConnection(behind)
  }
}

// Counting ten million rows takes its time; a server that has gone is noticed by the connection.
const PATIENCE_MS = 600_000

/** Opens both, lets `act` move, and closes both. */
export function withEnds<Result>(ends: Ends, act: (opened: OpenedEnds) => Promise<Result>): Promise<Result> {
  return withSource(ends.from, (source) => withTarget(ends.to, (target) => act({ source, target })))
}

async function withSource<Result>(
  database: DatabaseConfig,
  act: (source: MoveSource) => Promise<Result>,
): Promise<Result> {
  if (database.engine === "postgres") {
    const { openPostgresSource } = await import("../../stores/postgres/move-source.ts")
    return withConnection(database, async (client) => {
      const source = await openPostgresSource(client, DEFAULT_SCHEMA).catch((cause) => fail(database, cause))
      return act(named(database, source))
    })
  }
  const { openSqliteSource } = await import("../../stores/sqlite/move-source.ts")
  return withFile(database, () => openSqliteSource(database.path), act)
}

async function withTarget<Result>(
  database: DatabaseConfig,
  act: (target: MoveTarget) => Promise<Result>,
): Promise<Result> {
  if (database.engine === "postgres") {
    const { openPostgresTarget } = await import("../../stores/postgres/move-target.ts")
    return withConnection(database, async (client) => {
      const target = await openPostgresTarget(client, DEFAULT_SCHEMA).catch((cause) => fail(database, cause))
      return act(named(database, target))
    })
  }
  const { openSqliteTarget } = await import("../../stores/sqlite/move-target.ts")
  return withFile(database, () => openSqliteTarget(database.path), act)
}

type Postgres = Extract<DatabaseConfig, { engine: "postgres" }>
type Connected<Result> = Parameters<typeof withPostgres<Result>>[1]

async function withConnection<Result>(database: Postgres, act: Connected<Result>): Promise<Result> {
  try {
    return await withPostgres(database.url, act, { patienceMs: PATIENCE_MS })
  } catch (cause) {
    return fail(database, cause)
  }
}

async function withFile<End extends object & { readonly close: () => void }, Result>(
  database: DatabaseConfig,
  open: () => End,
  act: (end: End) => Promise<Result>,
): Promise<Result> {
  let end: End
  try {
    end = open()
  } catch (cause) {
    return fail(database, cause)
  }
  try {
    return await act(named(database, end))
  } finally {
    end.close()
  }
}

/** The same end, whose faults say which of the two they are of. */
function named<End extends object>(database: DatabaseConfig, end: End): End {
  const methods = Object.entries(end).map(([name, method]) => [
    name,
    async (...args: unknown[]) => {
      try {
        return await method(...args)
      } catch (cause) {
        return fail(database, cause)
      }
    },
  ])
  return Object.fromEntries(methods) as End
}

function fail(database: DatabaseConfig, cause: unknown): never {
  throw cause instanceof EndFault ? cause : new EndFault(database, cause)
}
