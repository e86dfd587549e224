import { once } from "node:events"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { createServer, type ServerResponse } from "node:http"
import { stripTypeScriptTypes } from "node:module"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { linklatch } from "../../src/index.ts"
import { mount } from "../../src/node.ts"
import { smtp } from "../../src/smtp.ts"
import { sqlite } from "../../src/sqlite.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { type Message, mailIn } from "./site.ts"

/** An application with a sign-in page of its own, which does everything by the client; real SMTP, a database file. */
export interface Application {
  readonly origin: string
  /** The newest message to an address, once `count` of them have come. */
  message(email: string, count?: number): Promise<Message>
  messagesTo(email: string): number
  /** The routes that refused a caller from elsewhere, one entry a call. */
  readonly refused: readonly string[]
  close(): Promise<void>
}

const PAGE = `<!doctype html>
<html lang="en">
<title>Fernweh</title>
<link rel="icon" href="data:,">
<main>
  <p id="who"></p>
  <form id="ask"><label>Email <input name="email"></label><button>Send me a link</button></form>
  <form id="type" hidden><p>Your number is <b id="number"></b>.</p><label>Code <input name="code"></label><button>Go on</button></form>
  <button id="leave" hidden>Leave</button>
  <p id="fault" role="alert"></p>
</main>
<script type="module" src="/app.js"></script>`

// As an application would write it: in a browser, nothing but the client.
const SCRIPT = `import { createClient } from "/client.js"
const auth = createClient()
const at = (id) => document.getElementById(id)
const field = (id) => at(id).querySelector("input").value

async function show() {
  const { data } = await auth.session()
  at("who").textContent = data?.user ? "Hello, " + data.user.displayName : "Hello, stranger"
  at("ask").hidden = at("type").hidden = Boolean(data?.user)
  at("leave").hidden = !data?.user
}

function submit(id, act) {
  at(id).addEventListener("submit", async (event) => {
    event.preventDefault()
    const { data, error } = await act()
    at("fault").textContent = error ? error.code + ": " + error.detail : ""
    if (data) at("number").textContent = data.matchNumber ?? ""
    await show()
  })
}

submit("ask", () => auth.signIn.email({ email: field("ask"), next: "/?after" }))
submit("type", () => auth.signIn.code({ code: field("type") }))
at("leave").addEventListener("click", async () => {
  await auth.signOut()
  await show()
})
// Whoever has pressed the link in another tab comes back to this one.
addEventListener("focus", show)
await show()
`

export async function startApplication(): Promise<Application> {
  const inbox = await openSmtpInbox()
  const directory = await mkdtemp(join(tmpdir(), "linklatch-application-"))
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`
  const refused: string[] = []
  const log = (event: string, { path = "" }: { path?: string } = {}) => {
    if (event === "cross_origin_refused") refused.push(path)
  }
  const roomy = { max: 1_000, minutes: 1 }
  const auth = linklatch({
    baseUrl: origin,
    siteName: "Fernweh",
    secret: "a-secret-for-tests-that-is-long-enough",
    store: sqlite(join(directory, "auth.db")),
    mail: smtp({ url: `smtp://127.0.0.1:${inbox.port}`, from: "Fernweh <login@fernweh.example>" }),
    log: { info: log, warn: log, error: log },
    limits: { askClient: roomy, askAddress: roomy, redeemClient: roomy },
  })
  const client = stripTypeScriptTypes(await readFile(new URL("../../src/client.ts", import.meta.url), "utf8"))
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    "/": ["text/html", PAGE],
    "/?after": ["text/html", PAGE],
    "/app.js": ["text/javascript", SCRIPT],
    "/client.js": ["text/javascript", client],
  }
  server.on(
    "request",
    mount(auth, ({ url = "" }, response) => sendFile(response, files[url])),
  )
  return {
    origin,
    ...mailIn(inbox),
    refused,
    async close() {
      server.closeAllConnections()
      server.close()
      await auth.close()
      await inbox.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function sendFile(response: ServerResponse, file: readonly [type: string, text: string] | undefined): void {
  if (file === undefined) response.writeHead(404).end()
  else response.writeHead(200, { "content-type": `${file[0]}; charset=utf-8` }).end(file[1])
}
