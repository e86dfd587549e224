import { html } from "hono/html"
import type { ProviderUse, User } from "../../core/users/user.ts"
import { address } from "./address.ts"
import { layout, type Page, type PageContext } from "./layout.ts"
import { time } from "./time.ts"

export interface AccountSession {
  readonly id: string
  readonly device: string
  readonly createdAt: number
  readonly lastSeenAt: number
  readonly ip: string | null
  readonly isCurrent: boolean
}

export interface AccountPageData {
  readonly user: User
  readonly isAdmin: boolean
  readonly sessions: readonly AccountSession[]
  readonly providers: readonly ProviderUse[]
  readonly notice: "signed_out_elsewhere" | null
}

/** A person's own sessions and ways in. */
export function accountPage(page: PageContext, data: AccountPageData): Page {
  const words = page.words.pages.account
  return layout(page, {
    title: words.title,
    width: "wide",
    script: "private.js",
    body: html`<div class="title-row">
<div>
<h1>${words.title}</h1>
<p class="person"><bdi>${data.user.displayName}</bdi> ${address(data.user.email)}</p>
</div>
${data.isAdmin && html`<a class="button quiet" href="/admin">${words.admin}</a>`}
</div>
${data.notice && html`<p class="notice" role="status">${words.signedOutElsewhere}</p>`}
<section aria-labelledby="sessions">
<h2 id="sessions">${words.sessions}</h2>
<p class="lead">${words.sessionsText}</p>
<ul class="rows">${data.sessions.map((session) => sessionRow(page, session))}</ul>
<form method="post" action="/auth/account/sign-out">
<input type="hidden" name="session" value="all">
<button class="button quiet danger" type="submit">${words.signOutEverywhere}</button>
</form>
</section>
<section aria-labelledby="providers">
<h2 id="providers">${words.providers}</h2>
<p class="lead">${words.providersText}</p>
<ul class="rows">${data.providers.map((provider) => providerRow(page, provider))}</ul>
</section>`,
  })
}

function sessionRow(page: PageContext, session: AccountSession): Page {
  const words = page.words.pages.account
  return html`<li class="row">
<div>
<p class="row-title"><bdi>${page.words.device(session.device)}</bdi>${session.isCurrent && html`<span class="badge">${words.current}</span>`}</p>
<dl class="facts">
<div><dt>${words.lastSeen}</dt><dd>${time(page.words, session.lastSeenAt)}</dd></div>
<div><dt>${words.firstSeen}</dt><dd>${time(page.words, session.createdAt)}</dd></div>
${session.ip && html`<div><dt>${words.ip}</dt><dd>${session.ip}</dd></div>`}
</dl>
</div>
${signOutForm(page, session)}
</li>`
}

// This browser signs out where its cookies go too; any other one is named by its public id.
function signOutForm(page: PageContext, session: AccountSession): Page {
  const words = page.words.pages.account
  const button = html`<button class="button quiet small" type="submit" aria-label="${words.signOutOf(page.words.device(session.device))}">${words.signOut}</button>`
  if (session.isCurrent) return html`<form method="post" action="/auth/sign-out">${button}</form>`
  return html`<form method="post" action="/auth/account/sign-out">
<input type="hidden" name="session" value="${session.id}">${button}
</form>`
}

function providerRow(page: PageContext, use: ProviderUse): Page {
  const words = page.words.pages.account
  return html`<li class="row">
<div>
<p class="row-title">${nameOf(words.providerNames, use.provider)}<span class="badge">${words.uses(use.uses)}</span></p>
<dl class="facts">
<div><dt>${words.lastUsed}</dt><dd>${time(page.words, use.lastUsedAt)}</dd></div>
<div><dt>${words.firstUsed}</dt><dd>${time(page.words, use.firstUsedAt)}</dd></div>
</dl>
</div>
</li>`
}

// Applications name their own ways in: `constructor` must not find what every object carries.
function nameOf(names: Readonly<Record<string, string>>, provider: string): string {
  return (Object.hasOwn(names, provider) && names[provider]) || provider
}
