import fc from "fast-check"
import { expect, it } from "vitest"
import { routes } from "../http/routes.ts"
import { routePattern } from "./route-pattern.ts"

it("names every route of the library by its pattern", () => {
  for (const { path } of routes) expect(routePattern(path.replace(/:\w+$/, "abc"))).toBe(path)
})

it("never repeats what a stranger wrote (P12)", () => {
  const known = new Set([
    "*",
    "/",
    "/healthz",
    "/readyz",
    "/metrics",
    "/dev/mailbox",
    "/dev/mailbox.json",
    "/dev/mailbox/:file",
  ])
  for (const { path } of routes) known.add(path)
  fc.assert(
    fc.property(fc.constantFrom("/", "/auth/link/", "/auth/", "/dev/mailbox/", ""), fc.webPath(), (start, rest) => {
      expect(known).toContain(routePattern(start + rest))
    }),
  )
})
