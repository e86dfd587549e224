import { html } from "hono/html"

const KEYHOLE =
  "M16 7a5.25 5.25 0 0 0-2.6 9.81L12 24.2a.7.7 0 0 0 .69.8h6.62a.7.7 0 0 0 .69-.8l-1.4-7.39A5.25 5.25 0 0 0 16 7z"

/** The sign above each card: a keyhole. Decoration, so nothing reads it out. */
export const mark = html`<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
<rect class="mark-ground" width="32" height="32" rx="9" />
<path class="mark-shape" d="${KEYHOLE}" />
</svg>`

/** The same for the browser's tab. */
export const markIcon = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#0b6477"/>' +
    `<path d="${KEYHOLE}" fill="#fff"/></svg>`,
)}`
