/**
 * What one would write by hand: node:http and node:sqlite, a token row, a session row, no limits, no outbox, no log. With
 * `shared`, requests of one turn of the event loop share a commit; without, each commits on its own.
 */
import { hash, randomBytes } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { DatabaseSync } from "node:sqlite"
import { sqliteDurability } from "./durability.ts"
import { Outgoing, serveSite } from "./serve-site.ts"

const [path = "", mode = "alone"] = process.argv.slice(2)
const database = new DatabaseSync(path)
database.exec(`
  pragma journal_mode = wal; pragma synchronous = full;
  create table if not exists tokens (hash text primary key, email text, expires_at integer, used_at integer) strict;
  create table if not exists sessions (hash text primary key, email text, expires_at integer) strict;`)
const begin = database.prepare("begin immediate")
const commit = database.prepare("commit")
const insertToken = database.prepare("insert into tokens (hash, email, expires_at) values (?, ?, ?)")
const useToken = database.prepare(
  "update tokens set used_at = ? where hash = ? and used_at is null and expires_at > ? returning email",
)
const insertSession = database.prepare("insert into sessions (hash, email, expires_at) values (?, ?, ?)")
const findSession = database.prepare("select email from sessions where hash = ? and expires_at > ?")
const sha256 = (text: string) => hash("sha256", text, "base64url")
const outgoing = new Outgoing()
let waiting: (() => () => void)[] = []

function decide(decision: () => () => void): void {
  waiting.push(decision)
  if (mode === "alone") settle()
  else if (waiting.length === 1) setImmediate(settle)
}

function settle(): void {
  begin.run()
  const answers = waiting.map((decision) => decision())
  commit.run()
  waiting = []
  for (const answer of answers) answer()
}

function ask(form: URLSearchParams, response: ServerResponse): () => void {
  const token = randomBytes(32).toString("base64url")
  const email = form.get("email") ?? ""
  insertToken.run(sha256(token), email, Date.now() + 600_000)
  return () => {
    outgoing.hand(email, token)
    response.writeHead(303, { location: "/auth/check-mail" }).end()
  }
}

function redeem(form: URLSearchParams, response: ServerResponse): () => void {
  const now = Date.now()
  const row = useToken.get(now, sha256(form.get("token") ?? ""), now)
  if (row === undefined) return () => response.writeHead(410).end()
  const session = randomBytes(32).toString("base64url")
  insertSession.run(sha256(session), String(row["email"]), now + 86_400_000)
  return () => response.writeHead(303, { location: "/", "set-cookie": `session=${session}; HttpOnly; Path=/` }).end()
}

const server = createServer((request, response) => {
  if (request.url === "/session") {
    const session = /session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? ""
    return response.end(findSession.get(sha256(session), Date.now()) === undefined ? "nobody" : "somebody")
  }
  if (request.url === "/bare") return response.end("somebody")
  let body = ""
  request.on("data", (chunk) => (body += chunk))
  request.on("end", () => {
    const form = new URLSearchParams(body)
    decide(() => (request.url === "/auth/sign-in" ? ask(form, response) : redeem(form, response)))
  })
})
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  const versions = { "node:sqlite": process.versions["sqlite"] ?? "" }
  serveSite({ port, versions, durability: sqliteDurability((sql) => database.prepare(sql).get()) }, outgoing)
})
