import { html } from "hono/html"
import type { Page } from "./layout.ts"

/** A mail address inside a sentence. Isolated, so that letters which run from right to left can't turn the sentence round. */
export function address(email: string): Page {
  return html`<bdi class="address">${email}</bdi>`
}
