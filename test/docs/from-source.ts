// Preloaded into a snippet's process: `linklatch/…` is the source here, so that no build is needed and none can be stale.
import { registerHooks } from "node:module"

registerHooks({
  resolve(specifier, context, next) {
    const door = /^linklatch(?:\/(\w+))?$/.exec(specifier)
    if (door === null) return next(specifier, context)
    return next(new URL(`../../src/${door[1] ?? "index"}.ts`, import.meta.url).href, context)
  },
})
