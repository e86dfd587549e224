// Builds and packs, then looks at the package as its users get it: exports, types, and every door imported once.
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "./build.ts"
import { projectRoot, runCommand } from "./run-command.ts"

const built = await build()
process.stdout.write(built.output)
if (built.ok) {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-package-"))
  try {
    process.exitCode = (await checkPackage(folder)) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else {
  process.exitCode = 1
}

async function checkPackage(folder: string): Promise<boolean> {
  const packed = await runCommand("npm", ["pack", "--ignore-scripts", "--silent", "--pack-destination", folder])
  if (packed.exitCode !== 0) return report(packed)
  const tarball = join(folder, packed.output.trim().split("\n").at(-1) ?? "")
  const results = await Promise.all([
    runCommand("publint", ["run", tarball, "--strict"]),
    runCommand("attw", [tarball, "--profile", "esm-only", "--no-emoji", "--format", "ascii"]),
    runCommand("node", ["--input-type=module", "--eval", importEveryDoor()]),
  ])
  return results.map(report).every(Boolean)
}

// The package may import itself by its name, and then gets what `exports` says, from dist/.
function importEveryDoor(): string {
  const { name, exports } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as {
    name: string
    exports: Record<string, unknown>
  }
  const doors = Object.keys(exports).filter((door) => door !== "./package.json")
  return doors.map((door) => `await import("${name}${door.slice(1)}")`).join("\n")
}

function report(result: { readonly exitCode: number; readonly output: string }): boolean {
  process.stdout.write(result.output)
  return result.exitCode === 0
}
