// A tea house on Fastify: a page for everybody, and one for members. `npm run example fastify`
import { randomBytes } from "node:crypto"
import fastify from "fastify"
import { linklatch } from "linklatch"
import { mount } from "linklatch/fastify"
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

const app = fastify()
await app.register(mount(auth))
app.addHook("onClose", () => auth.close())

app.get("/", async (request, reply) => {
  const signedIn = await auth.session(request)
  return reply.type("text/html").send(page(signedIn === null ? welcome : greeting(signedIn.user.displayName)))
})

app.get("/members", async (request, reply) => {
  const signedIn = await auth.session(request)
  if (signedIn === null) return reply.redirect("/auth/sign-in?next=/members", 303)
  const body = `<p>First flush for members, sent to ${escapeHtml(signedIn.user.email)}.</p>`
  return reply.type("text/html").send(page(body))
})

app.listen({ port: Number(PORT), host: "127.0.0.1" }, (error) => {
  if (error) throw error
  console.log(`Open ${baseUrl}`)
})

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => app.close())

const welcome = `<p>Everybody is welcome. <a href="/members">For members</a></p>`
const greeting = (name: string) => `<p>Hello, ${escapeHtml(name)}. <a href="/members">For members</a></p>
<form method="post" action="/auth/sign-out"><button>Sign out</button></form>`

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea House</title><h1>Tea House</h1>${body}</html>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
