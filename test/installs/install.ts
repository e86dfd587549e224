import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import { runCommand } from "../../scripts/run-command.ts"

/** An empty folder until the tests of this file are over. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-install-"))
  afterAll(() => rmSync(folder, { recursive: true }))
  return folder
}

/** `npm install` in a folder, from what npm has kept where that will do. Only programs to run on may run a script. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  const allowScripts = { node: true, bun: true, deno: true }
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module", allowScripts }))
  const options = ["--prefix", folder, "--no-audit", "--no-fund", "--prefer-offline"]
  const { exitCode, output } = await runCommand("npm", ["install", ...options, ...packages])
  if (exitCode !== 0) throw new Error(`npm install ${packages.join(" ")} failed:\n${output}`)
}
