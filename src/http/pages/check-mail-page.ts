import { html } from "hono/html"
import type { PageWords } from "../../core/words/words.ts"
import { address } from "./address.ts"
import { askFields } from "./ask-fields.ts"
import { fieldError, invalidBecauseOf } from "./field-error.ts"
import { layout, type Page, type PageContext } from "./layout.ts"
import { signInHref } from "./sign-in-href.ts"

/** Why the code that was typed signs nobody in. */
export type CodeProblem =
  | { readonly kind: "wrong_code"; readonly triesLeft: number }
  | { readonly kind: "not_a_code" | "superseded" | "expired" }

export interface CheckMailPageData {
  readonly email: string
  readonly matchNumber: number
  readonly next: string | null
  readonly problem: CodeProblem | null
  readonly codeTriesLeft: number
  readonly resendInSeconds: number
  readonly linkTtlMinutes: number
}

/** Says the same for every address (P4): nothing here may depend on who may sign in. */
export function checkMailPage(page: PageContext, data: CheckMailPageData): Page {
  const words = page.words.pages.checkMail
  return layout(page, {
    title: data.problem === null ? words.title : page.words.pages.layout.mistake(words.title),
    script: "check-mail.js",
    body: html`<h1>${words.title}</h1>
<p class="lead">${words.onItsWay(address(data.email))}</p>
<p class="lead">${words.lasts(data.linkTtlMinutes)}</p>
${data.codeTriesLeft > 0 ? codeForm(words, data.problem) : html`<p class="notice bad" role="alert">${words.codeSpent}</p>`}
<div class="match">
<p id="match-label">${words.matchNumber}</p>
<p class="match-number">${data.matchNumber}</p>
</div>
<div class="below">
<p>${words.nothingYet}</p>
${resendForm(words, data)}
<p><a class="standalone" href="${signInHref(data.next)}">${words.otherAddress}</a></p>
</div>`,
  })
}

// The hint is shown by the script, which is what makes it true.
function codeForm(words: PageWords["checkMail"], problem: CodeProblem | null): Page {
  return html`<form class="stack" method="post" action="/auth/code" novalidate>
<div class="field">
<label for="code">${words.codeLabel}</label>
<p class="hint" id="code-hint" hidden>${words.codeHint}</p>
<input class="digits" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required data-code ${problem && html`autofocus`} ${problem && invalidBecauseOf("code-error")}>
${problem && fieldError("code-error", problemText(words, problem))}
</div>
<button class="button" type="submit">${words.button}</button>
</form>`
}

function problemText(words: PageWords["checkMail"], problem: CodeProblem): string {
  switch (problem.kind) {
    case "wrong_code":
      return words.wrongCode(problem.triesLeft)
    case "not_a_code":
      return words.notACode
    case "superseded":
      return words.supersededCode
    case "expired":
      return words.expiredCode
  }
}

// Without the script nothing opens the button when the wait is over, so a link loads the page anew.
function resendForm(words: PageWords["checkMail"], data: CheckMailPageData): Page {
  const mustWait = data.resendInSeconds > 0
  const seconds = Math.ceil(data.resendInSeconds)
  const wait = html`<p class="wait" data-wait>${words.resendIn(html`<span data-seconds>${seconds}</span>`)}
<a href="/auth/check-mail" data-reload>${words.reload}</a></p>
<p class="unseen" role="status" data-ready="${words.resendReady}"></p>`
  return html`<form method="post" action="/auth/sign-in" ${mustWait && html`data-resend-in="${seconds}"`}>
${askFields(data)}
<button class="button quiet" type="submit" ${mustWait && html`disabled`}>${words.resend}</button>
${mustWait && wait}
</form>`
}
