import { once } from "node:events"
import { onTestFinished } from "vitest"
import { type App, ORIGIN } from "../app.ts"
import { ownApp } from "../attack/own-app.ts"
import { Browser } from "../browser.ts"
import { sendToPort } from "../send-to-port.ts"
import { portOf, sites } from "./sites.ts"

/** A mount in a small application that really listens. It ends with the test. */
export interface MountedSite {
  readonly app: App
  readonly port: number
  /** A browser that really connects; `headers` go with each request. */
  browser(headers?: Record<string, string>): Browser
  /** What the application, asked by this browser, is told by `auth.session`. */
  who(browser: Browser): Promise<{ user: { email: string } } | null>
}

export async function mountedSite(
  name: string,
  { admin, ...options }: Parameters<typeof ownApp>[0] & { readonly admin?: boolean } = {},
): Promise<MountedSite> {
  const app = ownApp(options)
  const start = sites[name]
  if (start === undefined) throw new Error(`There is no site called ${name}.`)
  const server = await start(app.auth, admin === undefined ? {} : { admin })
  onTestFinished(async () => {
    server.closeAllConnections()
    const closed = once(server, "close")
    server.close()
    await closed
  })
  const port = portOf(server)
  return {
    app,
    port,
    browser: (headers = {}) => new Browser({ handler: (request) => sendToPort(request, port, headers) }, ORIGIN, ""),
    who: async (browser) => (await browser.get("/who")).json() as ReturnType<MountedSite["who"]>,
  }
}
