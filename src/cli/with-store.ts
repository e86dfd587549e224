import { existsSync } from "node:fs"
import { resolve } from "node:path"
import type { Settings } from "../core/settings.ts"
import type { Store } from "../core/store.ts"
import { nameDatabase } from "../server/database-url.ts"
import { type EnvironmentOutcome, readEnvironment } from "../server/environment.ts"
import { openStore } from "../server/open-store.ts"
import { planMigrations } from "../server/plan-migrations.ts"
import type { DatabaseConfig } from "../server/server-config.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { migrationProgress } from "./migration-progress.ts"
import { printError } from "./print-error.ts"
import { printFaults } from "./print-faults.ts"
import { storeFailure } from "./store-failure.ts"
import { unreadEnvFile } from "./unread-env-file.ts"

export interface StoreOptions {
  /** The database of `linklatch dev`. */
  readonly dev?: boolean
}

export interface OpenedStore {
  readonly store: Store
  /** Only DATABASE_URL has to be right; the others may be those of another machine, or missing. */
  readonly settings: Settings
  readonly environment: EnvironmentOutcome
}

export interface StoreNeeds {
  /** The secret has to be right as well, and in development it is made if there is none. */
  readonly secret?: boolean
}

const DEVELOPMENT_DATABASE = ".linklatch/dev.db"

/** Opens the store that the settings name, lets a command act on it, and closes it. It makes no database. */
export async function withStore(
  context: CommandContext,
  options: StoreOptions,
  act: (opened: OpenedStore) => Promise<number>,
  needs: StoreNeeds = {},
): Promise<number> {
  const { directory, env } = context
  const command = options.dev === true ? "dev" : "serve"
  const isOnlyLooking = needs.secret !== true
  const environment = readEnvironment(env, { command, directory, isOnlyLooking })
  const faults = isOnlyLooking
    ? databaseFaults(environment)
    : faultsOf(environment, ["DATABASE_URL", "LINKLATCH_SECRET"])
  if (faults.length > 0) return printFaults(context, faults, [])
  const { database } = environment
  const missing = await missingDatabase(context, database).catch((error) => storeFailure(context, database, error))
  if (missing !== null) return missing
  let store: Store
  try {
    store = await openStore(database, migrationProgress(context, nameDatabase(database)))
  } catch (error) {
    return storeFailure(context, database, error)
  }
  try {
    return await act({ store, settings: environment.settings, environment })
  } catch (error) {
    return storeFailure(context, database, error)
  } finally {
    await store.close()
  }
}

/** The only faults that matter to a command which needs nothing but the database. */
export function databaseFaults(environment: EnvironmentOutcome) {
  return faultsOf(environment, ["DATABASE_URL"])
}

function faultsOf(environment: EnvironmentOutcome, names: readonly string[]) {
  if (environment.status === "ready") return []
  return environment.faults.filter(({ variable }) => names.some((name) => variable.startsWith(name)))
}

// Whoever asks about users means a database that is there: none is made for the question.
async function missingDatabase(context: CommandContext, database: DatabaseConfig): Promise<number | null> {
  if (database.engine === "sqlite") {
    return existsSync(resolve(context.directory, database.path)) ? null : noDatabase(context, database.path)
  }
  if ((await planMigrations(database)).isNew) return noTables(context, database)
  return null
}

function noTables(context: CommandContext, database: DatabaseConfig): number {
  const name = nameDatabase(database)
  const message = `There are no tables of Linklatch in ${name}. To make them: linklatch migrate.`
  return printError(context, { code: "no_database", message, database: name }, exitCodes.failed)
}

/** There is no such file: says where it may be. */
export function noDatabase(context: CommandContext, path: string): number {
  const hasDevelopment = path !== DEVELOPMENT_DATABASE && existsSync(resolve(context.directory, DEVELOPMENT_DATABASE))
  const cure = hasDevelopment
    ? "For the one of `linklatch dev` add --dev."
    : "Set DATABASE_URL to where the server keeps it, or go to the folder that the server runs in."
  const hint = unreadEnvFile(context)
  const message = [`There is no database at ${path}.`, cure, ...(hint === null ? [] : [hint])].join(" ")
  return printError(context, { code: "no_database", message, database: path }, exitCodes.failed)
}
