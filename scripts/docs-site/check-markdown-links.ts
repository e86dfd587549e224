import { existsSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path/posix"
import { anchorOf } from "../../docs/.vitepress/site-links.ts"
import { projectRoot } from "../run-command.ts"

/** What is wrong with the links of Markdown files, as GitHub reads them: files and headings that aren't there. */
export function checkMarkdownLinks(files: readonly string[]): readonly string[] {
  return files.flatMap((file) =>
    [...prose(file).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, href = ""]) => {
      const problem = checkLink(file, href)
      return problem === null ? [] : [`${file}: ${href} ${problem}`]
    }),
  )
}

function checkLink(file: string, href: string): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return null
  const [path = "", anchor] = href.split("#", 2)
  const target = path === "" ? file : join(dirname(file), decodeURI(path))
  if (!existsSync(join(projectRoot, target))) return "leads nowhere"
  if (anchor === undefined || !target.endsWith(".md")) return null
  return anchorsOf(target).has(anchor) ? null : "names no heading there"
}

const known = new Map<string, ReadonlySet<string>>()

function anchorsOf(file: string): ReadonlySet<string> {
  const found = known.get(file)
  if (found !== undefined) return found
  const anchors = new Set<string>()
  for (const [, heading = ""] of prose(file).matchAll(/^#{1,6} (.+)$/gm)) {
    const plain = anchorOf(heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1"))
    let anchor = plain
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${plain}-${count}`
    anchors.add(anchor)
  }
  known.set(file, anchors)
  return anchors
}

/** The text outside of fenced code. */
function prose(file: string): string {
  return readFileSync(join(projectRoot, file), "utf8").replace(/^```[\s\S]*?^```$/gm, "")
}
