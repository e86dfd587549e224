import { html } from "hono/html"
import type { User } from "../../core/users/user.ts"
import { layout, type Page, type PageContext } from "./layout.ts"

/** Where an administrator arrives. */
export function adminPage(page: PageContext, data: { readonly user: User }): Page {
  const words = page.words.pages.admin
  const title = words.title(data.user.displayName)
  return layout(page, {
    title,
    script: "private.js",
    body: html`<h1>${title}</h1>
<p class="lead">${words.text}</p>
<p><a class="button" href="/auth/account">${words.toAccount}</a></p>`,
  })
}
