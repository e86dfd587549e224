// `npm run docs`: the site of docs/ into dist-docs/, with every link and anchor checked.
import { join } from "node:path"
import { styleText } from "node:util"
import { build } from "vitepress"
import { sections } from "../docs/.vitepress/sidebar.ts"
import { checkLinks } from "./docs-site/check-links.ts"
import { copyLinkedFiles } from "./docs-site/copy-linked-files.ts"
import { sitePages } from "./docs-site/site-pages.ts"
import { writeMarkdown } from "./docs-site/write-markdown.ts"
import { projectRoot } from "./run-command.ts"

const site = join(projectRoot, "dist-docs")
const pages = sitePages()

const unlisted = pagesNobodyFinds()
if (unlisted.length > 0) {
  console.error(`Not in docs/.vitepress/sidebar.ts, so nobody would find them: ${unlisted.join(", ")}`)
  process.exitCode = 1
} else {
  await step(`${pages.length} pages`, () => build(join(projectRoot, "docs")))
  await step("files that pages link to", () => copyLinkedFiles(site))
  await step("Markdown and llms.txt", () => writeMarkdown(site, pages))
  const faults = await step("links", () => checkLinks(site))
  for (const fault of faults) console.error(fault)
  process.exitCode = faults.length === 0 ? 0 : 1
  console.log(faults.length === 0 ? "\nThe site is in dist-docs/." : `\n${faults.length} links are wrong.`)
}

function pagesNobodyFinds(): readonly string[] {
  const listed = new Set(sections.flatMap(({ items }) => items.map(({ file }) => file)))
  return pages.filter((file) => file.startsWith("docs/") && !listed.has(file))
}

async function step<T>(name: string, work: () => T | Promise<T>): Promise<T> {
  console.log(styleText("bold", `· ${name}`))
  const startedAt = performance.now()
  const result = await work()
  console.log(styleText("gray", `  ${((performance.now() - startedAt) / 1000).toFixed(1)} s`))
  return result
}
