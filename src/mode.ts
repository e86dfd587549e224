import type { Settings } from "./core/settings.ts"

const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/

/**
 * Whether people's accounts are at stake. NODE_ENV says so; where it says nothing, a site that others can reach is taken
 * for production, so that nothing becomes lax because a variable was forgotten.
 */
export function isProduction({ origin }: Settings): boolean {
  // biome-ignore lint/style/noProcessEnv: the library has no other way to know
  const mode = process.env.NODE_ENV
  if (mode === "development" || mode === "test") return false
  return mode === "production" || !LOOPBACK.test(origin)
}
