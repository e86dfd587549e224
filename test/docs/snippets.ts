import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { projectRoot } from "../../scripts/run-command.ts"

/** A fenced block of a page. */
export interface Snippet {
  readonly page: string
  readonly language: string
  readonly code: string
  /** What its first line says that it is called, as `// lib/auth.ts`; else one is made up. */
  readonly file: string
}

/** Where snippets are laid out as files: inside the project, so that they find its packages. Git ignores it. */
const SNIPPETS = join(projectRoot, "test/docs/.snippets")

/** The pages that people copy from. What is made from the code shows declarations, which stand for nothing alone. */
export function pages(): readonly string[] {
  const docs = globSync("docs/**/*.md", { cwd: projectRoot, exclude: ["docs/reference/**"] })
  return ["README.md", "AGENTS.md", "CONTRIBUTING.md", ...docs].sort()
}

export function snippetsOf(page: string, ...languages: readonly string[]): readonly Snippet[] {
  const text = readFileSync(join(projectRoot, page), "utf8")
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .map(([, language = "", code = ""], index) => {
      const named = /^\/\/ (\S+\.tsx?)\n/.exec(code)?.[1]
      return { page, language, code, file: named ?? `snippet-${index + 1}.ts` }
    })
    .filter(({ language }) => languages.includes(language))
}

/** An empty folder for one test: two that run at once must not step on each other's files. */
export function emptyFolder(name: string): string {
  const folder = join(SNIPPETS, name)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Writes snippets as files, each page's into a folder of its own, and returns the folders. Where a page shows a file again,
 * the last is that file.
 */
export function layOut(root: string, snippets: readonly Snippet[]): readonly string[] {
  const folders = new Set<string>()
  for (const [index, { page, file, code }] of snippets.entries()) {
    const isShownAgain = snippets.slice(index + 1).some((later) => later.page === page && later.file === file)
    const name = isShownAgain ? file.replace(/\.(tsx?)$/, `-before-${index}.$1`) : file
    const folder = join(root, page.replace(/\.md$/, "").replaceAll("/", "-").toLowerCase())
    const path = join(folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, code)
    folders.add(folder)
  }
  return [...folders]
}
