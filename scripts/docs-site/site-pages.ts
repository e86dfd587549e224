import { globSync } from "node:fs"
import { projectRoot } from "../run-command.ts"

/** Every Markdown file that the site shows, from the root of the project. */
export function sitePages(): readonly string[] {
  const files = globSync(["*.md", "docs/**/*.md", "decisions/*.md", "examples/**/*.md"], {
    cwd: projectRoot,
    exclude: ["**/node_modules"],
  })
  return files.sort()
}
