import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client"
import type { AuditEvent } from "../core/audit/event.ts"
import { type Clock, SECOND } from "../core/clock.ts"
import type { SweptRows } from "../core/retention/retention-store.ts"
import type { Store } from "../core/store.ts"
import { addStoreGauges } from "./store-gauges.ts"

/** One answered request. No label of it is chosen by a client: that would let anybody fill the memory. */
export interface AnsweredRequest {
  readonly method: string
  /** The pattern, as `/auth/link/:token`: a path may hold a token (P12). */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

export interface Metrics {
  countRequest(request: AnsweredRequest): void
  countEvent(event: AuditEvent): void
  /** All of them in the text format of Prometheus. */
  text(): Promise<string>
  readonly contentType: string
}

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]

export interface Measured {
  readonly store: Pick<Store, "outbox" | "sealing">
  readonly clock: Clock
  /** How many rows went that were over; it grows. */
  readonly deleted: Readonly<SweptRows>
}

export function createMetrics({ store, clock, deleted }: Measured): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // It says which Node this is, and with that which advisories apply (OPS-8).
  registry.removeSingleMetric("nodejs_version_info")
  const requests = new Counter({
    name: "linklatch_http_requests_total",
    help: "Answered requests.",
    labelNames: ["method", "route", "status"],
    registers,
  })
  const durations = new Histogram({
    name: "linklatch_http_request_duration_seconds",
    help: "Time to answer.",
    labelNames: ["route"],
    buckets: DURATION_BUCKETS_SECONDS,
    registers,
  })
  const events = new Counter({
    name: "linklatch_events_total",
    help: "Events of the audit log.",
    labelNames: ["type"],
    registers,
  })
  const mails = new Counter({
    name: "linklatch_mails_total",
    help: "What became of mail.",
    labelNames: ["outcome"],
    registers,
  })
  addStoreGauges(store, clock, registry)
  addDeletedRows(deleted, registry)
  return {
    countRequest({ method, route, status, durationMs }) {
      requests.inc({ method, route, status: `${Math.floor(status / 100)}xx` })
      durations.observe({ route }, durationMs / SECOND)
    },
    countEvent(event) {
      // An application may have any number of event names.
      events.inc({ type: event.type.includes(".") ? "application" : event.type })
      const outcome = mailOutcome(event)
      if (outcome !== null) mails.inc({ outcome })
    },
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function mailOutcome(event: AuditEvent): "sent" | "withheld" | "failed" | "given_up" | null {
  if (event.type === "link_sent") return "sent"
  if (event.type === "link_withheld") return "withheld"
  if (event.type === "send_failed") return event.detail.next === "later" ? "failed" : "given_up"
  return null
}

function addDeletedRows(deleted: Readonly<SweptRows>, registry: Registry): void {
  new Counter({
    name: "linklatch_rows_deleted_total",
    help: "Rows that were over and went.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset()
      for (const [kind, count] of Object.entries(deleted)) this.inc({ kind }, count)
    },
  })
}
