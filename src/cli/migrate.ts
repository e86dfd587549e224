import { nameDatabase } from "../server/database-url.ts"
import { readEnvironment } from "../server/environment.ts"
import { openStore } from "../server/open-store.ts"
import { planMigrations } from "../server/plan-migrations.ts"
import type { DatabaseConfig } from "../server/server-config.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { migrationProgress } from "./migration-progress.ts"
import { printFaults } from "./print-faults.ts"
import { storeFailure } from "./store-failure.ts"
import { databaseFaults } from "./with-store.ts"

export interface MigrateOptions {
  /** The database of `linklatch dev`. */
  readonly dev?: boolean
  /** Prints what would run, and runs nothing. */
  readonly dryRun?: boolean
}

/** Brings the tables up to date. Only the database's setting matters: a deployment may migrate with nothing else set. */
export async function migrate(context: CommandContext, options: MigrateOptions): Promise<number> {
  const environment = readEnvironment(context.env, {
    command: options.dev ? "dev" : "serve",
    directory: context.directory,
    isOnlyLooking: true,
  })
  const faults = databaseFaults(environment)
  if (faults.length > 0) return printFaults(context, faults, [])
  const { database } = environment
  try {
    await (options.dryRun === true ? printPlan(context, database) : runMigrations(context, database))
    return exitCodes.ok
  } catch (error) {
    return storeFailure(context, database, error)
  }
}

async function runMigrations(context: CommandContext, database: DatabaseConfig): Promise<void> {
  const name = nameDatabase(database)
  const store = await openStore(database, migrationProgress(context, name))
  try {
    const migrations = await store.migrate()
    if (context.isJson) context.print(JSON.stringify({ status: "migrated", database: name, migrations }))
    else context.print(migrations.length === 0 ? `${name} is up to date.` : `${name}: ran ${migrations.join(", ")}.`)
  } finally {
    await store.close()
  }
}

// Standard output is the script alone, so that it can be kept in a file or run by somebody else.
async function printPlan(context: CommandContext, database: DatabaseConfig): Promise<void> {
  const name = nameDatabase(database)
  const { migrations, script } = await planMigrations(database)
  const status = migrations.length === 0 ? "up_to_date" : "pending"
  if (context.isJson) context.print(JSON.stringify({ status, database: name, migrations, sql: script }))
  else if (migrations.length === 0) context.printError(`${name} is up to date.`)
  else {
    context.print(script.trimEnd())
    context.printError(`${name}: nothing was run. It lacks ${migrations.join(", ")}.`)
  }
}
