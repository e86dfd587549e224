import { canonicalAddress } from "../../core/addresses/canonical-address.ts"
import { isoTime, SECOND } from "../../core/clock.ts"
import { hashFlow } from "../../core/links/flow.ts"
import type { PendingRequest } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { askedReply, askFrom } from "../ask-from.ts"
import { problemJson, respondRateLimited } from "../problems.ts"
import { readJson } from "../read-json.ts"
import { RESEND_AFTER } from "../resend-after.ts"
import { respondJson } from "../respond.ts"
import type { Visit } from "../visit.ts"
import type { PendingSignIn } from "./answers.ts"
import { signInBody } from "./bodies.ts"
import { refuseBody } from "./refuse-body.ts"

/** Takes an address, and answers with what a page that waits for the mail has to show. */
export async function askByJson(visit: Visit): Promise<Answer> {
  const read = await readJson(visit.incoming, signInBody)
  if (read.status !== "read") return refuseBody(visit, read.status, signInBody)
  const typed = canonicalAddress(read.body.email)
  if (typed.status !== "valid") return problemJson(visit, "invalid_email")
  const outcome = await askFrom(visit, typed.address, visit.next(read.body.next))
  if (outcome.status === "rate_limited") return respondRateLimited(visit, outcome.quota)
  // A flow that was kept keeps its number and its spent tries; the address decides nothing here (P4).
  const request = await visit.site.context.store.requests.latest(hashFlow(outcome.flow))
  if (request === null) throw new Error("A request that was just opened is gone.")
  return respondJson(visit, showPending(visit, request), { status: 202, ...askedReply(visit, outcome) })
}

function showPending(
  visit: Visit,
  { address, matchNumber, codeTriesLeft, requestedAt }: PendingRequest,
): PendingSignIn {
  const { linkTtl } = visit.site.context.settings
  return {
    email: address,
    matchNumber,
    codeTriesLeft,
    lifetimeSeconds: linkTtl / SECOND,
    // The mail is given up one lifetime after asking, and link and code live one from its sending.
    expiresAt: isoTime(requestedAt + 2 * linkTtl),
    resendAfter: isoTime(requestedAt + RESEND_AFTER),
  }
}
