import { routes } from "../http/routes.ts"

const OWN_PATHS = ["/", "/healthz", "/readyz", "/metrics", "/dev/mailbox", "/dev/mailbox.json", "/dev/mailbox/:file"]

const paths = [...new Set([...OWN_PATHS, ...routes.map((route) => route.path)])]
const fixed = new Set(paths.filter((path) => !path.includes("/:")))
// Only a last segment varies: `/auth/link/:token` stands for all that begins with `/auth/link/`.
const families = paths
  .filter((path) => path.includes("/:"))
  .map((path) => ({ path, start: path.slice(0, path.indexOf(":")) }))

/** What a path is called in logs and metrics: one of a short list, never the path of a stranger or a token (P12). */
export function routePattern(path: string): string {
  if (fixed.has(path)) return path
  return families.find(({ start }) => path.startsWith(start))?.path ?? "*"
}
