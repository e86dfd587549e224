import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import type { Email } from "postal-mime"
import { vi } from "vitest"
import { compileCache } from "../compile-cache.ts"
import { freePort } from "../free-port.ts"
import { openSmtpInbox, type SmtpInbox } from "../smtp-inbox.ts"

/** The server as its users run it: a process of its own, settings by environment, real SMTP, a database file. */
export interface Site {
  readonly origin: string
  /** What it listens on, which is not where people reach it if a proxy stands before it. */
  readonly port: number
  /** Where its database is. */
  readonly path: string
  readonly logLines: readonly string[]
  /** The newest message to an address, as it came over SMTP, once `count` of them have come. */
  message(email: string, count?: number): Promise<Message>
  /** How many messages have come to an address. */
  messagesTo(email: string): number
  /** Ends it as an operator does, and throws unless it ends well. */
  stop(): Promise<void>
}

/** What a person sees of a message. */
export interface Message {
  readonly subject: string
  readonly text: string
  readonly html: string
  readonly link: string
  readonly code: string
}

export interface SiteOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Instead of a mail server of its own. */
  readonly inbox?: SmtpInbox
}

const PROGRAM = join(import.meta.dirname, "../../bin/linklatch.mjs")
const ROOMY = { LIMIT_ASK_CLIENT: "1000/1m", LIMIT_ASK_ADDRESS: "1000/1m", LIMIT_REDEEM_CLIENT: "1000/1m" }
const PATIENCE = { timeout: 10_000, interval: 10 }

export async function startSite({ env = {}, inbox: given }: SiteOptions = {}): Promise<Site> {
  const inbox = given ?? (await openSmtpInbox())
  const directory = await mkdtemp(join(tmpdir(), "linklatch-e2e-"))
  const path = join(directory, "auth.db")
  // The server must know its own address before it listens.
  const port = await freePort()
  const settings = {
    NODE_COMPILE_CACHE: compileCache,
    NODE_ENV: "test",
    HOST: "127.0.0.1",
    PORT: String(port),
    PUBLIC_BASE_URL: `http://localhost:${port}`,
    SITE_NAME: "Fernweh",
    LINKLATCH_SECRET: "a-secret-for-tests-that-is-long-enough",
    DATABASE_URL: `sqlite:${path}`,
    SMTP_URL: `smtp://127.0.0.1:${inbox.port}`,
    MAIL_FROM: "Fernweh <login@fernweh.example>",
    ADMIN_EMAILS: "ada@example.com",
    ...ROOMY,
    ...env,
  }
  // Nothing of the test's own environment may reach the server.
  const child = spawn(process.execPath, [PROGRAM, "serve"], { cwd: directory, env: settings, stdio: "pipe" })
  const logLines = await untilListening(child)
  return {
    origin: settings.PUBLIC_BASE_URL,
    port,
    path,
    logLines,
    ...mailIn(inbox),
    async stop() {
      const exitCode = await endProcess(child)
      if (given === undefined) await inbox.close()
      await rm(directory, { recursive: true, force: true })
      if (exitCode !== 0) throw new Error(`The server ended with ${exitCode}:\n${logLines.join("\n")}`)
    },
  }
}

/** What came to a mail server, read as a person does. */
export function mailIn(inbox: SmtpInbox): Pick<Site, "message" | "messagesTo"> {
  const to = (email: string) => inbox.deliveries.filter(({ rcptTo }) => rcptTo.includes(email))
  return {
    messagesTo: (email) => to(email).length,
    async message(email, count = 1) {
      const delivery = await vi.waitFor(() => {
        const [newest, ...older] = to(email).reverse()
        if (newest === undefined || older.length + 1 < count) throw new Error(`No mail to ${email} yet.`)
        return newest
      }, PATIENCE)
      return readMessage(delivery.email)
    },
  }
}

/** Its log, which goes on growing, from the moment when it can be reached. */
async function untilListening(child: ChildProcess): Promise<readonly string[]> {
  const logLines: string[] = []
  const listening = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) throw new Error("The server has no output to read.")
    createInterface(stream).on("line", (line) => {
      logLines.push(line)
      if (line.includes('"event":"listening"')) listening.resolve()
    })
  }
  child.once("error", listening.reject)
  child.once("exit", (code) => listening.reject(new Error(`The server ended with ${code}:\n${logLines.join("\n")}`)))
  await listening.promise
  return logLines
}

async function endProcess(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exit = once(child, "exit")
    child.kill("SIGTERM")
    await exit
  }
  return child.exitCode
}

function readMessage({ subject = "", text = "", html = "" }: Email): Message {
  const link = /^http\S+\/auth\/link\/[\w-]{43}$/m.exec(text)?.[0]
  const code = /^\d{3} \d{3}$/m.exec(text)?.[0].replace(" ", "")
  if (link === undefined || code === undefined) throw new Error(`No link or no code in:\n${text}`)
  return { subject, text, html, link, code }
}
