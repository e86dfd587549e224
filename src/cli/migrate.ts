import { readEnvironment } from "../server/environment.ts"
import { sqlite } from "../sqlite.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { migrationProgress } from "./migration-progress.ts"
import { printFaults } from "./print-faults.ts"
import { databaseFaults, storeFailure } from "./with-store.ts"

/** Brings the tables up to date. Only the database's setting matters: a deployment may migrate with nothing else set. */
export async function migrate(context: CommandContext, options: { readonly dev?: boolean }): Promise<number> {
  const environment = readEnvironment(context.env, {
    command: options.dev ? "dev" : "serve",
    directory: context.directory,
    isOnlyLooking: true,
  })
  const faults = databaseFaults(environment)
  if (faults.length > 0) return printFaults(context, faults, [])
  const { path } = environment.database
  try {
    const store = sqlite(path, migrationProgress(context, path))
    const migrations = await store.migrate()
    await store.close()
    if (context.isJson) context.print(JSON.stringify({ status: "migrated", database: path, migrations }))
    else context.print(migrations.length === 0 ? `${path} is up to date.` : `${path}: ran ${migrations.join(", ")}.`)
    return exitCodes.ok
  } catch (error) {
    return storeFailure(context, error)
  }
}
