import { parseMatchNumber } from "../../core/links/match-number.ts"
import { redeemLink } from "../../core/links/redeem.ts"
import { parseToken } from "../../core/links/token.ts"
import type { RedeemLinkOutcome } from "../../core/store.ts"
import type { Words } from "../../core/words/words.ts"
import type { Answer } from "../answer.ts"
import { linkProblemCode, problemJson, respondRateLimited } from "../problems.ts"
import { readJson } from "../read-json.ts"
import type { Visit } from "../visit.ts"
import { linkBody } from "./bodies.ts"
import { refuseBody } from "./refuse-body.ts"
import { isSignedInAs, respondSignedIn, respondSignedInBefore } from "./respond-signed-in.ts"

/** Uses a link up. */
export async function useLinkByJson(visit: Visit): Promise<Answer> {
  const read = await readJson(visit.incoming, linkBody)
  if (read.status !== "read") return refuseBody(visit, read.status, linkBody)
  const token = parseToken(read.body.token)
  if (token === null) return problemJson(visit, "link_unknown")
  const matchNumber = parseMatchNumber(read.body.match ?? "")
  const outcome = await redeemLink(visit.site.context, { ...visit.redeemer(), token, matchNumber })
  switch (outcome.status) {
    case "redeemed":
      return respondSignedIn(visit, outcome)
    case "rate_limited":
      return respondRateLimited(visit, outcome.quota)
    case "wrong_browser":
      return refuseBrowser(visit, outcome)
    case "used": {
      const signedIn = await visit.signedIn()
      // A second press in a browser that the first one signed in is no error.
      if (isSignedInAs(signedIn, outcome.address)) return respondSignedInBefore(visit, signedIn, outcome.next)
      return problemJson(visit, "link_used")
    }
    case "expired":
    case "superseded":
    case "unknown":
    case "refused":
      return problemJson(visit, linkProblemCode[outcome.status])
  }
}

type WrongBrowser = Extract<RedeemLinkOutcome, { status: "wrong_browser" }>

function refuseBrowser(visit: Visit, outcome: WrongBrowser): Answer {
  const detail = describeMatch(visit.words, outcome)
  return problemJson(visit, "wrong_browser", { detail, matchTriesLeft: outcome.triesLeft })
}

function describeMatch({ pages }: Words, { triesLeft, wasTried }: WrongBrowser): string {
  if (triesLeft === 0) return pages.link.onlyThereText
  return wasTried ? pages.link.matchWrong(triesLeft) : pages.link.matchText
}
