import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { projectRoot } from "../run-command.ts"
import { page } from "./markdown.ts"

/** The list of decisions, in their order. */
export function decisionsPage(): string {
  const files = globSync("decisions/*.md", { cwd: projectRoot }).filter((file) => basename(file) !== "README.md")
  const lines = files.sort().map((file) => {
    const title = /^# (.+)$/m.exec(readFileSync(join(projectRoot, file), "utf8"))?.[1]
    if (title === undefined) throw new Error(`${file} has no title`)
    return `- [${title}](${basename(file)})`
  })
  return page(
    "# Decisions",
    "Choices that somebody could question: the context, the choice, what it costs, and when to look again.",
    lines.join("\n"),
  )
}
