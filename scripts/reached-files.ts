import { existsSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"

/** Where the imports of some files lead, as paths below their folder. */
export interface Reached {
  readonly files: ReadonlySet<string>
  /** Imports of files that aren't there, as `dist/a.js: ./b.js`. */
  readonly missing: readonly string[]
  /** What is imported by name: `hono/html`, `node:fs`. */
  readonly names: ReadonlySet<string>
}

// What tsc writes: statements at the start of a line (so no comment's example is one), and import() anywhere.
const IMPORTS =
  /^(?:import|export)\b[^;"'`]*\bfrom\s*["']([^"']+)["']|^import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm

/** Follows the imports of compiled files, JavaScript or declarations, from `entries` on. */
export function reachedFiles(folder: string, entries: readonly string[]): Reached {
  const files = new Set<string>()
  const missing: string[] = []
  const names = new Set<string>()
  const waiting = [...entries]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue
    files.add(file)
    for (const specifier of importsOf(readFileSync(join(folder, file), "utf8"))) {
      const target = specifier.startsWith(".") ? resolveBeside(file, specifier) : null
      if (target === null) names.add(specifier)
      else if (existsSync(join(folder, target))) waiting.push(target)
      else missing.push(`${file}: ${specifier}`)
    }
  }
  return { files, missing, names }
}

function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORTS)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "")
}

// tsc leaves `.ts` in declarations, and means the declaration beside it.
function resolveBeside(file: string, specifier: string): string {
  const target = posix.join(posix.dirname(file), specifier)
  return file.endsWith(".d.ts") ? target.replace(/(?:\.d)?\.[jt]s$/, ".d.ts") : target
}
