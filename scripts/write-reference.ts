// Writes what is told from the code: docs/reference/, the list of decisions, what events say in the page on the log's format, and the
// files that pages show. `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { commandsPage } from "./reference/commands-page.ts"
import { pagesWithCopies } from "./reference/copied-files.ts"
import { decisionsPage } from "./reference/decisions-page.ts"
import { eventsPage, withEventDetails } from "./reference/events-page.ts"
import { jsonApiPage } from "./reference/json-api-page.ts"
import { libraryPage } from "./reference/library-page.ts"
import { settingsPage } from "./reference/settings-page.ts"
import { projectRoot } from "./run-command.ts"

const HEAD = "<!-- Made by scripts/write-reference.ts from the code. Don't edit. -->\n\n"

const pages = new Map([
  ["docs/reference/library.md", HEAD + libraryPage()],
  ["docs/reference/settings.md", HEAD + settingsPage()],
  ["docs/reference/commands.md", HEAD + (await commandsPage())],
  ["docs/reference/json-api.md", HEAD + jsonApiPage()],
  ["docs/reference/events.md", HEAD + eventsPage()],
  ["docs/audit-log-format.md", withEventDetails(read("docs/audit-log-format.md") ?? "")],
  ["decisions/README.md", HEAD + decisionsPage()],
  ...pagesWithCopies(),
])

const stale = [...pages].filter(([file, text]) => read(file) !== text)
if (!process.argv.includes("--check")) {
  for (const [file, text] of stale) writeFileSync(join(projectRoot, file), text)
  console.log(stale.length === 0 ? "Nothing has changed." : stale.map(([file]) => `wrote ${file}`).join("\n"))
} else if (stale.length > 0) {
  for (const [file] of stale) console.error(`${file} is not what the code says`)
  console.error("Write them anew with: npm run reference")
  process.exitCode = 1
}

function read(file: string): string | null {
  const path = join(projectRoot, file)
  return existsSync(path) ? readFileSync(path, "utf8") : null
}
