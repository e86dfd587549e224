import { SECOND } from "../clock.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import type { OutboxItem } from "../store.ts"
import { deliver, type Lease } from "./deliver.ts"
import type { MailTransport } from "./transport.ts"

const LEASE = 30 * SECOND
// Another process may have written a row, or have died holding one: nobody wakes us for those.
const POLL_EVERY = SECOND
const MAX_AT_ONCE = 32
// Claimed at once when so many are free: each claim is a transaction, and mails that begin together share theirs.
const HANDFUL = MAX_AT_ONCE / 2
const STOP_GRACE = 5 * SECOND
// When a request was committed, the worker starts a random moment later, and once for all that came in meanwhile: were
// it to start at once, its work for a person who gets mail would slow the very next answer, and whoever times that one
// could tell who gets mail (P4; `npm run timing` shows 150 µs without this and none with it).
const SOON_LEAST = 5
const SOON_SPREAD = 40

/** Sends the mail that is owed. Any number of workers may share an outbox: each row is leased to one at a time. */
export class MailWorker {
  readonly #context: Context
  readonly #transport: MailTransport
  readonly #underWay = new Set<Promise<void>>()
  readonly #stopping = new AbortController()
  readonly #poll: NodeJS.Timeout
  readonly #stopHearing: () => void
  #claiming: Promise<void> | null = null
  #soon: NodeJS.Timeout | null = null
  #isWoken = false
  #isMoreDue = false
  #isStopped = false

  constructor(context: Context, transport: MailTransport) {
    this.#context = context
    this.#transport = transport
    this.#poll = setInterval(() => this.#wake(), POLL_EVERY)
    this.#poll.unref()
    this.#stopHearing = context.store.outbox.onOwed(() => this.wakeSoon())
    this.#wake()
  }

  /** Looks within 45 ms instead of at the next poll: called when a request was committed. */
  wakeSoon(): void {
    if (this.#soon !== null || this.#isStopped) return
    const wait = SOON_LEAST + (SOON_SPREAD * (this.#context.random.bytes(1)[0] ?? 0)) / 256
    this.#soon = setTimeout(() => {
      this.#soon = null
      this.#wake()
    }, wait)
  }

  #wake(): void {
    this.#isWoken = true
    if (this.#isStopped || this.#claiming !== null) return
    this.#claiming = this.#claimAll()
      .catch((error: unknown) => this.#context.log.error("mail_claim_failed", { error }))
      .finally(() => {
        this.#claiming = null
        // Woken after the last look and before this line: nobody else would look again until the next poll.
        if (this.#isWoken) this.#wake()
      })
  }

  /** Claims no more, finishes what is under way, and hands back what takes longer than five seconds. */
  async stop(): Promise<void> {
    if (this.#soon !== null) {
      clearTimeout(this.#soon)
      // What was accepted a moment ago goes out before the end.
      this.#wake()
    }
    this.#isStopped = true
    clearInterval(this.#poll)
    this.#stopHearing()
    await this.#claiming
    const grace = setTimeout(() => this.#stopping.abort(), STOP_GRACE)
    await Promise.all(this.#underWay)
    clearTimeout(grace)
  }

  async #claimAll(): Promise<void> {
    while (this.#isWoken && !this.#isStopped) {
      this.#isWoken = false
      const free = MAX_AT_ONCE - this.#underWay.size
      // As many as could be taken means that there may be more, once there is room again.
      this.#isMoreDue = free === 0 || (await this.#claim(free)) === free
    }
  }

  async #claim(max: number): Promise<number> {
    const { clock, random, settings, store } = this.#context
    const at = clock.now()
    const lease = { id: uuidv7(at, random), until: at + LEASE }
    const latestDeadline = at + settings.linkTtl
    const items = await store.outbox.claim({ leaseId: lease.id, leaseUntil: lease.until, max, at, latestDeadline })
    for (const item of items) this.#track(item, lease)
    return items.length
  }

  #track(item: OutboxItem, lease: Lease): void {
    const delivery = deliver(this.#context, this.#transport, item, lease, this.#stopping.signal)
      // The row stays leased, and another try follows when the lease runs out: nothing is lost by an error here.
      .catch((error: unknown) => this.#context.log.error("mail_delivery_failed", { outboxId: item.outboxId, error }))
      .finally(() => {
        this.#underWay.delete(delivery)
        if (!this.#isMoreDue) return
        if (MAX_AT_ONCE - this.#underWay.size >= HANDFUL) this.#wake()
        // The others may be slow, so whatever is free goes on before long.
        else this.wakeSoon()
      })
    this.#underWay.add(delivery)
  }
}
