// Takes pictures of every page in every state, so that a person can look at them, and asks axe about each.
//   node scripts/picture-pages.ts [folder]          all pictures, by default into /tmp/pictures
//   node scripts/picture-pages.ts --readme          docs/pictures/pages.png
import { mkdirSync } from "node:fs"
import { createServer, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { AxeBuilder } from "@axe-core/playwright"
import { type Browser, type ConsoleMessage, chromium, type Page } from "playwright-core"
import { assets } from "../src/http/pages/assets.ts"
import { ensureChromium } from "./find-chromium.ts"
import { pictureForReadme } from "./picture-readme.ts"
import { projectRoot } from "./run-command.ts"
import { languages, samplePages } from "./sample-pages.ts"

interface View {
  readonly language: keyof typeof languages
  readonly colorScheme: "light" | "dark"
  readonly width: number
  readonly height: number
}

const POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const SIZES = [
  { width: 320, height: 700 },
  { width: 1200, height: 800 },
]
const VIEWS: readonly View[] = SIZES.flatMap((size) =>
  (["light", "dark"] as const).flatMap((colorScheme) =>
    (["en", "de"] as const).map((language) => ({ ...size, colorScheme, language })),
  ),
)

const server = createServer((request, response) => answer(request.url ?? "/", response))
const origin = await listen(server)
const browser = await launch()
try {
  const [target = "/tmp/pictures"] = process.argv.slice(2)
  if (target === "--readme") await pictureForReadme(browser, origin, join(projectRoot, "docs/pictures/pages.png"))
  else process.exitCode = (await pictureAll(browser, target)) === 0 ? 0 : 1
} finally {
  await browser.close()
  server.close()
}

/** Sample pages stand at `/<language>/<name>`; a form that is sent, and the page that polls, get an empty answer. */
function answer(url: string, response: ServerResponse): void {
  const path = url.split("?", 1)[0] ?? "/"
  const asset = assets.get(path.replace("/auth/assets/", ""))
  const [, language, name] = path.split("/")
  response.setHeader("content-security-policy", POLICY)
  if (asset !== undefined) {
    // The link page would send itself before it is pictured.
    response.writeHead(200, { "content-type": asset.type }).end(path.endsWith("/link.js") ? "" : asset.body)
  } else if (language === "en" || language === "de") {
    const page = samplePages(languages[language]).get(name ?? "")
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(String(page))
  } else {
    response.writeHead(204).end()
  }
}

async function listen(target: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>()
  target.listen(0, "127.0.0.1", resolve)
  await promise
  return `http://127.0.0.1:${(target.address() as AddressInfo).port}`
}

async function launch(): Promise<Browser> {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
  return chromium.launch({ executablePath: await ensureChromium(), args })
}

/** Returns how many faults it found. */
async function pictureAll(chrome: Browser, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true })
  const faults: string[] = []
  for (const view of VIEWS) {
    const { width, height, colorScheme } = view
    const context = await chrome.newContext({ viewport: { width, height }, colorScheme, reducedMotion: "reduce" })
    const page = await context.newPage()
    for (const name of samplePages(languages[view.language]).keys()) {
      faults.push(...(await pictureOne(page, { view, name, folder })))
    }
    await context.close()
  }
  for (const fault of faults) console.log(fault)
  console.log(`${VIEWS.length} views into ${folder}, ${faults.length} faults`)
  return faults.length
}

async function pictureOne(page: Page, picture: { view: View; name: string; folder: string }): Promise<string[]> {
  const { view, name, folder } = picture
  const file = `${name}.${view.language}.${view.colorScheme}.${view.width}.png`
  const faults: string[] = []
  const note = (message: ConsoleMessage): void => {
    if (message.type() === "error") faults.push(`${file}: ${message.text()}`)
  }
  page.on("console", note)
  await page.goto(`${origin}/${view.language}/${name}`)
  await page.screenshot({ path: join(folder, file), fullPage: true })
  const { violations } = await new AxeBuilder({ page }).analyze()
  faults.push(
    ...violations.map(
      (violation) => `${file}: ${violation.id}: ${violation.nodes.map((node) => node.html).join(" | ")}`,
    ),
  )
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  if (overflow > 0) faults.push(`${file}: ${overflow} px too wide`)
  page.off("console", note)
  return faults
}
