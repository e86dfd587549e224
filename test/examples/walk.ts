import type { Browser } from "../browser.ts"

/** A page that a browser has come to. */
export interface Page {
  readonly status: number
  /** Path and query. */
  readonly path: string
  readonly html: string
}

/** Opens a page and goes on wherever it is sent. */
export async function open(browser: Browser, path: string): Promise<Page> {
  return arrive(browser, path, await browser.get(path))
}

/** Fills in the form of a page that goes to `action`, with the hidden fields that are in it, sends it and goes on. */
export async function submit(
  browser: Browser,
  page: Page,
  action: string,
  fields: Record<string, string> = {},
): Promise<Page> {
  const form = new RegExp(`<form[^>]*method="post"[^>]*action="${action}"[^>]*>(.*?)</form>`, "s").exec(page.html)?.[1]
  if (form === undefined) throw new Error(`There is no form to ${action} on ${page.path}:\n${page.html}`)
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)]
  const all = Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value]))
  return arrive(browser, action, await browser.post(action, { ...all, ...fields }))
}

/** As people do it: opens a page, is asked to sign in, types the address, opens the mail's link and presses its button. */
export async function signInAt(
  browser: Browser,
  path: string,
  email: string,
  readLink: (email: string) => Promise<string>,
): Promise<Page> {
  const asked = await submit(browser, await open(browser, path), "/auth/sign-in", { email })
  if (asked.path !== "/auth/check-mail") throw new Error(`Sent to ${asked.path}:\n${asked.html}`)
  return press(browser, await readLink(email))
}

/** Opens a link and presses its button. */
export async function press(browser: Browser, link: string): Promise<Page> {
  return submit(browser, await open(browser, new URL(link).pathname), "/auth/link")
}

async function arrive(browser: Browser, path: string, response: Response): Promise<Page> {
  const location = response.headers.get("location")
  if (location !== null) return open(browser, location)
  return { status: response.status, path, html: await response.text() }
}
