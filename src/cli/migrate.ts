import { readEnvironment } from "../server/environment.ts"
import { sqlite } from "../sqlite.ts"
import type { CommandContext } from "./command-context.ts"
import { exitCodes } from "./exit-codes.ts"
import { printFaults } from "./print-faults.ts"
import { startFailure } from "./start-failure.ts"

/** Brings the tables up to date. Only the database's setting matters: a deployment may migrate with nothing else set. */
export async function migrate(context: CommandContext, options: { readonly dev?: boolean }): Promise<number> {
  const environment = readEnvironment(context.env, {
    command: options.dev ? "dev" : "serve",
    directory: context.directory,
  })
  const faults =
    environment.status === "faulty"
      ? environment.faults.filter(({ variable }) => variable.startsWith("DATABASE_URL"))
      : []
  if (faults.length > 0) {
    printFaults(context, faults, [])
    return exitCodes.configuration
  }
  const { path } = environment.database
  try {
    const store = sqlite(path)
    const migrations = await store.migrate()
    await store.close()
    if (context.isJson) context.print(JSON.stringify({ status: "migrated", database: path, migrations }))
    else context.print(migrations.length === 0 ? `${path} is up to date.` : `${path}: ran ${migrations.join(", ")}.`)
    return exitCodes.ok
  } catch (error) {
    const { problem, exitCode } = startFailure(error)
    if (context.isJson) context.print(JSON.stringify({ status: "failed", problem }))
    else context.printError(`linklatch migrate: ${problem}`)
    return exitCode
  }
}
