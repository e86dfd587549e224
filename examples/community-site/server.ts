// A public site whose members sign in by mail, by Google or by LinkedIn. `npm run example community-site`
import { randomBytes } from "node:crypto"
import express from "express"
import { type Log, linklatch } from "linklatch"
import { mount } from "linklatch/express"
import { smtp } from "linklatch/smtp"
import { sqlite } from "linklatch/sqlite"

const { PORT = "3000", SITE_NAME = "Riverside Gardens", SMTP_URL, MAIL_FROM = "", ...env } = process.env
const baseUrl = env.PUBLIC_BASE_URL ?? `http://localhost:${PORT}`

const auth = linklatch({
  baseUrl,
  siteName: SITE_NAME, // the subject of the mail is "Login to SITE_NAME"
  secret: env.LINKLATCH_SECRET ?? randomBytes(32).toString("base64"),
  store: sqlite("community.db"),
  // An hour, as members here read their mail at leisure. The default is ten minutes: a link that waits can be found.
  linkTtlMinutes: 60,
  limits: {
    askAddress: { max: 3, minutes: 60 }, // silent: the page says the same, no mail goes out
    askClient: { max: 5, minutes: 60 }, // open: 429
  },
  // Without a mail server the link is a line of the log, `magic_link_dev_fallback`: in development only.
  ...(SMTP_URL && { mail: smtp({ url: SMTP_URL, from: MAIL_FROM }) }),
  trustedProxies: (env.TRUSTED_PROXIES ?? "").split(",").flatMap((range) => range.trim() || []),
  log: jsonLog(),
})

const app = express()
app.use(mount(auth))

app.get("/", async (request, response) => {
  const signedIn = await auth.session(request)
  if (signedIn !== null) return response.redirect(303, "/dashboard")
  response.send(page(`<p>Neighbours and their gardens.</p><a href="/auth/sign-in?next=/dashboard">Log in</a>`))
})

app.get("/dashboard", async (request, response) => {
  const signedIn = await auth.session(request)
  if (signedIn === null) return response.redirect(303, "/auth/sign-in?next=/dashboard")
  const { user } = signedIn
  const waysIn = await auth.providers.list(user.id)
  const rows = waysIn.map(({ provider, uses, lastUsedAt }) => {
    return `<li>${provider}: ${uses} times, last on ${new Date(lastUsedAt).toUTCString()}</li>`
  })
  response.send(
    page(`<p>Hello, ${escapeHtml(user.displayName)}. You have come by:</p><ul>${rows.join("")}</ul>
<form method="post" action="/auth/sign-out"><button>Log out</button></form>`),
  )
})

// Here your own code stands: that of OAuth for Google and LinkedIn, that of your form for e-mail and password. When it
// knows who came, and which of your users that is, it says so to Linklatch. This stub takes whoever is signed in already.
app.get("/callback/:provider", async (request, response) => {
  const { provider } = request.params
  const signedIn = await auth.session(request)
  if (signedIn === null || !["email", "google", "linkedin"].includes(provider)) return response.redirect(303, "/")
  await auth.providers.record(signedIn.user.id, provider)
  response.redirect(303, "/dashboard")
})

const server = app.listen(Number(PORT), "127.0.0.1", (error) => {
  if (error) throw error
  console.log(`Open ${baseUrl}`)
})

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => auth.close()))
}

/** One line for each thing that happens: `auth_event`, and `link_refused` with the client's address for a link that is no good. */
function jsonLog(): Log {
  const plain = (_key: string, value: unknown) => (value instanceof Error ? value.stack : value)
  const write = (level: string) => (event: string, fields?: object) =>
    console.log(JSON.stringify({ time: new Date().toISOString(), level, event, ...fields }, plain))
  return { info: write("info"), warn: write("warn"), error: write("error") }
}

function page(body: string): string {
  const name = escapeHtml(SITE_NAME)
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${name}</title><h1>${name}</h1>${body}</html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
