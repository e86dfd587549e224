import { html } from "hono/html"
import type { Page } from "./layout.ts"

/** What is wrong with a field, to be named by its `aria-describedby`. */
export function fieldError(id: string, text: string): Page {
  return html`<p class="field-error" id="${id}" role="alert">${text}</p>`
}

/** The attributes that tie a field to its error. */
export function invalidBecauseOf(id: string): Page {
  return html`aria-invalid="true" aria-describedby="${id}"`
}
