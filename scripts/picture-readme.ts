import { mkdirSync, statSync } from "node:fs"
import { dirname } from "node:path"
import type { Browser } from "playwright-core"

const NAMES = ["sign-in", "check-mail", "link-match", "account"]
const LARGEST_BYTES = 300_000

/** Four pages side by side in one picture for the README. */
export async function pictureForReadme(browser: Browser, origin: string, file: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true })
  const pictures: string[] = []
  for (const name of NAMES) pictures.push(await picture(browser, `${origin}/en/${name}`))
  const page = await browser.newPage({ viewport: { width: 1240, height: 800 }, deviceScaleFactor: 1.5 })
  await page.setContent(montage(pictures))
  await page.locator("main").screenshot({ path: file })
  const { size } = statSync(file)
  if (size > LARGEST_BYTES)
    throw new Error(`${file} has ${size} bytes; at most ${LARGEST_BYTES} are good for a README.`)
  console.log(`${file}: ${size} bytes`)
}

async function picture(browser: Browser, url: string): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 390, height: 800 }, deviceScaleFactor: 2 })
  await page.goto(url)
  const bytes = await page.screenshot()
  await page.close()
  return `data:image/png;base64,${bytes.toString("base64")}`
}

function montage(pictures: readonly string[]): string {
  return `<!doctype html><style>
main { display: flex; gap: 16px; padding: 16px; width: 1240px; box-sizing: border-box; background: #e4e9eb }
img { width: calc((100% - 48px) / 4); border-radius: 14px; box-shadow: 0 2px 12px rgb(18 25 29 / 0.14) }
</style><main>${pictures.map((source) => `<img src="${source}" alt="">`).join("")}</main>`
}
