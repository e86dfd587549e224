import { html } from "hono/html"
import type { User } from "../../core/users/user.ts"
import type { PageWords } from "../../core/words/words.ts"
import { address } from "./address.ts"
import { nextField } from "./ask-fields.ts"
import { fieldError, invalidBecauseOf } from "./field-error.ts"
import { layout, type Page, type PageContext } from "./layout.ts"

export interface SignInPageData {
  /** What was typed, to be mended rather than typed again. */
  readonly email: string
  readonly next: string | null
  readonly problem: "empty" | "invalid" | null
  readonly notice: "signed_out" | null
  readonly signedInAs: User | null
}

/** Asks for a mail address. */
export function signInPage(page: PageContext, data: SignInPageData): Page {
  const words = page.words.pages.signIn
  const title = words.title(page.siteName)
  return layout(page, {
    title: data.problem === null ? title : page.words.pages.layout.mistake(title),
    script: data.signedInAs === null ? undefined : "private.js",
    body: html`<h1>${title}</h1>
${data.notice === "signed_out" && html`<p class="notice" role="status">${words.signedOut}</p>`}
${data.signedInAs && signedInNote(words, data.signedInAs)}
<p class="lead">${words.lead}</p>
<form class="stack" method="post" action="/auth/sign-in" novalidate>
${nextField(data.next)}
${emailField(words, data)}
<button class="button" type="submit">${words.button}</button>
</form>`,
  })
}

function signedInNote(words: PageWords["signIn"], user: User): Page {
  return html`<div class="notice">
<p>${words.signedInAs(address(user.email))}</p>
<p><a class="standalone" href="/auth/account">${words.toAccount}</a></p>
</div>`
}

// The browser's own check stays off: it knows fewer addresses than we do, and speaks another language than the page.
function emailField(words: PageWords["signIn"], data: SignInPageData): Page {
  const focus = data.notice === null && data.signedInAs === null ? html`autofocus` : null
  return html`<div class="field">
<label for="email">${words.emailLabel}</label>
<input id="email" name="email" type="email" value="${data.email}" autocomplete="email" autocapitalize="none" spellcheck="false" required ${focus} ${data.problem && invalidBecauseOf("email-error")}>
${data.problem && fieldError("email-error", words[data.problem])}
</div>`
}
