import { type Address, canonicalAddress } from "../../../core/addresses/canonical-address.ts"
import type { Client } from "../../../core/audit/event.ts"
import { HOUR } from "../../../core/clock.ts"
import { uuidv7 } from "../../../core/ids.ts"
import type { AskLimits } from "../../../core/limits/ask-limits.ts"
import { type Limit, type LimitTake, limitTake } from "../../../core/limits/limit.ts"
import { createFlow, type FlowHash, hashFlow } from "../../../core/links/flow.ts"
import { systemRandom } from "../../../core/random.ts"
import type { OpenOutcome, OpenRequest, Store } from "../../../core/store.ts"

export const START = Date.UTC(2026, 0, 5, 9)
export const laptop: Client = { ip: "203.0.113.7", userAgent: "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0" }
export const phone: Client = { ip: "2001:db8:7::", userAgent: "Mozilla/5.0 (iPhone) Safari/605.1.15" }
export const ada = addressOf("ada@example.com")
export const bob = addressOf("bob@example.com")
export const carol = addressOf("carol@example.com")

export function addressOf(text: string): Address {
  const outcome = canonicalAddress(text)
  if (outcome.status !== "valid") throw new Error(`${text} is not an address`)
  return outcome.address
}

export const newId = (at = START): string => uuidv7(at, systemRandom)
export const newFlowHash = (at = START): FlowHash => hashFlow(createFlow(systemRandom, at))

/** A request, what became of it, and the flow that it belongs to since. */
export interface Asked {
  readonly request: OpenRequest
  readonly outcome: OpenOutcome
  readonly flowHash: FlowHash
}

/** Asks for a link, for Ada on her laptop unless `change` says otherwise. */
export async function ask(store: Store, change: Partial<OpenRequest> = {}): Promise<Asked> {
  const request = openRequest(change)
  const outcome = await store.requests.open(request)
  const isKept = outcome.status === "opened" && outcome.flow === "kept"
  return { request, outcome, flowHash: isKept ? (request.flowHash ?? request.freshFlowHash) : request.freshFlowHash }
}

export function openRequest(change: Partial<OpenRequest> = {}): OpenRequest {
  const at = change.at ?? START
  return {
    requestId: newId(at),
    outboxId: newId(at),
    address: ada,
    flowHash: null,
    freshFlowHash: newFlowHash(at),
    matchNumber: 42,
    next: null,
    locale: "en",
    device: "Firefox on Linux",
    client: laptop,
    limits: askLimits(),
    at,
    deadline: at + HOUR,
    ...change,
  }
}

/** Limits of one subject each that nobody shares, wide enough to be out of the way, but for those in `change`. */
export function askLimits(change: Partial<AskLimits> = {}): AskLimits {
  return { knownBrowser: null, client: wideLimit("ask_client"), address: wideLimit("ask_address"), ...change }
}

export function wideLimit(name: LimitTake["name"]): LimitTake {
  return limitTake(name, { max: 1_000, windowMs: HOUR }, newId())
}

/** A limit of a subject that no other test knows. */
export function someLimit(name: LimitTake["name"], limit: Limit): LimitTake {
  return limitTake(name, limit, newId())
}
