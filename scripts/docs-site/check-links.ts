import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"

interface Page {
  /** From the root of the site: `guides/express.html`. */
  readonly file: string
  readonly html: string
  readonly ids: ReadonlySet<string>
}

const LINK = /<(a|link|script|img|source)\b[^>]*?\s(?:href|src)="([^"]*)"/g
// These two only say who made the page, or where its text is; nothing is loaded.
const LOADING = new Set(["link", "script", "img", "source"])

/**
 * What is wrong with the links of a built site: pages, anchors and files that aren't there, and anything that a browser
 * would load from another host. Whether other sites still answer isn't asked.
 */
export function checkLinks(site: string): readonly string[] {
  const pages = new Map(globSync("**/*.html", { cwd: site }).map((file) => [file, readPage(site, file)]))
  return [...pages.values()].flatMap((page) =>
    [...page.html.matchAll(LINK)].flatMap(([, tag = "", href = ""]) => {
      const problem = checkLink(tag, decode(href), page, pages, site)
      return problem === null ? [] : [`${page.file}: ${href} ${problem}`]
    }),
  )
}

/** The addresses on the site that its pages link to. */
export function linkedAddresses(site: string): ReadonlySet<string> {
  const found = globSync("**/*.html", { cwd: site }).flatMap((file) =>
    [...readFileSync(join(site, file), "utf8").matchAll(LINK)].map(([, , href = ""]) => decode(href)),
  )
  return new Set(found.filter((href) => href.startsWith("/")))
}

function readPage(site: string, file: string): Page {
  const html = readFileSync(join(site, file), "utf8")
  return { file, html, ids: new Set([...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decode(id))) }
}

function checkLink(
  tag: string,
  href: string,
  page: Page,
  pages: ReadonlyMap<string, Page>,
  site: string,
): string | null {
  if (/^(?:https?:)?\/\//.test(href)) return LOADING.has(tag) ? "is loaded from another host" : null
  if (/^(?:mailto|data):/.test(href)) return null
  const url = new URL(href, `http://site/${page.file}`)
  const path = decodeURIComponent(url.pathname)
    .slice(1)
    .replace(/(^|\/)$/, "$1index.html")
  const target = pages.get(path)
  if (target === undefined) return existsSync(join(site, path)) ? null : "leads nowhere"
  const anchor = decodeURIComponent(url.hash.slice(1))
  return anchor === "" || target.ids.has(anchor) ? null : "names no heading of that page"
}

function decode(attribute: string): string {
  return attribute.replaceAll("&quot;", '"').replaceAll("&#39;", "'").replaceAll("&lt;", "<").replaceAll("&amp;", "&")
}
