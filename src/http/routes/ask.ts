import { canonicalAddress } from "../../core/addresses/canonical-address.ts"
import { isKnownBrowser } from "../../core/limits/known-browser.ts"
import { askForLink } from "../../core/links/ask-for-link.ts"
import type { Answer } from "../answer.ts"
import { signInPage } from "../pages/sign-in-page.ts"
import { respondProblem, respondRateLimited } from "../problems.ts"
import { rateLimitFields } from "../rate-limit-fields.ts"
import { readForm } from "../read-form.ts"
import { redirect, respondPage } from "../respond.ts"
import type { Visit } from "../visit.ts"

export async function showSignIn(visit: Visit): Promise<Answer> {
  const { query } = visit
  const next = visit.next(query.get("next"))
  const signedIn = await visit.signedIn()
  const notice = signedIn === null && query.has("signed-out") ? "signed_out" : null
  return respondPage(
    visit,
    signInPage(visit.page, { email: "", next, problem: null, notice, signedInAs: signedIn?.user ?? null }),
  )
}

export async function ask(visit: Visit): Promise<Answer> {
  const form = await readForm(visit.incoming, ["email", "next"])
  if (form.status !== "read") return respondProblem(visit, form.status)
  const next = visit.next(form.values["next"])
  const email = form.values["email"] ?? ""
  const typed = canonicalAddress(email)
  if (typed.status !== "valid") {
    const page = signInPage(visit.page, { email, next, problem: typed.status, notice: null, signedInAs: null })
    return respondPage(visit, page, { status: 422 })
  }
  const { address } = typed
  const { site, flow, words, device, client, clientSubject } = visit
  const isKnown = isKnownBrowser(visit.knownBrowser, address, site.context.settings.secrets)
  const locale = words.locale
  const outcome = await askForLink(site.context, {
    address,
    flow,
    isKnownBrowser: isKnown,
    next,
    locale,
    device,
    client,
    clientSubject,
  })
  if (outcome.status === "rate_limited") return respondRateLimited(visit, outcome.quota)
  site.wakeWorker()
  const { quota } = outcome
  return redirect(visit, "/auth/check-mail", {
    headers: quota === null ? {} : rateLimitFields(quota, site.context.clock.now()),
    cookies: [site.cookies.writeFlow(outcome.flow)],
  })
}
