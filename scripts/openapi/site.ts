import { LinklatchError, type Store } from "../../src/index.ts"
import { sqlite } from "../../src/sqlite.ts"
import { type App, createApp } from "../../test/app.ts"

/** A real site in memory whose store can be made to fail. */
export interface Site {
  readonly app: App
  /** From now on each decision that a request asks for rejects: as when the database is gone, or by a fault of its own. */
  breakStore(how: "gone" | "faulty"): void
}

export function openSite(): Site {
  let error: Error | null = null
  const breakable = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const decide: unknown = Reflect.get(target, name)
        if (typeof decide !== "function") return decide
        return (...args: unknown[]) => (error === null ? Reflect.apply(decide, target, args) : Promise.reject(error))
      },
    })
  const whole = sqlite(":memory:")
  const store: Store = {
    ...whole,
    requests: breakable(whole.requests),
    links: breakable(whole.links),
    codes: breakable(whole.codes),
    sessions: breakable(whole.sessions),
  }
  return {
    app: createApp({ store, limits: { askAddress: { max: 10, minutes: 60 } } }),
    breakStore(how) {
      error = how === "gone" ? new LinklatchError("store_unavailable", "The database is gone.") : new Error("A fault.")
    },
  }
}
