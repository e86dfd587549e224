import { execFileSync } from "node:child_process"

export interface ImportTimes {
  /** Milliseconds. */
  readonly median: number
  readonly best: number
}

/** What to import, in a process that starts in `folder`. */
export interface Import {
  readonly folder: string
  readonly names: readonly string[]
}

/** How long imports take in a process of their own, taking turns, so that what else the machine does meets them alike. */
export function importTimes(imports: readonly Import[], runs: number): readonly ImportTimes[] {
  const times = imports.map((): number[] => [])
  for (let run = 0; run < runs; run++) for (const [index, one] of imports.entries()) times[index]?.push(timeOnce(one))
  return times.map((some) => {
    const sorted = some.toSorted((a, b) => a - b)
    return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, best: sorted[0] ?? 0 }
  })
}

// The first import of a process sets its loader up, which is nobody's cost here.
const PROGRAM = `
  await import("data:text/javascript,")
  const startedAt = performance.now()
  for (const name of process.argv.slice(1)) await import(name)
  console.log(performance.now() - startedAt)
  process.exit()`

function timeOnce({ folder, names }: Import): number {
  const args = ["--no-warnings", "--input-type=module", "--eval", PROGRAM, ...names]
  return Number(execFileSync(process.execPath, args, { cwd: folder, encoding: "utf8" }))
}
