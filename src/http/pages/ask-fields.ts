import { html } from "hono/html"
import type { Page } from "./layout.ts"

/** The hidden fields of a form that asks for another message: for whom, and where they were going. */
export function askFields(ask: { readonly email: string; readonly next: string | null }): Page {
  return html`<input type="hidden" name="email" value="${ask.email}">${nextField(ask.next)}`
}

/** Where the person was going, if anywhere. */
export function nextField(next: string | null): Page {
  return next === null ? html`` : html`<input type="hidden" name="next" value="${next}">`
}
