// A tea house on Hono: a page for everybody, and one for members. `npm run example hono`
import { randomBytes } from "node:crypto"
import { serve } from "@hono/node-server"
import { Hono } from "hono"
import { html } from "hono/html"
import { linklatch } from "linklatch"
import { mount } from "linklatch/hono"
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

const app = new Hono()
app.use(mount(auth))

app.get("/", async (c) => {
  const signedIn = await auth.session(c.req.raw)
  return c.html(page(signedIn === null ? welcome : greeting(signedIn.user.displayName)))
})

app.get("/members", async (c) => {
  const signedIn = await auth.session(c.req.raw)
  if (signedIn === null) return c.redirect("/auth/sign-in?next=/members", 303)
  return c.html(page(html`<p>First flush for members, sent to ${signedIn.user.email}.</p>`))
})

const server = serve({ fetch: app.fetch, port: Number(PORT), hostname: "127.0.0.1" }, () => {
  console.log(`Open ${baseUrl}`)
})

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => auth.close()))
}

type Html = ReturnType<typeof html>

const welcome = html`<p>Everybody is welcome. <a href="/members">For members</a></p>`
const greeting = (name: string) => html`<p>Hello, ${name}. <a href="/members">For members</a></p>
<form method="post" action="/auth/sign-out"><button>Sign out</button></form>`

function page(body: Html): Html {
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea House</title><h1>Tea House</h1>${body}</html>`
}
