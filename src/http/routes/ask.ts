import { canonicalAddress } from "../../core/addresses/canonical-address.ts"
import type { Answer } from "../answer.ts"
import { askedReply, askFrom } from "../ask-from.ts"
import { signInPage } from "../pages/sign-in-page.ts"
import { respondProblem, respondRateLimited } from "../problems.ts"
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
  const outcome = await askFrom(visit, typed.address, next)
  if (outcome.status === "rate_limited") return respondRateLimited(visit, outcome.quota)
  return redirect(visit, "/auth/check-mail", askedReply(visit, outcome))
}
