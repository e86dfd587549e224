import { DAY, HOUR, MINUTE, SECOND } from "../../../src/core/clock.ts"
import type { FlowHash } from "../../../src/core/links/flow.ts"
import type { SettleOutbox } from "../../../src/core/store.ts"
import { laptop, newFlowHash, newId, openRequest, phone } from "../../../src/testing/contract/steps/ask.ts"
import { mintLink, newCodeHash } from "../../../src/testing/contract/steps/deliver.ts"
import { newSession } from "../../../src/testing/contract/steps/redeem.ts"
import type { Choice } from "./choice.ts"
import type { Lane } from "./lane.ts"
import { type Order, order } from "./order.ts"

/** A next decision of a lane at `at`, or null where it has nothing to decide on yet. */
export type Move = (lane: Lane, choice: Choice, at: number) => Order | null

const TEXTS = ["/", "/orders?a=1&b=%00", `'";-- \\u0000`, "漢字 🎈", "\u0001\u007f\ufffd"] as const

export const moves: Readonly<Record<string, Move>> = {
  ask(lane, choice, at) {
    const kept = choice.oneIn(3) ? undefined : choice.recent(lane.flows)
    const { client, address, knownBrowser } = lane.limits
    const limits = {
      client: choice.oneIn(3) ? client : null,
      address: choice.oneIn(2) ? address : null,
      knownBrowser: choice.oneIn(4) ? knownBrowser : null,
    }
    // A row that is there already: the decision fails, whatever shares its commit.
    const outboxId = isClumsy(lane, choice) ? lane.flows[0]?.request.outboxId : undefined
    const request = openRequest({
      address: choice.oneIn(4) ? (lane.addresses[1] as never) : (lane.addresses[0] as never),
      flowHash: choice.oneIn(10) ? newFlowHash(at) : (kept?.flowHash ?? null),
      matchNumber: 10 + choice.below(90),
      next: choice.oneIn(2) ? null : choice.pick(TEXTS),
      device: choice.pick(TEXTS),
      client: choice.pick([laptop, phone, { ip: null, userAgent: null }]),
      limits,
      at,
      deadline: at + HOUR,
      ...(outboxId !== undefined && { outboxId }),
    })
    return order("requests", "open", request)
  },

  mint(lane, choice, at) {
    const held = choice.recent(lane.leases)
    if (held === undefined) return null
    const asked = { request: { outboxId: held.item.outboxId, at } } as never
    const tokenHash = isClumsy(lane, choice) ? choice.recent(lane.links)?.link.tokenHash : undefined
    const change = { at, expiresAt: at + choice.pick([10 * MINUTE, HOUR, DAY]), ...(tokenHash && { tokenHash }) }
    return order("links", "mint", mintLink(asked, choice.oneIn(10) ? newId() : held.leaseId, change))
  },

  settle(lane, choice, at) {
    const held = choice.recent(lane.leases)
    if (held === undefined) return null
    const { outboxId } = held.item
    const leaseId = choice.oneIn(10) ? newId() : held.leaseId
    return order("outbox", "settle", {
      outboxId,
      leaseId,
      at,
      result: someResult(lane, held.item.requestId, choice, at),
    })
  },

  press(lane, choice, at) {
    const found = choice.recent(lane.links)
    if (found === undefined) return null
    const request = lane.flows.find(({ flowHash }) => flowHash === found.flowHash)?.request
    const { tokenHash } = choice.oneIn(15) ? mintLink({ request: { outboxId: "", at } } as never, "") : found.link
    return order("links", "redeem", {
      ...someAttempt(lane, choice, at),
      tokenHash,
      flowHash: choice.pick<FlowHash | null>([found.flowHash, found.flowHash, found.flowHash, null, newFlowHash(at)]),
      matchNumber: choice.pick([null, 5, request?.matchNumber ?? 6]),
    })
  },

  type(lane, choice, at) {
    const found = choice.recent(lane.links)
    const flowHash = choice.oneIn(8) ? choice.recent(lane.flows)?.flowHash : found?.flowHash
    const right = found === undefined || choice.oneIn(3) ? newCodeHash() : found.link.codeHash
    const codeHashes = choice.oneIn(3) ? [newCodeHash(), right] : [right]
    return order("codes", "redeem", {
      ...someAttempt(lane, choice, at),
      codeHashes,
      flowHash: flowHash ?? newFlowHash(at),
    })
  },

  check(lane, choice, at) {
    const { tokenHash } = choice.recent(lane.sessions) ?? newSession(at)
    // Never: whether it is noted when a session was seen depends on how busy the machine is. Facts of their own prove it.
    const touchEvery = 365 * DAY
    return order("sessions", "check", { tokenHash, at, idleTtl: choice.pick([HOUR, DAY, 2 * DAY]), touchEvery })
  },

  revoke(lane, choice, at) {
    const { id, userId } = choice.recent(lane.sessions) ?? { id: newId(), userId: newId() }
    const by = choice.oneIn(2) ? ({ by: "cli" } as const) : {}
    const reason = choice.pick(["signed_out", "signed_out_everywhere", "ended_by_admin"] as const)
    const sessionId = choice.pick([id, id, "all"])
    return order("sessions", "revoke", {
      userId: choice.oneIn(8) ? newId() : userId,
      sessionId,
      reason,
      ...by,
      client: phone,
      at,
    })
  },

  disable(lane, choice, at) {
    const userId = choice.recent(lane.userIds) ?? newId()
    return order("users", "setDisabled", { userId, isDisabled: choice.oneIn(3), by: "application", client: laptop, at })
  },

  use(lane, choice, at) {
    const provider = choice.pick(["google", "passkey"])
    return order("providers", "record", { userId: choice.recent(lane.userIds) ?? newId(), provider, client: phone, at })
  },

  take(lane, choice, at) {
    const limit = choice.pick([lane.limits.client, lane.limits.address, lane.limits.knownBrowser])
    return order("limits", "take", {
      limit,
      address: choice.pick([null, lane.addresses[0] as never]),
      client: laptop,
      at,
    })
  },

  prefetch(lane, choice, at) {
    const found = choice.recent(lane.links)
    return found === undefined
      ? null
      : order("links", "notePrefetch", { tokenHash: found.link.tokenHash, client: phone, at })
  },

  append(lane, choice, at) {
    const detail = { text: choice.pick(TEXTS), number: choice.pick([0.1, -1, 2 ** 53 - 1]), no: null }
    const client = choice.pick([laptop, { ip: null, userAgent: null }])
    const address = choice.pick([null, lane.addresses[0] as never])
    return order("audit", "append", { type: "shop.note", userId: lane.userIds[0] ?? null, detail, address, client, at })
  },

  lookUp(lane, choice, at) {
    const { id, userId } = choice.recent(lane.sessions) ?? { id: newId(), userId: lane.userIds[0] ?? "" }
    const flow = choice.recent(lane.flows)
    const link = choice.recent(lane.links)
    return choice.pick([
      order("sessions", "find", { sessionId: id, at }),
      order("sessions", "list", { userId, at }),
      order("users", "find", { userId }),
      order("users", "find", { address: lane.addresses[0] as never }),
      order("providers", "list", userId),
      order("requests", "latest", flow?.flowHash ?? newFlowHash(at)),
      ...(link === undefined ? [] : [order("links", "inspect", link.link.tokenHash)]),
    ])
  },
}

// A decision that fails makes all that share its commit run again, alone: so not in every commit.
const isClumsy = (lane: Lane, choice: Choice) => lane.isClumsy && choice.oneIn(5)

function someAttempt(lane: Lane, choice: Choice, at: number) {
  const taken = isClumsy(lane, choice) ? choice.recent(lane.sessions)?.tokenHash : undefined
  const ttl = choice.pick([10 * MINUTE, DAY, 2 * DAY])
  const times = { idleExpiresAt: at + ttl / choice.pick([1, 10]), expiresAt: at + ttl }
  return {
    at,
    client: choice.pick([laptop, phone]),
    limit: choice.oneIn(4) ? lane.limits.client : null,
    session: newSession(at, { ...times, device: choice.pick(TEXTS), ...(taken && { tokenHash: taken }) }),
    newUserId: newId(at),
    replaces: choice.oneIn(3) ? (choice.recent(lane.sessions)?.tokenHash ?? null) : null,
  }
}

function someResult(lane: Lane, requestId: string, choice: Choice, at: number): SettleOutbox["result"] {
  const transport = "mailbox"
  const linkId = choice.recent(lane.links)?.link.linkId ?? newId(at)
  const isOver = choice.oneIn(2)
  const retryAt = isOver ? null : at + choice.pick([SECOND, 10 * MINUTE])
  const failure = { requestId, attempt: 1, transport, next: isOver ? "given_up" : "later", reason: "smtp_450" } as const
  return choice.pick<SettleOutbox["result"]>([
    { status: "sent", detail: { requestId, linkId, attempt: 1, transport } },
    { status: "sent", detail: { requestId, linkId, attempt: 1, transport } },
    { status: "withheld", reason: choice.pick(["not_allowed", "disabled", "rate_limited"]) },
    { status: "failed", retryAt, detail: failure },
    { status: "released" },
  ])
}
