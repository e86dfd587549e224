import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"
import { snippetsOf } from "./snippets.ts"
import { SECRET } from "./start-snippets.ts"

describe("the README's commands", () => {
  it("are scripts of the package, where npm runs them", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> }
    const named = ["README.md", "AGENTS.md", "CONTRIBUTING.md"].flatMap((page) => [
      ...readText(page).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g),
    ])
    expect(named.length).toBeGreaterThan(5)
    for (const [command, script = ""] of named) expect(Object.keys(scripts), command).toContain(script)
  })

  it("start a server whose settings are all in order", async () => {
    const serve = snippetsOf("README.md", "sh").find(({ code }) => code.includes("linklatch serve"))
    const folder = mkdtempSync(join(tmpdir(), "linklatch-readme-"))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, "secret"), SECRET)
    const env = {
      ...readAssignments(serve?.code ?? ""),
      NODE_ENV: "production",
      LINKLATCH_SECRET_FILE: join(folder, "secret"),
    }
    expect(Object.keys(env)).toContain("PUBLIC_BASE_URL")
    const { output } = await runCommand("node", ["bin/linklatch.mjs", "doctor", "--json"], { env })
    expect(JSON.parse(output)).toMatchObject({ mode: "production", faults: [], warnings: [] })
  })
})

/** `NAME=value` and `NAME="a value"` of a shell command. */
function readAssignments(code: string): Record<string, string> {
  const found = code.matchAll(/(?<=^| )([A-Z_]+)=(?:"([^"]*)"|(\S+))/gm)
  return Object.fromEntries([...found].map(([, name = "", quoted, plain = ""]) => [name, quoted ?? plain]))
}

function readText(file: string): string {
  return readFileSync(join(projectRoot, file), "utf8")
}
