// Takes pictures of the built site (npm run docs), so that a person can look at them, and asks Chromium what is wrong:
// errors, requests to other hosts, pages wider than the screen, and what axe says.
//   node scripts/picture-docs.ts [folder]     by default into /tmp/docs-pictures
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { extname, join } from "node:path"
import { AxeBuilder } from "@axe-core/playwright"
import { type Browser, chromium } from "playwright-core"
import { ensureChromium } from "./find-chromium.ts"
import { projectRoot } from "./run-command.ts"

const SITE = join(projectRoot, "dist-docs")
const PAGES = [
  "index",
  "tutorial",
  "guides/express",
  "guides/many-machines",
  "reference/library",
  "reference/settings",
  "life-of-a-link",
]
const VIEWS = [390, 1280].flatMap((width) =>
  (["light", "dark"] as const).map((colorScheme) => ({ width, colorScheme })),
)
// What VitePress' own search button and menu are built like; ours to live with until it mends them.
const RULES_OF_THE_THEME = ["label-content-name-mismatch", "nested-interactive"]
const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css",
  ".js": "text/javascript",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".png": "image/png",
}

const [folder = "/tmp/docs-pictures"] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname).replace(/\/$/, "/index.html")
  const file = join(SITE, path)
  if (!file.startsWith(SITE) || !existsSync(file)) return response.writeHead(404).end()
  return response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "" }).end(readFileSync(file))
})
const { promise: listening, resolve } = Promise.withResolvers<void>()
server.listen(0, "127.0.0.1", resolve)
await listening
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  args: ["--no-sandbox", "--disable-gpu"],
})
try {
  const faults: string[] = []
  for (const view of VIEWS) faults.push(...(await pictureView(browser, view)))
  for (const fault of faults) console.log(fault)
  console.log(`${VIEWS.length * PAGES.length} pictures in ${folder}, ${faults.length} faults`)
  process.exitCode = faults.length === 0 ? 0 : 1
} finally {
  await browser.close()
  server.close()
}

async function pictureView(chrome: Browser, { width, colorScheme }: (typeof VIEWS)[number]): Promise<string[]> {
  const faults: string[] = []
  const context = await chrome.newContext({ viewport: { width, height: 900 }, colorScheme, reducedMotion: "reduce" })
  const page = await context.newPage()
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`${page.url()}: ${message.text()}`)
  })
  page.on("request", (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(origin))
      faults.push(`${page.url()} asks another host: ${request.url()}`)
  })
  for (const name of PAGES) {
    await page.goto(`${origin}/${name}.html`, { waitUntil: "networkidle" })
    const file = `${name.replaceAll("/", "-")}.${colorScheme}.${width}.png`
    await page.screenshot({ path: join(folder, file) })
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    if (overflow > 0) faults.push(`${file}: ${overflow} px too wide`)
    const { violations } = await new AxeBuilder({ page }).disableRules(RULES_OF_THE_THEME).analyze()
    faults.push(
      ...violations.map(({ id, nodes }) => `${file}: ${id}: ${nodes[0]?.html.slice(0, 150)} (${nodes.length})`),
    )
  }
  await context.close()
  return faults
}
