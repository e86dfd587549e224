import { cpSync, existsSync, globSync, rmSync } from "node:fs"
import { join } from "node:path"
import { projectRoot, runCommand } from "./run-command.ts"

/** Makes `dist/` anew from `src/`: JavaScript, declarations, and the files that the code reads beside itself. */
export async function build(): Promise<{ readonly ok: boolean; readonly output: string }> {
  rmSync(join(projectRoot, "dist"), { recursive: true, force: true })
  const compiled = await runCommand("tsc", ["-p", "tsconfig.build.json"])
  if (compiled.exitCode !== 0) return { ok: false, output: compiled.output }
  const clashes = copyAssets()
  return {
    ok: clashes.length === 0,
    output: clashes.map((file) => `src/${file} has the name of a compiled file\n`).join(""),
  }
}

/** Copies everything under src/ that isn't TypeScript; gives back what would have overwritten a compiled file. */
function copyAssets(): string[] {
  const clashes: string[] = []
  for (const entry of globSync("**/*.*", { cwd: join(projectRoot, "src"), exclude: ["**/*.ts"] }).sort()) {
    const target = join(projectRoot, "dist", entry)
    if (existsSync(target)) clashes.push(entry)
    else cpSync(join(projectRoot, "src", entry), target, { recursive: true })
  }
  return clashes
}

if (import.meta.main) {
  const { ok, output } = await build()
  process.stdout.write(output)
  process.exitCode = ok ? 0 : 1
}
