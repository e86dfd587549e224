import { MINUTE, SECOND } from "../../core/clock.ts"
import { hashFlow } from "../../core/links/flow.ts"
import type { PendingRequest } from "../../core/store.ts"
import { type CheckMailPageData, checkMailPage } from "../pages/check-mail-page.ts"
import { redirect, type Reply, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

// A mail needs a moment; whoever presses at once only spends the allowance of three an hour.
const RESEND_AFTER = 30 * SECOND

/** Waits with the person. Once the link was pressed in this browser, it leads on to where they were going. */
export async function showCheckMail(visit: Visit): Promise<Response> {
  const { flow, site } = visit
  const request = flow === null ? null : await site.context.store.requests.latest(hashFlow(flow))
  if (request === null) return redirect(visit, "/auth/sign-in")
  if (request.closedAt === null) return respondCheckMail(visit, request)
  const signedIn = await visit.signedIn()
  return redirect(visit, signedIn === null ? "/auth/sign-in" : (request.next ?? "/auth/account"))
}

export function respondCheckMail(
  visit: Visit,
  request: PendingRequest,
  problem: CheckMailPageData["problem"] = null,
  reply: Reply = {},
): Promise<Response> {
  const { settings, clock } = visit.site.context
  const resendInSeconds = Math.max(0, Math.ceil((request.requestedAt + RESEND_AFTER - clock.now()) / SECOND))
  const { address: email, matchNumber, next, codeTriesLeft } = request
  const linkTtlMinutes = settings.linkTtl / MINUTE
  const data = { email, matchNumber, next, problem, codeTriesLeft, resendInSeconds, linkTtlMinutes }
  return respondPage(visit, checkMailPage(visit.page, data), reply)
}
