import { setTimeout as rest } from "node:timers/promises"
import type { Address } from "../src/core/addresses/canonical-address.ts"
import type { SignedCheckpoint } from "../src/core/sealing/checkpoint-outlet.ts"
import { type Auth, linklatch, type Store } from "../src/index.ts"
import { quantile } from "./figures.ts"
import { origin, secret } from "./sites/settings.ts"

export interface SealLag {
  /** Events a second that were asked for, and that were committed. */
  readonly aimed: number
  readonly perSecond: number
  readonly events: number
  /** Milliseconds from the answer to a commit until the event was under a checkpoint that is kept. */
  readonly p50: number
  readonly p99: number
  readonly longest: number
}

const STEP_MS = 10
const CLIENT = { ip: "192.0.2.1", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0" }

/** Commits events at a fixed rate, whether or not the last ones are committed, and looks when each is under a checkpoint. */
export async function measureLag(
  store: Store,
  plan: { readonly perSecond: number; readonly forMs: number },
): Promise<SealLag> {
  const signed: { readonly size: number; readonly at: number }[] = []
  const outlet = {
    name: "bench",
    every: 0,
    publish: async ({ size }: SignedCheckpoint) => {
      signed.push({ size, at: performance.now() })
      return { cosigned: null }
    },
    latest: async () => null,
    close: async () => undefined,
  }
  const auth = startAuth(store, outlet)
  const beganAt = performance.now()
  const committed = await commitEvents(store, plan)
  const seconds = (performance.now() - beganAt) / 1_000
  while ((signed.at(-1)?.size ?? 0) < committed.length) await rest(STEP_MS)
  await auth.close()
  // In the order of their commits: an event of any index was committed no later than the one that is as late in this order.
  const times = committed.toSorted((one, other) => one - other)
  const lags = times.map((at, index) => (signed.find(({ size }) => size > index)?.at ?? Number.NaN) - at)
  return {
    aimed: plan.perSecond,
    perSecond: committed.length / seconds,
    events: committed.length,
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    longest: quantile(lags, 1),
  }
}

function startAuth(
  store: Store,
  outlet: NonNullable<NonNullable<Parameters<typeof linklatch>[0]["audit"]>["outlets"]>[0],
): Auth {
  const mail = {
    name: "none",
    send: async () => ({ status: "sent" }) as const,
    verify: async () => undefined,
    close: async () => undefined,
  }
  return linklatch({ baseUrl: origin, siteName: "Bench", secret, store, mail, audit: { outlets: [outlet] } })
}

async function commitEvents(
  store: Store,
  { perSecond, forMs }: { readonly perSecond: number; readonly forMs: number },
): Promise<readonly number[]> {
  const committed: number[] = []
  const waiting = new Set<Promise<void>>()
  const beganAt = performance.now()
  for (let count = 0; performance.now() - beganAt < forMs; ) {
    const due = ((performance.now() - beganAt) / 1_000) * perSecond
    for (; count < due; count += 1) {
      const detail = { orderId: `o-${count}` }
      const event = {
        type: "shop.order_placed",
        detail,
        at: Date.now(),
        userId: null,
        address: "ada@example.com" as Address,
        client: CLIENT,
      } as const
      const one = store.audit.append(event).then(() => void committed.push(performance.now()))
      waiting.add(one)
      void one.finally(() => waiting.delete(one))
    }
    await rest(STEP_MS)
  }
  await Promise.all(waiting)
  return committed
}
