/**
 * What one would write by hand on PostgreSQL: node:http and a `pg` pool, a token row, a session row, a user row, no limits,
 * no outbox, no log. `steps`: a statement for each step, redeeming in a transaction, as people write it. `one-statement`:
 * the same in a single statement, as people write it who count round trips.
 */
import { hash, randomBytes, randomUUID } from "node:crypto"
import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import pg from "pg"
import { postgresDurability, postgresVersion } from "./durability.ts"
import { packageVersion } from "./package-version.ts"
import { Outgoing, serveSite } from "./serve-site.ts"
import { POOL_SIZE } from "./settings.ts"

const [connectionString = "", mode = "steps"] = process.argv.slice(2)
const pool = new pg.Pool({ connectionString, max: POOL_SIZE })
await pool.query(`
  create table if not exists users (id text primary key, email text not null unique, created_at timestamptz not null);
  create table if not exists tokens (hash text primary key, email text not null, expires_at timestamptz not null);
  create table if not exists sessions
    (hash text primary key, user_id text not null references users, expires_at timestamptz not null);`)
const sha256 = (text: string) => hash("sha256", text, "base64url")
const outgoing = new Outgoing()
const redeem = mode === "steps" ? redeemInSteps : redeemInOneStatement

async function ask(form: URLSearchParams, response: ServerResponse): Promise<void> {
  const token = randomBytes(32).toString("base64url")
  const email = form.get("email") ?? ""
  const row = [sha256(token), email, new Date(Date.now() + 600_000)]
  await pool.query("insert into tokens (hash, email, expires_at) values ($1, $2, $3)", row)
  outgoing.hand(email, token)
  response.writeHead(303, { location: "/auth/check-mail" }).end()
}

/** The session's secret, or null where the token is used or over. */
async function redeemInSteps(tokenHash: string, session: string, until: Date): Promise<string | null> {
  const client = await pool.connect()
  try {
    await client.query("begin")
    const found = await client.query<{ email: string; expires_at: Date }>(
      "select email, expires_at from tokens where hash = $1 for update",
      [tokenHash],
    )
    const [token] = found.rows
    if (token === undefined || token.expires_at.getTime() < Date.now()) {
      await client.query("rollback")
      return null
    }
    await client.query("delete from tokens where hash = $1", [tokenHash])
    const known = await client.query<{ id: string }>("select id from users where email = $1", [token.email])
    const userId = known.rows[0]?.id ?? randomUUID()
    if (known.rowCount === 0)
      await client.query("insert into users (id, email, created_at) values ($1, $2, now())", [userId, token.email])
    const row = [sha256(session), userId, until]
    await client.query("insert into sessions (hash, user_id, expires_at) values ($1, $2, $3)", row)
    await client.query("commit")
    return session
  } catch (cause) {
    await client.query("rollback")
    throw cause
  } finally {
    client.release()
  }
}

const REDEEM = `
  with token as (delete from tokens where hash = $1 and expires_at > now() returning email),
    person as (insert into users (id, email, created_at) select $2, email, now() from token
      on conflict (email) do update set email = excluded.email returning id)
  insert into sessions (hash, user_id, expires_at) select $3, id, $4 from person`

async function redeemInOneStatement(tokenHash: string, session: string, until: Date): Promise<string | null> {
  const values = [tokenHash, randomUUID(), sha256(session), until]
  const { rowCount } = await pool.query({ name: "redeem", text: REDEEM, values })
  return rowCount === 1 ? session : null
}

async function press(form: URLSearchParams, response: ServerResponse): Promise<void> {
  const session = randomBytes(32).toString("base64url")
  const tokenHash = sha256(form.get("token") ?? "")
  if ((await redeem(tokenHash, session, new Date(Date.now() + 86_400_000))) === null) {
    response.writeHead(410).end()
    return
  }
  response.writeHead(303, { location: "/", "set-cookie": `session=${session}; HttpOnly; Path=/` }).end()
}

const CHECK = `select users.email from sessions join users on users.id = sessions.user_id
  where sessions.hash = $1 and sessions.expires_at > now()`

async function check(cookie: string, response: ServerResponse): Promise<void> {
  const session = /session=([\w-]+)/.exec(cookie)?.[1] ?? ""
  const { rowCount } = await pool.query({
    ...(mode === "steps" ? {} : { name: "check" }),
    text: CHECK,
    values: [sha256(session)],
  })
  response.end(rowCount === 1 ? "somebody" : "nobody")
}

const server = createServer((request, response) => {
  const fail = (cause: unknown) => response.writeHead(500).end(String(cause))
  if (request.url === "/session") return void check(request.headers.cookie ?? "", response).catch(fail)
  if (request.url === "/bare") return response.end("somebody")
  let body = ""
  request.on("data", (chunk) => (body += chunk))
  request.on("end", () => {
    const form = new URLSearchParams(body)
    const answer = request.url === "/auth/sign-in" ? ask : press
    answer(form, response).catch(fail)
  })
})
const facts = {
  versions: { pg: packageVersion("pg"), PostgreSQL: await postgresVersion(pool) },
  durability: await postgresDurability(pool),
}
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  serveSite({ port, ...facts }, outgoing)
})
