import { once } from "node:events"
import { onTestFinished } from "vitest"
import { type App, createApp, ORIGIN } from "../app.ts"
import { Browser } from "../browser.ts"
import { sendToPort } from "../send-to-port.ts"
import { portOf, sites } from "./sites.ts"

/** A mount in a small application that really listens. */
export interface MountedSite {
  readonly app: App
  readonly port: number
  /** A browser that really connects; `headers` go with each request. */
  browser(headers?: Record<string, string>): Browser
  /** What the application, asked by this browser, is told by `auth.session`. */
  who(browser: Browser): Promise<{ user: { email: string } } | null>
  close(): Promise<void>
}

type Options = Parameters<typeof createApp>[0] & { readonly admin?: boolean }

/** A site for one test: it ends with it. */
export async function mountedSite(name: string, options: Options = {}): Promise<MountedSite> {
  const site = await startMountedSite(name, options)
  onTestFinished(() => site.close())
  return site
}

export async function startMountedSite(name: string, { admin, ...options }: Options = {}): Promise<MountedSite> {
  const app = createApp(options)
  const start = sites[name]
  if (start === undefined) throw new Error(`There is no site called ${name}.`)
  const server = await start(app.auth, admin === undefined ? {} : { admin })
  const port = portOf(server)
  return {
    app,
    port,
    close: async () => {
      server.closeAllConnections()
      const closed = once(server, "close")
      server.close()
      await closed
      await app.close()
    },
    browser: (headers = {}) => new Browser({ handler: (request) => sendToPort(request, port, headers) }, ORIGIN, ""),
    who: async (browser) => (await browser.get("/who")).json() as ReturnType<MountedSite["who"]>,
  }
}
