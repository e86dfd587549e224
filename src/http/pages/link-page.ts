import { html } from "hono/html"
import type { User } from "../../core/users/user.ts"
import type { LinkWords } from "../../core/words/words.ts"
import { address } from "./address.ts"
import { askFields } from "./ask-fields.ts"
import { fieldError, invalidBecauseOf } from "./field-error.ts"
import { layout, type Page, type PageContext } from "./layout.ts"
import { time } from "./time.ts"

export type LinkPageMode =
  /** The browser that asked. */
  | { readonly kind: "same_browser" }
  /** Any other browser: it must know the number that the first one shows. */
  | {
      readonly kind: "match"
      readonly device: string
      readonly requestedAt: number
      readonly triesLeft: number
      readonly wasWrong: boolean
    }
  /** Any other browser, after all tries. */
  | { readonly kind: "only_there"; readonly device: string; readonly requestedAt: number }

export interface LinkPageData {
  readonly token: string
  readonly email: string
  readonly mode: LinkPageMode
  /** Where the person was going; kept for the next link. */
  readonly next?: string | null
  readonly signedInAs: User | null
}

/** What a link in the mail opens. It shows whose link it is and redeems nothing (P2). */
export function linkPage(page: PageContext, data: LinkPageData): Page {
  switch (data.mode.kind) {
    case "same_browser":
      return isSomebodyElse(data) ? switchPage(page, data, data.signedInAs) : confirmPage(page, data)
    case "match":
      return matchPage(page, data, data.mode)
    case "only_there":
      return onlyTherePage(page, data, data.mode)
  }
}

type SomebodyElse = LinkPageData & { readonly signedInAs: User }

function isSomebodyElse(data: LinkPageData): data is SomebodyElse {
  return data.signedInAs !== null && data.signedInAs.email !== data.email
}

function confirmPage(page: PageContext, data: LinkPageData): Page {
  const words = page.words.pages.link
  const title = words.title(page.siteName)
  return layout(page, {
    title,
    script: "link.js",
    body: html`<h1>${title}</h1>
<p class="lead">${words.signsIn(address(data.email))}</p>
<form class="stack" method="post" action="/auth/link" data-auto>
${tokenField(data)}
<button class="button" type="submit" data-busy="${words.busy}">${words.button}</button>
</form>`,
  })
}

// Never sends itself: a stranger's link must not change who is signed in here without a word (login CSRF).
function switchPage(page: PageContext, data: LinkPageData, current: User): Page {
  const words = page.words.pages.link
  return layout(page, {
    title: words.switchTitle,
    script: "link.js",
    body: html`<h1>${words.switchTitle}</h1>
<p class="lead">${words.signedInAs(address(current.email))} ${words.signsIn(address(data.email))}</p>
<form class="stack" method="post" action="/auth/link">
${tokenField(data)}
<button class="button" type="submit" data-busy="${words.busy}">${words.switchButton}</button>
<a class="button quiet" href="/auth/account">${words.stay}</a>
</form>`,
  })
}

function matchPage(page: PageContext, data: LinkPageData, mode: LinkPageMode & { readonly kind: "match" }): Page {
  const words = page.words.pages.link
  return layout(page, {
    title: mode.wasWrong ? page.words.pages.layout.mistake(words.matchTitle) : words.matchTitle,
    script: "link.js",
    body: html`<h1>${words.matchTitle}</h1>
<p class="lead">${words.matchText}</p>
${requestFacts(page, data, mode)}
${isSomebodyElse(data) && html`<p class="notice">${words.signedInAs(address(data.signedInAs.email))}</p>`}
<form class="stack" method="post" action="/auth/link">
${tokenField(data)}
${matchField(words, mode)}
<button class="button" type="submit" data-busy="${words.busy}">${words.button}</button>
</form>
<p class="below">${words.notYou}</p>`,
  })
}

function onlyTherePage(
  page: PageContext,
  data: LinkPageData,
  mode: LinkPageMode & { readonly kind: "only_there" },
): Page {
  const words = page.words.pages.link
  return layout(page, {
    title: words.onlyThereTitle,
    body: html`<h1>${words.onlyThereTitle}</h1>
<p class="lead">${words.onlyThereText}</p>
${requestFacts(page, data, mode)}
<form class="stack" method="post" action="/auth/sign-in">
${askFields({ email: data.email, next: data.next ?? null })}
<button class="button" type="submit">${page.words.pages.linkProblem.newLink}</button>
</form>`,
  })
}

function requestFacts(
  page: PageContext,
  data: LinkPageData,
  mode: { readonly device: string; readonly requestedAt: number },
): Page {
  const words = page.words.pages.link
  return html`<dl class="facts boxed">
<div><dt>${words.address}</dt><dd>${address(data.email)}</dd></div>
<div><dt>${words.device}</dt><dd><bdi>${page.words.device(mode.device)}</bdi></dd></div>
<div><dt>${words.requestedAt}</dt><dd>${time(page.words, mode.requestedAt)}</dd></div>
</dl>`
}

// The browser itself asks for a number that is missing: nothing is sent, and no try is spent.
function matchField(words: LinkWords, mode: { readonly triesLeft: number; readonly wasWrong: boolean }): Page {
  return html`<div class="field">
<label for="match">${words.matchLabel}</label>
<input class="digits" id="match" name="match" type="text" inputmode="numeric" autocomplete="off" maxlength="4" required ${mode.wasWrong && html`autofocus`} ${mode.wasWrong && invalidBecauseOf("match-error")}>
${mode.wasWrong && fieldError("match-error", words.matchWrong(mode.triesLeft))}
</div>`
}

function tokenField(data: LinkPageData): Page {
  return html`<input type="hidden" name="token" value="${data.token}">`
}
