import { html } from "hono/html"
import { layout, type Page, type PageContext } from "./layout.ts"
import { time } from "./time.ts"

export interface MailboxMessage {
  readonly id: number
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly link: string
  readonly code: string
  readonly sentAt: number
}

/** The mail of a development server, newest first. */
export function mailboxPage(page: PageContext, data: { readonly messages: readonly MailboxMessage[] }): Page {
  const words = page.words.pages.mailbox
  return layout(page, {
    title: words.title,
    width: "wide",
    body: html`<h1>${words.title}</h1>
<p class="lead">${words.text}</p>
${data.messages.length === 0 && html`<p class="notice">${words.empty} <a href="/auth/sign-in">${page.words.pages.problem.toSignIn}</a></p>`}
${data.messages.map((message, index) => article(page, message, index))}`,
  })
}

function article(page: PageContext, message: MailboxMessage, index: number): Page {
  const words = page.words.pages.mailbox
  return html`<article class="message" aria-labelledby="message-${index}">
<h2 id="message-${index}">${message.subject}</h2>
<dl class="facts">
<div><dt>${words.to}</dt><dd><bdi>${message.to}</bdi></dd></div>
<div><dt>${words.sentAt}</dt><dd>${time(page.words, message.sentAt)}</dd></div>
<div><dt>${words.code}</dt><dd class="code">${message.code}</dd></div>
</dl>
<p class="actions">
<a class="button small" href="${message.link}">${words.openLink}</a>
<a class="button quiet small" href="/dev/mailbox/${message.id}.html">${words.asHtml}</a>
</p>
<details ${index === 0 && html`open`}>
<summary>${words.asText}</summary>
<pre>${message.text}</pre>
</details>
</article>`
}
