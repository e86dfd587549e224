import { MINUTE, SECOND } from "../../core/clock.ts"
import { hashFlow } from "../../core/links/flow.ts"
import type { PendingRequest } from "../../core/store.ts"
import type { Answer } from "../answer.ts"
import { type CodeProblem, checkMailPage } from "../pages/check-mail-page.ts"
import { elsewherePage } from "../pages/elsewhere-page.ts"
import { RESEND_AFTER } from "../resend-after.ts"
import { type Reply, redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

const ELSEWHERE = "/auth/check-mail?elsewhere"

/** Waits with the person. Once the link was pressed in this browser, it leads on to where they were going; in another, it says so. */
export async function showCheckMail(visit: Visit): Promise<Answer> {
  const { flow, site } = visit
  const request = flow === null ? null : await site.context.store.requests.latest(hashFlow(flow))
  if (request === null) return redirect(visit, "/auth/sign-in")
  if (request.closedAt === null) return respondCheckMail(visit, request)
  const { address: email, next } = request
  if ((await visit.signedIn()) !== null) return redirect(visit, next ?? "/auth/account")
  // By a redirect, as that is what tells the script on the page that the wait is over.
  const isThere = visit.query.has("elsewhere")
  return isThere ? respondPage(visit, elsewherePage(visit.page, { email, next })) : redirect(visit, ELSEWHERE)
}

export function respondCheckMail(
  visit: Visit,
  request: PendingRequest,
  problem: CodeProblem | null = null,
  reply: Reply = {},
): Promise<Answer> {
  const { settings, clock } = visit.site.context
  const resendInSeconds = Math.max(0, Math.ceil((request.requestedAt + RESEND_AFTER - clock.now()) / SECOND))
  const { address: email, matchNumber, next, codeTriesLeft } = request
  const linkTtlMinutes = settings.linkTtl / MINUTE
  const data = { email, matchNumber, next, problem, codeTriesLeft, resendInSeconds, linkTtlMinutes }
  return respondPage(visit, checkMailPage(visit.page, data), reply)
}
