import type { Address } from "../../../src/core/addresses/canonical-address.ts"
import { HOUR, MINUTE } from "../../../src/core/clock.ts"
import type { LimitTake } from "../../../src/core/limits/limit.ts"
import type { FlowHash } from "../../../src/core/links/flow.ts"
import type { SessionTokenHash } from "../../../src/core/sessions/session-token.ts"
import type {
  MintLink,
  OpenOutcome,
  OpenRequest,
  OutboxItem,
  RedeemCode,
  Redeemed,
  RedeemLink,
} from "../../../src/core/store.ts"
import { addressOf, newId, someLimit } from "../../../src/testing/contract/steps/ask.ts"
import type { Order } from "./order.ts"

/**
 * What one of many in a history has in hand. Lanes share no address, flow, limit or row, so that what comes of the moves of
 * one doesn't depend on how those of others fall between them.
 */
export interface Lane {
  readonly addresses: readonly Address[]
  readonly limits: { readonly client: LimitTake; readonly address: LimitTake; readonly knownBrowser: LimitTake }
  readonly flows: { readonly flowHash: FlowHash; readonly request: OpenRequest }[]
  /** Rows and who may hold them, the newest last. */
  readonly leases: { readonly item: OutboxItem; readonly leaseId: string }[]
  readonly links: { readonly link: MintLink; readonly flowHash: FlowHash }[]
  readonly sessions: { readonly tokenHash: SessionTokenHash; readonly id: string; readonly userId: string }[]
  readonly userIds: string[]
  /** Uses ids that are taken, now and then. */
  readonly isClumsy: boolean
}

export function createLane(number: number): Lane {
  return {
    addresses: ["a", "b"].map((name) => addressOf(`${name}${number}@example.com`)),
    limits: {
      client: someLimit("ask_client", { max: 2, windowMs: 20 * MINUTE }),
      address: someLimit("ask_address", { max: 3, windowMs: HOUR }),
      knownBrowser: someLimit("ask_browser", { max: 2, windowMs: 10 * MINUTE }),
    },
    flows: [],
    leases: [],
    links: [],
    sessions: [],
    userIds: [newId()],
    isClumsy: number % 100 === 0,
  }
}

/** Notes what a move of the lane came to, as far as later moves build on it. */
export function noteOutcome(lane: Lane, { part, method, args }: Order, outcome: unknown): void {
  const { status } = (outcome ?? {}) as { readonly status?: string }
  if (status === "opened") {
    const request = args as OpenRequest
    const isKept = (outcome as OpenOutcome & { flow?: string }).flow === "kept"
    lane.flows.push({ request, flowHash: (isKept ? request.flowHash : null) ?? request.freshFlowHash })
  }
  if (status === "minted") {
    const link = args as MintLink
    const held = lane.leases.find(({ item }) => item.outboxId === link.outboxId)
    if (held !== undefined) lane.links.push({ link, flowHash: held.item.flowHash })
  }
  if (status === "redeemed" && (part === "links" || part === "codes") && method === "redeem") {
    const { session, user } = outcome as Redeemed
    const { tokenHash } = (args as RedeemLink | RedeemCode).session
    lane.sessions.push({ tokenHash, id: session.id, userId: user.id })
    if (!lane.userIds.includes(user.id)) lane.userIds.push(user.id)
  }
}
