import { execFile } from "node:child_process"
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { projectRoot } from "../../scripts/run-command.ts"
import { askPostgres } from "../../scripts/services/ask-postgres.ts"
import type { OwnServer } from "../../scripts/services/keep-server.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { finishJson } from "../cli/run-command.ts"
import { snippetsOf } from "../docs/snippets.ts"

const PAGE = "docs/guides/many-machines.md"
const shell = snippetsOf(PAGE, "sh").map(({ code }) => code)
const [roles = ""] = snippetsOf(PAGE, "sql").map(({ code }) => code.replaceAll("'…'", "'a-password'"))
const blockWith = (word: string): string => shell.find((code) => code.includes(word)) ?? "false"

let server: OwnServer
const folder = mkdtempSync(join(tmpdir(), "linklatch-guide-"))
beforeAll(async () => {
  server = await startOwnPostgres()
  await asSuperuser(roles)
  cpSync(join(projectRoot, "docs/postgres-roles.sql"), join(folder, "postgres-roles.sql"))
  writeFileSync(join(folder, "owner-url"), urlOf("linklatch_owner"))
  // What `npm install --global` would put into the path.
  writeFileSync(join(folder, "linklatch"), `#!/bin/sh\nexec node ${projectRoot}/bin/linklatch.mjs "$@"\n`)
  chmodSync(join(folder, "linklatch"), 0o755)
  await runBlock(blockWith("export PGHOST"))
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

function urlOf(role: string): string {
  return Object.assign(new URL(server.url), { username: role, password: "a-password", pathname: "/linklatch" }).href
}

const binaries = dirname(programPath(programs.postgres))
const run = promisify(execFile)

async function asSuperuser(sql: string): Promise<void> {
  const file = join(folder, "superuser.sql")
  writeFileSync(file, sql)
  await run(join(binaries, "psql"), ["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", file, server.url])
}

/** A block of the guide as it stands, but for the names of a server that isn't here. */
async function runBlock(block: string): Promise<string> {
  const places = { "db.example.com": "127.0.0.1", "/run/secrets/": `${folder}/`, "verify-full": "disable" }
  const here = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), block)
  const PATH = `${folder}:${dirname(process.execPath)}:${binaries}:${process.env["PATH"]}`
  const own = { PGHOST: "127.0.0.1", PGDATABASE: "linklatch", PGUSER: "linklatch_owner", PGPORT: String(server.port) }
  const env = { PATH, ...own, PGPASSWORD: "a-password", PSQLRC: "/dev/null" }
  const { stdout, stderr } = await run("sh", ["-eu", "-c", here], { cwd: folder, env })
  return stdout + stderr
}

async function checksOf(role: string): Promise<Record<string, string>> {
  const { told } = await finishJson("doctor --dev", { env: { DATABASE_URL: urlOf(role) } })
  const checks = told.checks as readonly { readonly name: string; readonly status: string }[]
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]))
}

const CONTENT = { database: "ok", tables: "ok", event_log: "ok" }

it("the guide's lines make a database and two roles that the doctor is content with", async () => {
  expect(await checksOf("linklatch_app")).toMatchObject(CONTENT)
  expect(await checksOf("linklatch_owner")).toMatchObject({ event_log: "warning" })
})

it("the guide's limits of time are in force for who serves, and not for who migrates", async () => {
  const ask = (role: string) => askPostgres(urlOf(role), "show statement_timeout")
  expect(await ask("linklatch_app")).toEqual([{ statement_timeout: "8s" }])
  expect(await ask("linklatch_owner")).toEqual([{ statement_timeout: "0" }])
})

it("the guide's lines for a new version run on what is there", async () => {
  expect(await runBlock(blockWith("--dry-run"))).toMatch(/is up to date\.[\s\S]*GRANT[\s\S]*REVOKE/)
})

it("the guide's dump comes back with the rights of both roles", async () => {
  await runBlock(blockWith("pg_dump"))
  await asSuperuser("drop database linklatch")
  for (const line of roles.split("\n").filter((one) => one.includes("database"))) await asSuperuser(line)
  expect(await checksOf("linklatch_app")).toMatchObject({ tables: "failed" })
  await runBlock(blockWith("pg_restore"))
  expect(await checksOf("linklatch_app")).toMatchObject(CONTENT)
})
