import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { expect, onTestFinished } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import { Browser } from "../browser.ts"
import { compileCache } from "../compile-cache.ts"
import { freePort } from "../free-port.ts"
import { emptyFolder, layOut, type Snippet } from "./snippets.ts"

/** An application made of a page's snippets, in a process of its own. */
export interface SnippetApp {
  readonly port: number
  /** Whatever it printed. */
  output(): string
  /** A browser at the address that people know the application by. */
  browser(baseUrl: string): Browser
}

export const SECRET = "kX3vT9qLw2ZrB7nYc5HdJ8mPs4Gf6AeU"

/** Runs the `app.ts` or `server.ts` among them as it stands, but for its port. It ends with the test. */
export async function startSnippets(
  snippets: readonly Snippet[],
  env: (port: number) => Record<string, string>,
): Promise<SnippetApp> {
  const port = await freePort()
  const folder = layOutAt(snippets, port)
  const entry = snippets.some(({ file }) => file === "app.ts") ? "app.ts" : "server.ts"
  const preload = pathToFileURL(join(projectRoot, "test/docs/from-source.ts")).href
  const child = spawn(process.execPath, ["--import", preload, entry], {
    cwd: folder,
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: compileCache, LINKLATCH_SECRET: SECRET, ...env(port) },
  })
  onTestFinished(() => stop(child))
  let output = ""
  const collect = (chunk: string): void => {
    output += chunk
  }
  child.stdout.setEncoding("utf8").on("data", collect)
  child.stderr.setEncoding("utf8").on("data", collect)
  const isUp = () =>
    fetch(`http://127.0.0.1:${port}/auth/sign-in`).then(
      ({ ok }) => ok,
      () => false,
    )
  await expect.poll(async () => (child.exitCode === null ? isUp() : output), { timeout: 8_000 }).toBe(true)
  return { port, output: () => output, browser: (baseUrl) => browserAt(port, baseUrl) }
}

/** Where the page says port 3000, this machine may be busy. */
function layOutAt(snippets: readonly Snippet[], port: number): string {
  const page = snippets[0]?.page ?? ""
  const root = emptyFolder(`run-${page.replace(/\W/g, "-")}`)
  const atPort = snippets.map((snippet) => ({ ...snippet, code: snippet.code.replaceAll("3000", String(port)) }))
  return layOut(root, atPort)[0] ?? root
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.kill("SIGKILL")
  await once(child, "close")
}

/** The browser of all other tests, over a real connection. */
function browserAt(port: number, baseUrl: string): Browser {
  const handler = (request: Request) => {
    const { pathname, search } = new URL(request.url)
    return fetch(`http://127.0.0.1:${port}${pathname}${search}`, {
      method: request.method,
      headers: request.headers,
      redirect: "manual",
      ...(request.body !== null && { body: request.body, duplex: "half" as const }),
    })
  }
  return new Browser({ handler }, baseUrl, "127.0.0.1")
}
