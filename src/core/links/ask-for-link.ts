import type { Address } from "../addresses/canonical-address.ts"
import type { Client } from "../audit/event.ts"
import type { Context } from "../context.ts"
import { uuidv7 } from "../ids.ts"
import { limitTake, type Quota } from "../limits/limit.ts"
import { createFlow, type Flow, hashFlow } from "./flow.ts"
import { createMatchNumber } from "./match-number.ts"

export interface Ask {
  readonly address: Address
  /** What the browser's flow cookie holds. */
  readonly flow: Flow | null
  /** The browser has signed in with this address before. */
  readonly isKnownBrowser: boolean
  readonly next: string | null
  readonly locale: string
  readonly device: string
  readonly client: Client
  /** What the client's limits count by: an IPv4 address or an IPv6 /64. */
  readonly clientSubject: string
}

export type AskOutcome =
  | { readonly status: "asked"; readonly flow: Flow; readonly quota: Quota | null }
  | { readonly status: "rate_limited"; readonly quota: Quota }

/**
 * Takes down that somebody typed an address. Whether a mail goes out is the worker's business, later and elsewhere: here
 * nothing depends on who the address belongs to, so neither the answer nor its time can tell (P4).
 */
export async function askForLink(context: Context, ask: Ask): Promise<AskOutcome> {
  const { settings, store, clock, random, refusals } = context
  const { address, flow, isKnownBrowser, client } = ask
  const at = clock.now()
  const clientLimit = limitTake("ask_client", settings.limits.askClient, ask.clientSubject)
  const remembered = isKnownBrowser || clientLimit === null ? null : refusals.refuse(clientLimit, at)
  if (remembered !== null) return { status: "rate_limited", quota: remembered }
  const freshFlow = createFlow(random, at)
  const outcome = await store.requests.open({
    requestId: uuidv7(at, random),
    outboxId: uuidv7(at, random),
    address,
    flowHash: flow === null ? null : hashFlow(flow),
    freshFlowHash: hashFlow(freshFlow),
    matchNumber: createMatchNumber(random),
    next: ask.next,
    locale: ask.locale,
    device: ask.device,
    client,
    limits: {
      knownBrowser: isKnownBrowser ? limitTake("ask_browser", settings.limits.askBrowser, address) : null,
      client: clientLimit,
      address: limitTake("ask_address", settings.limits.askAddress, address),
    },
    at,
    deadline: at + settings.linkTtl,
  })
  if (outcome.status === "rate_limited") {
    if (clientLimit !== null) refusals.remember(clientLimit, outcome, client, at)
    return outcome
  }
  return { status: "asked", flow: outcome.flow === "kept" && flow !== null ? flow : freshFlow, quota: outcome.quota }
}
