import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { stripTypeScriptTypes } from "node:module"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"
import type { Answers } from "../../src/cli/init/answers.ts"
import { composeEnvText } from "../../src/cli/init/compose-env-text.ts"
import { frameworks } from "../../src/cli/init/find-framework.ts"
import { mountSnippet } from "../../src/cli/init/mount-snippet.ts"
import { freePort } from "../free-port.ts"

/** What an application has around the lines of the snippet, in each framework. */
const around = {
  node: { before: `const app = (_request, response) => response.end("mine")`, after: "" },
  hono: {
    before: `import { serve } from "@hono/node-server"\nimport { Hono } from "hono"\nconst app = new Hono()`,
    after: `app.get("/", (c) => c.text("mine"))\nserve({ fetch: app.fetch, port: 3000 })`,
  },
  express: {
    before: `import express from "express"\nconst app = express()`,
    after: `app.get("/", (_request, response) => response.send("mine"))\napp.listen(3000)`,
  },
  fastify: {
    before: `import Fastify from "fastify"\nconst app = Fastify()`,
    after: `app.get("/", () => "mine")\nawait app.listen({ port: 3000 })`,
  },
} as const

const answers: Answers = {
  siteName: "Snippet Shop",
  baseUrl: "http://localhost:3000",
  adminEmails: ["ada@example.com"],
  signUp: "closed",
  mail: "mailbox",
  framework: "node",
}

describe.each(Object.keys(around) as (keyof typeof around)[])("what `linklatch init` prints for %s", (framework) => {
  it("runs as it is, with the settings that it wrote", async () => {
    const port = await freePort()
    const folder = folderOf(framework, port)
    const printed = start(folder)
    const get = async (path: string) => {
      const response = await fetch(`http://localhost:${port}${path}`, { redirect: "manual" }).catch(() => null)
      return `${response?.status} ${await response?.text()}`
    }
    await expect.poll(async () => (await get("/")) + printed(), { timeout: 20_000 }).toBe("200 mine")
    expect(await get("/auth/sign-in")).toMatch(/^200 [\s\S]*Snippet Shop/)
  })
})

describe("every snippet", () => {
  const doors = Object.keys(JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).exports)
  const mounted = frameworks.filter((framework) => framework !== "server")
  const variants = mounted.flatMap((framework) =>
    (["mailbox", "smtp", "resend"] as const).flatMap((mail) =>
      [true, false].map((isTypeScript) => ({ framework, mail, isTypeScript })),
    ),
  )

  it.each(variants)("is code, and comes in by our doors: $framework, $mail, TypeScript $isTypeScript", (variant) => {
    const { framework, mail, isTypeScript } = variant
    for (const { path, text } of mountSnippet(framework, { ...answers, mail }, isTypeScript)) {
      // Two are parts of an object that is there already. It throws where the rest can't be read.
      const whole = text.replace(/^serverExternalPackages.*$/m, "void { $& }").replace(/^\{ name.*$/m, "void $&")
      const plain = stripTypeScriptTypes(whole)
      if (!isTypeScript) expect(plain, path).toBe(whole)
      for (const [, door = ""] of text.matchAll(/from "linklatch(\/[a-z]+)?"/g))
        expect(doors, path).toContain(`.${door}`)
    }
  })
})

/** Starts `main.js` in a folder; returns what it has printed so far. It ends with the test. */
function start(folder: string): () => string {
  const env = { PATH: process.env["PATH"] }
  const child = spawn(process.execPath, ["--env-file=.env", "main.js"], { cwd: folder, env })
  const ended = once(child, "close")
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
    rmSync(folder, { recursive: true })
  })
  let printed = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      printed += chunk
    })
  }
  return () => printed
}

// In the project, so that `linklatch` and the frameworks are found by their names.
function folderOf(framework: keyof typeof around, port: number): string {
  mkdirSync(join(projectRoot, ".linklatch"), { recursive: true })
  const folder = mkdtempSync(join(projectRoot, ".linklatch/snippet-"))
  const [auth, mount] = mountSnippet(framework, { ...answers, framework }, false)
  const env = composeEnvText(
    "",
    { ...answers, baseUrl: `http://localhost:${port}` },
    "a-secret-for-tests-that-is-long-enough",
  )
  const { before, after } = around[framework]
  const main = [before, mount?.text, after].join("\n").replaceAll("3000", String(port))
  const files = {
    ".env": env.status === "composed" ? env.text : "",
    [auth.path]: auth.text,
    "main.js": main,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}
