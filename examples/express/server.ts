// A tea house on Express: a page for everybody, and one for members. `npm run example express`
import { randomBytes } from "node:crypto"
import express from "express"
import { linklatch } from "linklatch"
import { mount } from "linklatch/express"
import { sqlite } from "linklatch/sqlite"

const { PORT = "3000", LINKLATCH_SECRET } = process.env
const baseUrl = `http://localhost:${PORT}` // yours: https://tea.example

const auth = linklatch({
  baseUrl,
  siteName: "Tea House",
  // Yours: openssl rand -base64 32. A new one at each start signs everybody out.
  secret: LINKLATCH_SECRET ?? randomBytes(32).toString("base64"),
  store: sqlite("tea-house.db"),
  // Yours: mail: smtp({ url, from }). Without it, and only in development, links are written to the terminal.
})

const app = express()
app.use(mount(auth))

app.get("/", async (request, response) => {
  const signedIn = await auth.session(request)
  response.send(page(signedIn === null ? welcome : greeting(signedIn.user.displayName)))
})

app.get("/members", async (request, response) => {
  const signedIn = await auth.session(request)
  if (signedIn === null) return response.redirect(303, "/auth/sign-in?next=/members")
  response.send(page(`<p>First flush for members, sent to ${escapeHtml(signedIn.user.email)}.</p>`))
})

const server = app.listen(Number(PORT), "127.0.0.1", (error) => {
  if (error) throw error
  console.log(`Open ${baseUrl}`)
})

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => auth.close()))
}

const welcome = `<p>Everybody is welcome. <a href="/members">For members</a></p>`
const greeting = (name: string) => `<p>Hello, ${escapeHtml(name)}. <a href="/members">For members</a></p>
<form method="post" action="/auth/sign-out"><button>Sign out</button></form>`

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea House</title><h1>Tea House</h1>${body}</html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
