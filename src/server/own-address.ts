import type { Answer } from "../http/answer.ts"
import type { Incoming } from "../http/incoming.ts"

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"])

/**
 * In development people type `localhost` or `127.0.0.1` as it comes, but cookies, links and the same-origin guard know
 * one of them only. A page asked for under another name of this machine is sent on to the one in the configuration.
 */
export function sendToOwnAddress(baseUrl: string) {
  const own = new URL(baseUrl)
  return (incoming: Incoming): Answer | null => {
    const asked = URL.parse(`http://${incoming.header("host") ?? ""}`)
    const isLoopback = asked !== null && LOOPBACK.has(asked.hostname)
    const isOwnName = asked?.hostname === own.hostname
    const isAlias = isLoopback && !isOwnName && asked.port === own.port && LOOPBACK.has(own.hostname)
    const isPage = incoming.method === "GET" && incoming.header("accept")?.includes("text/html") === true
    if (isAlias && isPage) return { status: 307, headers: { Location: own.origin + incoming.target }, body: null }
    // A page elsewhere can give its own name this machine's address and so read what we answer to it (DNS rebinding):
    // the mailbox, which holds live links, answers to its own names only.
    if (isOwnName || isLoopback || !incoming.target.startsWith("/dev/")) return null
    return { status: 404, headers: { "Content-Type": "text/plain; charset=utf-8" }, body: "Not found\n" }
  }
}
