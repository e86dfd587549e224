import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { projectRoot } from "../run-command.ts"

// <!-- file: examples/nginx/nginx.conf --> and the fence under it: GitHub shows no snippets of other files, so the text
// itself stands in the page, and is kept equal to the file that a test runs.
const COPY = /^<!-- file: (\S+) -->\n```(\S*)\n([\s\S]*?)^```$/gm

/** The pages of docs/ that hold copies of files, as they should read. */
export function pagesWithCopies(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>()
  for (const page of globSync("{docs/**/,}*.md", { cwd: projectRoot, exclude: ["node_modules", "docs/.vitepress"] })) {
    const text = readFileSync(join(projectRoot, page), "utf8")
    if (text.includes("<!-- file: ")) pages.set(page, copyInto(page, text))
  }
  return pages
}

function copyInto(page: string, text: string): string {
  const markers = text.match(/^<!-- file: /gm)?.length ?? 0
  let copies = 0
  const copied = text.replace(COPY, (_, file: string, language: string) => {
    copies += 1
    if (!existsSync(join(projectRoot, file))) throw new Error(`${page} shows ${file}, which doesn't exist`)
    const content = readFileSync(join(projectRoot, file), "utf8").trimEnd()
    return `<!-- file: ${file} -->\n\`\`\`${language}\n${content}\n\`\`\``
  })
  if (copies !== markers) throw new Error(`${page}: a line "<!-- file: … -->" has no fence under it`)
  return copied
}
