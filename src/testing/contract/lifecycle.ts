import type { Facts } from "./lab.ts"
import { ask, openRequest } from "./steps/ask.ts"
import { tally } from "./steps/redeem.ts"

export const lifecycleFacts: Facts = {
  "has a short name": async ({ store, expect }) => {
    expect(store.name).toMatch(/^[a-z][a-z0-9_-]*$/)
  },

  "migrates once; a second time runs nothing": async ({ store, expect }) => {
    await ask(store)
    expect(await store.migrate()).toEqual([])
    expect((await store.outbox.backlog()).queued).toBe(1)
  },

  "answers a ping while it is open": async ({ store, open, close, expect }) => {
    const other = await open()
    await other.ping()
    await close(other)
    const [ping] = await Promise.allSettled([other.ping()])
    expect(ping.status).toBe("rejected")
    await store.ping()
  },

  "finishes the decisions under way before it closes": async ({ open, close, expect }) => {
    const store = await open()
    await store.migrate()
    const under = Array.from({ length: 20 }, () => store.requests.open(openRequest()))
    await close(store)
    expect(tally(await Promise.all(under))).toEqual({ opened: 20 })
  },

  "closes once, however often it is told to": async ({ open, expect }) => {
    const store = await open()
    await store.migrate()
    const opened = store.requests.open(openRequest())
    const closes = await Promise.allSettled([store.close(), store.close()])
    expect(closes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"])
    expect((await opened).status).toBe("opened")
    await store.close()
  },

  "decides nothing after it was closed": async ({ open, close, expect }) => {
    const store = await open()
    await store.migrate()
    await close(store)
    const [outcome] = await Promise.allSettled([store.requests.open(openRequest())])
    expect(outcome.status).toBe("rejected")
  },
}
