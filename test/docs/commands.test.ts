import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, it } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import { pages, snippetsOf } from "./snippets.ts"

// What --help says; `npm run check` holds it to the program.
const REFERENCE = readFileSync(join(projectRoot, "docs/reference/commands.md"), "utf8")
const HELP = new Map(
  [...REFERENCE.matchAll(/^## `([^`]+)`\n\n```text\n([\s\S]*?)^```$/gm)].map(([, name = "", text = ""]) => [
    name,
    text,
  ]),
)

it("names no command or option of linklatch that doesn't exist", () => {
  const lines = pages().flatMap((page) =>
    snippetsOf(page, "sh", "ini", "yaml", "dockerfile").flatMap(({ code }) =>
      [...code.replaceAll("\\\n", " ").matchAll(/(?<![\w./-])(?:\S*\/)?linklatch ([a-z][^\n#|"]*)/g)].map(
        ([, line = ""]) => ({ page, line: line.trim() }),
      ),
    ),
  )
  expect(lines.length).toBeGreaterThan(5)
  expect(lines.flatMap(faultsOf)).toEqual([])
})

function faultsOf({ page, line }: { readonly page: string; readonly line: string }): readonly string[] {
  const words = line.split(/\s+/)
  const two = words.slice(0, 2).join(" ")
  const help = HELP.get(two) ?? HELP.get(words[0] ?? "")
  if (help === undefined) return [`${page}: linklatch ${line}: there is no such command`]
  const options = words.filter((word) => word.startsWith("--")).map((word) => word.split("=", 1)[0] ?? "")
  return options
    .filter((option) => !help.includes(`${option} `))
    .map((option) => `${page}: linklatch ${line}: it has no ${option}`)
}
