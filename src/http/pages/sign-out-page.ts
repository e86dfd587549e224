import { html } from "hono/html"
import type { User } from "../../core/users/user.ts"
import { address } from "./address.ts"
import { layout, type Page, type PageContext } from "./layout.ts"

/** Asks before it signs out, so that a link or an image on another site can't (P2). */
export function signOutPage(page: PageContext, data: { readonly user: User | null }): Page {
  return data.user === null ? nobodyPage(page) : confirmPage(page, data.user)
}

function confirmPage(page: PageContext, user: User): Page {
  const words = page.words.pages.signOut
  return layout(page, {
    title: words.title,
    script: "private.js",
    body: html`<h1>${words.title}</h1>
<p class="lead">${words.signedInAs(address(user.email))}</p>
<form class="stack" method="post" action="/auth/sign-out">
<button class="button" type="submit">${words.button}</button>
<a class="button quiet" href="/auth/account">${words.stay}</a>
</form>`,
  })
}

function nobodyPage(page: PageContext): Page {
  const words = page.words.pages.signOut
  return layout(page, {
    title: words.nobodyTitle,
    body: html`<h1>${words.nobodyTitle}</h1>
<p class="lead">${words.nobodyText}</p>
<p><a class="button" href="/auth/sign-in">${words.toSignIn}</a></p>`,
  })
}
