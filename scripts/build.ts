import { cpSync, existsSync, globSync, rmSync } from "node:fs"
import { join } from "node:path"
import { bundle } from "./bundle.ts"
import { doorsOf, readManifest } from "./manifest.ts"
import { reachedFiles } from "./reached-files.ts"
import { projectRoot, runCommand } from "./run-command.ts"

/** Makes `dist/` anew from `src/`: JavaScript, the declarations that the doors lead to, and the files that the code reads beside itself. */
export async function build(): Promise<{ readonly ok: boolean; readonly output: string }> {
  rmSync(join(projectRoot, "dist"), { recursive: true, force: true })
  const compiled = await runCommand("tsc", ["-p", "tsconfig.build.json"])
  if (compiled.exitCode !== 0) return { ok: false, output: compiled.output }
  dropInnerTypes()
  await bundle()
  const clashes = copyAssets()
  return {
    ok: clashes.length === 0,
    output: clashes.map((file) => `src/${file} has the name of a compiled file\n`).join(""),
  }
}

/** Deletes the declarations that no door leads to: nobody can import what they declare. */
function dropInnerTypes(): void {
  const doors = doorsOf(readManifest(projectRoot))
  const { files } = reachedFiles(projectRoot, [...doors.map((door) => door.types)])
  for (const file of globSync("dist/**/*.d.ts", { cwd: projectRoot })) {
    if (!files.has(file.replaceAll("\\", "/"))) rmSync(join(projectRoot, file))
  }
}

/** Copies everything under src/ that isn't TypeScript; gives back what would have overwritten a compiled file. */
function copyAssets(): string[] {
  const clashes: string[] = []
  // schema.sql is for who reads a change: the tables are made by the migrations.
  const options = { cwd: join(projectRoot, "src"), exclude: ["**/*.ts", "**/schema.sql"] }
  for (const entry of globSync("**/*.*", options).sort()) {
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
