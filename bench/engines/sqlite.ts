import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { temporaryFolder } from "../temporary-folder.ts"
import type { Engine } from "./engine.ts"

/** Files in a folder of their own. */
export async function startSqlite(): Promise<Engine> {
  const folder = temporaryFolder("linklatch-bench")
  return {
    name: "sqlite",
    durable: { journal_mode: "wal", synchronous: "full" },
    createDatabase: async (name) => join(folder.path, `${name}.db`),
    async openReader(database) {
      const reader = new DatabaseSync(database, { readOnly: true, timeout: 5_000 })
      return {
        count: async (sql) => Number(Object.values(reader.prepare(sql).get() ?? {})[0]),
        close: async () => reader.close(),
      }
    },
    stop: async () => folder.remove(),
  }
}
