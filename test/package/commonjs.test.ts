import { execFile } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { mkdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { projectRoot } from "../../scripts/run-command.ts"

const { exports } = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")) as { exports: object }
const doors = Object.keys(exports).filter((door) => door !== "./package.json")

// An application of somebody else's, with the built package among its modules.
const folder = mkdtempSync(join(tmpdir(), "linklatch-commonjs-"))
beforeAll(async () => {
  await mkdir(join(folder, "node_modules"))
  symlinkSync(projectRoot, join(folder, "node_modules/linklatch"))
})
afterAll(() => rmSync(folder, { recursive: true }))

let nextFile = 1

/** Runs a CommonJS file of that application; what it prints is all that is to be seen. */
async function run(source: string): Promise<{ stdout: string; stderr: string }> {
  const file = join(folder, `${nextFile++}.cjs`)
  writeFileSync(file, source)
  return promisify(execFile)(process.execPath, [file], { cwd: folder })
}

describe("CommonJS", () => {
  it.each(doors)("requires %s, and hears no warning", async (door) => {
    const name = `linklatch${door.slice(1)}`
    const { stdout, stderr } = await run(`console.log(Object.keys(require("${name}")).length)`)
    expect(Number(stdout)).toBeGreaterThan(0)
    expect(stderr).toBe("")
  })

  it("serves the pages", async () => {
    const { stdout } = await run(`
      const { createServer } = require("node:http")
      const { linklatch } = require("linklatch")
      const { mount } = require("linklatch/node")
      const { sqlite } = require("linklatch/sqlite")
      const auth = linklatch({
        baseUrl: "http://localhost", siteName: "Example", secret: "x".repeat(32), store: sqlite(":memory:"),
      })
      const server = createServer(mount(auth)).listen(0, "127.0.0.1", async () => {
        const response = await fetch("http://127.0.0.1:" + server.address().port + "/auth/sign-in")
        console.log(response.status, (await response.text()).includes("Example"))
        server.closeAllConnections()
        server.close()
        await auth.close()
      })
    `)
    expect(stdout).toBe("200 true\n")
  })
})
