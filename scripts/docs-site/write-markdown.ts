import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { decisions, type Section, sections } from "../../docs/.vitepress/sidebar.ts"
import { siteHref, sitePage } from "../../docs/.vitepress/site-links.ts"
import { projectRoot } from "../run-command.ts"

/** The site for programs that read Markdown: each page beside its HTML, `llms.txt` (llmstxt.org) and `llms-full.txt`. */
export function writeMarkdown(site: string, pages: readonly string[]): void {
  const texts = new Map(pages.map((file) => [file, siteMarkdown(file)]))
  for (const [file, text] of texts) {
    const target = join(site, sitePage(file))
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, text)
  }
  const told = sections.flatMap(({ items }) => items.map(({ file }) => texts.get(file) ?? ""))
  writeFileSync(join(site, "llms-full.txt"), told.join("\n\n---\n\n"))
  writeFileSync(join(site, "llms.txt"), index(texts))
}

/** A page's Markdown with its links as they are on the site, to other pages' Markdown. */
function siteMarkdown(file: string): string {
  let isCode = false
  const lines = readFileSync(join(projectRoot, file), "utf8")
    .replace(/^<!--[\s\S]*?-->\n+/gm, "")
    .split("\n")
    .map((line) => {
      if (line.startsWith("```")) isCode = !isCode
      return isCode ? line : line.replace(/\]\(([^)\s]+)\)/g, (_, href: string) => `](${siteHref(file, href)})`)
    })
  return lines.join("\n")
}

function index(texts: ReadonlyMap<string, string>): string {
  const home = texts.get("docs/index.md") ?? ""
  const list = ({ text, items }: Section) =>
    [`## ${text}`, "", ...items.map(({ file, text: name }) => entry(file, name, texts.get(file) ?? ""))].join("\n")
  const optional = list({ ...decisions, text: "Optional" })
  return ["# Linklatch", `> ${lead(home)}`, ...sections.map(list), optional].join("\n\n").concat("\n")
}

function entry(file: string, name: string, text: string): string {
  const about = lead(text)
  return `- [${name}](/${sitePage(file)})${about === "" ? "" : `: ${about}`}`
}

/** The first sentence under the title, without its links. */
function lead(text: string): string {
  const paragraph = /^# .+\n+((?!```|[#|<!-]).+(?:\n(?!\n).+)*)/m.exec(text)?.[1] ?? ""
  const plain = paragraph.replace(/\s+/g, " ").replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
  return /^.*?[.?](?= |$)/.exec(plain)?.[0] ?? plain
}
