import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { programPath, programs } from "../../scripts/ensure-program.ts"
import type { Browser } from "../browser.ts"
import { type Site, startSite } from "../e2e/site.ts"
import { freePort } from "../free-port.ts"
import { type RunningProgram, runProgram } from "./run-program.ts"
import { browserAt } from "./send.ts"

/** A proxy with Linklatch beside it and an application behind it: three processes, as they run in life. */
export interface GuardedSite {
  /** Where people reach it, which is where the proxy listens. */
  readonly origin: string
  readonly linklatch: Site
  browser(from?: string): Browser
  /** A browser that has signed in by mail. */
  signedIn(email: string, from?: string): Promise<Browser>
  stop(): Promise<void>
}

/** Where the three are to listen. */
export interface Ports {
  readonly proxy: number
  readonly linklatch: number
  readonly application: number
}

/** Starts a proxy on its example's configuration, with `folder` for whatever it writes. */
export type StartProxy = (ports: Ports, folder: string) => Promise<Pick<RunningProgram, "stop">>

export interface GuardedSiteOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly application?: "node" | "python"
}

const UPSTREAM = join(import.meta.dirname, "../../examples/upstream")

export async function startGuardedSite(startProxy: StartProxy, options: GuardedSiteOptions = {}): Promise<GuardedSite> {
  const folder = await mkdtemp(join(tmpdir(), "linklatch-proxy-"))
  const [port, applicationPort] = [await freePort(), await freePort()]
  const origin = `http://localhost:${port}`
  const env = {
    PUBLIC_BASE_URL: origin,
    TRUSTED_PROXIES: "127.0.0.1",
    ADMIN_EMAILS: "root@example.com",
    ...options.env,
  }
  const stops: (() => Promise<void>)[] = [() => rm(folder, { recursive: true })]
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  const started = async <Running extends { stop(): Promise<void> }>(starting: Promise<Running>): Promise<Running> => {
    const running = await starting.catch(async (error: unknown) => {
      await stop()
      throw error
    })
    stops.push(() => running.stop())
    return running
  }
  const linklatch = await started(startSite({ env }))
  await started(startApplication(options.application ?? "node", applicationPort))
  await started(startProxy({ proxy: port, linklatch: linklatch.port, application: applicationPort }, folder))
  return {
    origin,
    linklatch,
    browser: (from) => browserAt(origin, from),
    async signedIn(email, from) {
      const browser = browserAt(origin, from)
      const before = linklatch.messagesTo(email)
      await browser.post("/auth/sign-in", { email })
      const { status } = await browser.press(await linklatch.message(email, before + 1))
      if (status !== 303) throw new Error(`Signing in as ${email} ended in ${status}.`)
      return browser
    },
    stop,
  }
}

function startApplication(language: "node" | "python", port: number): Promise<RunningProgram> {
  const env = { PORT: String(port) }
  if (language === "node") return runProgram(process.execPath, ["app.ts"], { cwd: UPSTREAM, env, port })
  return runProgram(programPath(programs.python), ["app.py"], { cwd: UPSTREAM, env, port })
}

/** An example's configuration at other ports. Fails where the example no longer says what is replaced. */
export function atPorts(text: string, { proxy, linklatch, application }: Ports): string {
  return [
    [":8080", `:${proxy}`],
    ["127.0.0.1:3000", `127.0.0.1:${linklatch}`],
    ["127.0.0.1:4000", `127.0.0.1:${application}`],
  ].reduce((done, [from = "", to = ""]) => {
    if (!done.includes(from)) throw new Error(`The example no longer says ${from}.`)
    return done.replaceAll(from, to)
  }, text)
}
