import { afterAll, beforeAll } from "vitest"
import type { Browser } from "../browser.ts"
import { type GuardedSite, type GuardedSiteOptions, type StartProxy, startGuardedSite } from "./guarded-site.ts"
import { send, type WireRequest } from "./send.ts"

/** What examples/upstream/app.ts says back. */
export interface Echo {
  readonly person: { readonly id: string; readonly email: string; readonly name: string; readonly isAdmin: boolean }
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

/** One site for all tests around it. */
export function useSite(startProxy: StartProxy, options: GuardedSiteOptions = {}) {
  let site: GuardedSite
  beforeAll(async () => {
    site = await startGuardedSite(startProxy, options)
  })
  afterAll(() => site.stop())
  return {
    site: () => site,
    /** What the application says to a browser. */
    echo: async (browser: Browser, path: string): Promise<Echo> => (await browser.get(path)).json() as Promise<Echo>,
    /** A request just as it is to stand on the wire. */
    wire: (request: Omit<WireRequest, "origin">) => send({ origin: site.origin, ...request }),
  }
}

export function cookieOf({ cookies }: Browser): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
}
