import { parseCode } from "../../core/links/code.ts"
import { type Flow, hashFlow } from "../../core/links/flow.ts"
import { redeemCode } from "../../core/links/redeem.ts"
import type { Answer } from "../answer.ts"
import { problemJson, respondRateLimited } from "../problems.ts"
import { readJson } from "../read-json.ts"
import type { Visit } from "../visit.ts"
import { codeBody } from "./bodies.ts"
import { refuseBody } from "./refuse-body.ts"
import { isSignedInAs, respondSignedIn, respondSignedInBefore } from "./respond-signed-in.ts"

/** Uses a code up, in the browser that asked for it. */
export async function useCodeByJson(visit: Visit): Promise<Answer> {
  const read = await readJson(visit.incoming, codeBody)
  if (read.status !== "read") return refuseBody(visit, read.status, codeBody)
  const { flow } = visit
  if (flow === null) return problemJson(visit, "no_pending_sign_in")
  const code = parseCode(read.body.code)
  if (code === null) return problemJson(visit, "invalid_code")
  const outcome = await redeemCode(visit.site.context, { ...visit.redeemer(), flow, code })
  switch (outcome.status) {
    case "redeemed":
      return respondSignedIn(visit, outcome)
    case "rate_limited":
      return respondRateLimited(visit, outcome.quota)
    case "wrong_code":
      return refuseCode(visit, outcome.triesLeft)
    case "unknown":
      return problemJson(visit, "no_pending_sign_in")
    case "used":
      return answerUsed(visit, flow)
    case "expired":
      return problemJson(visit, "code_expired")
    case "superseded":
      return problemJson(visit, "code_superseded")
    case "refused":
      return problemJson(visit, "sign_in_refused")
  }
}

function refuseCode(visit: Visit, triesLeft: number): Answer {
  const { wrongCode, codeSpent } = visit.words.pages.checkMail
  return problemJson(visit, "wrong_code", { detail: triesLeft === 0 ? codeSpent : wrongCode(triesLeft), triesLeft })
}

/** A second press in a browser that the first one signed in is no error. */
async function answerUsed(visit: Visit, flow: Flow): Promise<Answer> {
  const request = await visit.site.context.store.requests.latest(hashFlow(flow))
  const signedIn = await visit.signedIn()
  if (request !== null && isSignedInAs(signedIn, request.address)) {
    return respondSignedInBefore(visit, signedIn, request.next)
  }
  return problemJson(visit, "code_used")
}
