import type { Context } from "hono"

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * In development people type `localhost` or `127.0.0.1` as it comes, but cookies, links and the same-origin guard know
 * one of them only. A page asked for under another name of this machine is sent on to the one in the configuration.
 */
export function sendToOwnAddress(baseUrl: string) {
  const own = new URL(baseUrl)
  return async (c: Context, next: () => Promise<void>): Promise<Response | undefined> => {
    const { hostname, port, pathname, search } = new URL(c.req.url)
    const isAlias =
      hostname !== own.hostname && port === own.port && LOOPBACK.has(hostname) && LOOPBACK.has(own.hostname)
    const isPage = c.req.method === "GET" && c.req.header("accept")?.includes("text/html") === true
    if (isAlias && isPage) {
      return c.redirect(`${own.origin}${pathname}${search}`, 307)
    }
    // A page elsewhere can give its own name this machine's address and so read what we answer to it (DNS rebinding):
    // the mailbox, which holds live links, answers to its own names only.
    const isOwn = hostname === own.hostname || LOOPBACK.has(hostname)
    if (!isOwn && pathname.startsWith("/dev/")) return c.text("Not found\n", 404)
    await next()
    return undefined
  }
}
