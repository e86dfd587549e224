import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, it } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"

it("names every program when it is asked for none, and each has a page that says how to run it", async () => {
  const run = promisify(execFile)(process.execPath, [join(projectRoot, "scripts/example.ts"), "nothing"])
  const { stderr } = await run.catch((failure: { stderr: string }) => failure)
  const names = /^Which one\? ([^.]*)\./.exec(stderr)?.[1]?.split(", ") ?? []
  expect(names).toEqual(expect.arrayContaining(["admin-login", "community-site", "express", "fastify", "hono", "node"]))
  for (const name of names) {
    const page = join(projectRoot, "examples", name, "README.md")
    expect(existsSync(page) && readFileSync(page, "utf8"), name).toContain(`npm run example ${name}`)
  }
})
