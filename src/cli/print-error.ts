import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"

/** Stable: scripts match on these. */
export type CommandErrorCode =
  | "usage"
  | "invalid_configuration"
  | "start_failed"
  | "no_database"
  | "same_database"
  | "outdated_database"
  | "not_empty"
  | "source_changed"
  | "different"
  | "store_unavailable"
  | "unknown_user"
  | "unknown_session"
  | "unchanged"
  | "no_key"
  | "unknown_event"
  | "not_covered"
  | "invalid_proof"
  | "not_pruned"
  | "no_secret"
  | "no_journal"
  | "journal_failed"
  | "file_failed"
  | "syslog_failed"
  | "other_log"
  | "not_as_sealed"
  | "failed"

/** Why a command did not do what it was asked to. */
export interface CommandError {
  readonly code: CommandErrorCode
  /** Sentences for people. */
  readonly message: string
  /** More for programs, beside the two above. */
  readonly [more: string]: unknown
}

/** Tells it on standard error, as prose or as `{"error":{"code","message"}}`. Returns the exit code. */
export function printError(
  context: Pick<CommandContext, "isJson" | "printError">,
  error: CommandError,
  exitCode: number = exitCodes.failed,
): number {
  context.printError(context.isJson ? JSON.stringify({ error }) : `linklatch: ${error.message}`)
  return exitCode
}
