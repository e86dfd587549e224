// Builds and packs, then looks at the package as its users get it: what is in it, exports, types, and every door imported once.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { build } from "./build.ts"
import { checkClient } from "./check-client.ts"
import { doorsOf, readManifest } from "./manifest.ts"
import { type PackedPackage, packPackage } from "./pack-package.ts"
import { contentFaults } from "./package-contents.ts"
import { projectRoot, runCommand } from "./run-command.ts"

// What stays unlooked at: `moduleResolution: node10`, which knows no exports, and that `require` gets an ES module, which
// every Node that we run on can do. test/types and test/package/commonjs.test.ts hold that it does.
const ATTW_RULES = ["--profile", "node16", "--ignore-rules", "cjs-resolves-to-esm"]

const built = await build()
process.stdout.write(built.output)
if (built.ok) {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-package-"))
  try {
    process.exitCode = (await checkPackage(await packPackage(folder))) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
} else {
  process.exitCode = 1
}

async function checkPackage({ tarball, folder }: PackedPackage): Promise<boolean> {
  const faults = contentFaults(folder)
  const results = await Promise.all([
    runCommand("publint", ["run", tarball, "--strict"]),
    runCommand("attw", [tarball, ...ATTW_RULES, "--no-emoji", "--format", "ascii"]),
    runCommand("node", ["--input-type=module", "--eval", importEveryDoor()]),
  ])
  return [{ exitCode: faults.length, output: faults.map((fault) => `${fault}\n`).join("") }, ...results, checkClient()]
    .map(report)
    .every(Boolean)
}

// The package may import itself by its name, and then gets what `exports` says, from dist/.
function importEveryDoor(): string {
  return doorsOf(readManifest(projectRoot))
    .map(({ name }) => `await import("${name}")`)
    .join("\n")
}

function report(result: { readonly exitCode: number; readonly output: string }): boolean {
  process.stdout.write(result.output)
  return result.exitCode === 0
}
