import type { Incoming } from "./incoming.ts"

/** The path of a request, without its query. */
export function pathOf({ target }: Pick<Incoming, "target">): string {
  const mark = target.indexOf("?")
  return mark === -1 ? target : target.slice(0, mark)
}
