import { readFileSync } from "node:fs"
import { join } from "node:path"
import type { Database } from "better-sqlite3"
import type { SiteFacts } from "../sites/serve-site.ts"

/** What the site's own connection says of how it writes. */
export function durabilityOf(database: Database): SiteFacts["durability"] {
  const journalMode = String(database.pragma("journal_mode", { simple: true }))
  return { journalMode, synchronous: Number(database.pragma("synchronous", { simple: true })) }
}

/** The versions that are installed here, SQLite's with them. */
export function versionsOf(packages: readonly string[], database: Database): Readonly<Record<string, string>> {
  const installed = packages.map((name) => {
    const file = join(import.meta.dirname, "node_modules", name, "package.json")
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string }
    return [name, version] as const
  })
  return { ...Object.fromEntries(installed), SQLite: String(database.prepare("select sqlite_version()").pluck().get()) }
}
