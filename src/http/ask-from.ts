import type { Address } from "../core/addresses/canonical-address.ts"
import { isKnownBrowser } from "../core/limits/known-browser.ts"
import { type AskOutcome, askForLink } from "../core/links/ask-for-link.ts"
import { rateLimitFields } from "./rate-limit-fields.ts"
import type { Reply } from "./respond.ts"
import type { Visit } from "./visit.ts"

/** Asks for a link to an address on behalf of this browser: by the page and by the API alike, so one limit counts both. */
export async function askFrom(visit: Visit, address: Address, next: string | null): Promise<AskOutcome> {
  const { site, flow, words, device, client, clientSubject } = visit
  const outcome = await askForLink(site.context, {
    address,
    flow,
    isKnownBrowser: isKnownBrowser(visit.knownBrowser, address, site.context.settings.secrets),
    next,
    locale: words.locale,
    device,
    client,
    clientSubject,
  })
  if (outcome.status === "asked") site.wakeWorker()
  return outcome
}

/** What goes with the answer to whoever asked: the flow, and what is left of their limit. */
export function askedReply(
  { site }: Visit,
  { flow, quota }: Extract<AskOutcome, { status: "asked" }>,
): Required<Pick<Reply, "headers" | "cookies">> {
  return {
    headers: quota === null ? {} : rateLimitFields(quota, site.context.clock.now()),
    cookies: [site.cookies.writeFlow(flow)],
  }
}
