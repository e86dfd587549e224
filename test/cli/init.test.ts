import { execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { readEnvText } from "../../src/cli/env-file/env-text.ts"
import { Browser } from "../browser.ts"
import { freePort } from "../free-port.ts"
import { finish, finishJson, ownFolder, run } from "./run-command.ts"

/** A folder with a package.json that names these packages. */
function project(dependencies: Record<string, string> | null, name = "@example/demo-shop"): string {
  const directory = ownFolder()
  if (dependencies !== null) writeFileSync(join(directory, "package.json"), JSON.stringify({ name, dependencies }))
  return directory
}

const envIn = (directory: string, name = ".env") => readEnvText(readFileSync(join(directory, name), "utf8"))
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe("linklatch init", () => {
  it("writes settings with which `linklatch dev` starts and somebody signs in", async () => {
    const directory = project({ hono: "4" })
    const port = await freePort()
    const baseUrl = `http://localhost:${port}`
    const init = await finishJson(["init", "--base-url", baseUrl, "--admin", "ada@example.com"], { directory })
    expect(init).toMatchObject({ code: 0, told: { status: "written", file: ".env", toFillIn: [] } })
    const dev = run("dev --json", { directory })
    expect(await dev.line(1)).toMatchObject({ status: "listening", port, baseUrl, envFile: ".env", warnings: [] })
    const browser = realBrowser(baseUrl)
    expect((await browser.post("/auth/sign-in", { email: "ada@example.com" })).status).toBe(303)
    const newest = async () => (await (await fetch(`${baseUrl}/dev/mailbox.json`)).json())[0]
    await expect.poll(newest, { timeout: 8_000 }).toMatchObject({ subject: expect.stringContaining("Demo Shop") })
    expect((await browser.press(await newest())).headers.get("location")).toBe("/auth/account")
    expect((await browser.get("/admin")).status).toBe(200)
    dev.child.kill("SIGTERM")
    expect(await dev.ended).toBe(0)
    expect((await finishJson("users list --dev", { directory })).told.users).toHaveLength(1)
  })

  it("says which defaults it took, and never a secret", async () => {
    const directory = project({})
    const { code, out, err } = await finish("init", { directory })
    expect([code, err]).toEqual([0, ""])
    expect(envIn(directory)).toEqual({
      SITE_NAME: "Demo Shop",
      PUBLIC_BASE_URL: "http://localhost:3000",
      LINKLATCH_SECRET: expect.stringMatching(/^[\w-]{43}$/),
      SIGN_UP: "open",
    })
    for (const words of ["Demo Shop  (from this folder)", "http://localhost:3000  (default)", "open  (default)"])
      expect(out).toContain(words)
    expect(out).not.toContain(envIn(directory)["LINKLATCH_SECRET"])
    expect(modeOf(join(directory, ".env"))).toBe("600")
    expect(readdirSync(directory).sort()).toEqual([".env", "package.json"])
  })

  it("keeps what a file says, to the byte, adds what it lacks, and says both", async () => {
    const directory = project({})
    const before = "# mine\nSITE_NAME='Old name' # stays\nSIGN_UP=\nDATABASE_URL=sqlite:other.db\n"
    writeFileSync(join(directory, ".env"), before)
    chmodSync(join(directory, ".env"), 0o644)
    const { code, told } = await finishJson("init --site-name New --sign-up closed --admin ada@example.com", {
      directory,
    })
    expect({ code, ...told }).toMatchObject({
      code: 0,
      status: "completed",
      kept: ["SITE_NAME"],
      added: ["PUBLIC_BASE_URL", "LINKLATCH_SECRET", "SIGN_UP", "ADMIN_EMAILS"],
      leftAside: ["--site-name"],
    })
    const after = readFileSync(join(directory, ".env"), "utf8")
    expect(after.startsWith(before.replace("SIGN_UP=", "SIGN_UP=closed"))).toBe(true)
    expect(envIn(directory)).toMatchObject({
      SITE_NAME: "Old name",
      DATABASE_URL: "sqlite:other.db",
      SIGN_UP: "closed",
    })
    expect(modeOf(join(directory, ".env"))).toBe("600")
    const again = await finishJson("init", { directory })
    expect(again.told).toMatchObject({ status: "unchanged", added: [], toFillIn: [] })
    expect(readFileSync(join(directory, ".env"), "utf8")).toBe(after)
  })

  it("leaves to a person what only they can know", async () => {
    const directory = project({})
    for (const [file, mail, names] of [
      ["smtp.env", "smtp", ["SMTP_URL", "MAIL_FROM"]],
      ["resend.env", "resend", ["RESEND_API_KEY", "MAIL_FROM"]],
    ] as const) {
      const { told } = await finishJson(`init --file ${file} --mail ${mail}`, { directory })
      expect(told.toFillIn).toEqual(names)
      for (const name of names) expect(envIn(directory, file)[name]).toBe("")
      expect(told.next).toContain(`npx linklatch dev --env-file ${file}`)
    }
  })

  it.each([
    ["init --base-url example", "PUBLIC_BASE_URL: It is not the address of a site."],
    ["init --admin nobody", "ADMIN_EMAILS:"],
    ["init --sign-up allowlist", "nobody could ever sign in"],
    ["init --sign-up closed", "nobody could ever sign in"],
    ["init --mail pigeon", "Allowed choices are mailbox, smtp, resend."],
  ])("refuses `%s` with code 2, and writes nothing", async (args, words) => {
    const directory = project(null)
    const { code, err } = await finish(args, { directory })
    expect([code, err]).toEqual([2, expect.stringContaining(words)])
    expect(readdirSync(directory)).toEqual([])
  })

  it("writes nothing where a folder has the name of the file", async () => {
    const directory = project(null)
    mkdirSync(join(directory, ".env"))
    const { code, err } = await finish("init", { directory })
    expect([code, err]).toEqual([1, expect.stringContaining("is a folder")])
    expect(readdirSync(directory)).toEqual([".env"])
  })
})

describe("what git is told", () => {
  const git = (directory: string, ...args: readonly string[]) =>
    execFileSync("git", args, { cwd: directory, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })

  it("ignores the settings, once", async () => {
    const directory = project({})
    git(directory, "init", "--quiet")
    writeFileSync(join(directory, ".gitignore"), "node_modules")
    expect((await finishJson("init", { directory })).told.git).toBe("added")
    const ignored = readFileSync(join(directory, ".gitignore"), "utf8")
    expect(ignored).toBe("node_modules\n.env\n.linklatch/\nlinklatch.db*\n")
    expect(git(directory, "status", "--porcelain", "--untracked-files=all")).not.toContain(".env")
    expect((await finishJson("init", { directory })).told.git).toBe("ignored_already")
    expect(readFileSync(join(directory, ".gitignore"), "utf8")).toBe(ignored)
  })

  it("is warned about, where the file is followed already", async () => {
    const directory = project({})
    git(directory, "init", "--quiet")
    writeFileSync(join(directory, ".env"), "SITE_NAME=Example\n")
    git(directory, "add", ".env")
    expect((await finish("init", { directory })).out).toContain("git rm --cached .env")
    expect((await finishJson("init", { directory })).told.git).toBe("tracked")
    expect(readFileSync(join(directory, ".gitignore"), "utf8").match(/^\.env$/gm)).toHaveLength(1)
  })

  it("is nothing outside a repository", async () => {
    const directory = project({})
    expect((await finishJson("init", { directory })).told.git).toBe("no_repository")
    expect(existsSync(join(directory, ".gitignore"))).toBe(false)
  })
})

/** A browser that really connects. */
function realBrowser(baseUrl: string): Browser {
  const handler = async (request: Request) =>
    fetch(request.url, {
      method: request.method,
      headers: Object.fromEntries(request.headers),
      redirect: "manual",
      ...(request.method === "POST" && { body: await request.text() }),
    })
  return new Browser({ handler }, baseUrl, "")
}
