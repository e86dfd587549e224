import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { Settings } from "../../core/settings.ts"
import type { ReadableLog } from "../../core/verifying/readable-log.ts"
import { nameDatabase, readDatabaseUrl } from "../../server/database-url.ts"
import { readEnvironment } from "../../server/environment.ts"
import { type OpenedLog, openLogToRead } from "../../server/open-log-to-read.ts"
import type { DatabaseConfig, OutletsConfig } from "../../server/server-config.ts"
import type { CommandContext } from "../command-context.ts"
import { exitCodes } from "../exit-codes.ts"
import { printError } from "../print-error.ts"
import { printFaults } from "../print-faults.ts"
import { storeFailure } from "../store-failure.ts"
import { databaseFaults, noDatabase } from "../with-store.ts"
import { logSettingsOf } from "./log-settings.ts"

export interface LogOptions {
  /** The database of `linklatch dev`. */
  readonly dev?: boolean
  /** Another one than the settings name: a copy. */
  readonly database?: string
}

export interface ReadLog {
  readonly log: ReadableLog
  /** As people may be told of it. */
  readonly name: string
  /** What the settings say of the log; null where they say nothing that can be used, as on an auditor's machine. */
  readonly settings: Settings["audit"] | null
  /** What the settings say of where its checkpoints are; of a copy, who witnesses it alone. */
  readonly outlets: Pick<OutletsConfig, "file" | "witnesses">
}

/** Opens the log that the settings name, or a copy, to read it; lets a command look at it, and closes it. Nothing is written or migrated. */
export async function withLog(
  context: CommandContext,
  options: LogOptions,
  act: (opened: ReadLog) => Promise<number>,
): Promise<number> {
  const { directory, env } = context
  const command = options.dev === true ? "dev" : "serve"
  const environment = readEnvironment(env, { command, directory, isOnlyLooking: true })
  const database = options.database === undefined ? environment.database : readDatabaseUrl(options.database)
  if (database === null) return badDatabase(context)
  const faults = options.database === undefined ? databaseFaults(environment) : []
  if (faults.length > 0) return printFaults(context, faults, [])
  const isOurs = options.database === undefined && database.engine === "sqlite"
  if (isOurs && !existsSync(resolve(directory, database.path))) return noDatabase(context, database.path)
  const { witnesses, file } = environment.outlets
  const outlets = { witnesses, file: options.database === undefined ? file : null }
  return reading(context, database, (log) =>
    act({ log, name: nameDatabase(database), settings: logSettingsOf(environment), outlets }),
  )
}

async function reading(
  context: CommandContext,
  database: DatabaseConfig,
  act: (log: ReadableLog) => Promise<number>,
): Promise<number> {
  let opened: OpenedLog
  try {
    opened = await openLogToRead(database)
  } catch (error) {
    return storeFailure(context, database, error)
  }
  try {
    return await act(opened.log)
  } catch (error) {
    return storeFailure(context, database, error)
  } finally {
    await opened.close()
  }
}

function badDatabase(context: CommandContext): number {
  const message = "--database names no database. It takes sqlite:path, or postgres://user@host:5432/name."
  return printError(context, { code: "usage", message }, exitCodes.usage)
}
