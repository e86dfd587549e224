import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterEach, describe, expect, it } from "vitest"
import { projectRoot, runCommand } from "../../scripts/run-command.ts"
import { Browser } from "../browser.ts"
import { openSmtpInbox } from "../smtp-inbox.ts"
import { emptyFolder, layOut, snippetsOf } from "./snippets.ts"

const README_URL = "https://example.com"
const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"
const clean: (() => unknown)[] = []
afterEach(async () => {
  for (const undo of clean.splice(0).reverse()) await undo()
})

describe("the README's application", () => {
  it("sends people to sign in, signs them in by mail, and shows them their page", async () => {
    const inbox = await openSmtpInbox()
    clean.push(() => inbox.close())
    const port = await startApp(`smtp://127.0.0.1:${inbox.port}`)
    const browser = browserAt(port)
    const refused = await browser.get("/orders")
    expect([refused.status, refused.headers.get("location")]).toEqual([303, "/auth/sign-in?next=/orders"])
    await browser.post("/auth/sign-in", { email: "ada@example.com", next: "/orders" })
    await expect.poll(() => inbox.deliveries.length, { timeout: 5_000 }).toBe(1)
    const link = /https:\/\/\S+\/auth\/link\/\S+/.exec(inbox.deliveries[0]?.email.text ?? "")?.[0] ?? ""
    const pressed = await browser.press({ link })
    expect([pressed.status, pressed.headers.get("location")]).toEqual([303, "/orders"])
    expect(await (await browser.get("/orders")).text()).toBe("Orders of ada@example.com")
  })
})

describe("the README's commands", () => {
  it("are scripts of the package, where npm runs them", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> }
    const named = ["README.md", "AGENTS.md", "CONTRIBUTING.md"].flatMap((page) => [
      ...readText(page).matchAll(/\bnpm (?:run )?(start|test|(?<=run )[\w:-]+)/g),
    ])
    expect(named.length).toBeGreaterThan(5)
    for (const [command, script = ""] of named) expect(Object.keys(scripts), command).toContain(script)
  })

  it("start a server whose settings are all in order", async () => {
    const serve = snippetsOf("README.md", "sh").find(({ code }) => code.includes("linklatch serve"))
    const folder = mkdtempSync(join(tmpdir(), "linklatch-readme-"))
    clean.push(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, "secret"), SECRET)
    const env = {
      ...readAssignments(serve?.code ?? ""),
      NODE_ENV: "production",
      LINKLATCH_SECRET_FILE: join(folder, "secret"),
    }
    expect(Object.keys(env)).toContain("PUBLIC_BASE_URL")
    const { output } = await runCommand("node", ["bin/linklatch.mjs", "doctor", "--json"], { env })
    expect(JSON.parse(output)).toMatchObject({ mode: "production", faults: [], warnings: [] })
  })
})

/** Runs the README's files as they stand, in a process of their own. */
async function startApp(smtpUrl: string): Promise<number> {
  const root = emptyFolder("run")
  layOut(root, snippetsOf("README.md", "ts"))
  const port = await freePort()
  const preload = pathToFileURL(join(projectRoot, "test/docs/from-source.ts")).href
  const child = spawn(process.execPath, ["--import", preload, "app.ts"], {
    cwd: join(root, "readme"),
    env: { PATH: process.env["PATH"], PORT: String(port), SMTP_URL: smtpUrl, LINKLATCH_SECRET: SECRET },
    stdio: ["ignore", "ignore", "pipe"],
  })
  clean.push(() => stop(child))
  let complaints = ""
  child.stderr.on("data", (chunk) => {
    complaints += chunk
  })
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/auth/sign-in`).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(async () => (child.exitCode === null ? isUp() : complaints), { timeout: 8_000 }).toBe(true)
  return port
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill("SIGKILL")
  await once(child, "close")
}

/** The browser of all other tests, over a real connection. */
function browserAt(port: number): Browser {
  const handler = (request: Request) => {
    const { pathname, search } = new URL(request.url)
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      ...(request.body !== null && { body: request.body, duplex: "half" as const }),
    })
  }
  return new Browser({ handler }, README_URL, "127.0.0.1")
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, "close")
  return port
}

/** `NAME=value` and `NAME="a value"` of a shell command. */
function readAssignments(code: string): Record<string, string> {
  const found = code.matchAll(/(?<=^| )([A-Z_]+)=(?:"([^"]*)"|(\S+))/gm)
  return Object.fromEntries([...found].map(([, name = "", quoted, plain = ""]) => [name, quoted ?? plain]))
}

function readText(file: string): string {
  return readFileSync(join(projectRoot, file), "utf8")
}
