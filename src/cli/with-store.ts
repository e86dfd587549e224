import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { LinklatchError } from "../core/fault.ts"
import type { Settings } from "../core/settings.ts"
import type { Store } from "../core/store.ts"
import { type EnvironmentOutcome, readEnvironment } from "../server/environment.ts"
import { sqlite } from "../sqlite.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { migrationProgress } from "./migration-progress.ts"
import { printError } from "./print-error.ts"
import { printFaults } from "./print-faults.ts"
import { unreadEnvFile } from "./unread-env-file.ts"

export interface StoreOptions {
  /** The database of `linklatch dev`. */
  readonly dev?: boolean
}

export interface OpenedStore {
  readonly store: Store
  /** Only DATABASE_URL has to be right; the others may be those of another machine, or missing. */
  readonly settings: Settings
}

const DEVELOPMENT_DATABASE = ".linklatch/dev.db"

/** Opens the store that the settings name, lets a command act on it, and closes it. It makes no database. */
export async function withStore(
  context: CommandContext,
  options: StoreOptions,
  act: (opened: OpenedStore) => Promise<number>,
): Promise<number> {
  const { directory, env } = context
  const command = options.dev === true ? "dev" : "serve"
  const environment = readEnvironment(env, { command, directory, isOnlyLooking: true })
  const faults = databaseFaults(environment)
  if (faults.length > 0) return printFaults(context, faults, [])
  const { path } = environment.database
  if (!existsSync(resolve(directory, path))) return noDatabase(context, path)
  let store: Store
  try {
    store = sqlite(path, migrationProgress(context, path))
  } catch (error) {
    return storeFailure(context, error)
  }
  try {
    return await act({ store, settings: environment.settings })
  } catch (error) {
    return storeFailure(context, error)
  } finally {
    await store.close()
  }
}

/** The only faults that matter to a command which needs nothing but the database. */
export function databaseFaults(environment: EnvironmentOutcome) {
  if (environment.status === "ready") return []
  return environment.faults.filter(({ variable }) => variable.startsWith("DATABASE_URL"))
}

function noDatabase(context: CommandContext, path: string): number {
  const hasDevelopment = path !== DEVELOPMENT_DATABASE && existsSync(resolve(context.directory, DEVELOPMENT_DATABASE))
  const cure = hasDevelopment
    ? "For the one of `linklatch dev` add --dev."
    : "Set DATABASE_URL to where the server keeps it, or go to the folder that the server runs in."
  const hint = unreadEnvFile(context)
  const message = [`There is no database at ${path}.`, cure, ...(hint === null ? [] : [hint])].join(" ")
  return printError(context, { code: "no_database", message, database: path }, exitCodes.failed)
}

export function storeFailure(context: CommandContext, error: unknown): number {
  const message = error instanceof Error ? error.message : String(error)
  const isStore = error instanceof LinklatchError && error.code === "store_unavailable"
  return printError(context, { code: isStore ? "store_unavailable" : "failed", message })
}
