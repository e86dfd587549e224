import { postgres } from "../../src/postgres.ts"
import { migrate } from "../../src/stores/sqlite/migrate.ts"
import { openDatabase } from "../../src/stores/sqlite/open-database.ts"
import { createSqliteStore } from "../../src/stores/sqlite/sqlite-store.ts"
import type { Pass, Point } from "./points.ts"
import { watchedDatabase } from "./watched-database.ts"
import { withFailpoints } from "./with-failpoints.ts"

/** What a process is given that prunes the log as `linklatch audit prune` does, and dies on the way. */
export interface PruneErrand {
  /** A path, or a database of PostgreSQL with a schema of the test's own. */
  readonly database: string | { readonly url: string; readonly schema: string }
  readonly point: Point | null
  /** How many bundles. */
  readonly bundles: number
}

const { database, point, bundles } = JSON.parse(process.argv[2] ?? "{}") as PruneErrand
const pass: Pass = (now) => {
  if (now === point) process.kill(process.pid, "SIGKILL")
}
const store = withFailpoints(
  typeof database === "string" ? openSqlite(database) : postgres(database.url, database),
  pass,
)
const { minIndex } = await store.sealing.head()
await store.audit.append({
  type: "admin_action",
  detail: { action: "audit_pruned", minIndex: bundles * 256, by: "cli" },
  at: Date.now(),
  userId: null,
  address: null,
  client: { ip: null, userAgent: null },
})
for (let bundle = minIndex / 256; bundle < bundles; bundle += 1) await store.sealing.prune({ bundle })
await store.close()

function openSqlite(path: string) {
  const opened = openDatabase(path)
  migrate(opened, Date.now())
  return createSqliteStore(watchedDatabase(opened, pass), [])
}
