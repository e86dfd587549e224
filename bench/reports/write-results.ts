import { mkdirSync, writeFileSync } from "node:fs"
import { join, relative } from "node:path"
import { projectRoot } from "../../scripts/run-command.ts"

const FOLDER = join(import.meta.dirname, "..", "results")

/** Writes a report for programs and for people; gives the paths, as seen from the project. */
export function writeResults(name: string, report: object, markdown: string): readonly string[] {
  mkdirSync(FOLDER, { recursive: true })
  const files = [
    [join(FOLDER, `${name}.json`), `${JSON.stringify(report, rounded, 2)}\n`],
    [join(FOLDER, `${name}.md`), markdown],
  ] as const
  for (const [path, text] of files) writeFileSync(path, text)
  return files.map(([path]) => relative(projectRoot, path))
}

// A thousandth of a millisecond is less than the clock is good for.
function rounded(_: string, value: unknown): unknown {
  return typeof value === "number" ? Number(value.toFixed(3)) : value
}
