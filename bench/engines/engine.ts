import type { Durability } from "../sites/serve-site.ts"
import { startPostgres } from "./postgres.ts"
import { startPostgresRedis } from "./postgres-redis.ts"
import { startSqlite } from "./sqlite.ts"

export const engineNames = ["sqlite", "postgres", "postgres+redis"] as const
export type EngineName = (typeof engineNames)[number]

/** Where sites keep their rows: files, or a server that was started for this run. */
export interface Engine {
  readonly name: EngineName
  /** What each site's own connection must say of how it writes. */
  readonly durable: Durability
  /** What sites find in their environment. */
  readonly environment: Readonly<Record<string, string>>
  /** Makes an empty database; gives what a site opens it by: a path, or a connection string. */
  createDatabase(name: string): Promise<string>
  openReader(database: string): Promise<Reader>
  /** Ends it, and removes its databases. */
  stop(): Promise<void>
}

/** Sees what is committed and nothing else, through a connection of its own. */
export interface Reader {
  /** The one number that this statement selects. */
  count(sql: string): Promise<number>
  /** Our tables as they are now. */
  sizes(): Promise<DatabaseSize>
  close(): Promise<void>
}

export interface DatabaseSize {
  readonly tables: readonly TableSize[]
  /** All of it, with what was freed inside and is not given back. */
  readonly bytes: number
  /** The log that is written ahead. */
  readonly walBytes: number
}

export interface TableSize {
  readonly name: string
  readonly rows: number
  /** With its indexes. */
  readonly bytes: number
}

const starters: Readonly<Record<EngineName, () => Promise<Engine>>> = {
  sqlite: startSqlite,
  postgres: startPostgres,
  "postgres+redis": startPostgresRedis,
}

export function startEngine(name: EngineName): Promise<Engine> {
  return starters[name]()
}

/** The engine of this name, as somebody typed it. */
export function readEngineName(text: string): EngineName {
  const name = engineNames.find((one) => one === text)
  if (name === undefined) throw new Error(`There is no engine ${text}: choose ${engineNames.join(" or ")}.`)
  return name
}
