import { readFileSync } from "node:fs"
import { join } from "node:path"

/** The versions that are installed here. */
export function versionsOf(packages: readonly string[]): Readonly<Record<string, string>> {
  const installed = packages.map((name) => {
    const file = join(import.meta.dirname, "node_modules", name, "package.json")
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string }
    return [name, version] as const
  })
  return Object.fromEntries(installed)
}
