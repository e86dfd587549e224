import type { AskLimits, DecidedAskLimits } from "../../core/limits/ask-limits.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import type { OpenOutcome, OpenRequest, PendingRequest, RequestStore } from "../../core/store.ts"
import type { Database } from "./database.ts"
import type { Decisions } from "./decisions.ts"
import { decodeQuota, encodeLimit, rateLimited, rateLimitedDetail, type Told } from "./limits.ts"
import { createWriter } from "./writer.ts"

type Opened = readonly [status: "fresh" | "kept" | "rate_limited", ...told: NonNullable<Told> | [null, null, null]]

export function createRequests(database: Database, decisions: Decisions, notify: () => void): RequestStore {
  const open = decisions.together({
    name: "open_requests",
    more: [CODE_TRIES],
    encode: encodeRequest,
    keysOf: ({ flowHash, limits }: OpenRequest) => [flowHash, ...limitKeys(limits)],
    decode: (outcomes, requests) =>
      (outcomes as Opened[]).map((outcome, index) => decodeOutcome(outcome, requests[index]?.limits)),
  })
  return {
    async open(request) {
      const outcome = await open(request)
      if (outcome.status === "opened") notify()
      return outcome
    },
    async latest(flowHash) {
      const row = (await database.look("latest_request", [flowHash])) as
        | (Omit<PendingRequest, "codeTriesLeft"> & { readonly codeTries: number })
        | null
      if (row === null) return null
      const { codeTries, ...request } = row
      return { ...request, codeTriesLeft: Math.max(0, CODE_TRIES - codeTries) }
    },
  }
}

function encodeRequest(request: OpenRequest) {
  const { limits, at } = request
  return {
    request_id: request.requestId,
    outbox_id: request.outboxId,
    address: request.address,
    flow_hash: request.flowHash,
    fresh_flow_hash: request.freshFlowHash,
    match_number: request.matchNumber,
    next: request.next,
    locale: request.locale,
    device: request.device,
    at,
    deadline: request.deadline,
    writer: createWriter(request.client, request.address),
    ...encodeLimits(limits),
  }
}

function encodeLimits(limits: AskLimits | DecidedAskLimits) {
  if ("isDecided" in limits) {
    const { spent } = limits
    return { is_spent: spent !== null, spent_detail: spent?.isFirst ? rateLimitedDetail(spent.limit) : null }
  }
  const { knownBrowser, client, address } = limits
  return {
    // Its refusal is nothing to tell: the other limits decide then.
    known_browser: knownBrowser === null ? null : { ...encodeLimit(knownBrowser), detail: null },
    client: encodeLimit(client),
    for_address: encodeLimit(address),
    is_spent: false,
  }
}

function limitKeys(limits: AskLimits | DecidedAskLimits) {
  return "isDecided" in limits ? [] : [limits.knownBrowser?.key, limits.client?.key, limits.address?.key]
}

function decodeOutcome([status, ...said]: Opened, limits: OpenRequest["limits"] | undefined): OpenOutcome {
  const told = said[0] === null ? null : (said as NonNullable<Told>)
  const decided = limits !== undefined && "isDecided" in limits ? limits : null
  const client = limits === undefined || "isDecided" in limits ? null : limits.client
  if (status === "rate_limited") return rateLimited(client, told)
  return { status: "opened", flow: status, quota: decided === null ? decodeQuota(client, told) : decided.quota }
}
