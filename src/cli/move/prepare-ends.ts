import { existsSync, statSync } from "node:fs"
import { nameDatabase } from "../../server/database-url.ts"
import { openStore } from "../../server/open-store.ts"
import { planMigrations } from "../../server/plan-migrations.ts"
import type { DatabaseConfig } from "../../server/server-config.ts"
import type { CommandContext } from "../command-context.ts"
import { migrationProgress } from "../migration-progress.ts"
import type { CommandError } from "../print-error.ts"
import type { Ends } from "./read-ends.ts"
import { EndFault } from "./with-ends.ts"

/** Sees to it that both have the tables of this version, and says what is in the way, or null. Only a new target is changed. */
export async function prepareEnds(
  context: CommandContext,
  { from, to }: Ends,
  isVerifyOnly: boolean,
): Promise<CommandError | null> {
  if (isSameFile(from, to)) {
    const message = `${nameDatabase(from)} and ${nameDatabase(to)} are one database.`
    return { code: "same_database", message }
  }
  const ofSource = await lookAt(from)
  if (ofSource !== null) return ofSource
  const ofTarget = await lookAt(to)
  if (ofTarget?.code !== "no_database" || isVerifyOnly) return ofTarget
  await makeTables(context, to)
  return null
}

/** What keeps this database from being read as one of this version. */
async function lookAt(database: DatabaseConfig): Promise<CommandError | null> {
  const name = nameDatabase(database)
  if (isNewFile(database)) {
    const message = `There is no database at ${name}.`
    return { code: "no_database", message, database: name }
  }
  const { isNew, migrations, unknown } = await planMigrations(database).catch((error) => {
    throw new EndFault(database, error)
  })
  if (isNew) {
    const message = `There are no tables of Linklatch in ${name}.`
    return { code: "no_database", message, database: name }
  }
  if (unknown.length > 0) {
    const message = `${name} has tables of a newer Linklatch (${unknown.join(", ")}). Move it with that version.`
    return { code: "outdated_database", message, database: name, migrations: unknown }
  }
  if (migrations.length === 0) return null
  const cure = "Bring it up to date first: linklatch migrate, with DATABASE_URL naming it."
  const message = `${name} lacks ${migrations.join(", ")}. ${cure}`
  return { code: "outdated_database", message, database: name, migrations }
}

async function makeTables(context: CommandContext, database: DatabaseConfig): Promise<void> {
  try {
    const store = await openStore(database, migrationProgress(context, nameDatabase(database)))
    try {
      await store.migrate()
    } finally {
      await store.close()
    }
  } catch (error) {
    throw new EndFault(database, error)
  }
}

function isNewFile(database: DatabaseConfig): boolean {
  return database.engine === "sqlite" && !existsSync(database.path)
}

// Also by another path, or a link. Opening a file twice in one process could lose what it holds.
function isSameFile(from: DatabaseConfig, to: DatabaseConfig): boolean {
  if (from.engine !== "sqlite" || to.engine !== "sqlite" || isNewFile(from) || isNewFile(to)) return false
  const [one, other] = [statSync(from.path), statSync(to.path)]
  return one.dev === other.dev && one.ino === other.ino
}
