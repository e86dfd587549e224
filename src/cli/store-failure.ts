import { LinklatchError } from "../core/fault.ts"
import { createScrub } from "../server/scrub.ts"
import { type DatabaseConfig, databaseSecretsOf } from "../server/server-config.ts"
import type { CommandContext } from "./command-context.ts"
import { printError } from "./print-error.ts"

/** Says why a command couldn't use the database. Returns the exit code. */
export function storeFailure(context: CommandContext, database: DatabaseConfig, error: unknown): number {
  const code = error instanceof LinklatchError ? error.code : "failed"
  const message = createScrub(databaseSecretsOf(database))(explainFailure(error))
  return printError(context, {
    code: code === "store_unavailable" || code === "journal_failed" ? code : "failed",
    message,
  })
}

/** What went wrong, and behind it what the database's own library says of it. */
export function explainFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const reason = reasonOf(error)
  const cause = error.cause === undefined ? "" : reasonOf(error.cause)
  return cause === "" || reason.includes(cause) ? reason : `${reason} (${cause})`
}

// Of an address with several numbers, each that refused is told by itself, and the whole says nothing.
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "") return error.errors.map(reasonOf).join(", ")
  return error instanceof Error ? error.message : String(error)
}
