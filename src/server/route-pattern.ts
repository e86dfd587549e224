const FIXED = new Set([
  "/",
  "/healthz",
  "/readyz",
  "/metrics",
  "/admin",
  "/auth",
  "/auth/sign-in",
  "/auth/check-mail",
  "/auth/check-mail/status",
  "/auth/link",
  "/auth/code",
  "/auth/account",
  "/auth/sign-out",
  "/dev/mailbox",
  "/dev/mailbox.json",
])

const FAMILIES: readonly (readonly [start: string, pattern: string])[] = [
  ["/auth/link/", "/auth/link/:token"],
  ["/auth/assets/", "/auth/assets/:file"],
  ["/auth/sessions/", "/auth/sessions/:id"],
  ["/auth/api/", "/auth/api/*"],
  ["/auth/", "/auth/*"],
  ["/admin/", "/admin/*"],
  ["/dev/mailbox/", "/dev/mailbox/:file"],
]

/** What a path is called in logs and metrics: one of a short list, never the path of a stranger or a token (P12). */
export function routePattern(path: string): string {
  if (FIXED.has(path)) return path
  return FAMILIES.find(([start]) => path.startsWith(start))?.[1] ?? "*"
}
