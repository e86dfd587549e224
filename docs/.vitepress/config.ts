import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { defineConfig, type MarkdownOptions } from "vitepress"
import { drawSequence } from "./sequence-diagram.ts"
import { sidebar } from "./sidebar.ts"
import { anchorOf, copiedFile, siteHref, sitePage } from "./site-links.ts"

type MarkdownIt = Parameters<NonNullable<MarkdownOptions["config"]>>[0]

const root = join(import.meta.dirname, "../..")
const FOLDERS_WITHOUT_PAGES = ["bench", "coverage", "dist", "dist-docs", "scripts", "src", "test"]

export default defineConfig({
  srcDir: "..",
  srcExclude: FOLDERS_WITHOUT_PAGES.map((folder) => `${folder}/**`),
  outDir: "../dist-docs",
  cacheDir: "../node_modules/.cache/vitepress",
  rewrites: sitePage,
  ignoreDeadLinks: "localhostLinks",
  lang: "en-GB",
  title: "Linklatch",
  description: "Sign people in by e-mail: a single-use link and a six-digit code in one message.",
  // Nothing is fetched from elsewhere: no fonts, no scripts, no counters.
  head: [["link", { rel: "icon", href: "data:," }]],
  transformHead: ({ page }) =>
    page === "404.md" ? [] : [["link", { rel: "alternate", type: "text/markdown", href: `/${page}` }]],
  markdown: {
    anchor: { slugify: anchorOf },
    toc: { slugify: anchorOf },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (md) => {
      rewriteLinks(md)
      drawDiagrams(md)
    },
  },
  themeConfig: {
    sidebar: sidebar(),
    outline: { level: [2, 3] },
    search: { provider: "local" },
    docFooter: { prev: false, next: false },
  },
  vite: { plugins: [{ name: "linklatch:files", configureServer: (server) => serveFiles(server.middlewares) }] },
})

/** Before VitePress looks at them, so that its search for dead links sees where they lead on the site. */
function rewriteLinks(md: MarkdownIt): void {
  md.core.ruler.push("repository-links", ({ tokens, env }) => {
    const file = String(env.realPath ?? env.path).slice(root.length + 1)
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null
      if (href !== null) token.attrSet("href", siteHref(file, href))
    }
  })
}

function drawDiagrams(md: MarkdownIt): void {
  const { fence } = md.renderer.rules
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index]
    if (token?.info.trim() === "mermaid") return drawSequence(token.content)
    return fence?.(tokens, index, options, env, self) ?? ""
  }
}

/** In development; the built site gets its copies from scripts/build-docs.ts. */
function serveFiles(middlewares: { use(handle: Middleware): unknown }): void {
  middlewares.use((request, response, next) => {
    const file = copiedFile(decodeURI(request.url ?? ""))
    const path = join(root, file ?? "")
    if (file === null || file.includes("..") || !existsSync(path) || !statSync(path).isFile()) return next()
    response.setHeader("Content-Type", "text/plain; charset=utf-8")
    response.end(readFileSync(path, "utf8"))
  })
}

type Middleware = (
  request: { readonly url?: string },
  response: { setHeader(name: string, value: string): unknown; end(body: string): unknown },
  next: () => void,
) => void
