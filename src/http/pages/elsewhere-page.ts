import { html } from "hono/html"
import { address } from "./address.ts"
import { askFields } from "./ask-fields.ts"
import { layout, type Page, type PageContext } from "./layout.ts"

export interface ElsewherePageData {
  readonly email: string
  readonly next: string | null
}

/** Where the page that waits ends when the link was pressed in another browser. */
export function elsewherePage(page: PageContext, data: ElsewherePageData): Page {
  const words = page.words.pages.elsewhere
  return layout(page, {
    title: words.title,
    body: html`<h1>${words.title}</h1>
<p class="lead">${words.text(address(data.email))}</p>
<form class="stack" method="post" action="/auth/sign-in">
${askFields(data)}
<button class="button" type="submit">${words.button}</button>
</form>
<p class="below">${words.notYou}</p>`,
  })
}
