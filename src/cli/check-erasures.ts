import { existsSync } from "node:fs"
import { type ErasureEntries, journalBeside } from "../core/erasing/erasure-journal.ts"
import { createErasureMarker } from "../core/erasing/erasure-mark.ts"
import { erasureFile } from "../erasures/erasure-file.ts"
import type { DatabaseConfig, ServerConfig } from "../server/server-config.ts"
import { withPostgres } from "../server/with-postgres.ts"
import { DEFAULT_SCHEMA } from "../stores/postgres/default-schema.ts"
import type { Check } from "./check-parts.ts"
import { explainFailure } from "./store-failure.ts"

const name = "erasures"
const IN_FILE = "select count(*) as users from users where user_id in (select value from json_each(?))"
const IN_POSTGRES = `select count(*)::int as users from ${DEFAULT_SCHEMA}.users where user_id = any ($1)`

/** Whether somebody is in the database again who was erased. Changes nothing. */
export async function checkErasures({ database, options }: ServerConfig): Promise<readonly Check[]> {
  const path =
    options.audit?.erasureJournal ?? (database.engine === "sqlite" ? journalBeside(database.path) : undefined)
  if (typeof path !== "string" || !existsSync(path)) return []
  try {
    const journal = await erasureFile(path).read()
    const users = await countPresent(database, journal)
    if (users > 0) {
      const says = `${users} of those whom ${path} names are in the database again: a backup was restored.`
      return [{ name, status: "failed", says: `${says} Run: linklatch users erase --replay` }]
    }
    return [judge(path, journal, [options.secret].flat())]
  } catch (error) {
    return [{ name, status: "failed", says: `${path} can't be compared with the database: ${explainFailure(error)}` }]
  }
}

function judge(path: string, { entries, unreadable }: ErasureEntries, secrets: readonly string[]): Check {
  const known = new Set(secrets.map((secret) => createErasureMarker(secret).key))
  const unknown = entries.filter(({ mark }) => mark !== null && !known.has(mark.key)).length
  if (unreadable.length > 0) {
    return { name, status: "warning", says: `Nobody can read line ${unreadable.join(", ")} of ${path}.` }
  }
  if (unknown > 0) {
    const says = `${unknown} of ${entries.length} entries of ${path} came from a secret that isn't listed any more.`
    return { name, status: "warning", says: `${says} Keep it at the end of LINKLATCH_SECRET: a replay needs it.` }
  }
  return { name, status: "ok", says: `Nobody of the ${entries.length} whom ${path} names is in the database.` }
}

async function countPresent(database: DatabaseConfig, { entries }: ErasureEntries): Promise<number> {
  const userIds = entries.flatMap(({ userId }) => userId ?? [])
  if (userIds.length === 0) return 0
  if (database.engine === "postgres") {
    return withPostgres(database.url, async (client) => {
      const [row] = (await client.query<{ users: number }>(IN_POSTGRES, [userIds])).rows
      return row?.users ?? 0
    })
  }
  if (!existsSync(database.path)) return 0
  const { DatabaseSync } = await import("node:sqlite")
  const opened = new DatabaseSync(database.path, { readOnly: true })
  try {
    return Number(opened.prepare(IN_FILE).get(JSON.stringify(userIds))?.["users"])
  } finally {
    opened.close()
  }
}
