import { statSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { temporaryFolder } from "../temporary-folder.ts"
import type { DatabaseSize, Engine } from "./engine.ts"

/** Files in a folder of their own. */
export async function startSqlite(): Promise<Engine> {
  const folder = temporaryFolder("linklatch-bench")
  return {
    name: "sqlite",
    durable: { journal_mode: "wal", synchronous: "full" },
    environment: {},
    createDatabase: async (name) => join(folder.path, `${name}.db`),
    async openReader(database) {
      const reader = new DatabaseSync(database, { readOnly: true, timeout: 5_000 })
      return {
        sizes: async () => sizesOf(reader, database),
        count: async (sql) => Number(Object.values(reader.prepare(sql).get() ?? {})[0]),
        close: async () => reader.close(),
      }
    },
    stop: async () => folder.remove(),
  }
}

const TABLES = `
  select m.tbl_name as name, sum(s.pgsize) as bytes from sqlite_master m join dbstat s on s.name = m.name and s.aggregate = true
  where m.tbl_name not glob 'sqlite_*' group by m.tbl_name order by m.tbl_name`

function sizesOf(reader: DatabaseSync, path: string): DatabaseSize {
  const tables = reader.prepare(TABLES).all() as { name: string; bytes: number }[]
  return {
    tables: tables.map(({ name, bytes }) => {
      const counted = reader.prepare(`select count(*) as rows from "${name}"`).get() as { rows: number }
      return { name, rows: counted.rows, bytes }
    }),
    bytes: statSync(path).size,
    walBytes: statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0,
  }
}
