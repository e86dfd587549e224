import { execFile } from "node:child_process"
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { projectRoot } from "../../scripts/run-command.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import { compileCache } from "../compile-cache.ts"
import { snippetsOf } from "../docs/snippets.ts"

/** A PostgreSQL that the guide's own lines prepared. */
export interface GuideDatabase {
  urlOf(role: "linklatch_owner" | "linklatch_app"): string
  /** Runs the guide's block of shell that holds a word, as it stands but for the names of a server that isn't here. */
  runBlock(word: string): Promise<string>
  /** Takes the database away, with all that is in it, and makes it anew with the guide's lines. */
  makeAnew(): Promise<void>
  stop(): Promise<void>
}

const PAGE = "docs/guides/many-machines.md"
const PASSWORD = "a-password"
const run = promisify(execFile)

export async function startGuideDatabase(): Promise<GuideDatabase> {
  const server = await startOwnPostgres()
  const folder = mkdtempSync(join(tmpdir(), "linklatch-guide-"))
  const binaries = dirname(programPath(programs.postgres))
  const [roles = ""] = snippetsOf(PAGE, "sql").map(({ code }) => code.replaceAll("'…'", `'${PASSWORD}'`))
  const urlOf = (role: string): string =>
    Object.assign(new URL(server.url), { username: role, password: PASSWORD, pathname: "/linklatch" }).href

  async function asSuperuser(sql: string): Promise<void> {
    const file = join(folder, "superuser.sql")
    writeFileSync(file, sql)
    await run(join(binaries, "psql"), ["--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--file", file, server.url])
  }

  async function runBlock(word: string): Promise<string> {
    const block = snippetsOf(PAGE, "sh").find(({ code }) => code.includes(word))?.code
    if (block === undefined) throw new Error(`The guide has no block with ${word}.`)
    const places = { "db.example.com": "127.0.0.1", "/run/secrets/": `${folder}/`, "verify-full": "disable" }
    const here = Object.entries(places).reduce((text, [from, to]) => text.replaceAll(from, to), block)
    const PATH = `${folder}:${dirname(process.execPath)}:${binaries}:${process.env["PATH"]}`
    const own = { PGHOST: "127.0.0.1", PGDATABASE: "linklatch", PGUSER: "linklatch_owner", PGPORT: String(server.port) }
    const env = { PATH, NODE_COMPILE_CACHE: compileCache, ...own, PGPASSWORD: PASSWORD, PSQLRC: "/dev/null" }
    const { stdout, stderr } = await run("sh", ["-eu", "-c", here], { cwd: folder, env })
    return stdout + stderr
  }

  await asSuperuser(roles)
  cpSync(join(projectRoot, "docs/postgres-roles.sql"), join(folder, "postgres-roles.sql"))
  writeFileSync(join(folder, "owner-url"), urlOf("linklatch_owner"))
  putCommandInto(folder)
  await runBlock("export PGHOST")
  return {
    urlOf,
    runBlock,
    async makeAnew() {
      const lines = roles.split("\n").filter((line) => line.includes(" database linklatch"))
      await asSuperuser(["drop database linklatch with (force);", ...lines].join("\n"))
    },
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true })
    },
  }
}

/** What `npm install --global` would put into the path. */
function putCommandInto(folder: string): void {
  const file = join(folder, "linklatch")
  writeFileSync(file, `#!/bin/sh\nexec node ${projectRoot}/bin/linklatch.mjs "$@"\n`)
  chmodSync(file, 0o755)
}
