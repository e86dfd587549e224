// `npm run example express`: builds the package, as examples import it by its name, and runs one of them.
import { spawn } from "node:child_process"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { build } from "./build.ts"
import { projectRoot } from "./run-command.ts"

const folder = join(projectRoot, "examples")
const names = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith("server.ts"))
  .map((path) => path.split(/[\\/]/, 1)[0] ?? "")
  .sort()
const [name = ""] = process.argv.slice(2)

if (names.includes(name)) await run(name)
else {
  console.error(`Which one? ${names.join(", ")}. As in: npm run example ${names[0]}`)
  process.exitCode = 1
}

async function run(example: string): Promise<void> {
  const { ok, output } = await build()
  process.stdout.write(output)
  if (!ok) {
    process.exitCode = 1
    return
  }
  const child = spawn(process.execPath, [join(folder, example, "server.ts")], { stdio: "inherit" })
  // Ctrl+C reaches the example by itself; this process only waits for its end.
  process.on("SIGINT", () => undefined)
  process.on("SIGTERM", () => child.kill("SIGTERM"))
  child.once("exit", (code) => {
    process.exitCode = code ?? 1
  })
}
