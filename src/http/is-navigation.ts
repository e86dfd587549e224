import type { Incoming } from "./incoming.ts"

/** Whether a person is on the way to a page, and not a script that would only stumble over one (Fetch Metadata). */
export function isNavigation(incoming: Pick<Incoming, "header">): boolean {
  const mode = incoming.header("sec-fetch-mode")
  if (mode !== null && mode !== "navigate") return false
  if (incoming.header("sec-fetch-dest") === "empty" || incoming.header("x-requested-with") !== null) return false
  return incoming.header("accept")?.toLowerCase().includes("text/html") === true
}
