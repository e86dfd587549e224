import { SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import type { OutboxItem } from "../store.ts"
import { deliver } from "./deliver.ts"
import type { MailTransport } from "./transport.ts"

/** Sends the mail that is owed. Any number of workers may share an outbox: each row is leased to one at a time. */
export interface MailWorker {
  /** Looks now instead of at the next poll: called when a request was committed. */
  wake(): void
  /** Claims no more, finishes what is under way and hands back what takes longer than `graceMs`. */
  stop(): Promise<void>
}

export const LEASE = 30 * SECOND
// Another process may have written a row, or have died holding one: nobody wakes us for those.
const POLL_EVERY = SECOND
const MAX_AT_ONCE = 32
const STOP_GRACE = 5 * SECOND

export function startMailWorker(context: Context, transport: MailTransport): MailWorker {
  const { clock, random, store, log } = context
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()
  let claiming: Promise<void> | null = null
  let isWoken = false
  let isMoreDue = false
  let isStopped = false

  async function claim(): Promise<void> {
    do {
      isWoken = false
      const at = clock.now()
      const free = MAX_AT_ONCE - underWay.size
      isMoreDue ||= free === 0
      if (free === 0) return
      const leaseId = uuidv7(at, random)
      const items = await store.outbox.claim({ leaseId, leaseUntil: at + LEASE, max: free, at })
      for (const item of items) track(item, leaseId)
      // A full hand means that there may be more, once a hand is free.
      isMoreDue = items.length === free
    } while (isWoken && !isStopped)
  }

  function track(item: OutboxItem, leaseId: string): void {
    const delivery = deliver(context, transport, item, leaseId, stopping.signal)
      // The row stays leased, and another try follows when the lease runs out: nothing is lost by an error here.
      .catch((error: unknown) => log.error("mail_delivery_failed", { outboxId: item.outboxId, error }))
      .finally(() => {
        underWay.delete(delivery)
        if (isMoreDue) wake()
      })
    underWay.add(delivery)
  }

  function wake(): void {
    isWoken = true
    if (isStopped || claiming !== null) return
    claiming = claim()
      .catch((error: unknown) => log.error("mail_claim_failed", { error }))
      .finally(() => {
        claiming = null
        // Woken after the last look and before this line: nobody else would look again until the next poll.
        if (isWoken) wake()
      })
  }

  const poll = setInterval(wake, POLL_EVERY)
  poll.unref()
  wake()
  return {
    wake,
    async stop() {
      isStopped = true
      clearInterval(poll)
      await claiming
      const grace = setTimeout(() => stopping.abort(), STOP_GRACE)
      await Promise.all(underWay)
      clearTimeout(grace)
    },
  }
}
