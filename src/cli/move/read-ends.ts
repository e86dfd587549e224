import { readDatabaseUrl } from "../../server/database-url.ts"
import { readEnvironment } from "../../server/environment.ts"
import type { DatabaseConfig } from "../../server/server-config.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import type { CommandError } from "../print-error.ts"
import { databaseFaults } from "../with-store.ts"
import type { MoveOptions } from "./move.ts"

export interface Ends {
  readonly from: DatabaseConfig
  readonly to: DatabaseConfig
}

export type EndsOutcome =
  | { readonly status: "read"; readonly ends: Ends }
  | { readonly status: "faulty"; readonly error: CommandError; readonly exitCode: number }

/** What the command line names, and DATABASE_URL for what it doesn't. No fault repeats a URL, as it may hold a password. */
export function readEnds(context: CommandContext, options: MoveOptions): EndsOutcome {
  const from = options.from === undefined ? readSetting(context) : readDatabaseUrl(options.from)
  if (from === null) return faulty(options.from === undefined ? "DATABASE_URL" : "--from")
  const to = readDatabaseUrl(options.to)
  return to === null || (to.engine === "sqlite" && to.path === ":memory:")
    ? faulty("--to")
    : { status: "read", ends: { from, to } }
}

function readSetting({ env, directory }: CommandContext): DatabaseConfig | null {
  const environment = readEnvironment(env, { command: "serve", directory, isOnlyLooking: true })
  return databaseFaults(environment).length > 0 ? null : environment.database
}

function faulty(name: string): EndsOutcome {
  const message = `${name} names no database. It takes sqlite:path, or postgres://user@host:5432/name, with what is special in a password percent-encoded.`
  const exitCode = name === "DATABASE_URL" ? exitCodes.configuration : exitCodes.usage
  const code = name === "DATABASE_URL" ? "invalid_configuration" : "usage"
  return { status: "faulty", error: { code, message }, exitCode }
}
