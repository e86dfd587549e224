import { html } from "hono/html"
import type { LinkProblem, LinkProblemWords } from "../../core/words/words.ts"
import { address } from "./address.ts"
import { askFields } from "./ask-fields.ts"
import { layout, type Page, type PageContext } from "./layout.ts"
import { signInHref } from "./sign-in-href.ts"

export interface LinkProblemPageData {
  readonly status: LinkProblem
  readonly email: string | null
  readonly next: string | null
}

/** Why a link did not sign anybody in, and what to do next. */
export function linkProblemPage(page: PageContext, data: LinkProblemPageData): Page {
  const words = page.words.pages.linkProblem
  const { title, text } = words[data.status]
  return layout(page, {
    title,
    body: html`<h1>${title}</h1>
<p class="lead">${text}</p>
${nextStep(words, data)}`,
  })
}

function nextStep(words: LinkProblemWords, data: LinkProblemPageData): Page {
  const href = signInHref(data.next)
  if (data.status === "refused") return html`<p><a class="button" href="${href}">${words.otherAddress}</a></p>`
  if (data.email === null) return html`<p><a class="button" href="${href}">${words.toSignIn}</a></p>`
  return html`<form class="stack" method="post" action="/auth/sign-in">
${askFields({ email: data.email, next: data.next })}
<p>${words.newLinkFor(address(data.email))}</p>
<button class="button" type="submit">${words.newLink}</button>
</form>
<p class="below"><a class="standalone" href="${href}">${words.otherAddress}</a></p>`
}
