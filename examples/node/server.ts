// A tea house on node:http alone: a page for everybody, and one for members. `npm run example node`
import { randomBytes } from "node:crypto"
import { createServer, type IncomingMessage } from "node:http"
import { linklatch } from "linklatch"
import { mount } from "linklatch/node"
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

const server = createServer(
  mount(auth, async (request, response) => {
    try {
      const { status, headers, body } = await answer(request)
      response.writeHead(status, headers).end(body)
    } catch (error) {
      console.error(error)
      response.writeHead(500).end("Something went wrong.")
    }
  }),
)
server.listen(Number(PORT), "127.0.0.1", () => console.log(`Open ${baseUrl}`))

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => server.close(() => auth.close()))
}

async function answer(request: IncomingMessage) {
  const signedIn = await auth.session(request)
  if (request.url === "/") return page(200, signedIn === null ? welcome : greeting(signedIn.user.displayName))
  if (request.url !== "/members") return page(404, "<p>There is nothing here.</p>")
  if (signedIn === null) return { status: 303, headers: { Location: "/auth/sign-in?next=/members" }, body: "" }
  return page(200, `<p>First flush for members, sent to ${escapeHtml(signedIn.user.email)}.</p>`)
}

const welcome = `<p>Everybody is welcome. <a href="/members">For members</a></p>`
const greeting = (name: string) => `<p>Hello, ${escapeHtml(name)}. <a href="/members">For members</a></p>
<form method="post" action="/auth/sign-out"><button>Sign out</button></form>`

function page(status: number, body: string) {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tea House</title><h1>Tea House</h1>${body}</html>`
  return { status, headers: { "Content-Type": "text/html; charset=utf-8" }, body: html }
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
