import { expect } from "vitest"
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/clock.ts"
import type { OutboxItem } from "../../../src/core/store.ts"
import { ask, newId, START } from "../../../src/testing/contract/steps/ask.ts"
import { claim, failed, type Mail, mintLink } from "../../../src/testing/contract/steps/deliver.ts"
import { eventsDuring } from "../../../src/testing/contract/steps/events.ts"
import { type Field, finishesBy, type Races, statusOf, tallyOf, times } from "./field.ts"
import { type Order, order } from "./order.ts"

const ROWS = 200
let nextHour = 1

export const outboxRaces: Races = {
  "lease each row to one worker": async (field) => {
    const { at, asked } = await owed(field)
    const finishes = await field.race(times(100, () => claimOrder(at, 3)))
    const rest = await claim(field.store, { at, max: ROWS })
    const ids = [...finishes.flatMap(({ outcome }) => outcome as OutboxItem[]), ...rest].map(({ outboxId }) => outboxId)
    expect(ids.sort()).toEqual(asked.map(({ request }) => request.outboxId).sort())
  },

  "give a row whose lease ended to one worker, and let the other one write nothing": async (field) => {
    const { at, asked } = await owed(field)
    const slow = await minted(field, asked, at)
    const quick = await minted(field, asked, at + MINUTE)
    const slowOrders = new Map(slow.flatMap((mail) => times(2, () => [sent(mail, at + MINUTE), mail] as const)))
    const quickOrders = new Map(quick.flatMap((mail) => times(2, () => [sent(mail, at + MINUTE), mail] as const)))
    const events = await eventsDuring(field.store, async () => {
      const finishes = await field.race([...slowOrders.keys(), ...quickOrders.keys()])
      for (const ofMail of finishesBy(slowOrders, finishes).values()) expect(tallyOf(ofMail)).toEqual({ lease_lost: 2 })
      for (const ofMail of finishesBy(quickOrders, finishes).values())
        expect(tallyOf(ofMail)).toEqual({ settled: 1, lease_lost: 1 })
    })
    const told = events.map(({ type, detail }) => ("linkId" in detail ? `${type} ${detail.linkId}` : type))
    expect(told.sort()).toEqual(quick.map(({ link }) => `link_sent ${link.linkId}`).sort())
  },

  "either settle a row or give it to another worker, when both come at once": async (field) => {
    const { at, asked } = await owed(field)
    const leaseId = newId(at)
    await claim(field.store, { at, leaseId, max: ROWS })
    const owners = new Map(
      asked.map((one) => {
        const settle = { outboxId: one.request.outboxId, leaseId, at: at + MINUTE, result: failed(one, null) }
        return [order("outbox", "settle", settle), one.request.outboxId] as const
      }),
    )
    // Too few for all rows: whoever else settles finds some.
    const claims = times(40, () => claimOrder(at + MINUTE, 3))
    const events = await eventsDuring(field.store, async () => {
      const finishes = await field.race([...owners.keys(), ...claims])
      const settled = [...finishesBy(owners, finishes)].flatMap(([outboxId, [finish]]) =>
        finish !== undefined && statusOf(finish) === "settled" ? [outboxId] : [],
      )
      const claimed = finishes
        .filter((finish) => Array.isArray(finish.outcome))
        .flatMap(({ outcome }) => outcome as OutboxItem[])
      const rest = await claim(field.store, { at: at + MINUTE, max: ROWS })
      const ids = [...settled, ...[...claimed, ...rest].map(({ outboxId }) => outboxId)]
      expect(ids.sort()).toEqual([...owners.values()].sort())
      expect(claimed.every(({ attempt }) => attempt === 2)).toBe(true)
      expect(settled.length).toBeGreaterThan(0)
    })
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["send_failed"]))
  },
}

/** Rows that are due, in an hour that no other race has. */
async function owed(field: Field) {
  const at = START + nextHour++ * HOUR
  await withholdRest(field)
  const asked = await Promise.all(times(ROWS, () => ask(field.store, { at, deadline: at + 60 * MINUTE })))
  return { at: at + SECOND, asked }
}

/** Settles what earlier races left, so that it is nobody's here. */
async function withholdRest({ store }: Field): Promise<void> {
  const at = START + 365 * DAY
  const leaseId = newId(at)
  const items = await claim(store, { at, leaseId, max: 100_000 })
  const result = { status: "withheld", reason: "rate_limited" } as const
  await Promise.all(items.map(({ outboxId }) => store.outbox.settle({ outboxId, leaseId, at, result })))
}

async function minted(field: Field, asked: Awaited<ReturnType<typeof owed>>["asked"], at: number): Promise<Mail[]> {
  const leaseId = newId(at)
  await claim(field.store, { at, leaseId, max: ROWS })
  const mails = asked.map((one) => ({ ...one, link: mintLink(one, leaseId, { at }) }))
  const outcomes = await Promise.all(mails.map(({ link }) => field.store.links.mint(link)))
  expect(outcomes.every(({ status }) => status === "minted")).toBe(true)
  return mails
}

function sent({ request, link }: Mail, at: number): Order {
  const { linkId, leaseId, outboxId } = link
  const detail = { requestId: request.requestId, linkId, attempt: 1, transport: "mailbox" }
  return order("outbox", "settle", { outboxId, leaseId, at, result: { status: "sent", detail } })
}

function claimOrder(at: number, max: number): Order {
  return order("outbox", "claim", {
    leaseId: newId(at),
    leaseUntil: at + 30 * SECOND,
    max,
    at,
    latestDeadline: at + HOUR,
  })
}
