import type { DatabaseSync } from "node:sqlite"
import type { Address } from "../../core/addresses/canonical-address.ts"
import type { AskLimits, DecidedAskLimits } from "../../core/limits/ask-limits.ts"
import { CODE_TRIES } from "../../core/links/code.ts"
import type { FlowHash } from "../../core/links/flow.ts"
import type { OpenOutcome, OpenRequest, PendingRequest, RequestStore } from "../../core/store.ts"
import type { Journal, OpenJournal } from "./journal.ts"
import { type TakeLimit, writeRateLimited } from "./limits.ts"
import type { SharedCommit } from "./shared-commit.ts"

const LATEST = `
  select request_id, address, match_number, next, requested_at, closed_at, code_tries
  from sign_in_requests where flow_hash = ? order by seq desc limit 1`
const INSERT_REQUEST = `
  insert into sign_in_requests (request_id, address, flow_hash, match_number, next, locale, device, ip, user_agent,
    requested_at, code_tries) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const INSERT_OUTBOX = `
  insert into outbox (outbox_id, request_id, state, is_over_limit, due_at, deadline) values (?, ?, 'queued', ?, ?, ?)`

export interface LatestRequest {
  readonly request_id: string
  readonly address: Address
  readonly match_number: number
  readonly next: string | null
  readonly requested_at: number
  readonly closed_at: number | null
  readonly code_tries: number
}

export type FindLatest = (flowHash: FlowHash) => LatestRequest | undefined

export function createFindLatest(database: DatabaseSync): FindLatest {
  const latest = database.prepare(LATEST)
  return (flowHash) => latest.get(flowHash) as LatestRequest | undefined
}

export function createRequests(
  database: DatabaseSync,
  commits: SharedCommit,
  openJournal: OpenJournal,
  takeLimit: TakeLimit,
  findLatest: FindLatest,
): RequestStore {
  const insertRequest = database.prepare(INSERT_REQUEST)
  const insertOutbox = database.prepare(INSERT_OUTBOX)

  function open(request: OpenRequest, journal: Journal): OpenOutcome {
    const { at, client } = request
    const limits = decideLimits(request.limits, at, journal, takeLimit)
    if (limits.status === "rate_limited") return limits
    const kept = keptFlow(request, findLatest)
    const { requestId, address, next, locale, device } = request
    const flowHash = kept === null ? request.freshFlowHash : request.flowHash
    const { ip, userAgent } = client
    const tries = kept?.code_tries ?? 0
    // The page that waits shows one number, and the links of all its mails must ask for that one.
    const matchNumber = kept?.match_number ?? request.matchNumber
    insertRequest.run(requestId, address, flowHash, matchNumber, next, locale, device, ip, userAgent, at, tries)
    insertOutbox.run(request.outboxId, requestId, Number(limits.isOverLimit), at, request.deadline)
    journal.write({ type: "link_requested", detail: { requestId } }, null)
    return { status: "opened", flow: kept === null ? "fresh" : "kept", quota: limits.quota }
  }

  return {
    open: (request) => commits.decide((transaction) => open(request, openJournal(transaction, request))),
    latest: (flowHash) =>
      commits.read(() => {
        const row = findLatest(flowHash)
        return row === undefined ? null : pendingRequest(row)
      }),
  }
}

function decideLimits(limits: AskLimits | DecidedAskLimits, at: number, journal: Journal, takeLimit: TakeLimit) {
  if (!("isDecided" in limits)) return takeAskLimits(limits, at, journal, takeLimit)
  const { quota, spent } = limits
  if (spent?.isFirst) writeRateLimited(spent.limit, journal)
  return { status: "within" as const, quota, isOverLimit: spent !== null }
}

function takeAskLimits(limits: AskLimits, at: number, journal: Journal, takeLimit: TakeLimit) {
  // A browser that has signed in with this address has an allowance of its own: a stranger can't use it up.
  const isKnown = limits.knownBrowser !== null && takeLimit(limits.knownBrowser, at, null).status === "admitted"
  if (isKnown) return { status: "within" as const, quota: null, isOverLimit: false }
  const client = limits.client === null ? null : takeLimit(limits.client, at, journal)
  if (client?.status === "refused") return { ...client, status: "rate_limited" as const }
  const isOverLimit = limits.address !== null && takeLimit(limits.address, at, journal).status === "refused"
  return { status: "within" as const, quota: client?.quota ?? null, isOverLimit }
}

// A resend stays in its flow and keeps the tries that are spent. Another address, a flow that is done and one whose code
// was guessed at too often all begin anew: no code ever gets more than its tries (ASVS 6.6.2, 6.6.3).
function keptFlow(request: OpenRequest, findLatest: FindLatest): LatestRequest | null {
  const latest = request.flowHash === null ? undefined : findLatest(request.flowHash)
  const isKept =
    latest !== undefined &&
    latest.address === request.address &&
    latest.closed_at === null &&
    latest.code_tries < CODE_TRIES
  return isKept ? latest : null
}

function pendingRequest(row: LatestRequest): PendingRequest {
  return {
    requestId: row.request_id,
    address: row.address,
    matchNumber: row.match_number,
    next: row.next,
    requestedAt: row.requested_at,
    closedAt: row.closed_at,
    codeTriesLeft: Math.max(0, CODE_TRIES - row.code_tries),
  }
}
