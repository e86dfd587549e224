import { Gauge, type Registry } from "prom-client"
import { type Clock, SECOND } from "../core/clock.ts"
import type { SealingStore } from "../core/sealing/sealing-store.ts"
import type { OutboxStore, Store } from "../core/store.ts"

/** What waits in the store, read anew for whoever asks: every process tells the same. */
export function addStoreGauges(
  { outbox, sealing }: Pick<Store, "outbox" | "sealing">,
  clock: Clock,
  registry: Registry,
): void {
  addOutboxGauges(outbox, clock, registry)
  addLogGauges(sealing, clock, registry)
}

function addOutboxGauges(outbox: OutboxStore, clock: Clock, registry: Registry): void {
  addGauge("linklatch_outbox_queued", "Mails that wait to be sent.", registry, async () => {
    const { queued } = await outbox.backlog()
    return queued
  })
  addGauge("linklatch_outbox_oldest_seconds", "How long the oldest of them has waited.", registry, async () => {
    const { oldestAt } = await outbox.backlog()
    return oldestAt === null ? 0 : Math.max(0, clock.now() - oldestAt) / SECOND
  })
}

// More than that is an alarm anyway.
const MOST_COUNTED = 10_000

function addLogGauges(sealing: SealingStore, clock: Clock, registry: Registry): void {
  addGauge("linklatch_audit_unsealed", "Events that wait to be sealed; 10000 stands for more.", registry, async () => {
    const { events } = await sealing.backlog({ max: MOST_COUNTED })
    return events
  })
  addGauge("linklatch_audit_unsealed_oldest_seconds", "How long ago the oldest of them was.", registry, async () => {
    const { oldestAt } = await sealing.backlog({ max: 1 })
    return oldestAt === null ? 0 : Math.max(0, clock.now() - oldestAt) / SECOND
  })
  addGauge("linklatch_audit_checkpoint_size", "Events under the newest signed checkpoint.", registry, async () => {
    const checkpoint = await sealing.latestCheckpoint()
    return checkpoint?.size ?? 0
  })
}

function addGauge(name: string, help: string, registry: Registry, read: () => Promise<number>): void {
  new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      try {
        this.set(await read())
      } catch {
        // The store is down, which /readyz tells. The rest of the metrics must still be readable.
        this.remove()
      }
    },
  })
}
