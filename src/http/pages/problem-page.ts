import { html } from "hono/html"
import type { PageProblem } from "../../core/problem-code.ts"
import { layout, type Page, type PageContext } from "./layout.ts"

export interface ProblemPageData {
  readonly problem: PageProblem
  readonly retryAfterSeconds?: number
}

/** What went wrong with a request, in words, and where to go from here. */
export function problemPage(page: PageContext, data: ProblemPageData): Page {
  const words = page.words.pages.problem
  const { title, text } = words[data.problem]
  return layout(page, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text} ${data.retryAfterSeconds !== undefined && words.retryAfter(data.retryAfterSeconds)}</p>
${wayOn(page, data.problem)}`,
  })
}

function wayOn(page: PageContext, problem: PageProblem): Page {
  // Whatever it led to would be refused as well.
  if (problem === "rate_limited") return html``
  if (problem === "forbidden")
    return html`<p><a class="button" href="/auth/account">${page.words.pages.account.title}</a></p>`
  return html`<p><a class="button" href="/auth/sign-in">${page.words.pages.problem.toSignIn}</a></p>`
}
