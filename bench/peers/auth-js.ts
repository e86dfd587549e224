/**
 * Auth.js with a mail provider, on its Drizzle adapter with better-sqlite3 or its PostgreSQL adapter with a `pg` pool. It brings no mount for node:http, so its handler
 * (Request → Response) stands on @hono/node-server. It has no limits. Sessions are in the database, its
 * default with an adapter.
 */

import { readFileSync } from "node:fs"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Auth, type AuthConfig } from "@auth/core"
import type { Adapter } from "@auth/core/adapters"
import { DrizzleAdapter } from "@auth/drizzle-adapter"
import PostgresAdapter from "@auth/pg-adapter"
import { createAdaptorServer } from "@hono/node-server"
import { drizzle } from "drizzle-orm/better-sqlite3"
import { Outgoing, serveSite } from "../sites/serve-site.ts"
import { secret } from "../sites/settings.ts"
import { type Opened, openDatabase } from "./open-database.ts"

const [at = ""] = process.argv.slice(2)
const outgoing = new Outgoing()
const opened = openDatabase(at)

const config: AuthConfig = {
  adapter: await createAdapter(opened),
  secret,
  trustHost: true,
  basePath: "/auth",
  useSecureCookies: true,
  providers: [
    {
      id: "http-email",
      name: "Email",
      type: "email",
      maxAge: 600,
      sendVerificationRequest: ({ identifier, url }) => outgoing.hand(identifier, url),
    },
  ],
}

const server = createAdaptorServer({ fetch: (request) => Auth(request, config) }) as Server
const adapterPackages = opened.engine === "sqlite" ? ["@auth/drizzle-adapter", "drizzle-orm"] : ["@auth/pg-adapter"]
const facts = await opened.facts(["@auth/core", ...adapterPackages])
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo
  serveSite({ port, ...facts }, outgoing)
})

async function createAdapter({ engine, database }: Opened): Promise<Adapter> {
  const tables = readFileSync(new URL(`auth-js-${engine}.sql`, import.meta.url), "utf8")
  if (engine === "sqlite") {
    database.exec(tables)
    return DrizzleAdapter(drizzle(database))
  }
  await database.query(tables)
  return PostgresAdapter(database)
}
