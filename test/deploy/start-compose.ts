import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { vi } from "vitest"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import { projectRoot } from "../../scripts/run-command.ts"
import { startOwnPostgres } from "../../scripts/services/own-postgres.ts"
import type { Browser } from "../browser.ts"
import { compileCache } from "../compile-cache.ts"
import { mailIn, type Site } from "../e2e/site.ts"
import { freePort } from "../free-port.ts"
import { type RunningProgram, runProgram } from "../proxies/run-program.ts"
import { browserAt } from "../proxies/send.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { COMPOSE_FOLDER, type Compose, readCompose, type Service } from "./read-compose.ts"

/** What examples/compose describes, as processes of this machine instead of containers. */
export interface ComposeSite extends Pick<Site, "message"> {
  /** Where people reach it: Caddy, by https. */
  readonly origin: string
  readonly servers: readonly ComposeServer[]
  browser(): Browser
  /** What a secret holds, at the addresses of this machine. */
  secret(name: string): string
  /** What a one-shot service runs, again. */
  runOnce(name: "migrate" | "grant"): Promise<string>
  stop(): Promise<void>
}

export interface ComposeServer {
  readonly child: ChildProcess
  /** Rejects where Compose would call it unhealthy. */
  checkHealth(): Promise<unknown>
}

const PROGRAM = join(projectRoot, "bin/linklatch.mjs")
const EVERY = { timeout: 15_000, interval: 20 }
const run = promisify(execFile)

export async function startCompose(): Promise<ComposeSite> {
  const folder = mkdtempSync(join(tmpdir(), "linklatch-compose-"))
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true })]
  const stop = async (): Promise<void> => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    return { ...(await startAll(folder, (one) => void stops.push(one))), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** In the order that `depends_on` asks for. */
async function startAll(
  folder: string,
  atEnd: (stop: () => Promise<unknown>) => void,
): Promise<Omit<ComposeSite, "stop">> {
  const postgres = await startOwnPostgres()
  atEnd(postgres.stop)
  const inbox = await openSmtpInbox()
  atEnd(inbox.close)
  const ports = {
    caddy: await freePort(),
    valkey: await freePort(),
    servers: [await freePort(), await freePort()] as const,
  }
  const compose = readCompose({ SITE_ADDRESS: `localhost:${ports.caddy}` })
  const here = placeHere(compose, { ...ports, postgres: postgres.port, folder })
  writeSecrets(folder, here, `smtp://127.0.0.1:${inbox.port}`)
  await createRoles(postgres.url, folder, here)
  atEnd((await startValkey(ports.valkey, folder)).stop)
  const runOnce = (name: "migrate" | "grant") => runService(compose, name, here)
  await runOnce("migrate")
  await runOnce("grant")
  const servers = (["linklatch-1", "linklatch-2"] as const).map((name, index) =>
    startServer(serviceOf(compose, name), { here, folder, port: ports.servers[index] ?? 0 }),
  )
  for (const { child } of servers) atEnd(() => end(child))
  for (const { checkHealth } of servers) await vi.waitFor(checkHealth, EVERY)
  atEnd((await startCaddy(compose, { here, folder, port: ports.caddy })).stop)
  const origin = `https://localhost:${ports.caddy}`
  const ca = await rootOf(folder, origin)
  const secret = (name: string) => readFileSync(join(folder, "secrets", name), "utf8").trim()
  return { origin, servers, runOnce, secret, ...mailIn(inbox), browser: () => browserAt(origin, "127.0.0.1", ca) }
}

type Here = (text: string) => string

interface Place {
  readonly caddy: number
  readonly valkey: number
  readonly postgres: number
  readonly servers: readonly [number, number]
  readonly folder: string
}

/** The names and numbers of the network of containers, on this machine. Everything else in a text stays. */
function placeHere(compose: Compose, { valkey, postgres, servers, folder }: Place): Here {
  const { networks } = serviceOf(compose, "caddy")
  const caddyAddress = Array.isArray(networks) ? "" : (networks["front"]?.ipv4_address ?? "")
  const places: readonly (readonly [string, string])[] = [
    ["@postgres:5432", `@127.0.0.1:${postgres}`],
    ["@valkey:6379", `@127.0.0.1:${valkey}`],
    ["linklatch-1:3000", `127.0.0.1:${servers[0]}`],
    ["linklatch-2:3000", `127.0.0.1:${servers[1]}`],
    ["/run/secrets/", `${folder}/secrets/`],
    ["/app/postgres-roles.sql", join(projectRoot, "docs/postgres-roles.sql")],
    [caddyAddress, "127.0.0.1"],
  ]
  return (text) => places.reduce((done, [from, to]) => done.replaceAll(from, to), text)
}

/** Runs the example's own script, and moves what it wrote to this machine. */
function writeSecrets(folder: string, here: Here, smtpUrl: string): void {
  cpSync(join(COMPOSE_FOLDER, "make-secrets.sh"), join(folder, "make-secrets.sh"))
  execFileSync("sh", [join(folder, "make-secrets.sh")], { stdio: "ignore" })
  const secrets = join(folder, "secrets")
  for (const name of readdirSync(secrets)) {
    const text = readFileSync(join(secrets, name), "utf8")
    rmSync(join(secrets, name))
    writeFileSync(join(secrets, name), here(text))
  }
  writeFileSync(join(secrets, "smtp_url"), smtpUrl)
}

async function createRoles(url: string, folder: string, here: Here): Promise<void> {
  const file = join(folder, "create-roles.sql")
  writeFileSync(file, here(readFileSync(join(COMPOSE_FOLDER, "create-roles.sql"), "utf8")))
  const psql = join(dirname(programPath(programs.postgres)), "psql")
  await run(psql, ["--no-psqlrc", "--file", file, url])
}

function startValkey(port: number, folder: string): Promise<RunningProgram> {
  const args = [join(folder, "secrets/valkey.conf"), "--port", String(port), "--bind", "127.0.0.1"]
  return runProgram(programPath(programs.redis), args, { cwd: folder, port })
}

interface At {
  readonly here: Here
  readonly folder: string
  readonly port: number
}

async function runService(compose: Compose, name: "migrate" | "grant", here: Here): Promise<string> {
  const { entrypoint, command = [], environment = {} } = serviceOf(compose, name)
  const [program = "", ...args] = entrypoint?.map(here) ?? ["node", PROGRAM, ...command]
  if (program !== "node") throw new Error(`The service ${name} runs ${program}.`)
  const { stdout } = await run(process.execPath, args, {
    cwd: projectRoot,
    env: { NODE_COMPILE_CACHE: compileCache, ...placeAll(environment, here) },
  })
  return stdout
}

function startServer({ environment = {}, healthcheck }: Service, { here, folder, port }: At): ComposeServer {
  const env = {
    NODE_COMPILE_CACHE: compileCache,
    ...placeAll(environment, here),
    HOST: "127.0.0.1",
    PORT: String(port),
  }
  const child = spawn(process.execPath, [PROGRAM, "serve"], { cwd: folder, env, stdio: "ignore" })
  const [kind, program, ...args] = (healthcheck?.test ?? []).map((word) => word.replace(":3000/", `:${port}/`))
  if (kind !== "CMD" || program !== "node") throw new Error(`The health check is no call of node: ${program}`)
  return { child, checkHealth: () => run(process.execPath, args) }
}

function startCaddy(compose: Compose, { here, folder, port }: At): Promise<RunningProgram> {
  const { environment = {} } = serviceOf(compose, "caddy")
  const file = join(folder, "Caddyfile")
  // Its door for changes and port 80 may be somebody else's, and this machine's list of authorities is not ours to change.
  const own = "{\n\tadmin off\n\tauto_https disable_redirects\n\tskip_install_trust\n}\n\n"
  writeFileSync(file, own + here(readFileSync(join(COMPOSE_FOLDER, "Caddyfile"), "utf8")))
  const env = { ...environment, HOME: folder, XDG_DATA_HOME: folder }
  return runProgram(programPath(programs.caddy), ["run", "--config", file], { cwd: folder, env, port })
}

/** The authority that Caddy made for itself, once it answers with a certificate of it. */
async function rootOf(folder: string, origin: string): Promise<string> {
  const read = () => readFileSync(join(folder, "caddy/pki/authorities/local/root.crt"), "utf8")
  await vi.waitFor(async () => {
    const { status } = await browserAt(origin, "127.0.0.1", read()).get("/auth/sign-in")
    if (status !== 200) throw new Error(`Caddy answers ${status}.`)
  }, EVERY)
  return read()
}

function serviceOf({ services }: Compose, name: string): Service {
  const service = services[name]
  if (service === undefined) throw new Error(`The example has no service ${name}.`)
  return service
}

function placeAll(environment: Readonly<Record<string, string>>, here: Here): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, here(value)]))
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.kill("SIGTERM")
  await exit
}
