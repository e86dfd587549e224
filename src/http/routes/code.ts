import { parseCode } from "../../core/links/code.ts"
import { type Flow, hashFlow } from "../../core/links/flow.ts"
import { redeemCode } from "../../core/links/redeem.ts"
import type { Answer } from "../answer.ts"
import type { CodeProblem } from "../pages/check-mail-page.ts"
import { respondProblem, respondRateLimited } from "../problems.ts"
import { readForm } from "../read-form.ts"
import { redirect } from "../respond.ts"
import type { Visit } from "../visit.ts"
import { respondCheckMail } from "./check-mail.ts"
import { respondLinkProblem } from "./link.ts"
import { signInWith } from "./sign-in-with.ts"

/** Takes the six digits, in the browser that asked for them. */
export async function useCode(visit: Visit): Promise<Answer> {
  const form = await readForm(visit.incoming, ["code"])
  if (form.status !== "read") return respondProblem(visit, form.status)
  const { flow } = visit
  if (flow === null) return redirect(visit, "/auth/sign-in")
  const code = parseCode(form.values["code"] ?? "")
  if (code === null) return askAgain(visit, flow, { kind: "not_a_code" })
  const outcome = await redeemCode(visit.site.context, { ...visit.redeemer(), flow, code })
  switch (outcome.status) {
    case "redeemed":
      return signInWith(visit, outcome)
    case "rate_limited":
      return respondRateLimited(visit, outcome.quota)
    case "wrong_code":
      return askAgain(visit, flow, { kind: "wrong_code", triesLeft: outcome.triesLeft })
    case "unknown":
      return redirect(visit, "/auth/sign-in")
    case "used":
      // The page that waits knows whether this browser is signed in by now, and sends it on.
      return redirect(visit, "/auth/check-mail")
    case "expired":
    case "superseded":
      return askAgain(visit, flow, { kind: outcome.status })
    case "refused":
      return respondLinkProblem(visit, outcome.status)
  }
}

async function askAgain(visit: Visit, flow: Flow, problem: CodeProblem): Promise<Answer> {
  const request = await visit.site.context.store.requests.latest(hashFlow(flow))
  if (request === null) return redirect(visit, "/auth/sign-in")
  if (request.closedAt !== null) return redirect(visit, "/auth/check-mail")
  return respondCheckMail(visit, request, problem, { status: 422 })
}
