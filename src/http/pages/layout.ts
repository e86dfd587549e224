import { html } from "hono/html"
import type { HtmlEscapedString } from "hono/utils/html"
import type { Words } from "../../core/words/words.ts"
import { mark, markIcon } from "./mark.ts"

/** What every page needs beside its own data. */
export interface PageContext {
  readonly words: Words
  readonly siteName: string
  /** Changes with the stylesheet and the scripts, so that they can be cached for good. */
  readonly assetVersion: string
  /** Shows a slim note with the way to the mailbox. */
  readonly isDevelopment: boolean
}

export type Page = HtmlEscapedString | Promise<HtmlEscapedString>

export interface LayoutOptions {
  readonly title: string
  readonly body: Page
  /** `private.js` for pages that only the person who is signed in may see. */
  readonly script?: "link.js" | "check-mail.js" | "private.js" | undefined
  readonly width?: "narrow" | "wide"
}

/** A whole document: the site's name above, and a card with the body. */
export function layout(page: PageContext, options: LayoutOptions): Page {
  return html`<!doctype html>
<html lang="${page.words.locale}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${options.title} · ${page.siteName}</title>
<link rel="icon" href="${markIcon}">
<link rel="stylesheet" href="/auth/assets/style.css?v=${page.assetVersion}">
${options.script && html`<script src="/auth/assets/${options.script}?v=${page.assetVersion}" defer></script>`}
</head>
<body>
${page.isDevelopment && developmentNote(page)}
<div class="frame ${options.width ?? "narrow"}">
<header class="masthead">${mark}<bdi>${page.siteName}</bdi></header>
<main class="card">
${options.body}
</main>
</div>
</body>
</html>
`
}

function developmentNote(page: PageContext): Page {
  const words = page.words.pages.layout
  return html`<aside class="development" aria-label="${words.developmentLabel}">
<p>${words.development} <a href="/dev/mailbox" target="_blank" rel="noopener">${words.mailbox}</a></p>
</aside>`
}
