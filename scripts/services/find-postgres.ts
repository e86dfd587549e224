import { userInfo } from "node:os"
import { askPostgres } from "./ask-postgres.ts"
import { createTestDatabase, dropOldTestDatabases } from "./test-database.ts"

const OLDEST = 14

/** What our tests would be on a server, or why they can't. */
export type FoundServer =
  | { readonly status: "usable"; readonly url: string }
  | { readonly status: "unusable"; readonly problem: string }

/** The server on the usual port, if it lets us in without a password and lets us make databases; else null. */
export async function findPostgres(port = 5432): Promise<string | null> {
  for (const user of new Set([userInfo().username, "postgres"])) {
    const found = await tryPostgres(`postgres://${encodeURIComponent(user)}@127.0.0.1:${port}/postgres`)
    if (found.status === "usable") return found.url
  }
  return null
}

/** Whether tests may run on a server: they make databases and roles of their own, and touch no others. */
export async function tryPostgres(url: string): Promise<FoundServer> {
  try {
    const [row] = await askPostgres(
      url,
      `select current_setting('server_version_num')::int / 10000 as version, pg_is_in_recovery() as "isReplica",
              rolsuper or (rolcreatedb and rolcreaterole) as may from pg_roles where rolname = current_user`,
    )
    if (Number(row?.["version"]) < OLDEST) return unusable(`it is older than version ${OLDEST}`)
    if (row?.["isReplica"] === true) return unusable("it is a replica")
    if (row?.["may"] !== true) return unusable("this role may not make databases and roles (createdb createrole)")
    const database = await createTestDatabase(url)
    try {
      // It may let us in and ask others for more than a password.
      await askPostgres(database.ownerUrl, "select 1")
    } finally {
      await database.drop()
    }
    await dropOldTestDatabases(url)
    return { status: "usable", url }
  } catch (fault) {
    return unusable(fault instanceof Error ? fault.message : String(fault))
  }
}

function unusable(problem: string): FoundServer {
  return { status: "unusable", problem }
}
