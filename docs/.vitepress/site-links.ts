import { existsSync, statSync } from "node:fs"
import { dirname, join } from "node:path/posix"

const root = join(import.meta.dirname, "../..")
const IS_PAGE = /^(?:[^/]+|(?:docs|decisions|examples)\/.+)\.md$/
const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|\/\/|#)/i

/** The repository's Markdown that the site shows, and where: `docs/guides/hono.md` is `guides/hono.md`. */
export function sitePage(file: string): string {
  const inDocs = file.replace(/^docs\//, "")
  const isAtRoot = !file.includes("/")
  return (isAtRoot ? file.toLowerCase() : inDocs).replace(/(^|\/)README\.md$/, "$1index.md")
}

/**
 * Where a link of a Markdown file leads on the site. In the repository links are relative, so that they work wherever it
 * is read; of what is no page of the site, it holds a copy as plain text.
 */
export function siteHref(file: string, href: string): string {
  if (ELSEWHERE.test(href)) return href
  const [path = "", hash] = href.split("#", 2)
  const target = join(dirname(file), decodeURI(path)).replace(/\/$/, "")
  const anchor = hash === undefined ? "" : `#${hash}`
  if (target.startsWith("..") || !existsSync(join(root, target))) throw new Error(`${file}: nothing is at ${href}`)
  if (statSync(join(root, target)).isDirectory()) return siteHref(file, `${path.replace(/\/$/, "")}/README.md`)
  if (IS_PAGE.test(target)) return `/${sitePage(target)}${anchor}`
  return `/files/${target}.txt`
}

/** The file of the repository that the site has a copy of at this address, or null. */
export function copiedFile(address: string): string | null {
  return /^\/files\/(.+)\.txt$/.exec(address)?.[1] ?? null
}

/** An anchor as GitHub makes it of a heading, so that a link holds in both places. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, "")
    .replaceAll(" ", "-")
}
