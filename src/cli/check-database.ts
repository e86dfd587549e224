import { constants, existsSync } from "node:fs"
import { access } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { halfMoved } from "../core/move/half-moved.ts"
import type { ServerConfig } from "../server/server-config.ts"
import type { Check } from "./check-parts.ts"

/** Reads the database without making or migrating it: looking must not change anything. */
export async function checkDatabase({ database }: ServerConfig): Promise<readonly Check[]> {
  if (database.engine === "sqlite") return [await checkFile(database.path)]
  return (await import("./check-postgres.ts")).checkPostgres(database)
}

async function checkFile(path: string): Promise<Check> {
  try {
    if (path !== ":memory:" && existsSync(path)) {
      const { DatabaseSync } = await import("node:sqlite")
      const opened = new DatabaseSync(path, { readOnly: true })
      const isHalfMoved = opened.prepare("select 1 from sqlite_schema where name = 'move_progress'").get()
      opened.close()
      if (isHalfMoved !== undefined) throw halfMoved()
      return { name: "database", status: "ok", says: `${path} opens and answers.` }
    }
    if (path !== ":memory:") await access(nearestFolder(path), constants.W_OK)
    return { name: "database", status: "ok", says: `${path} doesn't exist yet; it is made at the first start.` }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { name: "database", status: "failed", says: `${path} can't be used: ${reason}` }
  }
}

function nearestFolder(path: string): string {
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}
