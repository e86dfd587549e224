import { deadReason } from "../../core/links/dead-reason.ts"
import { hashFlow } from "../../core/links/flow.ts"
import { parseMatchNumber } from "../../core/links/match-number.ts"
import { redeemLink } from "../../core/links/redeem.ts"
import { hashToken, parseToken, type Token } from "../../core/links/token.ts"
import type { LinkView, SignedIn } from "../../core/store.ts"
import type { LinkProblem } from "../../core/words/words.ts"
import type { Answer } from "../answer.ts"
import { type LinkPageMode, linkPage } from "../pages/link-page.ts"
import { linkProblemPage } from "../pages/link-problem-page.ts"
import { linkProblemCode, problemStatus, respondProblem, respondRateLimited } from "../problems.ts"
import { readForm } from "../read-form.ts"
import { type Reply, redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"
import { signInWith } from "./sign-in-with.ts"

/** Shows whose link it is. It redeems nothing, whoever fetches it and however often (P2). */
export async function showLink(visit: Visit, text: string): Promise<Answer> {
  const token = parseToken(text)
  const { context } = visit.site
  const link = token === null ? null : await context.store.links.inspect(hashToken(token))
  if (token === null || link === null) return refuseLink(visit, "unknown")
  const dead = deadReason(link, context.clock.now())
  const signedIn = await visit.signedIn()
  if (dead === "used" && isOwner(signedIn, link))
    return redirect(visit, link.next ?? "/auth/account", { hasTokenInUrl: true })
  if (dead !== null) return refuseLink(visit, dead, link)
  if (!isSameBrowser(visit, link)) await notePrefetch(visit, token, link)
  return respondLink(visit, token, link, false)
}

// For whoever watches the log: somebody opened a link that signs nobody in. No event, as a GET changes nothing (P2).
function refuseLink(visit: Visit, reason: LinkProblem, link: LinkView | null = null): Promise<Answer> {
  const { ip } = visit.client
  visit.site.context.log.info("link_refused", { reason, linkId: link?.linkId ?? null, ip })
  return respondLinkProblem(visit, reason, link)
}

/** Presses the button. */
export async function useLink(visit: Visit): Promise<Answer> {
  const form = await readForm(visit.incoming, ["token", "match"])
  if (form.status !== "read") return respondProblem(visit, form.status)
  const token = parseToken(form.values["token"] ?? "")
  if (token === null) return respondProblem(visit, "bad_request")
  const matchNumber = parseMatchNumber(form.values["match"] ?? "")
  const outcome = await redeemLink(visit.site.context, { ...visit.redeemer(), token, matchNumber })
  switch (outcome.status) {
    case "redeemed":
      return signInWith(visit, outcome)
    case "rate_limited":
      return respondRateLimited(visit, outcome.quota)
    case "wrong_browser": {
      const link = await visit.site.context.store.links.inspect(hashToken(token))
      return link === null
        ? respondLinkProblem(visit, "unknown")
        : respondLink(visit, token, link, outcome.wasTried, { status: 403 })
    }
    case "used":
      // After a double press the browser has its session by now: the page behind this sends it on, signed in.
      if (visit.flow !== null || visit.sessionToken !== null) return redirect(visit, `/auth/link/${token}`)
      return respondLinkProblem(visit, "used", outcome)
    case "expired":
    case "superseded":
      return respondLinkProblem(visit, outcome.status, outcome)
    case "unknown":
    case "refused":
      return respondLinkProblem(visit, outcome.status)
  }
}

/** Why a link or a code did not work, with the next step. */
export function respondLinkProblem(
  visit: Visit,
  status: LinkProblem,
  link: Pick<LinkView, "address" | "next"> | null = null,
): Promise<Answer> {
  const page = linkProblemPage(visit.page, { status, email: link?.address ?? null, next: link?.next ?? null })
  return respondPage(visit, page, { status: problemStatus[linkProblemCode[status]], hasTokenInUrl: true })
}

async function respondLink(
  visit: Visit,
  token: Token,
  link: LinkView,
  wasPressed: boolean,
  reply: Reply = {},
): Promise<Answer> {
  const signedIn = await visit.signedIn()
  const data = {
    token,
    email: link.address,
    next: link.next,
    mode: modeFor(visit, link, wasPressed),
    signedInAs: signedIn?.user ?? null,
  }
  return respondPage(visit, linkPage(visit.page, data), { ...reply, hasTokenInUrl: true })
}

function modeFor(visit: Visit, link: LinkView, wasPressed: boolean): LinkPageMode {
  if (isSameBrowser(visit, link)) return { kind: "same_browser" }
  const { device, requestedAt, matchTriesLeft: triesLeft } = link
  if (triesLeft === 0) return { kind: "only_there", device, requestedAt }
  return { kind: "match", device, requestedAt, triesLeft, wasWrong: wasPressed }
}

function isSameBrowser(visit: Visit, link: LinkView): boolean {
  const { flow } = visit
  return flow !== null && hashFlow(flow) === link.flowHash
}

function isOwner(signedIn: SignedIn | null, link: LinkView): boolean {
  return signedIn?.user.email === link.address
}

async function notePrefetch(visit: Visit, token: Token, link: LinkView): Promise<void> {
  if (link.prefetchedAt !== null) return
  const { store, clock } = visit.site.context
  await store.links.notePrefetch({ tokenHash: hashToken(token), client: visit.client, at: clock.now() })
}
